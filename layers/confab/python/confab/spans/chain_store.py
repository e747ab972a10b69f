"""What the table keeps of answers by their paths. It says nothing that anybody said."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Final

from confab.spans.chain import Entry
from confab.spans.store import ends
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item, Key
from confab.storage.writes import Change

CHAIN_RETENTION: Final = timedelta(days=7)
"""For how long a conversation without an id may pause."""
MAX_ENTRIES: Final = 100
"""Conversations that are looked at which say the same up to a point."""


class ChainStore:
    """Keeps the answers of conversations by their paths (``chain.Entries``).

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def at(self, chatbot_id: str, path: bytes) -> list[Entry]:
        """The conversations that have an answer on a path."""
        name = path.hex()
        items = self._table.query(keys.chain(chatbot_id, name), f"{name}#", consistent=True)
        return [_entry(item) for item in islice(items, MAX_ENTRIES)]

    def add(self, chatbot_id: str, path: bytes, entry: Entry) -> None:
        """Note an answer; where a conversation has it already, the owner is noted if there is none."""
        pk, sk = _answer(chatbot_id, path, entry.conversation_id)
        item: Item = {
            "pk": pk,
            "sk": sk,
            "t": to_micros(entry.at),
            "st": to_micros(entry.stored_at),
            "expiresAt": ends(entry.stored_at, CHAIN_RETENTION),
        }
        named = {"o": entry.owner, "n": entry.continuation, "u": entry.user}
        try:
            self._table.put_if_absent(item | {name: value for name, value in named.items() if value})
        except ConditionFailed:
            if entry.owner:
                self.own(chatbot_id, path, entry.conversation_id, entry.owner)

    def own(self, chatbot_id: str, path: bytes, conversation_id: str, owner: str) -> bool:
        """Make a span the one that told an answer; False if another one is."""
        return self._settle(_answer(chatbot_id, path, conversation_id), "o", owner)

    def go_on(self, chatbot_id: str, path: bytes, conversation_id: str, continuation: str) -> bool:
        """Let somebody go on after an answer; False if another one did."""
        return self._settle(_answer(chatbot_id, path, conversation_id), "n", continuation)

    def _settle(self, key: Key, attribute: str, value: str) -> bool:
        change = Change(key, sets={attribute: value}, either={attribute: value}, must_exist=True)
        try:
            self._table.change(change)
        except ConditionFailed:
            return False
        return True


def _answer(chatbot_id: str, path: bytes, conversation_id: str) -> Key:
    name = path.hex()
    return keys.chain(chatbot_id, name), f"{name}#{conversation_id}"


def _entry(item: Item) -> Entry:
    return Entry(
        conversation_id=item["sk"].partition("#")[2],
        owner=item.get("o", ""),
        continuation=item.get("n", ""),
        user=item.get("u", ""),
        at=from_micros(item["t"]),
        stored_at=from_micros(item["st"]),
    )
