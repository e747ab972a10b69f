"""The rows that a conversation has in the views, from one consistent read of its partition. Nothing here does I/O."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import Conversation
from confab.domain.extras import tools_of
from confab.domain.feedback import NEGATIVE, POSITIVE, Event, Feedback
from confab.domain.labels import label_of
from confab.domain.message import Message
from confab.domain.results import OPEN, RESOLVED, ConversationResult, MessageResult
from confab.facts.schema import CONVERSATIONS, EVENTS, FEEDBACK, MESSAGES, SEARCH, THREADS, VIEWS
from confab.facts.threads import threads_of
from confab.reading.export_figures import ConversationFigures
from confab.storage.partition import USERS, ConversationPartition
from confab.storage.values import Place

Row = dict[str, Any]
ViewRow = tuple[str, Row]
"""A view's name and a row of it."""

OPENAI: Final = "openai"
PROPERTIES: Final = "properties"
TAGS: Final = "tags"
_TEXT_FIELDS: Final = {"name": "name", "email": "email", "plan": "plan", "industry": "industry"}


def month_of(time: datetime) -> str:
    """The month that the files of a conversation stand under.

    Args:
        time: when the service got it (UTC).
    """
    return f"{time:%Y-%m}"


def conversation_rows(stored: ConversationPartition, version: int) -> Iterator[ViewRow]:
    """All rows of a conversation, whole; a view in which it has none gets one that says so.

    Args:
        stored: the conversation with all that belongs to it; it is readable.
        version: when it was read, in microseconds since 1970.
    """
    facts = _Facts(stored, version)
    yield CONVERSATIONS.name, facts.conversation()
    for view, rows in (
        (MESSAGES.name, facts.messages()),
        (THREADS.name, facts.threads()),
        (FEEDBACK.name, facts.feedback()),
        (EVENTS.name, facts.events()),
    ):
        some = False
        for row in rows:
            some = True
            yield view, row
        if not some:
            yield view, {**facts.common, "deleted": True}


def removed_rows(place: Place, month: str, version: int) -> Iterator[ViewRow]:
    """Rows that say that there is nothing of a conversation, or of a search, in a month.

    Args:
        place: of a search, its chatbot and ``search_name``.
    """
    chatbot_id, conversation_id = place
    for view in VIEWS if not conversation_id.startswith(SEARCH) else (EVENTS.name,):
        yield (
            view,
            {
                "chatbot_id": chatbot_id,
                "conversation_id": conversation_id,
                "version": version,
                "deleted": True,
                "month": month,
            },
        )


def search_name(shard: int, sort_key: str) -> str:
    """What stands for the conversation of an event that belongs to none.

    Args:
        shard: in which of the chatbot's partitions for them it is.
        sort_key: of its item.
    """
    return f"{SEARCH}{shard}:{sort_key}"


def named_search(name: str) -> tuple[int, str]:
    """The inverse of ``search_name``."""
    shard, _, sort_key = name.removeprefix(SEARCH).partition(":")
    return int(shard), sort_key


def search_row(place: Place, event: Event, stored_at: datetime, version: int, *, web: bool) -> ViewRow:
    """The row of a search.

    Args:
        place: its chatbot and ``search_name``.
        stored_at: when the service got it (UTC).
        web: whether a browser's key sent it.
    """
    chatbot_id, name = place
    user = _mapping(event.body.get(USERS))
    return EVENTS.name, {
        "chatbot_id": chatbot_id,
        "conversation_id": name,
        "version": version,
        "deleted": False,
        "month": month_of(stored_at),
        "active_at": stored_at,
        **_event_fields(event),
        "search_query": event.subject,
        "project_id": _text(event.body.get("projectId")) or chatbot_id,
        "integration_id": _text(event.body.get("integrationId")),
        "user_id": _user_id(user),
        "web": web,
    }


