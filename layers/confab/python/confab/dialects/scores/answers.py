"""Answers about scores and corrections."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Count, Day, Object, Share, Time, Uuid

DataType = Annotated[str, Field(json_schema_extra={"enum": ["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT"]})]
Source = Annotated[str, Field(json_schema_extra={"enum": ["end_user", "human", "api", "evaluator"]})]
Kappa = Annotated[float, Field(ge=-1, le=1)]


class GivenScore(TypedDict):
    """A score. What is ``readOnly`` is feedback: it is given, changed and taken back as that."""

    id: str
    name: str
    dataType: DataType
    value: bool | float | str
    source: Source
    chatbotId: Uuid
    conversationId: Uuid
    messageId: str | None
    finding: str | None
    author: str | None
    userId: str | None
    comment: str | None
    metadata: Object | None
    createdAt: Time
    updatedAt: Time
    readOnly: bool


class Correction(TypedDict):
    """What a person says instead of what the analysis found."""

    id: str
    finding: str
    value: bool | float | str
    author: str | None
    comment: str | None
    updatedAt: Time


class RefusedScore(TypedDict):
    """A score of a list that was not stored; ``index`` counts from 0."""

    index: Count
    status: int
    code: str
    message: str


class StoredScores(TypedDict):
    """What became of a list of scores: each is in one of the two lists."""

    data: list[GivenScore]
    errors: list[RefusedScore]


GivenScores = GivenScore | StoredScores
"""One score where one was sent, else what became of each."""


class ScoreDeleted(TypedDict):
    """A score was taken back."""

    ok: Literal[True]


class ScorePage(TypedDict):
    """Scores, the newest first."""

    data: list[GivenScore]
    nextCursor: NotRequired[str]


class ScoreBucket(TypedDict):
    """Scores with one value; of numbers, with the same first digit and magnitude."""

    value: str
    count: Count


class ScoreDay(TypedDict):
    """The scores of a day."""

    date: Day
    count: Count


class BySource(TypedDict):
    """Scores by who gave them."""

    end_user: Count
    human: Count
    api: Count
    evaluator: Count


class NamedScores(TypedDict):
    """The scores of one name and type."""

    name: str
    dataType: DataType
    count: Count
    mean: float | None
    sources: BySource
    buckets: list[ScoreBucket]
    overTime: list[ScoreDay]


# "from" is no name in Python.
ScoreFigures = TypedDict("ScoreFigures", {"from": Day, "to": Day, "scores": list[NamedScores]})
"""The scores of a range of days, those of most scores first."""


class ConfusedPair(TypedDict):
    """How often one value was given where the other one was."""

    first: str
    second: str
    count: Count


class Agreed(TypedDict):
    """How far two sides agree: the share of equal values, and Cohen's kappa, which takes chance out of it."""

    count: Count
    share: Share | None
    kappa: Kappa | None
    table: list[ConfusedPair]


class FindingAgreement(TypedDict):
    """How far people agree with the analysis about one kind of finding, and two people with one another."""

    on: Annotated[str, Field(json_schema_extra={"enum": ["user", "assistant", "conversation"]})]
    finding: str
    judged: Agreed
    reviewed: Agreed


Agreement = TypedDict("Agreement", {"from": Day, "to": Day, "findings": list[FindingAgreement]})
"""The corrections of a range of days against the analysis as it is now."""
