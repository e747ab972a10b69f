"""What the table of a deployment holds."""

from __future__ import annotations

from typing import Any

from confab.storage.people import PeopleStore
from confab.storage.statistics import StatisticsStore

from tests.support.deployment import LocalDeployment


class TableContents(LocalDeployment):
    """A deployment whose table is looked into."""

    def items(self, chatbot_id: str, conversation_id: str) -> list[dict[str, Any]]:
        """All items of a conversation."""
        return list(self.table.query(f"CONV#{chatbot_id}#{conversation_id}", consistent=True))

    def people(self, chatbot_id: str, group: str = "user") -> list[str]:
        """The ids of the users or organizations that the statistics count for, the last seen first."""
        found = PeopleStore(self.table).newest(chatbot_id, group, None, 100)
        return [person.profile["id"] for person in found.people]

    def statistics(self, chatbot_id: str) -> dict[str, dict[str, int]]:
        """The statistics of a chatbot, shards summed, zeros left out."""
        sums = StatisticsStore(self.table).everything(chatbot_id, ())
        trimmed = {name: {c: v for c, v in counters.items() if v} for name, counters in sums.items()}
        return {name: counters for name, counters in trimmed.items() if counters}