class _Facts:
    """The rows of one conversation."""

    def __init__(self, stored: ConversationPartition, version: int) -> None:
        self._stored = stored
        self._conversation = conversation = stored.conversation
        self._results = stored.message_results()
        self._result = stored.conversation_result
        given = list(stored.given_after(""))
        self._feedback = [each for _, each in given if isinstance(each, Feedback)]
        self._events = stored.events
        self._ratings = stored.feedback_counts()
        self._analysed = AnalysedConversation(
            conversation=conversation,
            messages=stored.messages,
            message_results=self._results,
            outcome=self._result.outcome,
            feedback=self._feedback,
        )
        self.common: Row = {
            "chatbot_id": conversation.chatbot_id,
            "conversation_id": conversation.id,
            "version": version,
            "deleted": False,
            "month": month_of(conversation.created_at),
            "active_at": stored.row.active_at,
        }
        fields = conversation.history_fields
        self._origin: Row = {
            "external_id": conversation.external_id,
            "kind": conversation.kind,
            "project_id": fields.get("projectId") or conversation.chatbot_id,
            "integration_id": fields.get("integrationId"),
            "user_id": conversation.external_user_id,
            "organization_id": conversation.external_organization_id,
        }
        self._shown_id = conversation.external_id or conversation.id
        self._large = _large_fields(conversation, stored)

    def conversation(self) -> Row:
        conversation, fields = self._conversation, self._conversation.history_fields
        managed, session = conversation.managed, conversation.attributes.get("session", {})
        return {
            **self.common,
            "id": self._shown_id,
            **self._origin,
            "type": fields.get("type", OPENAI),
            "dialect": conversation.dialect,
            "web": conversation.web,
            "external_url": fields.get("externalUrl"),
            "visibility": fields.get("visibility"),
            "channel_id": conversation.channel_id,
            "channel_type": _text(managed.get("channelType")),
            "name": _text(managed.get("name")),
            "tags": _texts([*_sequence(self._large[TAGS]), *_sequence(managed.get(TAGS))]),
            "archived": managed.get("archived") is True,
            "operator_id": _text(managed.get("operatorId")),
            **_people(conversation),
            "device": _text(session.get("device")),
            "country": _text(session.get("country")),
            "page_url": _text(session.get("pageUrl")),
            "referrer": _text(session.get("referrer")),
            "created_at": conversation.created_at,
            "updated_at": conversation.active_at,
            **self._figures(),
            **self._judged(),
            "positive_feedback": sum(counts[POSITIVE] for counts in self._ratings.values()),
            "negative_feedback": sum(counts[NEGATIVE] for counts in self._ratings.values()),
            "events": len(self._events),
            "analysis_failed": conversation.analysis_failed,
            "custom": _json(dict(conversation.attributes.get("custom", {}))),
            PROPERTIES: _json(self._large[PROPERTIES]),
            "user_properties": _json(self._large[USERS]),
        }

    def _figures(self) -> Row:
        """What the messages say by their number, their times and the results of each."""
        figures = ConversationFigures()
        for message in self._stored.messages:
            figures.add(message, self._results.get(message.key))
        first = figures.first_at or self._conversation.created_at
        return {
            "language": figures.language or _text(self._conversation.managed.get("language")),
            "first_message_at": first,
            "last_message_at": figures.last_at or first,
            "duration_seconds": figures.seconds or 0.0,
            "first_reply_seconds": figures.reply_seconds,
            "messages": figures.messages,
            "user_messages": figures.user_messages,
            "assistant_messages": figures.assistant_messages,
            "min_sentiment": figures.min_score,
            "intents": list(figures.intents),
        }

    def _judged(self) -> Row:
        """What the analysis says of the conversation as a whole."""
        result, scores = self._result, self._analysed.scores
        bad = next((each for each in self._stored.messages if each.key == result.first_bad_turn), None)
        return {
            "sentiment": sum(scores) / len(scores) / 1000 if scores else None,
            "label": self._analysed.label,
            "trend": result.trend,
            "outcome": result.outcome,
            "resolved": _resolved(result),
            "topics": list(self._analysed.topics),
            "flags": list(self._analysed.flags),
            "first_bad_turn": bad.id if bad is not None else None,
            "first_bad_text": bad.content if bad is not None else None,
            "summary": result.summary or None,
        }

    def messages(self) -> Iterator[Row]:
        for number, message in enumerate(self._stored.messages, 1):
            result = self._results.get(message.key) or MessageResult(key=message.key)
            yield {
                **self.common,
                **self._origin,
                "id": message.id,
                "number": number,
                "role": message.role,
                "content": message.content,
                "sent_at": message.created_at,
                "stored_at": message.stored_at,
                "sentiment": result.score,
                "label": None if result.score is None else label_of(result.score),
                "language": result.language,
                "intent": result.intent,
                "topics": list(result.topics),
                "flags": list(result.flags),
                "behaviour": result.behaviour,
                "outcome": result.outcome,
                "tools": _tools(message),
                **self._rated([message]),
            }

    def threads(self) -> Iterator[Row]:
        large = {
            PROPERTIES: _json(self._large[PROPERTIES]),
            "user_properties": _json(self._large[USERS]),
            "conversation_outcome": self._result.outcome,
            "conversation_ids": [self._shown_id],
        }
        for thread in threads_of(self._stored.messages):
            yield {
                **self.common,
                **self._origin,
                **thread.row(self._conversation.id, self._results),
                **self._rated([*thread.questions, *thread.answers]),
                **large,
            }

    def feedback(self) -> Iterator[Row]:
        for given in self._feedback:
            body = given.body
            yield {
                **self.common,
                **self._origin,
                "id": given.id,
                "type": given.kind,
                "message_id": given.message_id,
                "shown_conversation_id": self._shown_id,
                "created_at": given.created_at,
                "updated_at": given.updated_at,
                "counts": given.superseded_by is None,
                "superseded_by": given.superseded_by,
                "details": _text(body.get("details")),
                "reasons": _json(body.get("reasons")),
                "sources": _json(body.get("sources")),
                PROPERTIES: _json(body.get(PROPERTIES)),
                "user_properties": _json(body.get(USERS)),
            }

    def events(self) -> Iterator[Row]:
        for event in self._events:
            user = _mapping(event.body.get(USERS))
            yield {
                **self.common,
                **_event_fields(event),
                "message_id": event.subject if event.entity == "message" else None,
                "shown_conversation_id": self._shown_id,
                "project_id": _text(event.body.get("projectId")) or self._origin["project_id"],
                "integration_id": _text(event.body.get("integrationId")) or self._origin["integration_id"],
                "user_id": _user_id(user) or self._conversation.external_user_id,
                "web": False,
            }

    def _rated(self, messages: Sequence[Message]) -> Row:
        counts: Counter[str] = Counter()
        for name in {message.id for message in messages}:
            counts.update(self._ratings.get(name, {}))
        return {"positive_feedback": counts[POSITIVE], "negative_feedback": counts[NEGATIVE]}


