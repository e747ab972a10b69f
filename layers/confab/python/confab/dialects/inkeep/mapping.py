"""Inkeep's requests to the domain, and the domain to Inkeep's answers (inkeep.md, sections 3 and 8)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from confab.capture.history import HistoryRequest, HistoryResult
from confab.capture.reach import Reach, reach_of
from confab.dialects.fields import iso
from confab.dialects.inkeep.media import shown_content
from confab.dialects.inkeep.models import (
    OpenAIConversation,
    OpenAIMessage,
    Part,
    SupportConversation,
    SupportMessage,
    TextPart,
    UserProperties,
)
from confab.dialects.pages import ROOM, Position, messages_as, run_of
from confab.domain.conversation import Conversation
from confab.domain.fingerprints import HISTORY_EXTRAS
from confab.domain.media import first_text
from confab.domain.merge import json_bytes
from confab.domain.message import ASSISTANT, SYSTEM, USER, Draft, Message
from confab.domain.message_bounds import TOOLS
from confab.domain.message_forms import TOOL, known_role
from confab.domain.placing import FAR_AHEAD, ahead_warning, far_ahead
from confab.domain.times import read_time
from confab.domain.web_access import View
from confab.platform.attempts import Attempt
from confab.platform.credentials import GET_CONVERSATION, ApiKey
from confab.reading.histories import HistoryPage
from confab.storage.partition import USERS, ConversationPartition
from confab.storage.transcripts import FIRST_PAGE, Span

if TYPE_CHECKING:
    from confab.dialects.inkeep import answers

DIALECT: Final = "inkeep"
OPENAI: Final = "openai"
CHAT_ROLES: Final = (SYSTEM, USER, ASSISTANT)
LARGE_FIELDS: Final = ("properties", "userProperties", "tags")
PERSONAL: Final = ("name", "properties", "userProperties")
"""Fields of a message that may say who wrote it."""
SMALL_FIELDS: Final = (
    "externalId",
    "externalUrl",
    "supportTicketConversationId",
    "createdAt",
    "updatedAt",
    "projectId",
    "integrationId",
    "visibility",
)
ATTRIBUTE_FIELDS: Final = {"name": "name", "email": "email"}
LARGE_SHARE: Final = 8
"""Where the large fields of a conversation take more than half of an answer, each takes at most this part of it."""
SMALL_ROOM: Final = 16_384
"""Bytes that the small fields of a conversation take at most."""
_MAX_ATTRIBUTE: Final = 256


def history_request(body: OpenAIConversation | SupportConversation, attempt: Attempt | None = None) -> HistoryRequest:
    """What a conversation's body says, in the domain's words. A key that was not sent leaves what is stored."""
    sent = body.model_dump(exclude_unset=True, include={*SMALL_FIELDS, *LARGE_FIELDS})
    for name in ("createdAt", "updatedAt", USERS):
        if sent.get(name) is None:
            sent.pop(name, None)
    return HistoryRequest(
        id=body.id,
        dialect=DIALECT,
        drafts=[_draft(message) for message in body.messages],
        fields={"type": body.type, **{name: sent[name] for name in SMALL_FIELDS if name in sent}},
        properties={name: sent[name] for name in LARGE_FIELDS if name in sent},
        attributes=_attributes(body.userProperties),
        updated_at=None if body.updatedAt is None else read_time(body.updatedAt),
        attempt=attempt,
    )


def _attributes(user: UserProperties | None) -> dict[str, dict[str, str | None]]:
    """What the other dialects know of a user, where it is short enough for a row; null clears it there too.

    Whoever has an id that is too long is somebody without one: not the one of before.
    """
    if user is None:
        return {}
    extra = user.model_extra or {}
    sent = {attribute: extra[name] for name, attribute in ATTRIBUTE_FIELDS.items() if name in extra}
    known = {name: value for name, value in sent.items() if value is None or _fits(value)}
    given = [user.userId if user.userId != "" else None, user.id if user.id != "" else None]
    identifier = next((str(each) for each in given if each is not None), None)
    if identifier is not None:
        known["id"] = identifier if _fits(identifier) else None
    elif any(name in user.model_fields_set and getattr(user, name) is None for name in ("userId", "id")):
        known["id"] = None
    return {"user": known} if known else {}


def _fits(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_ATTRIBUTE


def _draft(message: SupportMessage) -> Draft:
    """A message: its text for people and analysis, and all else besides it, to come back unchanged."""
    sent = message.model_dump(exclude_unset=True, exclude={"role", "content", "id"})
    own = {name: value for name, value in sent.items() if value is not None}
    if not isinstance(message.content, str):
        own["content"] = message.model_dump(exclude_unset=True, include={"content"}).get("content")
    chat = isinstance(message, OpenAIMessage)
    return Draft(
        role=(known_role(message.role) if chat else None) or message.role,
        content=_text(message.content),
        id=message.id,
        sent_at=None if message.createdAt is None else read_time(message.createdAt),
        extras={HISTORY_EXTRAS: own} if own else {},
    )


def _text(content: str | Sequence[Part] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    said = (
        part.text if isinstance(part, TextPart) else first_text(part.model_extra or {}, "refusal") for part in content
    )
    return "\n".join(text for text in said if text is not None)


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """A conversation, or a page of it.

    Attributes:
        position: where the next page begins; None when there is none.
    """

    answer: answers.LoggedConversation
    position: Position | None


def conversation_answer(stored: ConversationPartition, span: Span = FIRST_PAGE, *, room: int = ROOM) -> AnswerPage:
    """A conversation with everything that the client's validators want to see (inkeep.md, section 8).

    What does not fit into an answer is left out, and ``shortened`` says so: first the repetition of its messages in
    the form of a chat-completions request, then large fields, then the messages of the next page.

    Args:
        stored: with the messages of the span.
        room: how many bytes it may take.
    """
    conversation = stored.conversation
    fields = conversation.history_fields
    kind = fields.get("type", OPENAI)
    shown = shown_id(conversation)
    large = _large_fields(conversation, stored)
    kept = large if json_bytes(large) <= room // 2 else _small_of(large, room // LARGE_SHARE)
    entries = messages_as(stored.messages, lambda message: message_answer(message, shown, kind))
    run = run_of(entries, span, room=room - json_bytes(kept) - SMALL_ROOM, more=stored.more)
    messages = run.of("messages")
    answer: dict[str, Any] = {
        "id": shown,
        "type": kind,
        **{name: fields.get(name) for name in SMALL_FIELDS},
        "createdAt": fields.get("createdAt") or iso(conversation.created_at),
        "updatedAt": fields.get("updatedAt") or iso(conversation.updated_at or conversation.active_at),
        "projectId": fields.get("projectId") or conversation.chatbot_id,
        **kept,
        "messages": messages,
    }
    twice = [_chat_message(message) for message in messages] if kind == OPENAI and run.whole else []
    fits = run.size + json_bytes(twice) + json_bytes(kept) + SMALL_ROOM <= room
    if kind == OPENAI:
        answer["messagesOpenAIFormat"] = twice if fits else []
    if not (run.whole and fits and kept == large):
        answer |= {"shortened": True, "messageCount": stored.message_count}
    return AnswerPage(cast("answers.LoggedConversation", answer), run.position)


def _small_of(large: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Large fields without those that take too much of an answer."""
    return {name: value if json_bytes(value) <= most else None for name, value in large.items()}


