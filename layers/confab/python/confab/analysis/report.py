"""The report on one conversation, of which `confab analyze` prints one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from confab.analysis.analyzer import Analyzer
from confab.domain.labels import NOT_JUDGED, label_of
from confab.domain.message import ASSISTANT, TICK, USER, Message
from confab.domain.results import MessageResult

_START: Final = datetime(2020, 1, 1, tzinfo=UTC)


class BadConversation(ValueError):
    """An object is not a conversation; the message says what is missing."""


def report(conversation: object, analyzer: Analyzer) -> dict[str, Any]:
    """Analyse one conversation.

    Args:
        conversation: parsed JSON, ``{"conversationId", "messages": [{"role", "content"}]}``; other fields are ignored.
        analyzer: what judges.

    Returns:
        ``conversationId``, ``messages`` in order (each with ``role``; the user's with ``sentiment`` from -1 to 1 or
        None, ``label``, ``reasoning``, ``intent``, ``topics``, ``flags``; the assistant's with ``behaviour`` and
        ``outcome``), and of the conversation ``outcome``, ``topics``, ``firstBadTurn`` (place of the message from 0,
        or None), ``arrivedUpset``, ``state``, ``trend``, ``headline`` and ``summary``.

    Raises:
        BadConversation: the object has another form.
    """
    identity, transcript = transcript_of(conversation)
    found = analyzer.analyse(transcript, frozenset(message.key for message in transcript))
    message_results = {result.key: result for result in found.messages}
    whole = found.conversation
    places = {message.key: place for place, message in enumerate(transcript)}
    return {
        "conversationId": identity,
        "messages": [_message(message.role, message_results.get(message.key)) for message in transcript],
        "outcome": whole.outcome,
        "topics": list(whole.topics),
        "firstBadTurn": places.get(whole.first_bad_turn) if whole.first_bad_turn is not None else None,
        "arrivedUpset": whole.arrived_upset,
        "state": whole.state,
        "trend": whole.trend,
        "headline": whole.headline,
        "summary": whole.summary,
    }


def _message(role: str, result: MessageResult | None) -> dict[str, Any]:
    if result is None:
        return {"role": role}
    if role == USER and result.intent is not None:
        return {
            "role": role,
            "sentiment": result.score,
            "label": NOT_JUDGED if result.score is None else label_of(result.score),
            "satisfaction": result.satisfaction,
            "reasoning": result.reasoning,
            "intent": result.intent,
            "topics": list(result.topics),
            "flags": list(result.flags),
        }
    if role == ASSISTANT:
        return {"role": role, "behaviour": result.behaviour, "outcome": result.outcome}
    return {"role": role}


def transcript_of(conversation: object) -> tuple[str, Sequence[Message]]:
    """The id and the messages of a parsed JSON object, as ``report`` reads it.

    Raises:
        BadConversation: the object has another form.
    """
    if not isinstance(conversation, Mapping):
        raise BadConversation("must be a JSON object")
    identity = conversation.get("conversationId")
    if not isinstance(identity, str) or not identity:
        raise BadConversation("conversationId must be a non-empty string")
    messages = conversation.get("messages")
    if not isinstance(messages, list):
        raise BadConversation("messages must be an array")
    return identity, [_parsed(place, entry) for place, entry in enumerate(messages)]


def _parsed(place: int, entry: object) -> Message:
    if not isinstance(entry, Mapping):
        raise BadConversation(f"messages.{place} must be an object")
    role, content = entry.get("role"), entry.get("content")
    if not isinstance(role, str) or not role:
        raise BadConversation(f"messages.{place}.role must be a non-empty string")
    if not isinstance(content, str):
        raise BadConversation(f"messages.{place}.content must be a string")
    at = _START + TICK * place
    return Message(key=f"m:{place}", role=role, content=content, created_at=at, stored_at=at)
