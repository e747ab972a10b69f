"""All values of a chatbot's data that could be a user's id, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from confab.storage import keys
from confab.storage.blobs import chunk_keys, read_blob
from confab.storage.conversation_row import MANAGED_JSON
from confab.storage.messages import read_messages
from confab.storage.table import Table

MAX_ID: Final = 1024
_WITH_BLOBS: Final = (keys.FEEDBACK, keys.EVENT, keys.SCORE)


class IdentifierStore:
    """Reads of the one table: everything of a chatbot, so for rare work only.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_conversation(self, chatbot_id: str, conversation_id: str) -> set[str]:
        """What could be an id in a conversation, its messages' texts left out."""
        pk = keys.conversation(chatbot_id, conversation_id)
        items = {item["sk"]: item for item in self._table.query(pk, consistent=True)}
        found: set[str] = set()
        row = items.get(keys.HEAD, {})
        for name, value in row.items():
            found.update(_values(json.loads(value) if name.startswith(MANAGED_JSON) else value))
        for sk, item in items.items():
            if sk == keys.PROPERTIES or sk.startswith(_WITH_BLOBS):
                found.update(_values(read_blob(item, items)))
        for message in read_messages(items.values()):
            found.update(_values(message.extras))
        return found

    def of_searches(self, chatbot_id: str) -> set[str]:
        """What could be an id in the searches of a chatbot."""
        found: set[str] = set()
        for partition in keys.searches(chatbot_id):
            for item in self._table.query(partition, keys.EVENT, consistent=True):
                further = [self._table.get(key, consistent=True) for key in chunk_keys(item)]
                found.update(_values(read_blob(item, {part["sk"]: part for part in further if part is not None})))
        return found


def _values(value: Any) -> Iterator[str]:
    """The texts in a value, and its numbers as texts."""
    if isinstance(value, str):
        if 0 < len(value) <= MAX_ID:
            yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _values(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _values(each)