def history_answer(logged: HistoryResult, request: HistoryRequest, key: ApiKey, now: datetime) -> AnswerPage:
    """The answer to a history: the conversation as it stands for a key that may read all of it, else what was sent.

    What its caller should know of the times it sent is said beyond the contract.
    """
    conversation = logged.stored.conversation
    whole = key.allows(GET_CONVERSATION) and reach_of(key).view(conversation, shown_id(conversation)) is View.WHOLE
    shown = conversation_answer(logged.stored if whole else logged.echo)
    warnings = [ahead_warning(f"messages.{index}.createdAt") for index in far_ahead(request.drafts, now)]
    if request.updated_at is not None and request.updated_at > now + FAR_AHEAD:
        warnings.append(ahead_warning("updatedAt"))
    if warnings:
        shown.answer["warnings"] = warnings
    return shown


def shown_answer(stored: ConversationPartition, reach: Reach, wanted: str, span: Span) -> AnswerPage:
    """A conversation that is named by an id, as far as a key is shown it."""
    if reach.view(stored.conversation, wanted) is View.WHOLE:
        return conversation_answer(stored, span)
    return _shared_answer(stored, span)


def _shared_answer(stored: ConversationPartition, span: Span) -> AnswerPage:
    """A conversation that somebody shared: what was said; not who said it, nor with which captured tools."""
    messages = [
        replace(message, extras={HISTORY_EXTRAS: message.extras.get(HISTORY_EXTRAS, {})}) for message in stored.messages
    ]
    shown = conversation_answer(replace(stored, messages=messages), span)
    answer: dict[str, Any] = {**shown.answer, **dict.fromkeys(LARGE_FIELDS)}
    for form in {"messages", "messagesOpenAIFormat"} & answer.keys():
        answer[form] = [{name: row[name] for name in row if name not in PERSONAL} for row in answer[form]]
    return replace(shown, answer=cast("answers.LoggedConversation", answer))


