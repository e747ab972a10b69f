"""Workspaces, chatbots and keys in the table. Each change and its audit entry are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from confab.admin.audit_store import noted
from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.custom_fields import DiscoveredField
from confab.platform.credentials import ApiKey
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.data_marker import new_table
from confab.storage.retentions import note_change
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table
from confab.storage.tenants import (
    DELETED,
    REVISION,
    chatbot_attributes,
    chatbot_item,
    key_entry,
    key_item,
    read_chatbot,
    read_key,
)
from confab.storage.writes import Action, Change, Delete, Put

ROUNDS: Final = 5


class AdminStore:
    """The operators' side of the one table. All reads are consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_workspace(self, workspace_id: str, name: str, entry: AuditEntry) -> None:
        """Create a workspace; with the first one the table says of which version its data is.

        Raises:
            ConditionFailed: it exists.
        """
        item = {
            "pk": keys.workspace(workspace_id),
            "sk": keys.WORKSPACE,
            "name": name,
            "createdAt": to_micros(entry.at),
        }
        listed = {"pk": keys.workspaces(), "sk": workspace_id, "name": name}
        first = not self.workspaces()
        self._table.commit([Put(item), Put(listed), noted(entry), *([new_table()] if first else [])])

    def workspaces(self) -> list[tuple[str, str]]:
        """All workspaces: id and name, by name."""
        found = self._table.query(keys.workspaces(), consistent=True)
        return sorted(((item["sk"], item["name"]) for item in found), key=lambda each: (each[1], each[0]))

    def has_workspace(self, workspace_id: str) -> bool:
        """Whether a workspace exists."""
        return self._table.get((keys.workspace(workspace_id), keys.WORKSPACE), consistent=True) is not None

    def count_chatbots(self, workspace_id: str) -> int:
        """How many chatbots a workspace has."""
        return self._count(workspace_id, keys.BOT_ENTRY)

    def count_keys(self, workspace_id: str) -> int:
        """How many API keys a workspace has."""
        return self._count(workspace_id, keys.KEY_ENTRY)

    def _count(self, workspace_id: str, entries: str) -> int:
        found = self._table.query(keys.workspace(workspace_id), entries, consistent=True, attributes=("sk",))
        return sum(1 for _ in found)

    def chatbot(self, chatbot_id: str) -> Chatbot | None:
        """A chatbot; None when it does not exist, or no more."""
        return read_chatbot(self._table.get((keys.chatbot(chatbot_id), keys.BOT), consistent=True))

    def chatbots(self, workspace_id: str) -> list[Chatbot]:
        """The chatbots of a workspace, oldest first."""
        entries = self._table.query(keys.workspace(workspace_id), keys.BOT_ENTRY, consistent=True)
        places = [(keys.chatbot(entry["sk"].removeprefix(keys.BOT_ENTRY)), keys.BOT) for entry in entries]
        found = map(read_chatbot, self._table.get_many(places, consistent=True).values())
        return sorted((bot for bot in found if bot is not None), key=lambda bot: (bot.created_at, bot.id))

    def add_chatbot(
        self, chatbot: Chatbot, key: ApiKey | None, entries: Sequence[AuditEntry], also: Sequence[Action] = ()
    ) -> None:
        """Create a chatbot, its entry in the workspace, and the key that is issued with it.

        Args:
            also: what else changes with it.

        Raises:
            ConditionFailed: it exists.
        """
        entry = {"pk": keys.workspace(chatbot.workspace_id), "sk": keys.BOT_ENTRY + chatbot.id}
        self._table.commit([Put(chatbot_item(chatbot)), Put(entry), *key_puts(key), *also, *map(noted, entries)])

    def change_chatbot(self, before: Chatbot, after: Chatbot, entry: AuditEntry, also: Sequence[Action] = ()) -> None:
        """Change a chatbot.

        Args:
            also: what else changes with it.

        Raises:
            ConditionFailed: it changed since it was read, or it is being deleted.
        """
        self._table.commit([_chatbot_change(before, after), *note_change(before, after), *also, noted(entry)])

    def discovered_fields(self, chatbot_id: str) -> list[DiscoveredField]:
        """The custom fields of a chatbot that came without being declared, by name."""
        items = self._table.query(keys.discovered_fields(chatbot_id), consistent=True)
        return [DiscoveredField(item["sk"], item["type"], from_micros(item["firstSeen"])) for item in items]

    def mark_deleted(self, chatbot: Chatbot, its_keys: Sequence[ApiKey], entry: AuditEntry) -> None:
        """Let a chatbot and its keys be gone for everybody, and note that its conversations are to be erased.

        Keys that one transaction cannot hold follow by ``drop_keys``.

        Raises:
            ConditionFailed: it changed since it was read, or it is being deleted already.
        """
        change = _chatbot_change(chatbot, chatbot)
        change.sets[DELETED] = to_micros(entry.at)
        work = {
            "pk": keys.deletions(),
            "sk": chatbot.id,
            "workspace": chatbot.workspace_id,
            "at": to_micros(entry.at),
        }
        listed = Delete((keys.workspace(chatbot.workspace_id), keys.BOT_ENTRY + chatbot.id))
        actions: list[Action] = [change, listed, Put(work), noted(entry)]
        room = (TRANSACTION_ACTIONS - len(actions)) // 2
        self._table.commit([*actions, *(action for key in its_keys[:room] for action in _key_removal(key))])
        self.drop_keys(its_keys[room:])

    def drop_keys(self, gone: Sequence[ApiKey]) -> None:
        """Remove keys of a chatbot that is deleted."""
        for key in gone:
            # One that was rotated just now has another hash; whoever lists the keys again finds it.
            with suppress(ConditionFailed):
                self._table.commit(_key_removal(key))

    def keys_of(self, workspace_id: str) -> list[ApiKey]:
        """The keys of a workspace, oldest first."""
        entries = self._table.query(keys.workspace(workspace_id), keys.KEY_ENTRY, consistent=True)
        places = [(keys.api_key(entry["hash"]), keys.KEY) for entry in entries]
        found = self._table.get_many(places, consistent=True)
        return sorted((read_key(item) for item in found.values()), key=lambda key: (key.created_at, key.id))

    def key_of(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """A key of a workspace by its id; None when there is none.

        Raises:
            Unavailable: it kept being rotated.
        """
        for _ in range(ROUNDS):
            entry = self._table.get((keys.workspace(workspace_id), keys.key_entry(key_id)), consistent=True)
            if entry is None:
                return None
            item = self._table.get((keys.api_key(entry["hash"]), keys.KEY), consistent=True)
            # Between the two reads a rotation may have put another in its place.
            if item is not None:
                return read_key(item)
        raise Unavailable("The key kept changing; try again.")

    def add_key(self, key: ApiKey, entry: AuditEntry, also: Sequence[Action] = ()) -> None:
        """Store a key by its hash, and its entry in the workspace.

        Args:
            also: what else changes with it.

        Raises:
            ConditionFailed: it exists.
        """
        self._table.commit([*key_puts(key), *also, noted(entry)])

    def replace_key(self, old: ApiKey, new: ApiKey, entry: AuditEntry, also: Sequence[Action] = ()) -> None:
        """Put a new key in the place of an old one, which is gone at once.

        Args:
            also: what else changes with it.

        Raises:
            ConditionFailed: the old one is gone already.
        """
        listed = Put(key_entry(new), equals={"hash": old.hash})
        self._table.commit([_gone(old), Put(key_item(new)), listed, *also, noted(entry)])

    def remove_key(self, key: ApiKey, entry: AuditEntry) -> None:
        """Remove a key.

        Raises:
            ConditionFailed: it is gone already.
        """
        self._table.commit([*_key_removal(key), noted(entry)])


def _chatbot_change(before: Chatbot, after: Chatbot) -> Change:
    old, new = chatbot_attributes(before), chatbot_attributes(after)
    change = Change((keys.chatbot(before.id), keys.BOT), must_exist=True)
    change.sets = {name: value for name, value in new.items() if value is not None and value != old[name]}
    change.sets[REVISION] = before.revision + 1
    change.removes = [name for name, value in new.items() if value is None and old[name] is not None]
    change.equals = {REVISION: before.revision or None, DELETED: None}
    return change


def field_removal(chatbot_id: str, name: str) -> Delete:
    """What makes a discovered field forgotten."""
    return Delete((keys.discovered_fields(chatbot_id), name))


def key_puts(key: ApiKey | None) -> list[Action]:
    """What stores a new key and its entry in the workspace."""
    return [] if key is None else [Put(key_item(key)), Put(key_entry(key))]


def _gone(key: ApiKey) -> Delete:
    return Delete((keys.api_key(key.hash), keys.KEY), equals={"id": key.id})


def _key_removal(key: ApiKey) -> list[Action]:
    """What removes a key and its entry in the workspace."""
    return [_gone(key), Delete((keys.workspace(key.workspace_id), keys.key_entry(key.id)))]
