"""Requests of Langfuse's SDKs."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, RootModel, model_validator

from confab.dialects.fields import EmptyAsAbsent, Request, Time
from confab.dialects.scores.models import MAX_METADATA, ScoreBody, ScoreId
from confab.domain.merge import json_bytes
from confab.platform.request_body import parse

MAX_EVENTS: Final = 1_000
MAX_SCORES: Final = 100
Name = Annotated[str, Field(min_length=1, max_length=256)]


class BatchBody(Request):
    """Events of an older SDK. Each is checked by itself, so that one that is wrong costs no other."""

    batch: Annotated[list[Any], Field(max_length=MAX_EVENTS)]


class LangfuseScore(Request):
    """A score of a trace, of an observation of it, or of a session."""

    id: Annotated[ScoreId | None, EmptyAsAbsent] = None
    traceId: Annotated[Name | None, EmptyAsAbsent] = None
    observationId: Annotated[Name | None, EmptyAsAbsent] = None
    sessionId: Annotated[Name | None, EmptyAsAbsent] = None
    name: Annotated[str, Field(min_length=1, max_length=100)]
    value: bool | int | float | str
    dataType: Literal["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT"] | None = None
    comment: Annotated[str | None, EmptyAsAbsent] = None
    metadata: Any = None
    timestamp: Time | None = None

    @model_validator(mode="after")
    def _about_something(self) -> LangfuseScore:
        if self.traceId is None and self.sessionId is None:
            raise ValueError("needs a traceId or a sessionId")
        return self

    def score(self, conversation_id: str, message_id: str | None) -> ScoreBody:
        """The score in Confab's own words, which have further limits.

        Raises:
            InvalidRequest: it is beyond one of them.
        """
        fields = self.metadata if isinstance(self.metadata, dict) else {}
        plain = {name: each for name, each in fields.items() if isinstance(each, str | int | float | bool)}
        said = {
            "id": self.id,
            "conversationId": conversation_id,
            "messageId": message_id,
            "name": self.name,
            "value": self.value,
            "dataType": self.dataType,
            "comment": self.comment[:2_000] if self.comment else None,
            "metadata": plain if plain and json_bytes(plain) <= MAX_METADATA else None,
            "createdAt": self.timestamp.isoformat() if self.timestamp else None,
        }
        return parse(ScoreBody, {name: each for name, each in said.items() if each is not None})


class LangfuseScores(RootModel[Annotated[list[LangfuseScore], Field(min_length=1, max_length=MAX_SCORES)]]):
    """Several scores."""
