"""What answers of all dialects are made of.

Types for the type checker, which holds the builders to them, and for the OpenAPI document, which is made from them. No
function imports them. A key is always there, null or not, unless it is ``NotRequired``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

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
Label = Annotated[
    str, Field(json_schema_extra={"enum": ["Very Positive", "Positive", "Neutral", "Negative", "Very Negative"]})
]
ConversationOutcome = Annotated[
    str, Field(json_schema_extra={"enum": ["resolved", "unresolved", "escalated", "abandoned", "open"]})
]
State = Annotated[
    str,
    Field(
        json_schema_extra={
            "enum": ["solved", "gave_up", "unanswered", "waiting_for_user", "waiting_for_answer", "answered"]
        }
    ),
]
Trend = Annotated[str, Field(json_schema_extra={"enum": ["improving", "steady", "declining"]})]
ConversationKind = Annotated[str, Field(json_schema_extra={"enum": ["organic", "probe"]})]
Distribution = TypedDict(
    "Distribution",
    {"Very Positive": Count, "Positive": Count, "Neutral": Count, "Negative": Count, "Very Negative": Count},
)
"""Messages by label."""


class Ok(TypedDict):
    """It was done."""

    ok: Literal[True]


class ShownUser(TypedDict, total=False):
    """What is known of a user."""

    id: str
    name: str
    email: str
    phoneNumber: str
    language: str
    plan: str
    createdAt: str
    industry: str
    mrr: float


class ShownOrganization(TypedDict, total=False):
    """What is known of a user's organization."""

    id: str
    name: str
    plan: str
    industry: str
    mrr: float


class ShownSession(TypedDict, total=False):
    """Where the user was."""

    id: str
    pageUrl: str
    referrer: str
    device: str
    country: str


class EventBody(TypedDict):
    """What is kept of an event besides its name: of Inkeep's events, of channels, payloads and custom events, and of a
    delivery that failed.
    """

    createdAt: NotRequired[str]
    projectId: NotRequired[str]
    integrationId: NotRequired[str]
    properties: NotRequired[Object]
    userProperties: NotRequired[Object]
    kind: NotRequired[Literal["channel", "payload", "custom"]]
    payload: NotRequired[Any]
    flowId: NotRequired[str | None]
    stepId: NotRequired[str | None]
    isDebug: NotRequired[bool]
    reason: NotRequired[str]
    webhookId: NotRequired[str]
    attempts: NotRequired[Count]
