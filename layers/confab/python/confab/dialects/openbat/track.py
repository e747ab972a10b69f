"""OpenBat's track (openbat.md, "POST /v1/track"): its body and its mapping to the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from confab.capture.capture import CaptureResult
from confab.capture.intake import CaptureRequest
from confab.dialects.fields import Custom, Identifier, Request, said
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

if TYPE_CHECKING:
    from confab.dialects.openbat.answers import Tracked

MESSAGES: Final = 1000


class TrackBody(Request):
    """The body of ``POST /v1/track``."""

    conversationId: Identifier
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MESSAGES)]
    user: User | None = None
    organization: Organization | None = None
    metadata: Custom | None = None


def track_request(body: TrackBody, client: Mapping[str, str]) -> CaptureRequest:
    """What a track says, in the domain's words; ``client`` is what is stored of the request's headers."""
    return CaptureRequest(
        external_id=body.conversationId,
        dialect=DIALECT,
        kind=PROBE if body.conversationId.startswith(PROBE_PREFIX) else ORGANIC,
        drafts=[message.draft({}) for message in body.messages],
        attributes=attributes_of(
            user=said(body.user),
            organization=said(body.organization),
            custom=body.metadata or {},
            client=client,
        ),
    )


def track_warnings(body: TrackBody) -> list[str]:
    """What of the messages is not kept."""
    return warnings_of([message.notes({}) for message in body.messages])


def track_answer(conversation: str, captured: CaptureResult, warnings: Sequence[str]) -> Tracked:
    """The answer of a track; what became of each message is said beyond the contract."""
    return {
        "success": True,
        "conversationId": conversation,
        "warnings": [*warnings, *message_warnings(captured)],
        "results": results_of(captured),
    }