def list_answer(page: HistoryPage, limit: int) -> tuple[answers.LoggedConversations, Position | None]:
    """A page of conversations, and where the next one begins; None at the end.

    It ends early where the answer would outgrow what a function can answer. A conversation that is too large for that
    by itself comes shortened.
    """
    rows: list[tuple[datetime, answers.LoggedConversation]] = []
    size, taken, ends = 0, 0, page.walked.position
    for number, stored in page.conversations:
        row = conversation_answer(stored).answer
        size += json_bytes(row)
        if rows and size > ROOM:
            ends = page.walked.after(taken)
            break
        rows.append((stored.conversation.active_at, row))
        taken = number
    shown = [row for _, row in sorted(rows, key=lambda each: each[0], reverse=True)]
    return {
        "conversations": shown,
        "total": page.total,
        "pageSize": limit,
        "count": len(shown),
    }, ends.parts if ends else None


def deleted_answer(kind: str) -> answers.Deleted:
    """A conversation, or feedback, was deleted."""
    return {"success": True, "message": f"The {kind} was deleted."}


def shown_id(conversation: Conversation) -> str:
    """The id of a conversation in this dialect: the caller's own when it has one."""
    return conversation.id if conversation.external_id is None else conversation.external_id


def _large_fields(conversation: Conversation, stored: ConversationPartition) -> dict[str, Any]:
    """The large fields as logged; what the other dialects know instead of a conversation that was captured, and of a
    user who came after the one that was logged.
    """
    user, custom = dict(conversation.attributes.get("user", {})), dict(conversation.attributes.get("custom", {}))
    if conversation.updated_at is None:
        return {"properties": custom or None, USERS: user or None, "tags": None}
    logged = {name: stored.properties.get(name) for name in LARGE_FIELDS}
    return {**logged, USERS: user or None} if stored.row.user_moved else logged


def message_answer(message: Message, conversation_id: str, kind: str) -> answers.LoggedMessage:
    """A message of a conversation of a type."""
    own = message.extras.get(HISTORY_EXTRAS, {})
    content, links = shown_content(message, own.get("content", message.content), in_parts=kind == OPENAI)
    role = message.role
    if kind == OPENAI:
        # A conversation may have been a support ticket before, or captured elsewhere.
        content = content or ""
        role = role if role in CHAT_ROLES else ASSISTANT
    answer: dict[str, Any] = {
        "id": message.id,
        "type": kind,
        "conversationId": conversation_id,
        "externalId": None,
        "externalUrl": None,
        "createdAt": iso(message.created_at),
        "updatedAt": iso(max(message.stored_at, message.created_at)),
        "role": role,
        **_captured_result(message),
        **({"links": links} if links else {}),
        **{name: value for name, value in own.items() if name != "tool_calls"},
        "content": content,
    }
    calls = own.get("tool_calls") or _captured_calls(message)
    if kind == OPENAI and calls:
        answer["tool_calls"] = calls
    return cast("answers.LoggedMessage", answer)


def _captured_calls(message: Message) -> list[answers.LoggedToolCall]:
    """The tools of a captured message as tool calls."""
    if message.role != ASSISTANT:
        return []
    return [
        {
            "id": tool.get("id") or f"{message.id}-{number}",
            "type": "function",
            "function": {
                "name": tool.get("name", ""),
                "arguments": json.dumps(tool.get("input"), ensure_ascii=False),
            },
        }
        for number, tool in enumerate(message.extras.get(TOOLS) or ())
    ]


def _captured_result(message: Message) -> dict[str, Any]:
    """Which call a captured message of a tool answers; its role has no name here."""
    answered = message.extras.get(TOOLS, ())[:1] if message.role == TOOL else ()
    fields = {"id": "tool_call_id", "name": "name"}
    return {fields[name]: tool[name] for tool in answered for name in fields if name in tool}


def _chat_message(message: Mapping[str, Any]) -> answers.OpenAIFormatMessage:
    """A message reduced to what a chat-completions request takes."""
    reduced = {name: message[name] for name in ("role", "content", "name", "tool_calls") if name in message}
    return cast("answers.OpenAIFormatMessage", reduced)
