"""Trains the sentiment layer on rated dialogues. Never needed at run time; `bench/train_sentiment.py` ships its result.

A ridge regression of ratings on hashed features, solved by conjugate gradients: some seconds for 10,000 turns.
"""

from __future__ import annotations

import math
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.analyzer import BuiltinAnalyzer
from confab.analysis.builtin.model import BITS, MASK, Model
from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.reading import walk
from confab.analysis.builtin.replies import REPLY_CUES, Reply
from confab.analysis.builtin.satisfaction import FEATURES, Memory, Satisfaction, values_of
from confab.analysis.builtin.sentiment import SentimentReader
from confab.analysis.evaluation import Dialogue

STRENGTH: Final = 20.0
SHARED_BY: Final = 3
UNIT: Final = 1 / 8192
LARGEST: Final = 32_767
_PRECISION: Final = 1e-3
_ROUNDS: Final = 200


INNER_FOLDS: Final = 3
"""Parts of a source, each of which is rated by a layer that was trained on the others, to train the estimate on."""
ESTIMATE_STRENGTH: Final = 600.0


class _Turn(NamedTuple):
    """A rated turn as training data: groups of buckets with the weight that each group shares, and its rating."""

    groups: Sequence[tuple[float, Sequence[int]]]
    rating: float


class Trainer:
    """Trains models on dialogues. The features of a dialogue are worked out once, so keep it for several trainings."""

    def __init__(self, strength: float = STRENGTH) -> None:
        """Prepare a trainer; ``strength`` is that of the regularisation."""
        self._strength = strength
        self._reader = SentimentReader(None)
        self._phrases = Phrases(REPLY_CUES)
        self._known: dict[int, tuple[Dialogue, list[_Turn]]] = {}

    def analyzer(self, *sources: Sequence[Dialogue]) -> BuiltinAnalyzer:
        """An analyzer with a model trained on these sources."""
        return BuiltinAnalyzer(model=self.model(*sources), satisfaction=self.satisfaction(*sources))

    def satisfaction(self, *sources: Sequence[Dialogue]) -> Satisfaction:
        """An estimate of satisfaction trained on dialogues of one or several sources.

        What the trained layer says of a dialogue comes from one that was trained without its part of the source.
        """
        rows: list[tuple[float, ...]] = []
        ratings: list[float] = []
        for source in sources:
            for fold in range(INNER_FOLDS):
                kept = [dialogue for place, dialogue in enumerate(source) if place % INNER_FOLDS != fold]
                reader = SentimentReader(self.model(kept))
                for dialogue in source[fold::INNER_FOLDS]:
                    for values, rating in self._rated(reader, dialogue):
                        rows.append(values)
                        ratings.append(rating)
        return estimate_of(rows, ratings, ESTIMATE_STRENGTH)

    def _rated(self, reader: SentimentReader, dialogue: Dialogue) -> Iterator[tuple[tuple[float, ...], float]]:
        memory = Memory()
        for _, message, parsed, context in walk(dialogue.messages, self._phrases):
            if isinstance(context, Reply):
                continue
            turn = reader.read(parsed, context, "en")
            if message.key in dialogue.ratings:
                yield values_of(turn, context, memory), dialogue.ratings[message.key]
            memory = memory.after(turn, context)

    def model(self, *sources: Sequence[Dialogue]) -> Model:
        """A model trained on dialogues of one or several sources, each measured from its own usual rating.

        Buckets that fewer than ``SHARED_BY`` dialogues use stay zero: names, numbers, what only one person said.
        """
        turns: list[_Turn] = []
        targets: list[float] = []
        users: Counter[int] = Counter()
        for source in sources:
            of_source = [self._turns(dialogue) for dialogue in source]
            ratings = [turn.rating for each in of_source for turn in each]
            usual = sum(ratings) / len(ratings) if ratings else 0.0
            targets += [rating - usual for rating in ratings]
            for each in of_source:
                turns += each
                users.update({bucket for turn in each for _, buckets in turn.groups for bucket in buckets})
        weights, bias = _ridge(turns, targets, self._strength)
        steps = array("h", bytes(2 << BITS))
        for bucket, weight in weights.items():
            if users[bucket] >= SHARED_BY:
                steps[bucket] = max(-LARGEST, min(LARGEST, round(weight / UNIT)))
        return Model(steps, UNIT, bias, f"{zlib.crc32(steps.tobytes()):08x}")

    def _turns(self, dialogue: Dialogue) -> list[_Turn]:
        known = self._known.get(id(dialogue))
        if known is not None:
            return known[1]
        turns: list[_Turn] = []
        for _, message, parsed, context in walk(dialogue.messages, self._phrases):
            if isinstance(context, Reply) or message.key not in dialogue.ratings:
                continue
            groups = self._reader.features(parsed, context).groups
            hashed = [(1 / math.sqrt(len(group)), [feature & MASK for feature in group]) for group in groups if group]
            turns.append(_Turn(hashed, dialogue.ratings[message.key]))
        self._known[id(dialogue)] = dialogue, turns
        return turns


