"""What a review says, as JSON values: the answer of ``GET /api/v1/review``, and the ``data`` of a report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from confab.domain.identity import message_uuid
from confab.domain.metrics import Figure
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS
from confab.domain.statistics import Counters, behaviour_counter, flagged_counter, outcome_counter, resolution_rate
from confab.reading.ranking import TopicFigures
from confab.reports.review import Example, Review

PLACES: Final = 4
MAX_TEXT: Final = 500
"""Characters of a message that an example shows."""
GOOD: Final = ("helpful", "other")
"""Behaviours of replies that need no improvement."""


def contents_of(review: Review, *, texts: bool) -> dict[str, Any]:
    """What a review says.

    Args:
        texts: whether examples show what was written, and the reasons that quote it.
    """
    window, before = review.current.window, review.previous.window
    return {
        "chatbot": {"id": review.chatbot.id, "name": review.chatbot.name},
        "from": _time(window.since),
        "to": _time(window.until),
        "previousFrom": _time(before.since),
        "basis": "conversations" if review.current.exact else "days",
        "totals": {_camel(name): _compared(*pair) for name, pair in review.compared().items()},
        "outcomes": list(_by_word(review, "outcome", outcome_counter(""), CONVERSATION_OUTCOMES)),
        "flags": list(_by_word(review, "flag", flagged_counter(""), FLAGS)),
        "issues": [
            row
            for row in _by_word(review, "behaviour", behaviour_counter(""), BEHAVIOURS)
            if row["behaviour"] not in GOOD
        ],
        "topics": [_topic(each, review.previous.topics.get(each.topic.id, {})) for each in review.topics],
        "newTopics": [
            {"id": each.topic.id, "name": each.topic.name, "conversations": each.counters.get("conversations", 0)}
            for each in review.new_topics
        ],
        "examples": [_example(review, each, texts=texts) for each in review.examples],
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _compared(now: Figure, before: Figure) -> dict[str, Any]:
    change = None if now.value is None or before.value is None else now.value - before.value
    return {
        "value": _rounded(now.value),
        "previous": _rounded(before.value),
        "change": _rounded(change),
        "sample": now.sample,
    }


def _by_word(review: Review, word: str, prefix: str, vocabulary: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """How often each word was counted in both windows, the most frequent first; words without a number left out."""
    now, before = _counts(review.current.counters, prefix), _counts(review.previous.counters, prefix)
    place = {name: number for number, name in enumerate(vocabulary)}
    names = sorted(now.keys() | before.keys(), key=lambda name: (-now.get(name, 0), place.get(name, len(place)), name))
    for name in names:
        yield {word: name, "count": now.get(name, 0), "previous": before.get(name, 0)}


def _counts(counters: Counters, prefix: str) -> dict[str, int]:
    found = {name.removeprefix(prefix): number for name, number in counters.items() if name.startswith(prefix)}
    return {name: number for name, number in found.items() if number > 0}


def _topic(figures: TopicFigures, before: Counters) -> dict[str, Any]:
    return {
        "id": figures.topic.id,
        "name": figures.topic.name,
        "conversations": figures.counters.get("conversations", 0),
        "previous": before.get("conversations", 0),
        "resolutionRate": _rounded(resolution_rate(figures.counters)),
        "opportunity": round(figures.opportunity, PLACES),
    }


def _example(review: Review, example: Example, *, texts: bool) -> dict[str, Any]:
    row, turn, reply = example.conversation, example.turn, example.reply
    shown: dict[str, Any] = {
        "id": row.id,
        "externalId": row.external_id,
        "startedAt": None if row.first_message_at is None else _time(row.first_message_at),
        "outcome": row.outcome,
        "avgSentiment": _rounded(row.sentiment),
        "topics": [
            {"id": topic, "name": review.names[topic].name if topic in review.names else topic} for topic in row.topics
        ],
        "flags": list(row.flags),
        "firstBadTurn": None,
        "reply": None,
    }
    if turn is not None:
        shown["firstBadTurn"] = {"id": message_uuid(row.id, turn.key), "externalId": turn.external_id}
        if texts:
            reasoning = example.result.reasoning if example.result else ""
            shown["firstBadTurn"] |= {"text": turn.content[:MAX_TEXT], "reasoning": reasoning or None}
    if reply is not None:
        found = example.reply_result
        shown["reply"] = {
            "id": message_uuid(row.id, reply.key),
            "behaviour": found.behaviour if found else None,
            "outcome": found.outcome if found else None,
        }
        if texts:
            shown["reply"]["text"] = reply.content[:MAX_TEXT]
    return shown


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
