"""The HEAD item: a conversation's row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from confab.domain.alignment import TranscriptState
from confab.domain.conversation import ATTRIBUTE_GROUPS, Conversation
from confab.domain.identity import DIGEST_BYTES
from confab.storage import keys
from confab.storage.clocks import from_micros, index_time, optional_time, to_micros
from confab.storage.given import read_given
from confab.storage.values import Item
from confab.storage.writes import Change

AGAIN: Final = "again"
"""Attribute of a conversation whose messages are to be judged although they have results: since when, in microseconds.
"""
PENDING_ATTRIBUTES: Final = ("g2pk", "g2sk", "pendingSince", "queuedAt", AGAIN)
ERASING: Final = "erasing"
"""Attribute of a conversation that is being erased: since when, in microseconds. Nobody reads such a conversation."""
EXPIRED: Final = "expired"
"""Attribute of such a conversation when it goes for its age: what was stored since then stays, and so do figures."""
ACTIVE: Final = "activeAt"
"""Attribute with the time of the last message or change, by the functions' own clock, in microseconds."""
MESSAGES: Final = "messages"
"""Attribute with how many messages there are."""
EVER: Final = "n"
"""Attribute with how many messages requests have counted on the row: unlike ``MESSAGES`` nobody ever corrects it."""
COUNTED_AT: Final = "countedAt"
"""Attribute with the time at which the consumer read all messages last, in microseconds."""
BYTES: Final = "bytes"
"""Attribute with what the messages hold, text and what belongs to it; absent where it was not counted yet."""
HISTORY_FIELD: Final = "log."
MANAGED: Final = "c."
MANAGED_JSON: Final = "cj."
"""Prefixes of what a channel or an operator keeps on a conversation: one attribute each, lists and objects as JSON."""
ENTRIES: Final = "e"
STATE: Final = "counted"
"""Attribute that names the state in which the statistics have the conversation (``storage.counting``)."""
PEOPLE: Final = "people"
"""Attribute that names the statistics of the people for whom the conversation is counted."""
FOUND: Final = "found"
"""Attribute with what a search asks for of the messages (``domain.statistics.found_of``)."""
WEB: Final = "web"
"""Attribute of a conversation that a browser's key began, set when it begins and never later."""
LEFT: Final = "left"
"""Attribute that names those for whom it was counted until it was counted last: nobody may know them any more."""


def waiting_attributes(conversation_id: str, now: datetime) -> dict[str, Any]:
    """The attributes of a conversation that waits for the consumer, from now on."""
    return {
        "pendingSince": to_micros(now),
        "queuedAt": to_micros(now),
        "g2pk": keys.pending(keys.shard_of(conversation_id)),
        "g2sk": index_time(now),
    }


def await_consumer(change: Change, row: Item, conversation_id: str, now: datetime, lease_micros: int) -> bool:
    """Let a conversation wait for the consumer, on a row that waits as it did when it was read.

    Args:
        row: as it was read.
        lease_micros: after how long a conversation that still waits is to be queued again.

    Returns:
        Whether it must be queued for that: it did not wait yet, or its lease is over.
    """
    change.equals["pendingSince"] = row.get("pendingSince")
    if "pendingSince" not in row:
        change.sets.update(waiting_attributes(conversation_id, now))
        return True
    if to_micros(now) - row.get("queuedAt", 0) < lease_micros:
        return False
    change.sets["queuedAt"] = to_micros(now)
    return True


def transcript_attributes(state: TranscriptState) -> dict[str, Any]:
    """The alignment state as attributes."""
    return {
        "t.count": state.count,
        "t.chain": state.chain,
        "t.head": b"".join(state.head),
        "t.tail": b"".join(state.tail),
        "t.at": None if state.last_at is None else to_micros(state.last_at),
        "t.answers": state.answers,
    }


def managed_attributes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Managed fields as flat attributes, so that two updates of different fields both stay."""
    attributes: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict | list):
            attributes[MANAGED_JSON + name] = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        else:
            attributes[MANAGED + name] = value
    return attributes


def read_managed(item: Mapping[str, Any]) -> dict[str, Any]:
    """The managed fields of a HEAD item."""
    fields = {name[len(MANAGED) :]: value for name, value in item.items() if name.startswith(MANAGED)}
    fields.update(
        {name[len(MANAGED_JSON) :]: json.loads(value) for name, value in item.items() if name.startswith(MANAGED_JSON)}
    )
    return fields


def _digests(packed: bytes) -> tuple[bytes, ...]:
    return tuple(packed[start : start + DIGEST_BYTES] for start in range(0, len(packed), DIGEST_BYTES))


def read_transcript(item: Mapping[str, Any]) -> TranscriptState:
    """The alignment state of a HEAD item."""
    if "t.count" not in item:
        return TranscriptState()
    return TranscriptState(
        count=item["t.count"],
        chain=item["t.chain"],
        head=_digests(item["t.head"]),
        tail=_digests(item["t.tail"]),
        last_at=optional_time(item["t.at"]),
        answers=item.get("t.answers", 0),
    )


def read_attributes(item: Item) -> dict[str, dict[str, Any]]:
    """The attributes of a HEAD item, by group and field."""
    attributes: dict[str, dict[str, Any]] = {}
    for group, name, value in _attributes(item):
        if value is not None:
            attributes.setdefault(group, {})[name] = value
    return attributes


def read_cleared(item: Item) -> dict[str, list[str]]:
    """The fields of the attributes of a HEAD item that were cleared and are remembered, by group."""
    cleared: dict[str, list[str]] = {}
    for group, name, value in _attributes(item):
        if value is None:
            cleared.setdefault(group, []).append(name)
    return cleared


def _attributes(item: Item) -> Iterator[tuple[str, str, Any]]:
    for attribute, value in item.items():
        group, dot, name = attribute.partition(".")
        if dot and group in ATTRIBUTE_GROUPS:
            yield group, name, value


def read_head(item: Item) -> Conversation:
    """A conversation from its HEAD item."""
    chatbot_id, conversation_id = keys.split_conversation(item["pk"])
    sentiment_count = item.get("sentimentCount", 0)
    return Conversation(
        id=conversation_id,
        chatbot_id=chatbot_id,
        external_id=item.get("externalId"),
        dialect=item["dialect"],
        kind=item["kind"],
        created_at=from_micros(item["createdAt"]),
        first_message_at=optional_time(item.get("firstAt")),
        last_message_at=optional_time(item.get("lastAt")),
        message_count=item.get("messages", 0),
        version=item.get("version", 0),
        attributes=read_attributes(item),
        cleared=read_cleared(item),
        pending_since=optional_time(item.get("pendingSince")),
        counted_at=optional_time(item.get("countedAt")),
        analysis_failed=item.get("analysisFailed"),
        sentiment=item["sentimentSum"] / sentiment_count / 1000 if sentiment_count else None,
        outcome=item.get("outcome"),
        headline=item.get("headline") or None,
        transcript=read_transcript(item),
        updated_at=optional_time(item.get("updatedAt")),
        managed=read_managed(item),
        entries=item.get(ENTRIES),
        topics=item.get("topics", ()),
        flags=item.get("flags", ()),
        found=item.get(FOUND),
        history_fields={
            name[len(HISTORY_FIELD) :]: value for name, value in item.items() if name.startswith(HISTORY_FIELD)
        },
        web=item.get(WEB, False),
        given=read_given(item),
        size=item.get(BYTES, 0),
    )


def any_head_of(items: Sequence[Item]) -> Item | None:
    """The HEAD among a conversation's items, whatever its state."""
    return next((item for item in items if item["sk"] == keys.HEAD), None)
