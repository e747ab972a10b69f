"""Valence of words: the VADER lexicon, read with negation, degree and the usage of support chats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import compress, count
from operator import not_
from typing import Final, NamedTuple

from vader.constants import BOOSTER_DICT, N_SCALAR, NEGATE
from vader.data.curated import ADDITIONS, OVERRIDES
from vader.data.emoji import EMOJI
from vader.data.lexicon import LEXICON

from confab.analysis.builtin.text import Parsed, places_of
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

    def read(self, parsed: Parsed) -> list[list[Loaded]]:
        """The loaded words of a message, sentence by sentence."""
        words, sentences = parsed.words, parsed.sentences
        table = self._words
        found: list[list[Loaded]] = [[] for _ in sentences]
        place, first, last = -1, 0, 0
        for position in self._places(parsed):
            while position >= last:
                place += 1
                first, last, _, _ = sentences[place]
            word = words[position]
            valence = table[word] if word in table else self._of_emoji(word)
            if not valence:
                continue
            written = parsed.text[parsed.starts[position] : parsed.ends[position]]
            if len(written) > 2 and written.isupper() and not parsed.text.isupper():
                valence += math.copysign(_CAPITALS, valence)
            found[place].append(Loaded(position, written, _in_context(words, first, position, valence)))
        return found

    def _places(self, parsed: Parsed) -> Iterable[int]:
        known = places_of(parsed.words, self._words)
        if parsed.text.isascii():
            return known
        return sorted({*known, *compress(count(), map(not_, map(str.isascii, parsed.words)))})

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
