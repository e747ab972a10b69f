"""Compares an analyzer with people's satisfaction ratings of the user turns of task dialogues."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from confab.analysis.analyzer import Analyzer
from confab.domain.message import ASSISTANT, TICK, USER, Message

DISSATISFIED: Final = 2.7
FOLDS: Final = 5
USUAL: Final = 3.0
"""What a turn without an estimate of satisfaction counts as."""
_START: Final = datetime(2020, 1, 1, tzinfo=UTC)
_ROLES: Final = {"USER": USER, "SYSTEM": ASSISTANT}
_OVERALL: Final = "OVERALL"

Trainer = Callable[[Sequence["Dialogue"]], Analyzer]
Progress = Callable[[int], None]


class BadRatings(ValueError):
    """A line of a ratings file cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A dialogue with ratings.

    Attributes:
        messages: the transcript.
        ratings: mean rating (1 to 5) of each rated user message, by the message's key.
    """

    messages: Sequence[Message]
    ratings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """How well scores follow ratings.

    Attributes:
        turns: rated user turns.
        dissatisfied: those with a mean rating below ``DISSATISFIED``.
        spearman: rank correlation of score and rating, -1 to 1; NaN when one of the two does not vary.
        auc: chance that a dissatisfied turn scores below another one, 0 to 1; NaN without both kinds.
        satisfaction_spearman, satisfaction_auc: the same of the estimate of satisfaction.
    """

    turns: int
    dissatisfied: int
    spearman: float
    auc: float
    satisfaction_spearman: float = math.nan
    satisfaction_auc: float = math.nan


class Scored(NamedTuple):
    """One rated turn: its mood, the estimate of the satisfaction, and people's mean rating."""

    score: float
    satisfaction: float
    rating: float


def read_ratings(lines: Iterable[str]) -> list[Dialogue]:
    """Read a satisfaction file.

    Each line is ``speaker <tab> text <tab> action <tab> ratings``, ratings being whole numbers joined by commas; a
    blank line ends a dialogue and a user line with the text ``OVERALL`` (the rating of the whole) is passed over.

    Raises:
        BadRatings: a line has another form.
    """
    return [_dialogue(block) for block in _blocks(lines)]


def score_turns(analyzer: Analyzer, dialogues: Sequence[Dialogue], progress: Progress | None = None) -> list[Scored]:
    """What an analyzer gives and the mean rating, one per rated user turn, in order.

    Args:
        analyzer: what to measure.
        dialogues: what to measure it on.
        progress: called with 1 after each dialogue.
    """
    pairs: list[Scored] = []
    for dialogue in dialogues:
        found = analyzer.analyse(dialogue.messages, frozenset(dialogue.ratings))
        results = {result.key: result for result in found.messages}
        for key, rating in dialogue.ratings.items():
            estimate = results[key].satisfaction
            pairs.append(Scored(results[key].score or 0.0, USUAL if estimate is None else estimate, rating))
        if progress is not None:
            progress(1)
    return pairs


def figures(pairs: Sequence[Scored]) -> Figures:
    """The figures for what was given and rated."""
    ratings = [pair.rating for pair in pairs]
    unhappy = [rating < DISSATISFIED for rating in ratings]
    scores, estimates = [pair.score for pair in pairs], [pair.satisfaction for pair in pairs]
    return Figures(
        turns=len(pairs),
        dissatisfied=sum(unhappy),
        spearman=spearman(scores, ratings),
        auc=auc([-score for score in scores], unhappy),
        satisfaction_spearman=spearman(estimates, ratings),
        satisfaction_auc=auc([-estimate for estimate in estimates], unhappy),
    )


def evaluate(analyzer: Analyzer, dialogues: Sequence[Dialogue], progress: Progress | None = None) -> Figures:
    """Measure an analyzer as it is."""
    return figures(score_turns(analyzer, dialogues, progress))


def cross_validate(
    train: Trainer, dialogues: Sequence[Dialogue], folds: int = FOLDS, progress: Progress | None = None
) -> Figures:
    """Measure a way of training: each dialogue is scored by an analyzer that was trained without its fold.

    Args:
        train: makes an analyzer out of dialogues.
        dialogues: all of them, at least ``folds``; the fold of a dialogue is its place modulo ``folds``.
        folds: number of parts, at least 2.
        progress: called with 1 after each dialogue is scored.
    """
    pairs: list[Scored] = []
    for fold in range(folds):
        kept = [dialogue for place, dialogue in enumerate(dialogues) if place % folds != fold]
        pairs.extend(score_turns(train(kept), dialogues[fold::folds], progress))
    return figures(pairs)


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            found[place] = (start + 1 + end) / 2
        start = end
    return found


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """Rank correlation of two equally long rows of numbers, NaN when one does not vary."""
    first, second = ranks(left), ranks(right)
    middle = (len(first) + 1) / 2
    shared = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    spread = math.sqrt(sum((a - middle) ** 2 for a in first) * sum((b - middle) ** 2 for b in second))
    return shared / spread if spread else math.nan


def auc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half."""
    hits = sum(positive)
    misses = len(positive) - hits
    if not hits or not misses:
        return math.nan
    total = sum(rank for rank, is_hit in zip(ranks(scores), positive, strict=True) if is_hit)
    return (total - hits * (hits + 1) / 2) / (hits * misses)


def _blocks(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\r\n")
        if bare.strip():
            block.append((number, bare))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _dialogue(block: Sequence[tuple[int, str]]) -> Dialogue:
    messages: list[Message] = []
    ratings: dict[str, float] = {}
    for number, line in block:
        speaker, _, rest = line.partition("\t")
        text, _, tail = rest.partition("\t")
        role = _ROLES.get(speaker)
        if role is None:
            raise BadRatings(f"line {number}: speaker must be USER or SYSTEM, got {speaker[:40]!r}")
        if role == USER and text == _OVERALL:
            continue
        key = f"m:{number}"
        place = _START + TICK * number
        messages.append(Message(key=key, role=role, content=text, created_at=place, stored_at=place))
        given = tail.rpartition("\t")[2].strip()
        if role == USER and given:
            ratings[key] = _mean(given, number)
    return Dialogue(messages, ratings)


def _mean(given: str, number: int) -> float:
    try:
        marks = [float(mark) for mark in given.split(",") if mark.strip()]
        return sum(marks) / len(marks)
    except (ValueError, ZeroDivisionError):
        raise BadRatings(f"line {number}: ratings must be numbers joined by commas, got {given[:40]!r}") from None
