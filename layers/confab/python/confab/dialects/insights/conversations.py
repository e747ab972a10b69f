"""The answers about conversations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from confab.dialects.fields import iso
from confab.dialects.figures import rounded
from confab.dialects.insights.people import KNOWN
from confab.domain.conversation import Conversation
from confab.domain.labels import label_of
from confab.domain.topics import Topic
from confab.reading.search import SearchPage

if TYPE_CHECKING:
    from confab.dialects.insights import answers, judgements


def search_answer(found: SearchPage) -> answers.FoundConversations:
    """The answer of a search, without the cursor."""
    return {"conversations": [row_answer(row, found.topics) for row in found.conversations]}


def row_answer(row: Conversation, topics: Mapping[str, Topic]) -> answers.FoundConversation:
    """A conversation without its messages."""
    shown: answers.FoundConversation = {
        "id": row.id,
        "chatbotId": row.chatbot_id,
        "externalId": row.external_id,
        "dialect": row.dialect,
        "user": cast("answers.KnownUser | None", _person(row, "user", row.external_user_id)),
        "organization": cast(
            "answers.KnownOrganization | None", _person(row, "organization", row.external_organization_id)
        ),
        "channel": None if row.channel_id is None else {"id": row.channel_id, "name": row.managed.get("channelName")},
        "startedAt": iso(row.first_message_at),
        "lastMessageAt": iso(row.last_message_at),
        "createdAt": iso(row.created_at),
        "messages": row.message_count,
        "avgSentiment": rounded(row.sentiment),
        "label": None if row.sentiment is None else label_of(row.sentiment),
        "outcome": row.outcome,
        "headline": row.headline,
        "topics": topics_of(row.topics, topics),
        "flags": list(row.flags),
        "analysisPending": row.pending_since is not None,
        "analysisFailed": row.analysis_failed,
    }
    if row.web:
        shown["browser"] = True
    return shown


def _person(row: Conversation, group: str, identifier: str | None) -> dict[str, Any] | None:
    """What is known of the user or the organization; None when nothing is."""
    known = row.attributes.get(group, {})
    return {"id": identifier, **{name: known.get(name) for name in KNOWN[group]}} if known else None


def topics_of(ids: Iterable[str], topics: Mapping[str, Topic]) -> list[judgements.TopicName]:
    """Topics by id and name; one that was just found may still go by its id."""
    return [{"id": topic, "name": topics[topic].name if topic in topics else topic} for topic in ids]
