"""OpenBat's requests (openbat.md): what is taken, and within which limits. Unknown fields are ignored."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

CAPTURE_MESSAGES: Final = 100
TRACK_MESSAGES: Final = 1000
CONTENT_CHARACTERS: Final = 32_000
EXTRAS_BYTES: Final = 32 * 1024
CUSTOM_FIELDS: Final = 100
CUSTOM_BYTES: Final = 32 * 1024
PROBE_PREFIX: Final = "obprobe_"
_LARGEST_NUMBER: Final = 1e125
_SIGNIFICANT_DIGITS: Final = 38
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL (U+0000)")
    return text


def _number(value: float) -> float:
    if isinstance(value, int):
        if len(str(abs(value)).rstrip("0")) > _SIGNIFICANT_DIGITS or abs(value) >= _LARGEST_NUMBER:
            raise ValueError("a number has at most 38 significant digits and is below 1e125")
    elif not math.isfinite(value) or abs(value) >= _LARGEST_NUMBER or 0 < abs(value) < 1 / _LARGEST_NUMBER:
        raise ValueError("a number is finite, below 1e125 and not closer to 0 than 1e-125")
    return value


def _time(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be an ISO 8601 time as a string")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an ISO 8601 time, as in 2026-01-31T12:00:00Z") from None
    if not 2 <= time.year <= 9998:
        raise ValueError("must lie in the years 2 to 9998")
    return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).astimezone(UTC)


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("must be a valid e-mail address")
    return text


def _bounded(fields: dict[str, Any]) -> dict[str, Any]:
    if sum(len(str(name).encode()) + len(str(value).encode()) for name, value in fields.items()) > CUSTOM_BYTES:
        raise ValueError(f"must have at most {CUSTOM_BYTES} bytes of names and values")
    return fields


Text = Annotated[str, AfterValidator(_no_nul)]
Identifier = Annotated[Text, Field(min_length=1, max_length=256)]
Name = Annotated[Text, Field(max_length=256)]
Plan = Annotated[Text, Field(max_length=64)]
Url = Annotated[Text, Field(max_length=2048)]
Number = Annotated[int | float, AfterValidator(_number)]
Time = Annotated[datetime, BeforeValidator(_time)]
Email = Annotated[Text, Field(max_length=256), AfterValidator(_email)]
Value = Annotated[bool | Number | Annotated[Text, Field(max_length=2048)], Field(union_mode="left_to_right")]
Custom = Annotated[
    dict[Annotated[Text, Field(min_length=1, max_length=128)], Value],
    Field(max_length=CUSTOM_FIELDS),
    AfterValidator(_bounded),
]


class Request(BaseModel):
    """The base of all requests: JSON types are not converted into one another.

    Building is deferred so that a function builds only the body it takes, and each part once.
    """

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False, defer_build=True)


class Tool(Request):
    """A tool call of the assistant."""

    name: Identifier
    input: Any = None
    output: Any = None


class Message(Request):
    """A message as ``capture`` takes it."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[Text, Field(min_length=1, max_length=CONTENT_CHARACTERS)]
    id: Identifier | None = None
    sentAt: Time | None = None
    tools: Annotated[list[Tool], Field(max_length=20)] | None = None
    reasoning: Text | None = None

    @model_validator(mode="after")
    def _assistant_only(self) -> Message:
        if self.role != "assistant" and (self.tools or self.reasoning):
            raise ValueError("tools and reasoning belong to assistant messages only")
        return self


class TrackMessage(Request):
    """A message as ``track`` takes it."""

    role: Literal["user", "assistant"]
    content: Annotated[Text, Field(min_length=1, max_length=CONTENT_CHARACTERS)]
    id: Identifier | None = None
    sentAt: Time | None = None


class User(Request):
    """Who talks to the chatbot."""

    id: Identifier | None = None
    name: Name | None = None
    email: Email | None = None
    plan: Plan | None = None
    createdAt: Annotated[Text, Field(max_length=64)] | None = None
    industry: Name | None = None
    mrr: Number | None = None


class Organization(Request):
    """Whom the user belongs to."""

    id: Identifier | None = None
    name: Name | None = None
    plan: Plan | None = None
    industry: Name | None = None
    mrr: Number | None = None


class Session(Request):
    """Where the user is."""

    id: Identifier | None = None
    pageUrl: Url | None = None
    referrer: Url | None = None
    device: Name | None = None
    country: Name | None = None


class CaptureBody(Request):
    """The body of ``POST /api/v1/capture``."""

    conversationId: Identifier
    messages: Annotated[list[Message], Field(min_length=1, max_length=CAPTURE_MESSAGES)]
    user: User | None = None
    organization: Organization | None = None
    session: Session | None = None
    custom: Custom | None = None
    userId: Identifier | None = None
    metadata: Custom | None = None
    kind: Literal["organic", "probe"] | None = None


class TrackBody(Request):
    """The body of ``POST /v1/track``."""

    conversationId: Identifier
    messages: Annotated[list[TrackMessage], Field(min_length=1, max_length=TRACK_MESSAGES)]
    user: User | None = None
    organization: Organization | None = None
    metadata: Custom | None = None


ListLimit = Annotated[int, Field(ge=1, le=100)]


class ListQuery(BaseModel):
    """The query of ``GET /api/v1/conversations``; query parameters are text, so they are converted."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: str | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    limit: ListLimit = 20


class OverviewQuery(BaseModel):
    """The query of ``GET /api/v1/analytics/overview``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: str | None = None


class SentimentQuery(BaseModel):
    """The query of ``GET /api/v1/analytics/sentiment``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=365)] = 30


def present(model: BaseModel | None) -> Mapping[str, Any]:
    """The fields of a part that were sent with a value."""
    return model.model_dump(exclude_none=True) if model is not None else {}
