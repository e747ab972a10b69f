"""What was found in one message, and by whom."""

from __future__ import annotations

from typing_extensions import TypedDict

from confab.dialects.answers import Label, Score, Uuid


class TopicName(TypedDict):
    """A topic by id and name."""

    id: str
    name: str


class Judge(TypedDict):
    """What judged; a note says why it was not the provider that was asked for."""

    provider: str | None
    model: str | None
    version: str | None
    note: str | None


class Turn(TypedDict):
    """A message by its ids."""

    id: Uuid
    externalId: str | None


class ChunkJudgement(TypedDict):
    """The sentiment of one stretch of a message."""

    score: Score
    textChunk: str
    reasoning: str


class UserJudgement(Judge):
    """What was found in a user's message."""

    score: Score | None
    label: Label | None
    satisfaction: float | None
    satisfactionReasoning: str | None
    reasoning: str
    sentiments: list[ChunkJudgement]
    intent: str | None
    topics: list[TopicName]
    flags: list[str]
    language: str | None


class AssistantJudgement(Judge):
    """What was found in an assistant's message."""

    behaviour: str | None
    outcome: str | None
