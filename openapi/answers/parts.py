"""What answers of all dialects are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from confab.dialects.answers import Distribution
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Distribution"]


class Shape(BaseModel):
    """A JSON object with these keys and no others. A field without a default is always there, null or not."""

    model_config = ConfigDict(extra="forbid")


def absent() -> Any:
    """The default of a field that may be left out of an answer, and is never null where its type does not say so."""
    return Field(default_factory=lambda: None)


Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time that Confab wrote: ISO 8601 in UTC. One that comes back as a caller sent it is a plain string."""
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=-1, le=1)]
Object = dict[str, Any]
"""A caller's own JSON object."""
CustomFields = dict[str, bool | float | str]
Label = Literal["Very Positive", "Positive", "Neutral", "Negative", "Very Negative"]
ConversationOutcome = Literal["resolved", "unresolved", "escalated", "abandoned", "open"]
Trend = Literal["improving", "steady", "declining"]


class Ok(Shape):
    """It was done."""

    ok: Literal[True]


class ShownUser(Shape):
    """What is known of a user."""

    id: str = absent()
    name: str = absent()
    email: str = absent()
    phoneNumber: str = absent()
    language: str = absent()
    plan: str = absent()
    createdAt: str = absent()
    industry: str = absent()
    mrr: float = absent()


class ShownOrganization(Shape):
    """What is known of a user's organization."""

    id: str = absent()
    name: str = absent()
    plan: str = absent()
    industry: str = absent()
    mrr: float = absent()


class ShownSession(Shape):
    """Where the user was."""

    id: str = absent()
    pageUrl: str = absent()
    referrer: str = absent()
    device: str = absent()
    country: str = absent()


class EventBody(Shape):
    """What is kept of an event beside its name: of Inkeep's events, of channels, payloads and custom events, and of a
    delivery that failed.
    """

    createdAt: str = absent()
    projectId: str = absent()
    integrationId: str = absent()
    properties: Object = absent()
    userProperties: Object = absent()
    kind: Literal["channel", "payload", "custom"] = absent()
    payload: Any = absent()
    flowId: str | None = absent()
    stepId: str | None = absent()
    isDebug: bool = absent()
    reason: str = absent()
    webhookId: str = absent()
    attempts: Count = absent()
