"""Chatbots and keys as items of the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from confab.domain.chatbot import Chatbot
from confab.domain.topics import Topic
from confab.platform.credentials import ApiKey
from confab.storage import keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.values import Item

DELETED: Final = "deletedAt"
"""Attribute of a chatbot that is being deleted: since when, in microseconds. To everybody else it does not exist."""
REVISION: Final = "revision"
INDEXED: Final = "indexed"
INDEXED_NOW: Final = 2
"""What conversations and searches of a chatbot have: a place in the index of ages (1), notes of whom they name (2).

What is older gets it once (``older``)."""
_LIMITS: Final = {
    "rate_per_minute": "rate",
    "burst": "burst",
    "daily_quota": "quota",
    "bytes_per_minute": "byteRate",
    "bytes_per_day": "byteQuota",
}
"""A key's own limits: the key's attribute, and the item's."""


def chatbot_attributes(chatbot: Chatbot) -> dict[str, Any]:
    """What may change of a chatbot, by attribute; None for what it does not have."""
    return {
        "name": chatbot.name,
        "settings": dict(chatbot.settings),
        "fields": dict(chatbot.fields),
        "required": sorted(chatbot.required) or None,
        "denied": sorted(chatbot.denied) or None,
        "topics": [_topic_value(topic) for topic in chatbot.topics] or None,
        "keyId": chatbot.key_id,
        "privacyChangedAt": _micros(chatbot.privacy_changed_at),
        "archivedAt": _micros(chatbot.archived_at),
    }


def chatbot_item(chatbot: Chatbot) -> Item:
    """The item of a new chatbot; its first change gives it a revision."""
    return {
        "pk": keys.chatbot(chatbot.id),
        "sk": keys.BOT,
        "workspace": chatbot.workspace_id,
        "createdAt": to_micros(chatbot.created_at),
        INDEXED: INDEXED_NOW,
        **{name: value for name, value in chatbot_attributes(chatbot).items() if value is not None},
    }


def read_chatbot(item: Item | None) -> Chatbot | None:
    """A chatbot from its item; None without one, and for a chatbot that is being deleted."""
    if item is None or DELETED in item:
        return None
    return Chatbot(
        id=item["pk"].removeprefix("BOT#"),
        workspace_id=item["workspace"],
        name=item["name"],
        created_at=from_micros(item["createdAt"]),
        settings=item["settings"],
        fields=item["fields"],
        required=frozenset(item.get("required", ())),
        denied=frozenset(item.get("denied", ())),
        topics=tuple(_read_topic(topic) for topic in item.get("topics", ())),
        key_id=item.get("keyId"),
        privacy_changed_at=optional_time(item.get("privacyChangedAt")),
        archived_at=optional_time(item.get("archivedAt")),
        revision=item.get(REVISION, 0),
    )


def _micros(time: datetime | None) -> int | None:
    return None if time is None else to_micros(time)


def _topic_value(topic: Topic) -> dict[str, Any]:
    return {"id": topic.id, "name": topic.name, "phrases": list(topic.phrases), "parent": topic.parent_id}


def _read_topic(value: Mapping[str, Any]) -> Topic:
    return Topic(value["id"], value["name"], tuple(value["phrases"]), value["parent"])


def key_item(key: ApiKey) -> Item:
    """The item of a key, found by the key's hash."""
    item: dict[str, Any] = {
        "pk": keys.api_key(key.hash),
        "sk": keys.KEY,
        "id": key.id,
        "prefix": key.prefix,
        "name": key.name,
        "workspace": key.workspace_id,
        "chatbot": key.chatbot_id,
        "permissions": list(key.permissions),
        "kind": key.kind,
        "createdAt": to_micros(key.created_at),
    }
    if key.expires_at is not None:
        item["expiry"] = to_micros(key.expires_at)
    if key.origins:
        item["origins"] = list(key.origins)
    limits = {"plan": key.plan, **{name: getattr(key, attribute) for attribute, name in _LIMITS.items()}}
    return item | {name: value for name, value in limits.items() if value is not None}


def key_entry(key: ApiKey) -> Item:
    """The entry of a key in its workspace, found by the key's id."""
    return {"pk": keys.workspace(key.workspace_id), "sk": keys.key_entry(key.id), "hash": key.hash}


def read_key(item: Mapping[str, Any]) -> ApiKey:
    """A key from its item."""
    return ApiKey(
        id=item["id"],
        hash=item["pk"].removeprefix("KEY#"),
        prefix=item["prefix"],
        name=item["name"],
        workspace_id=item["workspace"],
        chatbot_id=item["chatbot"],
        permissions=item["permissions"],
        created_at=from_micros(item["createdAt"]),
        kind=item["kind"],
        plan=item.get("plan"),
        expires_at=optional_time(item.get("expiry")),
        origins=tuple(item.get("origins", ())),
        **{attribute: item.get(name) for attribute, name in _LIMITS.items()},
    )
