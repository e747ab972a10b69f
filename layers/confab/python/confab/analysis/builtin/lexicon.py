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

from confab.analysis.builtin.text import Parsed, Sentence, places_of
from confab.analysis.builtin.words import section

SOFTNESS: Final = 15.0
_REACH: Final = 3
_SHORT: Final = 4
_NEAR: Final = 3
_FAR: Final = 8
_PLAIN: Final = 0.6
_CAPITALS: Final = 0.7

_THANKING: Final = frozenset({"thank", "thanks", "thankful", "grateful"})
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
        # Short entries are chat abbreviations ("po", "kia", "aml") more often than words.
        for word in [word for word in words if len(word) <= _SHORT and word.isalpha()]:
            if word not in section("short"):
                del words[word]
        for entry in section("valence"):
            word, _, valence = entry.partition("=")
            words[word] = float(valence)
        self._words = words
        self._emoji = {sign: float(valence) for sign, _, valence in (each.partition("=") for each in section("emoji"))}

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
            if valence and _is_other(parsed, sentences[place], position, written, valence):
                continue
            if valence < 0 and word in section("plain trouble"):
                valence *= _PLAIN
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


def _is_other(parsed: Parsed, sentence: Sentence, position: int, written: str, valence: float) -> bool:
    """Whether a word is a name, the subject of the talk, or a quality that is asked for, and no mood."""
    words, (first, last, start, end) = parsed.words, sentence
    word = words[position]
    before = words[max(first, position - _NEAR) : position]
    near = _clause(parsed, first, last, position)
    if written[:1].isupper() and not written.isupper() and _is_name(word, before, position == first, near):
        return True
    topical = section("topical")
    asks = parsed.text[start:end].rstrip().endswith("?") or words[first] in section("asks for")
    earlier = () if asks else words[max(first, position - _FAR) : position]
    if word in topical:
        accused = not section("accusing").isdisjoint(earlier) or {"this", "is"} <= {*before} or "what" in before
        return not accused
    if not topical.isdisjoint(near) and section("service words").isdisjoint((*near, *earlier)):
        return True
    return valence > 0 and position > first and _is_wished(words[first:position], parsed.text[start:end])


def _clause(parsed: Parsed, first: int, last: int, position: int) -> set[str]:
    """The words around one, as far as no comma parts them from it."""
    low = position
    while low > max(first, position - _NEAR) and not _parted(parsed, low - 1):
        low -= 1
    high = position + 1
    while high < min(last, position + 1 + _NEAR) and not _parted(parsed, high - 1):
        high += 1
    return {*parsed.words[low:position], *parsed.words[position + 1 : high]}


def _parted(parsed: Parsed, at: int) -> bool:
    return not {",", ";", ":"}.isdisjoint(parsed.text[parsed.ends[at] : parsed.starts[at + 1]])


def _is_name(word: str, before: Sequence[str], opens: bool, near: set[str]) -> bool:
    if opens:
        return word in section("names") and bool(near & {"here", "from", "speaking", "told", "said"})
    introduced = bool(before) and before[-1] in section("before names")
    return introduced and (
        word in section("names") or "name" in before or before[-1] in ("called", "named", "mr", "mrs")
    )


def _is_wished(before: Sequence[str], sentence: str) -> bool:
    """Whether praise describes what is looked for: "is there a good one", "recommend a nice place"."""
    if not section("looks for").isdisjoint(before):
        return True
    return sentence.rstrip().endswith("?") and before[0] in section("asks for")


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
        elif words[position] in _THANKING and before not in ("not", "never"):
            continue
        elif before in _NEGATORS or (before == "no" and distance == 1):
            return valence * N_SCALAR
    return valence
