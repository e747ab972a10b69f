"""OpenBat's capture (openbat.md, "POST /api/v1/capture"): its body, what it says, and its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from confab.dialects.fields import (
    Content,
    Custom,
    EmptyAsAbsent,
    Group,
    Identifier,
    Name,
    Request,
    Time,
    Url,
    said,
)
from confab.dialects.openbat.parts import (
    DIALECT,
    PROBE_PREFIX,
    Growing,
    Organization,
    User,
    facets_of,
    message_warnings,
    results_of,
)
from confab.domain.conversation import ORGANIC, PROBE
from confab.domain.message import Draft
from confab.platform.errors import Fault, InvalidRequest
from confab.usecases.capture import Captured
from confab.usecases.intake import CaptureRequest

MESSAGES: Final = 100
EXTRAS_BYTES: Final = 32 * 1024


class Tool(Request):
    """A tool call of the assistant."""

    name: Identifier
    input: Any = None
    output: Any = None


class Message(Growing):
    """A message as ``capture`` takes it."""

    role: Literal["user", "assistant", "system"]
    content: Content
    sentAt: Time | None = None
    tools: Annotated[list[Tool], Field(max_length=20)] | None = None
    reasoning: str | None = None

    @model_validator(mode="after")
    def _assistant_only(self) -> Message:
        if self.role != "assistant" and (self.tools or self.reasoning):
            raise ValueError("tools and reasoning belong to assistant messages only")
        return self


class Session(Group):
    """Where the user is."""

    id: Identifier | None = None
    pageUrl: Url | None = None
    referrer: Url | None = None
    device: Name | None = None
    country: Name | None = None


class CaptureBody(Request):
    """The body of ``POST /api/v1/capture``."""

    conversationId: Identifier
    messages: Annotated[list[Message], Field(min_length=1, max_length=MESSAGES)]
    user: User | None = None
    organization: Organization | None = None
    session: Session | None = None
    custom: Custom | None = None
    userId: Annotated[Identifier | None, EmptyAsAbsent] = None
    metadata: Custom | None = None
    kind: Literal["organic", "probe"] | None = None


def capture_request(body: CaptureBody, client: Mapping[str, str]) -> CaptureRequest:
    """What a capture says, in the domain's words.

    Args:
        client: what is stored of the request's headers.

    Raises:
        InvalidRequest: tools and reasoning of a message are too large together.
    """
    user = {**({"id": body.userId} if body.userId is not None else {}), **said(body.user)}
    probe = body.kind == PROBE or (body.kind is None and body.conversationId.startswith(PROBE_PREFIX))
    return CaptureRequest(
        external_id=body.conversationId,
        dialect=DIALECT,
        kind=PROBE if probe else ORGANIC,
        drafts=[_draft(index, message) for index, message in enumerate(body.messages)],
        facets=facets_of(
            user=user,
            organization=said(body.organization),
            session=said(body.session),
            custom={**(body.metadata or {}), **(body.custom or {})},
            client=client,
        ),
    )


def _draft(index: int, message: Message) -> Draft:
    extras = message.model_dump(include={"tools", "reasoning"}, exclude_none=True)
    if extras and len(json.dumps(extras, ensure_ascii=False).encode()) >= EXTRAS_BYTES:
        fault = Fault(f"messages.{index}", f"tools and reasoning together must stay below {EXTRAS_BYTES} bytes as JSON")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
    return Draft(
        role=message.role,
        content=message.content,
        id=message.id,
        sent_at=message.sentAt,
        extras=extras,
        final=message.final is not False,
    )


def capture_answer(captured: Captured, warnings: Sequence[str]) -> dict[str, Any]:
    """The answer of a capture."""
    return {
        "ok": True,
        "conversationId": captured.conversation_id,
        "messagesStored": captured.stored,
        "analysisQueued": captured.analysis_queued,
        "warnings": [*warnings, *message_warnings(captured)],
        "results": results_of(captured),
    }
