"""OpenBat's dashboard reads: rows in snake case, as the contract has them."""

from __future__ import annotations

from functools import partial
from heapq import merge
from typing import TYPE_CHECKING, Final, cast

from confab.dialects.fields import iso
from confab.dialects.pages import ROOM, Entry, Position, messages_as, run_of
from confab.domain.conversation import Conversation
from confab.domain.extras import CALL, attachments_of, tools_of
from confab.domain.feedback import Event
from confab.domain.identity import message_uuid
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import MessageResult
from confab.reading.conversations import Page, Transcript
from confab.storage.transcripts import Span

if TYPE_CHECKING:
    from confab.dialects.answers import ShownOrganization, ShownSession, ShownUser
    from confab.dialects.openbat import answers

REASONING: Final = "reasoning"
AGENT: Final = "agent"
METADATA_ROOM: Final = 450_000
"""Bytes that a conversation's row takes at most: what the table can hold, as JSON."""
NO_ISSUES: Final = ("helpful", "asking", "acknowledged", "other")
"""Behaviours of an answer that need no improvement."""


def list_answer(page: Page, number: int, limit: int) -> answers.ConversationPage:
    """The answer of a list."""
    return {
        "conversations": [
            {**_row(row), "chatbots": {"name": page.chatbots[row.chatbot_id].name}} for row in page.conversations
        ],
        "total": page.total,
        "page": number,
        "limit": limit,
    }


def _row(row: Conversation) -> answers.ConversationRow:
    shown: answers.ConversationRow = {
        "id": row.id,
        "chatbot_id": row.chatbot_id,
        "external_conversation_id": row.external_id,
        "external_user_id": row.external_user_id,
        "message_count": row.message_count,
        "first_message_at": iso(row.first_message_at),
        "last_message_at": iso(row.last_message_at),
        "created_at": iso(row.created_at),
    }
    if row.inferred:
        shown["conversation_id_inferred"] = True
    return shown


def transcript_answer(
    transcript: Transcript, span: Span, room: int = ROOM
) -> tuple[answers.ConversationDetail, Position | None]:
    """The answer of a single conversation, or of a page of it, and where the next page begins.

    Args:
        room: bytes of the answer's JSON.
    """
    conversation = transcript.conversation
    run = run_of(_entries(transcript), span, room=room - METADATA_ROOM, more=transcript.more)
    answer: answers.ConversationDetail = {
        **_row(conversation),
        # The row may lag behind the messages for the seconds until the analysis has counted them.
        "message_count": transcript.count,
        "first_message_at": iso(transcript.first_at),
        "last_message_at": iso(transcript.last_at),
        "kind": conversation.kind,
        "user": cast("ShownUser", dict(conversation.attributes.get("user", {}))),
        "organization": cast("ShownOrganization", dict(conversation.attributes.get("organization", {}))),
        "session": cast("ShownSession", dict(conversation.attributes.get("session", {}))),
        "custom": dict(conversation.attributes.get("custom", {})),
        "analysis_pending": conversation.pending_since is not None,
        "analysis_failed": conversation.analysis_failed,
        "messages": run.of("messages"),
        # Beside the contract: what happened around the messages, by the same clock.
        "events": run.of("events"),
    }
    return answer, run.position


def _entries(transcript: Transcript) -> list[Entry]:
    """Messages and events on one timeline, so that a page holds what happened around its messages.

    Where there are messages after these, events after the last of these belong to a later page.
    """
    of = transcript.conversation.id
    messages = messages_as(
        transcript.messages, lambda message: _message(of, message, transcript.message_results.get(message.key))
    )
    events = [
        Entry.at(event.created_at, f"event {event.id}", "events", partial(_event, event)) for event in transcript.events
    ]
    if transcript.more:
        events = [event for event in events if event.order < messages[-1].order]
    # Both are in order already.
    return list(merge(messages, events, key=lambda entry: entry.order))


def _event(event: Event) -> answers.TranscriptEvent:
    row = {"id": event.id, "event": event.name, "created_at": iso(event.created_at), **event.body}
    return cast("answers.TranscriptEvent", row)


def _message(conversation_id: str, message: Message, result: MessageResult | None) -> answers.TranscriptMessage:
    row: answers.TranscriptMessage = {
        "id": message_uuid(conversation_id, message.key),
        "role": message.role,
        "content": message.content,
        "external_message_id": message.external_id,
        "created_at": iso(message.created_at),
    }
    if REASONING in message.extras:
        row["reasoning"] = message.extras[REASONING]
    if CALL in message.extras:
        row["call"] = message.extras[CALL]
    if AGENT in message.extras:
        row["agent"] = message.extras[AGENT]
    if tools := list(tools_of(message)):
        row["tools"] = cast("list[answers.UsedTool]", tools)
    if attachments := list(attachments_of(message)):
        row["attachments"] = cast("list[answers.Attachment]", attachments)
    if message.role == USER:
        row["user_sentiments"] = _sentiments(result)
        row["user_intents"] = [{"intent": result.intent}] if result and result.intent else []
        row["user_flags"] = [{"flag": flag} for flag in (result.flags if result else ())]
    elif message.role == ASSISTANT:
        row["assistant_outcomes"] = [{"outcome": result.outcome}] if result and result.outcome else []
        row["assistant_issues"] = [{"issue": issue} for issue in _issues(result)]
    return row


def _issues(result: MessageResult | None) -> list[str]:
    """The behaviour of an answer, where it can be improved."""
    behaviour = result.behaviour if result else None
    return [] if behaviour is None or behaviour in NO_ISSUES else [behaviour]


def _sentiments(result: MessageResult | None) -> list[answers.ChunkSentiment]:
    return [
        {"score": chunk.score, "text_chunk": chunk.text_chunk, "reasoning": chunk.reasoning}
        for chunk in (result.sentiments if result else ())
    ]
