"""Valence of words: the VADER lexicon, read with negation, degree and the usage of support chats."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Final, NamedTuple

from vader.constants import BOOSTER_DICT, N_SCALAR, NEGATE
from vader.data.curated import ADDITIONS, OVERRIDES
from vader.data.emoji import EMOJI
from vader.data.lexicon import LEXICON

from confab.analysis.builtin.text import Parsed
from confab.analysis.builtin.words import section

SOFTNESS: Final = 15.0
_REACH: Final = 3
_CAPITALS: Final = 0.7

_NEGATORS: Final = NEGATE | {"nobody"}


class Loaded(NamedTuple):
    """A word that carries a mood: where it stands, how it is written, its valence in context (-4 to 4)."""

    position: int
    word: str
    valence: float


class Lexicon:
    """Valence of the words of a message. Immutable; building it takes a few milliseconds."""

    def __init__(self) -> None:
        words = {**LEXICON, **OVERRIDES, **ADDITIONS}
        for word in section("business"):
            words.pop(word, None)
        for entry in section("valence"):
            word, _, valence = entry.partition("=")
            words[word] = float(valence)
        self._words = words
        self._emoji: dict[str, float] = {}

    def read(self, parsed: Parsed, first: int, last: int, masked: Container[int] = ()) -> list[Loaded]:
        """The loaded words of one sentence, except those at the ``masked`` positions."""
        found: list[Loaded] = []
        words = parsed.words
        table = self._words
        for position in range(first, last):
            word = words[position]
            valence = table.get(word)
            if valence is None and (word.isascii() or not (valence := self._of_emoji(word))):
                continue
            if position in masked or not valence:
                continue
            written = parsed.text[parsed.starts[position] : parsed.ends[position]]
            if len(written) > 2 and written.isupper() and not parsed.text.isupper():
                valence += math.copysign(_CAPITALS, valence)
            found.append(Loaded(position, written, _in_context(words, first, position, valence)))
        return found

    def _of_emoji(self, sign: str) -> float:
        known = self._emoji.get(sign)
        if known is None:
            known = sum(self._words.get(word, 0.0) for word in EMOJI.get(sign, "").split())
            if len(sign) == 1:
                self._emoji[sign] = known
        return known


def squash(valence: float) -> float:
    """A sum of valences as a score between -1 and 1."""
    return valence / math.sqrt(valence * valence + SOFTNESS)


def _in_context(words: Sequence[str], first: int, position: int, valence: float) -> float:
    """The valence after the degree words and negators among the words just before it."""
    for distance in range(1, min(_REACH, position - first) + 1):
        before = words[position - distance]
        degree = BOOSTER_DICT.get(before)
        if degree is not None:
            valence += math.copysign(degree, valence) * (1.0 if degree > 0 else -1.0) * (1.05 - 0.05 * distance)
        elif before in _NEGATORS or (before == "no" and distance == 1):
            return valence * N_SCALAR
    return valence
