"""Notes of conversations that move up in the lists, so that a reader who pages down a list misses none.

A conversation moves when its last message is counted or an operator changes it: from below a reader's position to above
it. The note is written before the move or in its transaction, has the former position, and expires after a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from confab.storage import keys
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import ENTRIES
from confab.storage.entries import Entries
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Put

LISTED_AT: Final = "listedAt"
"""Attribute of a row: when it moved in the lists last, by the functions' own clock, in microseconds."""
MOVE_RETENTION: Final = timedelta(days=1)
LATELY: Final = timedelta(minutes=1)
"""How long after its stamp a move may come to be seen: commits and indexes take time, and clocks differ."""


def move_note(row: Item, now: datetime) -> Put:
    """The note of a conversation that moves now from where its row stands.

    It stands apart from the conversation, by time: an entry of an index would cost each move a write unit more.
    """
    entries = Entries.unpacked(row.get(ENTRIES))
    stood = row.get("g1sk", ""), "" if entries is None else entries.time
    chatbot_id, conversation_id = keys.split_conversation(row["pk"])
    return Put(
        {
            "pk": keys.moves(chatbot_id),
            "sk": f"{index_time(now)}#{conversation_id}#{'#'.join(stood)}",
            "expiresAt": to_micros(now + MOVE_RETENTION) // 1_000_000,
        },
        only_if_absent=False,
    )


class MoveStore:
    """Reads the notes.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def since(self, chatbot_ids: Sequence[str], time: datetime, *, entered: bool = False) -> dict[str, str]:
        """The conversations that have moved since a time: by partition, the lowest place where each stood.

        Costs a read unit for some forty of them, and one for each chatbot.

        Args:
            entered: where they stood among those of their contact and channel, instead of in the list of all.
        """
        first = index_time(time)
        lowest: dict[str, str] = {}
        for chatbot_id in chatbot_ids:
            for note in self._table.query_between(keys.moves(chatbot_id), first, "~"):
                _, conversation_id, *places = note["sk"].split("#")
                stood, pk = places[1 if entered else 0], keys.conversation(chatbot_id, conversation_id)
                if stood:
                    lowest[pk] = min(lowest.get(pk, stood), stood)
        return lowest
