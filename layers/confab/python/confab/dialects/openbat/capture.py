"""OpenBat's capture (openbat.md, "POST /api/v1/capture"): its body, its mapping to the domain, and its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from confab.capture.capture import CaptureResult
from confab.capture.intake import CaptureRequest
from confab.dialects.fields import Custom, EmptyAsAbsent, Group, Identifier, Name, Request, Url, said
from confab.dialects.openbat.messages import ChatMessage, warnings_of
from confab.dialects.openbat.parts import (
    DIALECT,
    PROBE_PREFIX,
    Organization,
    User,
    attributes_of,
    message_warnings,
    results_of,
)
from confab.domain.conversation import ORGANIC, PROBE
from confab.domain.message import ASSISTANT, Draft
from confab.domain.message_bounds import MAX_BYTES, REASONING, TOOLS, fits
from confab.platform.errors import Fault, InvalidRequest

if TYPE_CHECKING:
    from confab.dialects.openbat import answers

MESSAGES: Final = 100


class Tool(Request):
    """A tool call of the assistant."""

    name: Identifier
    input: Any = None
    output: Any = None


class Message(ChatMessage):
    """A message as ``capture`` takes it."""

    tools: Annotated[list[Tool], Field(max_length=20)] | None = None
    reasoning: str | None = None

    @model_validator(mode="after")
    def _assistant_only(self) -> Message:
        if self.role != ASSISTANT and (self.tools or self.reasoning):
            raise ValueError("tools and reasoning belong to assistant messages only")
        return self

    @property
    def own(self) -> Mapping[str, Any]:
        """What the contract has besides the text."""
        return self.model_dump(include={TOOLS, REASONING}, exclude_none=True)


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
        attributes=attributes_of(
            user=user,
            organization=said(body.organization),
            session=said(body.session),
            custom={**(body.metadata or {}), **(body.custom or {})},
            client=client,
        ),
    )


def _draft(index: int, message: Message) -> Draft:
    own = message.own
    if not message.reshaped and not fits(own):
        rule = f"tools and reasoning together must stay below {MAX_BYTES:,} bytes as JSON"
        raise InvalidRequest.at(Fault(f"messages.{index}", rule))
    return message.draft(own)


def capture_warnings(body: CaptureBody) -> list[str]:
    """What of the messages is not kept."""
    return warnings_of([message.notes(message.own) for message in body.messages])


def capture_answer(captured: CaptureResult, warnings: Sequence[str]) -> answers.Captured:
    """The answer of a capture."""
    return {
        "ok": True,
        "conversationId": captured.conversation_id,
        "messagesStored": captured.stored,
        "analysisQueued": captured.analysis_queued,
        "warnings": [*warnings, *message_warnings(captured)],
        "results": results_of(captured),
    }
