"""Conversations as CSV (RFC 4180), one row each; no spreadsheet runs what is in a cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from confab.dialects.export.cells import cell, line, text_cell
from confab.dialects.fields import iso
from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.labels import LABELS, label_of
from confab.domain.results import OPEN, RESOLVED
from confab.reading.export import ExportedConversation
from confab.reading.export_figures import ConversationFigures, figures_of

USER: Final = ("id", "name", "email", "plan", "createdAt", "industry", "mrr")
ORGANIZATION: Final = ("id", "name", "plan", "industry", "mrr")
SESSION: Final = ("id", "pageUrl", "referrer", "device", "country")
CUSTOM: Final = "custom"


def columns(chatbot: Chatbot) -> list[str]:
    """The names of the columns for a chatbot: each declared custom field has one, the others share ``custom``."""
    return [
        *("id", "externalId", "url", "startedAt", "lastMessageAt", "durationSeconds", "firstReplySeconds"),
        *("messages", "userMessages", "assistantMessages"),
        *(f"user.{name}" for name in USER),
        *(f"organization.{name}" for name in ORGANIZATION),
        *(f"session.{name}" for name in SESSION),
        *("channel", "dialect", "language", "label", "avgSentiment", "minSentiment", "scoredMessages"),
        *(_label_column(label) for label in LABELS),
        *("outcome", "resolved", "topics", "flags", "intents", "feedbackPositive", "feedbackNegative", "firstBadTurn"),
        "headline",
        *(f"{CUSTOM}.{name}" for name in sorted(chatbot.fields)),
        CUSTOM,
    ]


def header(chatbot: Chatbot) -> str:
    """The first line, with the names of the columns."""
    return line(map(text_cell, columns(chatbot)))


def lines(one: ExportedConversation, chatbot: Chatbot) -> Iterator[str]:
    """A conversation as one line."""
    cells = _cells(one, figures_of(one.parts), chatbot)
    yield line(cells[name] for name in columns(chatbot))


def _label_column(label: str) -> str:
    word = label.replace(" ", "")
    return f"messages{word}"


def _cells(one: ExportedConversation, figures: ConversationFigures, chatbot: Chatbot) -> dict[str, str]:
    row = one.conversation
    custom = row.attributes.get(CUSTOM, {})
    others = {name: custom[name] for name in sorted(custom) if name not in chatbot.fields}
    found: dict[str, Any] = {
        "id": row.id,
        "externalId": row.external_id,
        "url": f"/dashboard/conversations/{row.id}",
        "startedAt": iso(figures.first_at),
        "lastMessageAt": iso(figures.last_at),
        "channel": row.channel_id,
        "dialect": row.dialect,
        "language": figures.language,
        "label": None if row.sentiment is None else label_of(row.sentiment),
        "outcome": row.outcome,
        "topics": _listed(one.topics[topic].name if topic in one.topics else topic for topic in row.topics),
        "flags": _listed(row.flags),
        "intents": _listed(intent for intent, _ in figures.intents.most_common()),
        "firstBadTurn": figures.first_bad_text,
        "headline": row.headline,
        CUSTOM: json.dumps(others, ensure_ascii=False) if others else None,
        **_attributes(row.attributes, "user", USER),
        **_attributes(row.attributes, "organization", ORGANIZATION),
        **_attributes(row.attributes, "session", SESSION),
        **_attributes(row.attributes, CUSTOM, chatbot.fields),
        **_numbers(row, figures),
    }
    return {name: cell(value) for name, value in found.items()}


def _numbers(row: Conversation, figures: ConversationFigures) -> dict[str, Any]:
    return {
        "durationSeconds": figures.seconds,
        "firstReplySeconds": figures.reply_seconds,
        "messages": figures.messages,
        "userMessages": figures.user_messages,
        "assistantMessages": figures.assistant_messages,
        "avgSentiment": row.sentiment,
        "minSentiment": figures.min_score,
        "scoredMessages": figures.scored,
        **{_label_column(label): figures.labels[label] for label in LABELS},
        "resolved": None if row.outcome in (None, OPEN) else row.outcome == RESOLVED,
        "feedbackPositive": figures.positive,
        "feedbackNegative": figures.negative,
    }


def _attributes(attributes: Mapping[str, Mapping[str, Any]], group: str, names: Iterable[str]) -> dict[str, Any]:
    known = attributes.get(group, {})
    return {f"{group}.{name}": known.get(name) for name in names}


def _listed(values: Iterable[str]) -> str:
    return "; ".join(values)
