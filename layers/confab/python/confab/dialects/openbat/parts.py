"""Parts that OpenBat's capture and track share (openbat.md): the user's fields, and their way into the domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, model_validator

from confab.capture.capture import CaptureResult
from confab.dialects.fields import Email, Group, Identifier, Name, Number, Plan, Request
from confab.domain.placing import ahead_warning
from confab.domain.verdict import CONFLICT

if TYPE_CHECKING:
    from confab.dialects.openbat.answers import Verdict

DIALECT: Final = "openbat"
PROBE_PREFIX: Final = "obprobe_"
SENT_HEADERS: Final = {
    "x-original-user-agent": "originalUserAgent",
    "x-original-referer": "originalReferer",
    "x-openbat-framework": "framework",
}
"""What a caller says of its user and of itself."""
CALLER_HEADERS: Final = {"x-forwarded-for": "forwardedFor", "user-agent": "userAgent"}
"""What networks and libraries say of every caller."""
CLIENT_HEADERS: Final = SENT_HEADERS | CALLER_HEADERS
KEPT_FIRST: Final = (
    "messages.{index}: something else is stored in its place and stays; "
    "a message that is sent while it grows has final: false until it is whole"
)
_MAX_HEADER: Final = 256


class User(Group):
    """Who talks to the chatbot."""

    id: Identifier | None = None
    name: Name | None = None
    email: Email | None = None
    plan: Plan | None = None
    createdAt: Annotated[str, Field(max_length=64)] | None = None
    industry: Name | None = None
    mrr: Number | None = None


class Organization(Group):
    """Whom the user belongs to."""

    id: Identifier | None = None
    name: Name | None = None
    plan: Plan | None = None
    industry: Name | None = None
    mrr: Number | None = None


class Growing(Request):
    """What marks a message that is sent before it is whole: a streamed answer, a tool whose output comes later."""

    id: Identifier | None = None
    final: bool | None = None

    @model_validator(mode="after")
    def _recognisable(self) -> Growing:
        if self.final is False and self.id is None:
            raise ValueError("a message with final: false needs an id, by which the rest of it is recognised")
        return self


def results_of(captured: CaptureResult) -> list[Verdict]:
    """The verdict of each message, in the order sent."""
    return [{"id": verdict.id, "status": verdict.status} for verdict in captured.verdicts]


def message_warnings(captured: CaptureResult) -> list[str]:
    """Warnings of messages whose time was not taken, or that were not stored because something else stands there."""
    kept = [KEPT_FIRST.format(index=i) for i, verdict in enumerate(captured.verdicts) if verdict.status == CONFLICT]
    return [*(ahead_warning(f"messages.{index}.sentAt") for index in captured.ahead), *kept]


def attributes_of(**groups: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The groups of attributes that have any field."""
    return {name: fields for name, fields in groups.items() if fields}


def client_of(headers: Mapping[str, str], *, keep_client: bool) -> dict[str, str]:
    """What is stored of the headers.

    Args:
        keep_client: whether the caller's address and software are stored too.
    """
    wanted = CLIENT_HEADERS if keep_client else SENT_HEADERS
    return {name: headers[header][:_MAX_HEADER] for header, name in wanted.items() if headers.get(header)}
