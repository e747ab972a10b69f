"""Scores: what people, code and judges say of messages and conversations, and what that adds to the statistics.

A score is a name with a value. A person's score on a finding is a correction of it (``domain.corrections``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

NUMERIC: Final = "NUMERIC"
BOOLEAN: Final = "BOOLEAN"
CATEGORICAL: Final = "CATEGORICAL"
TEXT: Final = "TEXT"
DATA_TYPES: Final = (NUMERIC, BOOLEAN, CATEGORICAL, TEXT)

END_USER: Final = "end_user"
HUMAN: Final = "human"
API: Final = "api"
EVALUATOR: Final = "evaluator"
SOURCES: Final = (END_USER, HUMAN, API, EVALUATOR)
"""Who gives a score: the user, a person of the team, a program, or a model that judges."""

MAX_NAME: Final = 100
MAX_CATEGORY: Final = 100
MAX_TEXT: Final = 500
MAX_COMMENT: Final = 2_000
MAX_NUMBER: Final = 1e9
MILLIONTHS: Final = 1_000_000
"""Sums of numbers are exact in millionths."""

SCORE: Final = "SCORE#"
"""What the names of the statistics of scores begin with: the day, the type, the name and the bucket follow."""

MAX_FOUND: Final = 40
"""How many different values of scores a search finds a conversation by: the row has them."""
_SCORED: Final = "score:"
_FIRST_PRINTED: Final = " "

Value = float | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score of a message, or of a conversation.

    Attributes:
        id: the caller's, else a generated one; the same id again is the same score.
        data_type: one of ``DATA_TYPES``.
        value: a number, true or false, a category, or a text, as the type says.
        source: one of ``SOURCES``.
        created_at: when it was given first: the day that it counts on (UTC).
        updated_at: when it was given or changed last (UTC).
        message_key: the key of the message; None for the conversation.
        message_id: the id of the message as the caller named it.
        finding: what of the analysis it corrects (``domain.corrections``); None for nothing.
        reviewer: a digest of who gave it; None where nobody said so.
        body: the rest of what was sent, such as a comment; JSON values only.
    """

    id: str
    name: str
    data_type: str
    value: Value
    source: str
    created_at: datetime
    updated_at: datetime
    message_key: str | None = None
    message_id: str | None = None
    finding: str | None = None
    reviewer: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> tuple[Any, ...]:
        """What of it makes it another score when it changes."""
        return self.name, self.data_type, self.value, self.source, self.message_key, self.finding, self.body


def bucket_of(data_type: str, value: Value) -> str:
    """The bucket that a value counts in: itself, one for all texts, and of a number its first digit with its magnitude.

    Numbers are cut towards zero: 0.87 is in ``0.8``, 4 in ``4``, 1234 in ``1000``; what is closer to 0 than 0.1 in
    ``0``. So there are few buckets whatever is sent.
    """
    if data_type == TEXT:
        return ""
    if data_type == BOOLEAN:
        return "true" if value else "false"
    if data_type == CATEGORICAL:
        return str(value)
    number = abs(float(value))
    if number < 0.1:
        return "0"
    # The decimal digits as they are written: 0.3 is in "0.3", though it is a little less in binary.
    digit, _, power = f"{number:.15e}".partition("e")
    exponent = int(power)
    cut = f"0.{digit[0]}" if exponent < 0 else digit[0] + "0" * exponent
    return f"-{cut}" if float(value) < 0 else cut


def millionths(value: Value) -> int:
    """A number as statistics sum it."""
    return round(float(value) * MILLIONTHS)


def value_of(data_type: str, value: Any) -> Value:
    """A value of a type, as it was sent.

    Raises:
        ValueError: it is none; the text says what it would be.
    """
    if data_type == BOOLEAN:
        if value not in (0, 1):
            raise ValueError("has the type BOOLEAN: its value is true, false, 1 or 0")
        return bool(value)
    if data_type == NUMERIC:
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= MAX_NUMBER:
            raise ValueError(f"has the type NUMERIC: its value is a number, at most {MAX_NUMBER:,.0f} away from 0")
        return float(value)
    longest = MAX_TEXT if data_type == TEXT else MAX_CATEGORY
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise ValueError(f"has the type {data_type}: its value is a string of 1 to {longest} characters")
    return value if data_type == TEXT else printed(value)


def printed(text: str) -> str:
    """A text that is a name or a category.

    Raises:
        ValueError: it has control characters.
    """
    if any(sign < _FIRST_PRINTED or sign == "\x7f" for sign in text):
        raise ValueError("must have no control characters")
    return text


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """What a statistic of scores counts.

    Attributes:
        day: ISO date.
    """

    day: str
    data_type: str
    name: str
    bucket: str

    @property
    def statistic(self) -> str:
        """The name of its statistic."""
        return SCORE + "#".join((self.day, self.data_type[0], escaped(self.name), escaped(self.bucket)))

    @classmethod
    def of(cls, statistic: str) -> Bucket:
        """What a statistic counts, by its name."""
        day, letter, name, bucket = statistic.removeprefix(SCORE).split("#")
        data_type = next(each for each in DATA_TYPES if each[0] == letter)
        return cls(day, data_type, plain(name), plain(bucket))


def escaped(text: str) -> str:
    """A text as a part of a statistic's name."""
    return text.replace("%", "%25").replace("#", "%23")


def plain(text: str) -> str:
    """The text of a part of a statistic's name."""
    return text.replace("%23", "#").replace("%25", "%")


def score_statistics(scores: Iterable[Score]) -> dict[str, dict[str, int]]:
    """What scores add to the statistics: how many each source gave, and of numbers the sums in millionths."""
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for score in scores:
        if score.finding is not None:
            continue
        counters = counts[bucket_of_score(score).statistic]
        counters[score.source] += 1
        if score.data_type == NUMERIC:
            counters[sum_counter(score.source)] += millionths(score.value)
    return {statistic: {name: n for name, n in counters.items() if n} for statistic, counters in counts.items()}


def bucket_of_score(score: Score) -> Bucket:
    """What a score counts in."""
    day = score.created_at.astimezone(UTC).date().isoformat()
    return Bucket(day, score.data_type, score.name, bucket_of(score.data_type, score.value))


def sum_counter(source: str) -> str:
    """The counter of the sum of the numbers of a source, in millionths."""
    return f"sum:{source}"


def scored_with(name: str, value: str | None = None) -> str:
    """What a search asks for that looks for conversations with a score.

    Args:
        value: its bucket (``bucket_of``); None for any.
    """
    return f"{_SCORED}{escaped(name)}" if value is None else f"{_SCORED}{escaped(name)}#{escaped(value)}"


def scores_found(contribution: Mapping[str, Mapping[str, int]]) -> set[str]:
    """What a search asks for of the scores that a contribution counts: of the first ``MAX_FOUND`` names and values."""
    each = map(Bucket.of, filter(_of_scores, contribution))
    buckets = sorted({(bucket.name, bucket.bucket) for bucket in each})[:MAX_FOUND]
    return {scored_with(name) for name, _ in buckets} | {scored_with(name, bucket) for name, bucket in buckets}


def _of_scores(statistic: str) -> bool:
    return statistic.startswith(SCORE)
