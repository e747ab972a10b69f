"""A user's data as JSON Lines, one object a line: the profile, each conversation, mentions elsewhere, each search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from confab.dialects.fields import iso
from confab.domain.feedback import Event, Feedback
from confab.domain.message import Message
from confab.domain.results import MessageResult
from confab.domain.scores import Score
from confab.erasure.personal_export import Mention, Part
from confab.storage.conversation_parts import ConversationPart
from confab.storage.partition import ConversationPartition
from confab.storage.people import Person

if TYPE_CHECKING:
    from confab.dialects.openbat import admin_answers as answers


def line_of(part: Part) -> answers.ExportedLine:
    """A part of what is kept of a user, as an object that says its type."""
    return cast("answers.ExportedLine", _line(part))


def _line(part: Part) -> dict[str, Any]:
    if isinstance(part, Person):
        profile = {"profile": dict(part.profile), "lastSeen": iso(part.last_seen), "counters": dict(part.counters)}
        return {"type": "user", **profile}
    if isinstance(part, ConversationPart):
        if part.stored is None:
            return {"type": "continuation", "conversationId": part.conversation_id, **_said(part)}
        return {"type": "conversation", **_conversation(part, part.stored), **_said(part)}
    if isinstance(part, Mention):
        return {"type": "mention", "conversationId": part.conversation_id, "said": dict(part.said)}
    return {"type": "search", **_event(part)}


def _conversation(part: ConversationPart, stored: ConversationPartition) -> dict[str, Any]:
    conversation = stored.conversation
    return {
        "id": conversation.id,
        "chatbotId": conversation.chatbot_id,
        "externalId": conversation.external_id,
        "dialect": conversation.dialect,
        "kind": conversation.kind,
        "createdAt": iso(conversation.created_at),
        "lastActiveAt": iso(conversation.active_at),
        **{group: dict(fields) for group, fields in conversation.attributes.items()},
        "logged": dict(conversation.history_fields),
        "properties": dict(stored.properties),
        "managed": dict(conversation.managed),
        "result": _compact(asdict(part.result)) if part.result else {},
        **({"web": True} if conversation.web else {}),
    }


def _said(part: ConversationPart) -> dict[str, Any]:
    return {
        "messages": [_message(message, part.message_results.get(message.key)) for message in part.messages],
        "feedback": [_feedback(feedback) for feedback in part.feedback],
        "events": [_event(event) for event in part.events],
        **({"scores": [_score(score) for score in part.scores]} if part.scores else {}),
        **({"continued": True} if part.continued else {}),
    }


def _message(message: Message, result: MessageResult | None) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": message.id,
        "role": message.role,
        "content": message.content,
        "createdAt": iso(message.created_at),
        "storedAt": iso(message.stored_at),
    }
    if message.external_id is None:
        # The id is the service's own: a message is stored again under its key.
        line["key"] = message.key
    if not message.final:
        line["final"] = False
    if message.extras:
        line["extras"] = dict(message.extras)
    if message.state:
        line["state"] = dict(message.state)
    if result is not None:
        line["result"] = _compact({name: value for name, value in asdict(result).items() if name != "key"})
    return line


def _feedback(feedback: Feedback) -> dict[str, Any]:
    return {
        "id": feedback.id,
        "kind": feedback.kind,
        "messageId": feedback.message_id,
        "createdAt": iso(feedback.created_at),
        "updatedAt": iso(feedback.updated_at),
        **feedback.body,
        **({} if feedback.superseded_by is None else {"supersededBy": feedback.superseded_by}),
    }


def _score(score: Score) -> dict[str, Any]:
    optional = {"messageId": score.message_id, "messageKey": score.message_key, "finding": score.finding}
    return {
        "id": score.id,
        "name": score.name,
        "dataType": score.data_type,
        "value": score.value,
        "source": score.source,
        "createdAt": iso(score.created_at),
        "updatedAt": iso(score.updated_at),
        **{name: value for name, value in optional.items() if value is not None},
        **score.body,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "name": event.name,
        "entity": event.entity,
        "subject": event.subject,
        "createdAt": iso(event.created_at),
        "body": dict(event.body),
    }


def _compact(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", (), [])}
