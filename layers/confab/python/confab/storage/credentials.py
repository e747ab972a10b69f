"""Keys, chatbots and workspaces in the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from confab.domain.chatbot import Chatbot
from confab.domain.fields import type_of
from confab.platform.credentials import ApiKey
from confab.storage import keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.table import Action, Change, ConditionFailed, Delete, Item, Put, Table


class CredentialStore:
    """Workspaces, chatbots and API keys of the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_workspace(self, workspace_id: str, name: str, created_at: int) -> None:
        """Create a workspace.

        Raises:
            ConditionFailed: it exists.
        """
        pk = keys.workspace(workspace_id)
        self._table.put_if_absent({"pk": pk, "sk": "WS", "name": name, "createdAt": created_at})

    def workspace_name(self, workspace_id: str) -> str | None:
        """The name of a workspace; None when it does not exist."""
        item = self._table.get((keys.workspace(workspace_id), "WS"))
        return item["name"] if item else None

    def add_chatbot(self, chatbot: Chatbot) -> None:
        """Create a chatbot and its entry in the workspace."""
        self._table.transact(
            [
                Put(
                    {
                        "pk": keys.chatbot(chatbot.id),
                        "sk": keys.BOT,
                        "workspace": chatbot.workspace_id,
                        "name": chatbot.name,
                        "createdAt": to_micros(chatbot.created_at),
                        "settings": dict(chatbot.settings),
                        "fields": dict(chatbot.fields),
                    }
                ),
                Put({"pk": keys.workspace(chatbot.workspace_id), "sk": f"BOT#{chatbot.id}"}),
            ]
        )

    def chatbot(self, chatbot_id: str) -> Chatbot | None:
        """A chatbot with its declared fields; None when it does not exist."""
        item = self._table.get((keys.chatbot(chatbot_id), keys.BOT))
        return _read_chatbot(item) if item else None

    def discovered_fields(self, chatbot_id: str) -> dict[str, str]:
        """The custom fields of a chatbot that came without being declared, name to type."""
        items = self._table.query(keys.discovered_fields(chatbot_id))
        return {item["sk"]: item["type"] for item in items}

    def chatbot_ids(self, workspace_id: str) -> list[str]:
        """The chatbots of a workspace, ordered by id."""
        items = self._table.query(keys.workspace(workspace_id), "BOT#")
        return [item["sk"].removeprefix("BOT#") for item in items]

    def discover_field(self, chatbot_id: str, name: str, value: str | float | bool, seen_at: int) -> None:
        """Note a custom field that came without being declared; the first sight stays."""
        item = {"pk": keys.discovered_fields(chatbot_id), "sk": name, "type": type_of(value), "firstSeen": seen_at}
        try:
            self._table.put_if_absent(item)
        except ConditionFailed:
            return

    def set_fields(self, chatbot_id: str, fields: dict[str, str]) -> None:
        """Declare the custom fields of a chatbot.

        Raises:
            ConditionFailed: there is no such chatbot.
        """
        self._table.change(Change((keys.chatbot(chatbot_id), keys.BOT), sets={"fields": fields}, must_exist=True))

    def set_setting(self, chatbot: Chatbot, name: str, value: Any) -> None:
        """Change one of a chatbot's settings; None removes it.

        Raises:
            ConditionFailed: the settings changed since the chatbot was read, or there is no such chatbot.
        """
        settings = {key: kept for key, kept in chatbot.settings.items() if key != name}
        if value is not None:
            settings[name] = value
        change = Change((keys.chatbot(chatbot.id), keys.BOT), must_exist=True)
        change.sets["settings"] = settings
        change.equals["settings"] = dict(chatbot.settings)
        self._table.change(change)

    def add_key(self, key: ApiKey) -> None:
        """Store a key by its hash, and its entry in the workspace."""
        self._table.transact([Put(_key_item(key)), Put(_key_entry(key))])

    def key(self, key_hash: str) -> ApiKey | None:
        """The key of a hash; None when there is none."""
        item = self._table.get((keys.api_key(key_hash), keys.KEY))
        return _read_key(item) if item else None

    def keys_of(self, workspace_id: str) -> list[ApiKey]:
        """The keys of a workspace, oldest first."""
        entries = self._table.query(keys.workspace(workspace_id), "KEY#")
        found = self._table.get_many([(keys.api_key(entry["hash"]), keys.KEY) for entry in entries])
        return sorted((_read_key(item) for item in found.values()), key=lambda key: key.created_at)

    def replace_key(self, old: ApiKey, new: ApiKey) -> None:
        """Put a new key in the place of an old one, which is gone at once."""
        gone = Delete((keys.api_key(old.hash), keys.KEY))
        self._table.transact([gone, Put(_key_item(new)), Put(_key_entry(new), only_if_absent=False)])

    def remove_key(self, key: ApiKey) -> None:
        """Remove a key."""
        entry = (keys.workspace(key.workspace_id), f"KEY#{key.id}")
        actions: Sequence[Action] = [Delete((keys.api_key(key.hash), keys.KEY)), Delete(entry)]
        self._table.transact(actions)


def _read_chatbot(item: Item) -> Chatbot:
    return Chatbot(
        id=item["pk"].removeprefix("BOT#"),
        workspace_id=item["workspace"],
        name=item["name"],
        created_at=from_micros(item["createdAt"]),
        settings=item["settings"],
        fields=item["fields"],
    )


def _key_item(key: ApiKey) -> Item:
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
    if key.rate_per_minute is not None:
        item["rate"] = key.rate_per_minute
    if key.expires_at is not None:
        item["expiry"] = to_micros(key.expires_at)
    return item


def _key_entry(key: ApiKey) -> Item:
    return {"pk": keys.workspace(key.workspace_id), "sk": f"KEY#{key.id}", "hash": key.hash}


def _read_key(item: Item) -> ApiKey:
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
        rate_per_minute=item.get("rate"),
        expires_at=optional_time(item.get("expiry")),
    )
