"""Requests about scores as models with their limits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, RootModel, model_validator

from confab.dialects.fields import Custom, Identifier, Request, Time
from confab.dialects.insights.queries import PeriodQuery, Query
from confab.dialects.openbat.queries import Since, Until
from confab.domain.corrections import kind_of
from confab.domain.merge import json_bytes
from confab.domain.scores import (
    API,
    BOOLEAN,
    CATEGORICAL,
    HUMAN,
    MAX_COMMENT,
    MAX_NAME,
    NUMERIC,
    printed,
    value_of,
)
from confab.platform.cursors import MAX_CURSOR
from confab.scores.give import OF_FEEDBACK, ScoreRequest

MAX_SCORES: Final = 100
MAX_METADATA: Final = 8 * 1024
MAX_MESSAGE_ID: Final = 1024


def _own(text: str) -> str:
    if text.startswith(OF_FEEDBACK):
        raise ValueError(f"must not begin with {OF_FEEDBACK}, which names feedback: give that as feedback")
    return text


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if json_bytes(value) > MAX_METADATA:
        raise ValueError(f"must have at most {MAX_METADATA:,} bytes as JSON")
    return value


ScoreId = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(printed), AfterValidator(_own)]
ScoreName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(printed)]
Finding = Annotated[str, Field(min_length=1, max_length=64)]
Source = Literal["end_user", "human", "api", "evaluator"]
DataType = Literal["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT"]
ScoreValue = Annotated[bool | int | float | str, Field(union_mode="left_to_right")]


class ScoreBody(Request):
    """A score of a conversation or of one of its messages. With a ``finding`` it is a correction of the analysis."""

    id: ScoreId | None = None
    conversationId: Identifier
    messageId: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_ID)] | None = None
    name: ScoreName | None = None
    dataType: DataType | None = None
    value: ScoreValue
    source: Source | None = None
    finding: Finding | None = None
    author: Identifier | None = None
    userId: Identifier | None = None
    comment: Annotated[str, Field(min_length=1, max_length=MAX_COMMENT)] | None = None
    metadata: Annotated[Custom, AfterValidator(_small)] | None = None
    createdAt: Time | None = None

    @model_validator(mode="after")
    def _fits(self) -> ScoreBody:
        if self.name is None and self.finding is None:
            raise ValueError("needs a name")
        if self.finding is not None and self.source not in (None, HUMAN):
            raise ValueError(f"has a finding, which only a score of the source {HUMAN} corrects")
        value_of(self.data_type, self.value)
        return self

    @property
    def data_type(self) -> str:
        """The type that was named, else the value's own."""
        if self.dataType is not None:
            return self.dataType
        if isinstance(self.value, bool):
            return BOOLEAN
        return CATEGORICAL if isinstance(self.value, str) else NUMERIC

    def request(self, new_id: str | None, at: datetime | None) -> ScoreRequest:
        """The score in the use case's words.

        Args:
            new_id: the id of a new score; None for a random one.
            at: the time of a new score; None for now.
        """
        fields = {"author": self.author, "comment": self.comment, "metadata": self.metadata}
        body = {name: value for name, value in fields.items() if value is not None}
        if self.userId is not None:
            body["userProperties"] = {"id": self.userId}
        return ScoreRequest(
            id=self.id,
            new_id=new_id,
            name=self.name or kind_of(self.finding or ""),
            data_type=self.data_type,
            value=value_of(self.data_type, self.value),
            source=self.source or (API if self.finding is None else HUMAN),
            conversation_id=self.conversationId,
            message_id=self.messageId,
            finding=self.finding,
            author=self.author or self.userId,
            at=self.createdAt or (at if self.id is None else None),
            body=body,
        )


class ScoreList(RootModel[Annotated[list[ScoreBody], Field(min_length=1, max_length=MAX_SCORES)]]):
    """Several scores; one that cannot be stored does not keep the others from being stored."""


class ScoresQuery(Query):
    """The query of ``GET /api/v1/scores``."""

    conversationId: Identifier | None = None
    name: ScoreName | None = None
    source: Source | None = None
    since: Since | None = Field(default=None, alias="from")
    until: Until | None = Field(default=None, alias="to")
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None


class FiguresQuery(PeriodQuery):
    """The query of ``GET /v1/insights/scores``."""

    name: ScoreName | None = None


class AgreementQuery(PeriodQuery):
    """The query of ``GET /v1/insights/agreement``."""
