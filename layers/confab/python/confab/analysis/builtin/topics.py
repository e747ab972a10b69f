"""Topics of messages: the operator's own first, then common support subjects, then key phrases of the conversation."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Final

from confab.analysis.builtin.subjects import IRREGULAR, SUBJECTS
from confab.analysis.builtin.text import Parsed, open_contraction, places_of
from confab.analysis.builtin.words import section

PER_MESSAGE: Final = 3
SUBJECT_LENGTH: Final = 24
CACHED_WORDS: Final = 16_384
_VOWELS: Final = frozenset("aeiouy")
_RESTORES_E: Final = (
    "c",
    "v",
    "z",
    "u",
    "rg",
    "dg",
    "ng",
    "ag",
    "eg",
    "ug",
    "at",
    "id",
    "iz",
    "is",
    "os",
    "us",
    "ur",
    "ir",
    "as",
    "in",
)
_KEEPS: Final = ("tain", "join", "main", "gain", "train", "plain", "bring", "ring", "long", "lain", "urn", "begin")


@functools.lru_cache(maxsize=CACHED_WORDS)
def base_form(word: str) -> str:
    """The form under which the forms of a word fall together: "refunds", "refunded" and "refunding" are "refund"."""
    if word in IRREGULAR or len(word) <= 3 or not word.isascii():
        return IRREGULAR.get(word, word)
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return base_form(word[:-1])
    return _without_ending(word)


def _without_ending(word: str) -> str:
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 and not _VOWELS.isdisjoint(stem):
            return _whole(stem)
    return word


def phrase_key(phrase: str) -> str:
    """The identity of a topic: its words' base forms in order, free of case, punctuation and filler words."""
    words = [base_form(part) for raw in phrase.lower().split() for part in open_contraction(raw.strip(".,!?'\"#"))]
    kept = [word for word in words if word and word not in section("filler")]
    return " ".join(kept or words)


class TopicReader:
    """Finds topics. The same words in other forms give the same name, in every conversation."""

    def __init__(self, taxonomy: Mapping[str, Sequence[str]] | None, known_topics: Iterable[str]) -> None:
        """Args are those of ``BuiltinAnalyzer``."""
        self._own = _index((phrase, name) for name, phrases in (taxonomy or {}).items() for phrase in (name, *phrases))
        self._common = _index((phrase, name) for name, phrases in SUBJECTS.items() for phrase in (name, *phrases))
        self._known = {phrase_key(name): name for name in known_topics}

    def name(self, parsed: Parsed, phrases: Sequence[str], conversation: Counter[str]) -> tuple[str, ...]:
        """Up to ``PER_MESSAGE`` topics of a message.

        Args:
            parsed: the message.
            phrases: its key phrases.
            conversation: how many messages of the conversation hold each key phrase (see ``phrases_of``).
        """
        bases = list(map(base_form, parsed.words))
        found = _lookup(self._own, bases)
        if len(found) < PER_MESSAGE:
            found += [name for name in _lookup(self._common, bases) if name not in found]
        if len(found) < PER_MESSAGE:
            found += self._from_phrases(phrases, conversation, found)
        return tuple(found[:PER_MESSAGE])

    def phrases_of(self, parsed: Parsed) -> list[str]:
        """Key phrases of a message: single words and pairs between filler words, base forms, in order."""
        bases = list(map(_subject, parsed.words))
        starts, ends = parsed.starts, parsed.ends
        lasts = {sentence.last - 1 for sentence in parsed.sentences}
        found: dict[str, None] = {}
        for at in compress(range(len(bases)), bases):
            found[bases[at]] = None
            after = bases[at + 1 : at + 2]
            if after and after[0] and ends[at] + 1 == starts[at + 1] and at not in lasts:
                found[f"{bases[at]} {after[0]}"] = None
        return list(found)

    def _from_phrases(self, own: Sequence[str], conversation: Counter[str], have: Sequence[str]) -> list[str]:
        """Known topics first, then phrases that the conversation comes back to, longer ones before their parts."""
        taken = {word for name in have for word in phrase_key(name).split()}
        phrases = [phrase for phrase in own if taken.isdisjoint(phrase.split())]
        known = [phrase for phrase in phrases if phrase in self._known]
        again = [phrase for phrase in phrases if conversation[phrase] >= 2]
        again.sort(key=lambda phrase: (-conversation[phrase] * (1 + phrase.count(" ")), phrases.index(phrase)))
        named: list[str] = []
        for phrase in [*known, *again]:
            if taken.isdisjoint(phrase.split()):
                taken.update(phrase.split())
                named.append(self._known.get(phrase, phrase))
        return named[: PER_MESSAGE - len(have)]


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Phrases by the first of their base forms, longer ones first."""
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, name in pairs:
        words = tuple(base_form(part) for raw in phrase.lower().split() for part in open_contraction(raw))
        if words:
            index.setdefault(words[0], []).append((words, name))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


def _lookup(index: Mapping[str, Sequence[tuple[tuple[str, ...], str]]], bases: Sequence[str]) -> list[str]:
    """Names of the phrases found, in order of their first appearance."""
    found: dict[str, None] = {}
    done = 0
    for at in places_of(bases, index):
        if at < done:
            continue
        for words, name in index[bases[at]]:
            if tuple(bases[at : at + len(words)]) == words:
                found[name] = None
                done = at + len(words)
                break
    return list(found)


@functools.lru_cache(maxsize=CACHED_WORDS)
def _subject(word: str) -> str:
    """The base form of a word that can be a subject, "" of any other."""
    if not 3 <= len(word) <= SUBJECT_LENGTH or not word.isalpha():
        return ""
    base = base_form(word)
    return base if section("filler").isdisjoint((word, base)) else ""


def _whole(stem: str) -> str:
    """A stem without its ending as a word: "charg" is "charge", "stopp" is "stop"."""
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsfz":
        return stem[:-1]
    if stem.endswith(_RESTORES_E) and not stem.endswith(_KEEPS):
        return stem + "e"
    return stem
