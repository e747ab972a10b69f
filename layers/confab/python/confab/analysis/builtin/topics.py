"""Topics of messages: the operator's own first, then common support subjects, then key phrases of the conversation."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from confab.analysis.builtin.forms import base_form
from confab.analysis.builtin.keyphrases import KeyPhrase
from confab.analysis.builtin.subjects import SUBJECTS
from confab.analysis.builtin.text import Parsed, open_contraction, places_of
from confab.analysis.builtin.words import section

PER_MESSAGE: Final = 3

_Index = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]


def phrase_key(phrase: str) -> str:
    """The identity of a topic: its words' base forms in order, free of case, punctuation and filler words."""
    words = [base_form(part) for raw in phrase.lower().split() for part in open_contraction(raw.strip(".,!?'\"#"))]
    kept = [word for word in words if word and word not in section("filler")]
    return " ".join(kept or words)


class TopicReader:
    """Finds topics. The same words in other forms give the same name, in every conversation."""

    def __init__(self, taxonomy: Mapping[str, Sequence[str]] | None, known_topics: Iterable[str]) -> None:
        """Args are those of ``BuiltinAnalyzer``."""
        own = _index((phrase, name) for name, phrases in (taxonomy or {}).items() for phrase in (name, *phrases))
        known = _index((name, name) for name in known_topics if name not in SUBJECTS)
        self._indexes = [own, _common(), known]

    def name(
        self, parsed: Parsed, phrases: Sequence[KeyPhrase], dropped: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        """Up to ``PER_MESSAGE`` topics of a message; no two of them rest on the same word.

        Args:
            parsed: the message.
            phrases: the conversation's key phrases that it holds, the strongest first.
            dropped: common subjects that its words do not stand for.
        """
        bases = list(map(base_form, parsed.words))
        found: dict[str, None] = {}
        taken: set[str] = set()
        for index in self._indexes:
            hits = list(_lookup(index, bases))
            named = dict.fromkeys(name for words, name in hits if taken.isdisjoint(words) and name not in dropped)
            found |= named
            taken.update(*(words for words, _ in hits), *(phrase_key(name).split() for name in named))
        for phrase in phrases:
            if taken.isdisjoint(phrase.key):
                taken.update(phrase.key)
                found[phrase.name] = None
        return tuple(found)[:PER_MESSAGE]


@functools.cache
def _common() -> _Index:
    return _index((phrase, name) for name, phrases in SUBJECTS.items() for phrase in (name, *phrases))


def _index(pairs: Iterable[tuple[str, str]]) -> _Index:
    """Phrases by the first of their base forms, longer ones first."""
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, name in pairs:
        words = tuple(base_form(part) for raw in phrase.lower().split() for part in open_contraction(raw))
        if words:
            index.setdefault(words[0], []).append((words, name))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


def _lookup(index: _Index, bases: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The phrases found with their names, in order of appearance; none begins inside another."""
    done = 0
    for at in places_of(bases, index):
        if at < done:
            continue
        for words, name in index[bases[at]]:
            if tuple(bases[at : at + len(words)]) == words:
                yield words, name
                done = at + len(words)
                break
