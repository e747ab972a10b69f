"""OpenBat's capture and track: requests to the domain's words, and what the answers say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from confab.dialects.openbat.models import (
    EXTRAS_BYTES,
    PROBE_PREFIX,
    CaptureBody,
    Message,
    TrackBody,
    TrackMessage,
    present,
)
from confab.domain.conversation import ORGANIC, PROBE
from confab.domain.message import Draft
from confab.platform.errors import Fault, InvalidRequest
from confab.usecases.capture import Captured, CaptureRequest

DIALECT: Final = "openbat"
CLIENT_HEADERS: Final = {
    "x-original-user-agent": "originalUserAgent",
    "x-original-referer": "originalReferer",
    "x-forwarded-for": "forwardedFor",
    "user-agent": "userAgent",
    "x-openbat-framework": "framework",
}
_LONGEST_HEADER: Final = 256


def capture_request(body: CaptureBody, headers: Mapping[str, str]) -> CaptureRequest:
    """What a capture says, in the domain's words.

    Raises:
        InvalidRequest: tools and reasoning of a message are too large together.
    """
    user = {**({"id": body.userId} if body.userId is not None else {}), **present(body.user)}
    probe = body.kind == PROBE or (body.kind is None and body.conversationId.startswith(PROBE_PREFIX))
    return CaptureRequest(
        external_id=body.conversationId,
        dialect=DIALECT,
        kind=PROBE if probe else ORGANIC,
        drafts=[_draft(index, message) for index, message in enumerate(body.messages)],
        facets=_facets(
            user=user,
            organization=present(body.organization),
            session=present(body.session),
            custom={**(body.metadata or {}), **(body.custom or {})},
            client=_client(headers),
        ),
    )


def track_request(body: TrackBody, headers: Mapping[str, str]) -> CaptureRequest:
    """What a track says, in the domain's words."""
    return CaptureRequest(
        external_id=body.conversationId,
        dialect=DIALECT,
        kind=PROBE if body.conversationId.startswith(PROBE_PREFIX) else ORGANIC,
        drafts=[_plain_draft(message) for message in body.messages],
        facets=_facets(
            user=present(body.user),
            organization=present(body.organization),
            custom=body.metadata or {},
            client=_client(headers),
        ),
    )


def _facets(**groups: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: fields for name, fields in groups.items() if fields}


def _client(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[header][:_LONGEST_HEADER] for header, name in CLIENT_HEADERS.items() if headers.get(header)}


def _plain_draft(message: Message | TrackMessage, extras: Mapping[str, Any] | None = None) -> Draft:
    return Draft(role=message.role, content=message.content, id=message.id, sent_at=message.sentAt, extras=extras or {})


def _draft(index: int, message: Message) -> Draft:
    extras = message.model_dump(include={"tools", "reasoning"}, exclude_none=True)
    if extras and len(json.dumps(extras, ensure_ascii=False).encode()) >= EXTRAS_BYTES:
        fault = Fault(f"messages.{index}", f"tools and reasoning together must stay below {EXTRAS_BYTES} bytes as JSON")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
    return _plain_draft(message, extras)


def capture_answer(captured: Captured, warnings: Sequence[str]) -> dict[str, Any]:
    """The answer of a capture."""
    return {
        "ok": True,
        "conversationId": captured.conversation_id,
        "messagesStored": captured.stored,
        "analysisQueued": captured.analysis_queued,
        "warnings": list(warnings),
        "results": [{"id": verdict.id, "status": verdict.status} for verdict in captured.verdicts],
    }
