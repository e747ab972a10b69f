"""Conversations as JSON Lines, whole: what ``confab import`` takes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from confab.dialects.fields import iso
from confab.dialects.figures import rounded
from confab.dialects.insights.conversations import topics_of
from confab.dialects.openbat.export import line_of
from confab.domain.chatbot import Chatbot
from confab.domain.labels import label_of
from confab.reading.export import ExportedConversation

CONTENT_TYPE: Final = "application/x-ndjson"


def lines(one: ExportedConversation, _: Chatbot) -> Iterator[str]:
    """A conversation as one line, or as several where it is large: the first, and continuations."""
    for number, part in enumerate(one.parts):
        row: dict[str, Any] = {**line_of(part)}
        yield written({**row, **_figures(one)} if number == 0 else row)


def written(value: Any) -> str:
    """A JSON value as one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _figures(one: ExportedConversation) -> dict[str, Any]:
    """What lists show of a conversation."""
    row = one.conversation
    return {
        "startedAt": iso(row.first_message_at),
        "lastMessageAt": iso(row.last_message_at),
        "messageCount": row.message_count,
        "avgSentiment": rounded(row.sentiment),
        "label": None if row.sentiment is None else label_of(row.sentiment),
        "outcome": row.outcome,
        "headline": row.headline,
        "topics": topics_of(row.topics, one.topics),
        "flags": list(row.flags),
    }
