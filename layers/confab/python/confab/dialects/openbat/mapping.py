"""OpenBat's requests to the domain, and the domain to OpenBat's answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
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
from confab.domain.conversation import ORGANIC, PROBE, Conversation
from confab.domain.identity import message_uuid
from confab.domain.insight import MessageInsight
from confab.domain.message import USER, Draft
from confab.domain.message import Message as StoredMessage
from confab.platform.errors import Fault, InvalidRequest
from confab.usecases.capture import Captured, CaptureRequest
from confab.usecases.read import Page, Transcript

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


def list_answer(page: Page, number: int, limit: int) -> dict[str, Any]:
    """The answer of a list."""
    return {
        "conversations": [
            {**_row(row), "chatbots": {"name": page.chatbots[row.chatbot_id].name}} for row in page.conversations
        ],
        "total": page.total,
        "page": number,
        "limit": limit,
    }


def _row(row: Conversation) -> dict[str, Any]:
    return {
        "id": row.id,
        "chatbot_id": row.chatbot_id,
        "external_conversation_id": row.external_id,
        "external_user_id": row.external_user_id,
        "message_count": row.message_count,
        "first_message_at": iso(row.first_message_at),
        "last_message_at": iso(row.last_message_at),
        "created_at": iso(row.created_at),
    }


def transcript_answer(transcript: Transcript) -> dict[str, Any]:
    """The answer of a single conversation."""
    conversation = transcript.conversation
    return {
        **_row(conversation),
        "message_count": len(transcript.messages),
        "kind": conversation.kind,
        "user": dict(conversation.facets.get("user", {})),
        "organization": dict(conversation.facets.get("organization", {})),
        "session": dict(conversation.facets.get("session", {})),
        "custom": dict(conversation.facets.get("custom", {})),
        "analysis_pending": conversation.pending_since is not None,
        "analysis_failed": conversation.analysis_failed,
        "messages": [
            _message(conversation.id, message, transcript.insights.get(message.key)) for message in transcript.messages
        ],
    }


def _message(conversation_id: str, message: StoredMessage, insight: MessageInsight | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": message_uuid(conversation_id, message.key),
        "role": message.role,
        "content": message.content,
        "external_message_id": message.external_id,
        "created_at": iso(message.created_at),
        **message.extras,
    }
    if message.role == USER:
        row["user_sentiments"] = _sentiments(insight)
    return row


def _sentiments(insight: MessageInsight | None) -> list[dict[str, Any]]:
    return [
        {"score": chunk.score, "text_chunk": chunk.text_chunk, "reasoning": chunk.reasoning}
        for chunk in (insight.sentiments if insight else ())
    ]


def iso(time: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC, to the millisecond, or to the microsecond where there are any."""
    if time is None:
        return None
    precision = "microseconds" if time.microsecond % 1000 else "milliseconds"
    return time.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
