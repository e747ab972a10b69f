"""What conditions are compared with: the facts of a conversation, and of each of its messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from confab.domain.conversation import Conversation
from confab.domain.labels import label_of
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import MessageResult
from confab.workflows.conditions import ASSISTANT_MESSAGE, CUSTOM, USER_MESSAGE, Facts, Scalar
from confab.workflows.source_store import Committed

CLOCKS: Final = timedelta(minutes=5)
"""How far a client's clock may be behind: what it calls earlier than that happened before."""
_ROLES: Final = {USER_MESSAGE: USER, ASSISTANT_MESSAGE: ASSISTANT}


def of_conversation(committed: Committed) -> Facts:
    """The facts of a conversation as a whole; of its messages those that at least one has."""
    conversation, results = committed.conversation, committed.results.values()
    sentiment = conversation.sentiment
    return {
        **_around(conversation),
        "outcome": _some(conversation.outcome),
        "sentiment.score": _some(sentiment),
        "sentiment.label": [] if sentiment is None else [label_of(sentiment)],
        "topic": list(conversation.topics),
        "flag": list(conversation.flags),
        "intent": _distinct(result.intent for result in results),
        "behaviour": _distinct(result.behaviour for result in results),
        "feedback": _distinct(given.kind for given in committed.feedback),
    }


def of_message(committed: Committed, message: Message, result: MessageResult) -> Facts:
    """The facts of a message of a user or of the assistant, and of the conversation around it."""
    conversation = committed.conversation
    users = message.role == USER
    given = (each.kind for each in committed.feedback if each.message_id == message.id)
    return {
        **_around(conversation),
        "outcome": _some(conversation.outcome if users else result.outcome),
        "sentiment.score": _some(result.score),
        "sentiment.label": [] if result.score is None else [label_of(result.score)],
        "topic": list(result.topics),
        "flag": list(result.flags),
        "intent": _some(result.intent),
        "behaviour": _some(result.behaviour),
        "feedback": _distinct(given),
    }


def messages_since(committed: Committed, subject: str, since: datetime) -> Iterator[tuple[Message, MessageResult]]:
    """The analysed messages of a role that were written and stored since a time, the earliest first.

    Args:
        subject: ``user_message`` or ``assistant_message``.
    """
    for message in sorted(committed.messages, key=lambda each: (each.created_at, each.stored_at, each.key)):
        result = committed.results.get(message.key)
        late = message.stored_at >= since and message.created_at >= since - CLOCKS
        if result is not None and late and message.role == _ROLES[subject]:
            yield message, result


def last_event(committed: Committed) -> datetime | None:
    """When a message was last written and stored, or feedback last given (UTC); None where there is neither.

    A message of the past that is stored now, as imports store them, counts by its own time.
    """
    times = [_happened(message) for message in committed.messages]
    times += [given.updated_at for given in committed.feedback]
    return max(times, default=None)


def _happened(message: Message) -> datetime:
    past = message.created_at < message.stored_at - CLOCKS
    return message.created_at if past else message.stored_at


def _around(conversation: Conversation) -> dict[str, Sequence[Scalar]]:
    attributes = conversation.attributes
    user, organization = attributes.get("user", {}), attributes.get("organization", {})
    named = (organization.get("id"), organization.get("name"))
    return {
        "messages": [conversation.message_count],
        "plan": _distinct(each.get("plan") for each in (user, organization)),
        "organization": _distinct(None if each is None else str(each) for each in named),
        **{CUSTOM + name: [value] for name, value in attributes.get("custom", {}).items()},
    }


def _some(value: Scalar | None) -> list[Scalar]:
    return [] if value is None else [value]


def _distinct(values: Iterable[Scalar | None]) -> list[Scalar]:
    return list(dict.fromkeys(value for value in values if value is not None))
