"""Finds phrases in a list of words: a small pattern language matched from a table, in time linear in the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

GAP_LIMIT: Final = 3

_Element = tuple[frozenset[str], bool]
_GAP: Final[_Element] = (frozenset({"_"}), True)
_END: Final[_Element] = (frozenset({"$"}), False)


class Hit(NamedTuple):
    """A phrase that was found: the name it stands under and its range of words (end exclusive)."""

    name: str
    first: int
    last: int


class _Pattern(NamedTuple):
    """A phrase after its first word; ``second`` holds the words that must come next, None when that is open."""

    name: str
    anchored: bool
    second: frozenset[str] | None
    rest: tuple[_Element, ...]


class Phrases:
    """Phrases by name, ready to be found.

    A phrase is a line of words: ``told|said`` is either word, ``really?`` may be missing, ``_`` stands for up to
    ``GAP_LIMIT`` words, a leading ``^`` binds to the start and a closing ``$`` to the end of the sentence.
    """

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        self._index: dict[str, list[_Pattern]] = {}
        for name, lines in table.items():
            for line in lines:
                self._add(name, line)

    def find(self, words: Sequence[str], first: int, last: int) -> list[Hit]:
        """All phrases between two word positions (one sentence), each name's longest at a place, in order."""
        hits: list[Hit] = []
        index = self._index
        for position in range(first, last):
            patterns = index.get(words[position])
            if patterns is None:
                continue
            found: dict[str, int] = {}
            following = words[position + 1] if position + 1 < last else ""
            for name, anchored, second, rest in patterns:
                if (anchored and position != first) or (second is not None and following not in second):
                    continue
                end = _match(rest, 0, words, position + 1, last) if rest else position + 1
                if end > found.get(name, 0):
                    found[name] = end
            if found:
                hits += [Hit(name, position, end) for name, end in found.items()]
        return hits

    def _add(self, name: str, line: str) -> None:
        parts = line.split()
        anchored = parts[0] == "^"
        if anchored:
            parts = parts[1:]
        elements = tuple(_element(part) for part in parts)
        while elements:
            rest = elements[1:]
            fixed = rest and not rest[0][1] and rest[0] is not _END
            pattern = _Pattern(name, anchored, rest[0][0] if fixed else None, rest)
            for word in elements[0][0]:
                self._index.setdefault(word, []).append(pattern)
            if not elements[0][1]:
                break
            elements = elements[1:]


def _element(part: str) -> _Element:
    if part == "_":
        return _GAP
    if part == "$":
        return _END
    optional = part.endswith("?")
    return frozenset(part.removesuffix("?").split("|")), optional


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
