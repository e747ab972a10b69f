"""The chatbots whose conversations are not kept for ever, noted so that the sweep finds them."""

from __future__ import annotations

from collections.abc import Sequence

from confab.domain.chatbot import PRIVACY_SETTING, RETENTION_SETTING, Chatbot
from confab.storage import keys
from confab.storage.table import Table
from confab.storage.writes import Action, Delete, Put


class RetentionStore:
    """What the sweep asks.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def chatbots(self) -> list[str]:
        """The chatbots that were noted."""
        return [item["sk"] for item in self._table.query(keys.retentions())]

    def forget(self, chatbot_id: str) -> None:
        """Remove the note of a chatbot that is gone."""
        self._table.delete((keys.retentions(), chatbot_id))


def note_change(before: Chatbot, after: Chatbot) -> Sequence[Action]:
    """What notes a chatbot whose settings change; nothing when its retention stays."""
    old, new = (chatbot.settings.get(PRIVACY_SETTING, {}).get(RETENTION_SETTING) for chatbot in (before, after))
    if old == new:
        return []
    place = keys.retentions(), after.id
    return [Delete(place)] if new is None else [Put({"pk": place[0], "sk": place[1]}, only_if_absent=False)]