def _people(conversation: Conversation) -> Row:
    """What is known of the user and of the organization."""
    user, organization = (conversation.attributes.get(group, {}) for group in ("user", "organization"))
    known: Row = {f"user_{column}": _text(user.get(name)) for column, name in _TEXT_FIELDS.items()}
    known |= {
        f"organization_{column}": _text(organization.get(name))
        for column, name in _TEXT_FIELDS.items()
        if name != "email"
    }
    return {
        **known,
        "user_mrr": _number(user.get("mrr")),
        "organization_mrr": _number(organization.get("mrr")),
        "plan": known["user_plan"] or known["organization_plan"],
        "industry": known["organization_industry"] or known["user_industry"],
    }


def _large_fields(conversation: Conversation, stored: ConversationPartition) -> Mapping[str, Any]:
    """Properties, user properties and tags; of a conversation that was captured, what is known instead."""
    user, custom = dict(conversation.attributes.get("user", {})), dict(conversation.attributes.get("custom", {}))
    if conversation.updated_at is None:
        return {PROPERTIES: custom or None, USERS: user or None, TAGS: None}
    logged = {name: stored.properties.get(name) for name in (PROPERTIES, USERS, TAGS)}
    return {**logged, USERS: user or None} if stored.row.user_moved else logged


def _event_fields(event: Event) -> Row:
    return {
        "id": event.id,
        "type": event.name,
        "entity_type": event.entity,
        "created_at": event.created_at,
        PROPERTIES: _json(event.body.get(PROPERTIES)),
        "user_properties": _json(event.body.get(USERS)),
    }


def _user_id(user: Mapping[str, Any]) -> str | None:
    return _text(user.get("userId")) or _text(user.get("id"))


def _resolved(result: ConversationResult) -> bool | None:
    return None if result.outcome in (None, OPEN) else result.outcome == RESOLVED


def _tools(message: Message) -> list[str]:
    return _texts([tool.get("name") for tool in tools_of(message)])


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _texts(values: Sequence[Any]) -> list[str]:
    """The texts among some values, each once."""
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))


def _text(value: Any) -> str | None:
    """A scalar as text; None for nothing and for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _json(value: Any) -> str | None:
    """A value as JSON text; None for nothing, an empty object or an empty list."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None
