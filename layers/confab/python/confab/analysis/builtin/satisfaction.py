"""How satisfied a user seems at a turn, on people's scale of 1 to 5: linear, with a memory of the talk."""

from __future__ import annotations

import json
import math
import pkgutil
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from confab.analysis.builtin.sentiment import Context, Turn
from confab.analysis.builtin.text import overlap
from confab.analysis.builtin.words import section

WEIGHTS_FILE: Final = "data/satisfaction.json"
LOWEST: Final = 1.0
HIGHEST: Final = 5.0
NAMED: Final = 3
NAMED_PART: Final = 0.05
_KEPT: Final = 0.8
_MOOD_KEPT: Final = 0.6
_FEW: Final = 2
_DIGITS: Final = 6
_NEGATIONS: Final = frozenset({"no", "not", "never", "none", "nothing", "nobody", "neither"})

FEATURES: Final[Mapping[str, str]] = {
    "layer": "the words of the turn",
    "score": "its mood",
    "mood": "the mood of its words and acts",
    "layers": "the words of the turns before",
    "moods": "the mood of the turns before",
    "thanked": "thanks just before",
    "pleasant": "a pleasant word",
    "declines": "declines",
    "exclamations": "exclamation marks",
    "negations": "negations",
    "reply_negations": "negations in the reply",
    "reply_length": "the length of the reply",
    "repeated": "said the same again just before",
    "asks": "asks",
    "reply_repeated": "a reply given already",
    "negated": "negations just before",
    "corrects": "corrects",
}
"""The features by name, and how a reason names them."""


class Memory(NamedTuple):
    """What an estimate needs of the turns before. Every field is a number, so that a course keeps it.

    Attributes:
        layers, moods: means of what the trained layer said and of the moods, of which later turns count more.
        thanked: whether the last turn had thanks.
        negated: how many negations the last turn had.
        repeated: how much the last turn was like an earlier one of the user's.
    """

    layers: float = 0.0
    moods: float = 0.0
    thanked: float = 0.0
    negated: float = 0.0
    repeated: float = 0.0

    @classmethod
    def of(cls, kept: Sequence[float]) -> Memory:
        """A memory out of the numbers that a course keeps, which are its own; a new one out of none."""
        return cls(*kept)

    def after(self, turn: Turn, context: Context) -> Memory:
        """The memory after a turn."""
        return Memory(
            layers=round(_KEPT * self.layers + (1 - _KEPT) * turn.rating, _DIGITS),
            moods=round(_MOOD_KEPT * self.moods + (1 - _MOOD_KEPT) * (turn.score or 0.0), _DIGITS),
            thanked=float("thanks" in turn.acts),
            negated=_negations(turn.parsed.words),
            repeated=round(_repeats(turn, context), _DIGITS),
        )


def values_of(turn: Turn, context: Context, memory: Memory) -> tuple[float, ...]:
    """The values of ``FEATURES`` of a turn, in their order."""
    reply = context.reply
    return (
        turn.rating,
        turn.score or 0.0,
        turn.mood,
        memory.layers,
        memory.moods,
        memory.thanked,
        float(not section("pleasant").isdisjoint(turn.parsed.words)),
        float("declines" in turn.acts),
        float(min(_FEW, turn.parsed.exclamations)),
        _negations(turn.parsed.words),
        _negations(reply.words) if reply is not None else 0.0,
        math.log1p(len(reply.words)) if reply is not None else 0.0,
        memory.repeated,
        float(turn.parsed.questions > 0),
        reply.repeated if reply is not None else 0.0,
        memory.negated,
        float("correction" in turn.acts),
    )


def _negations(words: Sequence[str]) -> float:
    return float(min(_FEW, sum(map(_NEGATIONS.__contains__, words))))


def _repeats(turn: Turn, context: Context) -> float:
    own = frozenset(turn.parsed.words)
    return max((overlap(own, earlier) for earlier in context.own_earlier), default=0.0)


class Estimate(NamedTuple):
    """A rating, and which features moved it most."""

    rating: float
    because: str


class Satisfaction(NamedTuple):
    """A linear estimate of people's ratings.

    Attributes:
        base: the rating of a turn whose features all have their usual values.
        usual: these values, in the order of ``FEATURES``.
        weights: rating points for each unit by which a feature differs.
    """

    base: float
    usual: Sequence[float]
    weights: Sequence[float]

    def rate(self, values: Sequence[float]) -> Estimate:
        """The estimate for the values of a turn."""
        parts = [
            weight * (value - usual) for weight, value, usual in zip(self.weights, values, self.usual, strict=True)
        ]
        rating = max(LOWEST, min(HIGHEST, self.base + sum(parts)))
        ranked = sorted(zip(parts, FEATURES.values(), strict=True), key=lambda part: -abs(part[0]))
        named = [f"{says} ({part:+.2f})" for part, says in ranked[:NAMED] if abs(part) >= NAMED_PART]
        return Estimate(round(rating, 4), "; ".join(named))

    @property
    def stored(self) -> dict[str, Any]:
        """The estimate as JSON values."""
        features = {
            name: [round(usual, 5), round(weight, 5)]
            for name, usual, weight in zip(FEATURES, self.usual, self.weights, strict=True)
        }
        return {"base": round(self.base, 5), "features": features}


def load_satisfaction() -> Satisfaction:
    """The shipped estimate."""
    return read_satisfaction(json.loads(pkgutil.get_data(__package__ or "", WEIGHTS_FILE) or b"{}"))


def read_satisfaction(stored: Mapping[str, Any]) -> Satisfaction:
    """An estimate out of its JSON values."""
    pairs = [stored["features"][name] for name in FEATURES]
    return Satisfaction(stored["base"], [usual for usual, _ in pairs], [weight for _, weight in pairs])
