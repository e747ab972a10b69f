"""Keys and chatbots in the table, as functions look them up. ``admin.store`` changes them."""

from __future__ import annotations

from confab.domain.chatbot import Chatbot
from confab.domain.custom_fields import type_of
from confab.platform.credentials import ApiKey
from confab.storage import keys
from confab.storage.table import ConditionFailed, Table
from confab.storage.tenants import read_chatbot, read_key


class CredentialStore:
    """Chatbots and API keys of the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def chatbot(self, chatbot_id: str, *, consistent: bool = False) -> Chatbot | None:
        """A chatbot with its declared fields; None when it does not exist, or no more."""
        return read_chatbot(self._table.get((keys.chatbot(chatbot_id), keys.BOT), consistent=consistent))

    def chatbot_ids(self, workspace_id: str) -> list[str]:
        """The chatbots of a workspace, ordered by id."""
        items = self._table.query(keys.workspace(workspace_id), keys.BOT_ENTRY)
        return [item["sk"].removeprefix(keys.BOT_ENTRY) for item in items]

    def discovered_fields(self, chatbot_id: str) -> dict[str, str]:
        """The custom fields of a chatbot that came without being declared, name to type."""
        items = self._table.query(keys.discovered_fields(chatbot_id))
        return {item["sk"]: item["type"] for item in items}

    def discover_field(self, chatbot_id: str, name: str, value: str | float | bool, seen_at: int) -> None:
        """Note a custom field that came without being declared; the first sight stays."""
        item = {"pk": keys.discovered_fields(chatbot_id), "sk": name, "type": type_of(value), "firstSeen": seen_at}
        try:
            self._table.put_if_absent(item)
        except ConditionFailed:
            return

    def key(self, key_hash: str) -> ApiKey | None:
        """The key of a hash, as it was written last; None when there is none."""
        item = self._table.get((keys.api_key(key_hash), keys.KEY), consistent=True)
        return read_key(item) if item else None
