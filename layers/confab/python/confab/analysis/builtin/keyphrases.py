"""Key phrases of a conversation: things that it comes back to, by where nouns stand in English sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from confab.analysis.builtin.forms import noun_form, subject
from confab.analysis.builtin.text import Parsed, places_of
from confab.analysis.builtin.words import section

MESSAGES: Final = 2
SHORTEST_OF_A_NAME: Final = 4
_JOINING: Final = frozenset("-/\\'’&+_@#")
_NAME: Final = re.compile(r"@(\w+)|://(?:[\w-]+\.)*([\w-]+)\.\w+")


class KeyPhrase(NamedTuple):
    """A thing that several messages of a conversation name.

    Attributes:
        key: the base forms of its words.
        name: how a person reads it.
    """

    key: tuple[str, ...]
    name: str


def key_phrases(messages: Sequence[Parsed]) -> list[list[KeyPhrase]]:
    """For each message the conversation's key phrases that it holds: most frequent first, pairs before single words.

    A key phrase is a word, or two neighbours, that at least ``MESSAGES`` messages hold in any form and that stands once
    where only a noun does ("my ... is"). Filler words and parts of the names of who talks (see ``_names``) are none.
    """
    forms = {word: subject(word) for word in set().union(*(parsed.words for parsed in messages))}
    subjects = [list(map(forms.__getitem__, parsed.words)) for parsed in messages]
    words = Counter(chain.from_iterable(map(set, subjects)))
    again = {word for word, count in words.items() if count >= MESSAGES} - {""}
    if again:
        again -= _names(again, messages)
    if not again:
        return [[] for _ in messages]
    held = [_held(parsed, bases, again) for parsed, bases in zip(messages, subjects, strict=True)]
    counts = Counter(key for each in held for key in each)
    names: dict[tuple[str, ...], str] = {}
    for each in held:
        for key, name in each.items():
            if name and counts[key] >= MESSAGES:
                names.setdefault(key, name)
    ranked = sorted(names, key=lambda key: (-counts[key] * len(key), -len(key)))
    return [[KeyPhrase(key, names[key]) for key in ranked if key in each] for each in held]


def _names(words: set[str], messages: Sequence[Parsed]) -> set[str]:
    """Those of the words that are part of a name that a message is addressed to, or of a site that it links to."""
    texts = [parsed.text.lower() for parsed in messages if "@" in parsed.text or "://" in parsed.text]
    names = " ".join("".join(name) for text in texts for name in _NAME.findall(text))
    return {word for word in words if len(word) >= SHORTEST_OF_A_NAME and word in names}


def _held(parsed: Parsed, bases: Sequence[str], again: set[str]) -> dict[tuple[str, ...], str]:
    """The words and pairs of a message that come back, with a name for those that stand where a noun does."""
    found: dict[tuple[str, ...], str] = {}
    for first, last in _spans(parsed, bases, again):
        key = tuple(bases[first:last])
        if not found.get(key):
            found[key] = " ".join(map(noun_form, parsed.words[first:last])) if _is_noun(parsed, first, last) else ""
    return found


def _spans(parsed: Parsed, bases: Sequence[str], again: set[str]) -> Iterator[tuple[int, int]]:
    for at in places_of(bases, again):
        yield at, at + 1
        if at + 1 < len(bases) and bases[at + 1] in again and _neighbours(parsed, at):
            yield at, at + 2


def _is_noun(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a range of words stands after one that leads to a noun and before the end or one that follows nouns."""
    words = parsed.words
    if first == 0 or not _neighbours(parsed, first - 1) or words[first - 1] not in section("before nouns"):
        return False
    if words[last - 1].endswith("ed"):
        return False
    if last == len(words):
        return True
    between = _between(parsed, last - 1)
    return words[last] in section("after nouns") if between == " " else not _JOINING.intersection(between)


def _neighbours(parsed: Parsed, at: int) -> bool:
    """Whether only a blank stands between a word and the next."""
    return _between(parsed, at) == " "


def _between(parsed: Parsed, at: int) -> str:
    return parsed.text[parsed.ends[at] : parsed.starts[at + 1]]
