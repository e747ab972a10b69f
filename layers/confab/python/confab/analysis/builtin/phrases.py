"""Finds phrases in a list of words: a small pattern language matched from a table, in time linear in the words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.text import Parsed, places_of
from confab.analysis.builtin.words import section

NUMBER: Final = "#"
NUMBERS: Final = section("counts")
_DIGITS: Final = "0123456789"
GAP_LIMIT: Final = 3
SOON: Final = 6

_Element = tuple[frozenset[str], bool]
_GAP: Final[_Element] = (frozenset({"_"}), True)
_END: Final[_Element] = (frozenset({"$"}), False)


class Hit(NamedTuple):
    """A phrase that was found: the name it stands under and its range of words (end exclusive)."""

    name: str
    first: int
    last: int


class _Pattern(NamedTuple):
    """A phrase after its first word.

    Attributes:
        second: the words that must come next, None when that is open.
        soon: words one of which must stand among the next ``SOON``, None when that is open.
    """

    name: str
    anchored: bool
    second: frozenset[str] | None
    soon: frozenset[str] | None
    rest: tuple[_Element, ...]


class Phrases:
    """Phrases by name, ready to be found.

    A phrase is a line of words: ``told|said`` is either word, ``really?`` may be missing, ``_`` stands for up to
    ``GAP_LIMIT`` words, a leading ``^`` binds to the start and a closing ``$`` to the end of the sentence. ``#`` is any
    number ("3", "three"), ``#th`` one in digits with its ending, ``#min`` with a unit.
    """

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        # Made when the first message is searched: a start needs none of it.
        self._table: Mapping[str, Iterable[str]] | None = table
        self._index: dict[str, list[_Pattern]] = {}
        # The patterns of a first word by the word after it; made when the first word is met. "" is any other word.
        self._rows: dict[str, dict[str, list[_Pattern]]] = {}

    def _made(self) -> dict[str, list[_Pattern]]:
        if self._table is not None:
            for name, lines in self._table.items():
                for line in lines:
                    self._add(name, line)
            self._table = None
        return self._index

    def find(self, parsed: Parsed) -> list[list[Hit]]:
        """All phrases of a message, sentence by sentence: each name's longest at a place, in order."""
        hits: list[list[Hit]] = [[] for _ in parsed.sentences]
        for place, position, found in self._search(parsed):
            hits[place] += [Hit(name, position, end) for name, end in found.items()]
        return hits

    def names(self, parsed: Parsed) -> list[str]:
        """The names of the phrases of a message, once for each place where one begins."""
        return [name for _, _, found in self._search(parsed) for name in found]

    def _search(self, parsed: Parsed) -> Iterator[tuple[int, int, dict[str, int]]]:
        """For each position where phrases begin: its sentence, and where the longest of each name ends."""
        words, sentences = _numbered(parsed.words), parsed.sentences
        place, first, last = -1, 0, 0
        for position in places_of(words, self._made()):
            while position >= last:
                place += 1
                first, last, _, _ = sentences[place]
            row = self._rows.get(words[position]) or self._row(words[position])
            patterns = row.get(words[position + 1], row[""]) if position + 1 < last else row[""]
            if not patterns:
                continue
            found: dict[str, int] = {}
            following = words[position + 1 : min(position + 1 + SOON, last)]
            for name, anchored, _, soon, rest in patterns:
                if (anchored and position != first) or (soon is not None and soon.isdisjoint(following)):
                    continue
                end = _match(rest, 0, words, position + 1, last) if rest else position + 1
                if end > found.get(name, 0):
                    found[name] = end
            if found:
                yield place, position, found

    def _row(self, word: str) -> dict[str, list[_Pattern]]:
        patterns = self._index[word]
        seconds = {second for pattern in patterns for second in pattern.second or ()}
        row = {
            second: [pattern for pattern in patterns if pattern.second is None or second in pattern.second]
            for second in (*seconds, "")
        }
        self._rows[word] = row
        return row

    def _add(self, name: str, line: str) -> None:
        parts = line.split()
        anchored = parts[0] == "^"
        if anchored:
            parts = parts[1:]
        elements = tuple(_element(part) for part in parts)
        while elements:
            rest = elements[1:]
            fixed = rest and not rest[0][1] and rest[0] is not _END
            pattern = _Pattern(name, anchored, rest[0][0] if fixed else None, _soon(rest), rest)
            for word in elements[0][0]:
                self._index.setdefault(word, []).append(pattern)
            if not elements[0][1]:
                break
            elements = elements[1:]


def _soon(rest: Sequence[_Element]) -> frozenset[str] | None:
    """The words of the first element that may not be missing, when it cannot stand further off than ``SOON``."""
    distance = 0
    for element in rest:
        distance += GAP_LIMIT if element is _GAP else 1
        if not element[1]:
            return element[0] if element is not _END and distance <= SOON else None
    return None


def _element(part: str) -> _Element:
    if part == "_":
        return _GAP
    if part == "$":
        return _END
    optional = part.endswith("?")
    words = frozenset(part.removesuffix("?").split("|"))
    return (words | NUMBERS if NUMBER in words else words), optional


def _numbered(words: Sequence[str]) -> Sequence[str]:
    """The words with ``#`` for the digits of each number."""
    if not any(word[0].isdigit() for word in words):
        return words
    return [NUMBER + word.lstrip(_DIGITS) if word[0] in _DIGITS else word for word in words]


def _match(rest: tuple[_Element, ...], at: int, words: Sequence[str], position: int, last: int) -> int:
    """The end of the match, or 0 when there is none."""
    if at == len(rest):
        return position
    element = rest[at]
    if element is _END:
        return position if position == last else 0
    if element is _GAP:
        for skipped in range(min(GAP_LIMIT, last - position) + 1):
            end = _match(rest, at + 1, words, position + skipped, last)
            if end:
                return end
        return 0
    if position < last and words[position] in element[0]:
        end = _match(rest, at + 1, words, position + 1, last)
        if end:
            return end
    return _match(rest, at + 1, words, position, last) if element[1] else 0