def estimate_of(rows: Sequence[Sequence[float]], ratings: Sequence[float], strength: float) -> Satisfaction:
    """The linear estimate with the least squared error plus ``strength`` times the squared weights of equal spreads."""
    count, width = max(1, len(rows)), len(FEATURES)
    usual = [sum(column) / count for column in zip(*rows, strict=True)] or [0.0] * width
    spreads = [
        math.sqrt(sum((value - mean) ** 2 for value in column) / count) or 1.0
        for column, mean in zip(zip(*rows, strict=True), usual, strict=True)
    ] or [1.0] * width
    base = sum(ratings) / count
    scaled = [[(v - u) / s for v, u, s in zip(row, usual, spreads, strict=True)] for row in rows]
    columns = list(zip(*scaled, strict=True)) or [()] * width
    rest = [rating - base for rating in ratings]
    matrix = [[_dot(one, other) for other in columns] for one in columns]
    for at in range(width):
        matrix[at][at] += strength
    found = _solved(matrix, [_dot(column, rest) for column in columns])
    return Satisfaction(base, usual, [weight / spread for weight, spread in zip(found, spreads, strict=True)])


def _solved(matrix: list[list[float]], wanted: list[float]) -> list[float]:
    """The solution of a few linear equations whose matrix is positive definite."""
    size = len(wanted)
    rows = [[*row, value] for row, value in zip(matrix, wanted, strict=True)]
    for at in range(size):
        for below in range(at + 1, size):
            factor = rows[below][at] / rows[at][at]
            rows[below] = [a - factor * b for a, b in zip(rows[below], rows[at], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = sum(rows[at][right] * found[right] for right in range(at + 1, size))
        found[at] = (rows[at][size] - known) / rows[at][at]
    return found


def _ridge(turns: Sequence[_Turn], targets: Sequence[float], strength: float) -> tuple[dict[int, float], float]:
    """Weight by bucket and bias that minimise the squared error plus ``strength`` times the squared weights."""
    places: dict[int, int] = {}
    rows = [
        [(share, [places.setdefault(bucket, len(places)) for bucket in buckets]) for share, buckets in turn.groups]
        for turn in turns
    ]
    mean = sum(targets) / len(targets) if targets else 0.0
    rest = _spread(rows, [target - mean for target in targets], len(places))
    found = [0.0] * len(places)
    step = rest
    size = goal = _dot(rest, rest)
    for _ in range(_ROUNDS):
        if size <= goal * _PRECISION**2:
            break
        pull = _spread(rows, _centred(_gather(rows, step)), len(places))
        pull = [a + strength * b for a, b in zip(pull, step, strict=True)]
        length = size / _dot(step, pull)
        found = [a + length * b for a, b in zip(found, step, strict=True)]
        rest = [a - length * b for a, b in zip(rest, pull, strict=True)]
        size, before = _dot(rest, rest), size
        step = [a + size / before * b for a, b in zip(rest, step, strict=True)]
    rated = _gather(rows, found)
    return dict(zip(places, found, strict=True)), mean - (sum(rated) / len(rated) if rated else 0.0)


_Row = Sequence[tuple[float, Sequence[int]]]


def _gather(rows: Sequence[_Row], weights: Sequence[float]) -> list[float]:
    """For each row the sum of its features' weights."""
    return [sum([share * sum([weights[place] for place in places]) for share, places in row]) for row in rows]


def _spread(rows: Sequence[_Row], values: Sequence[float], width: int) -> list[float]:
    """For each feature the sum of its rows' values."""
    sums = [0.0] * width
    for row, value in zip(rows, values, strict=True):
        for share, places in row:
            part = share * value
            for place in places:
                sums[place] += part
    return sums


def _centred(values: Sequence[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(map(float.__mul__, left, right))
