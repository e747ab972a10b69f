"""The states in force of several conversations at once (``storage.counting``)."""

from __future__ import annotations

from collections.abc import Iterable

from confab.storage import keys
from confab.storage.conversation_row import ERASING, STATE
from confab.storage.counting import CountingState, read_counted
from confab.storage.table import Table


def states_in_force(table: Table, chatbot_id: str, conversations: Iterable[str]) -> dict[str, CountingState]:
    """The states in force of some conversations of a chatbot, by their ids."""
    places = {keys.conversation(chatbot_id, each): each for each in conversations}
    known = table.get_many([(pk, sk) for pk in places for sk in (keys.HEAD, keys.COUNTED)])
    rows = {pk: item for (pk, sk), item in known.items() if sk == keys.HEAD and ERASING not in item}
    named = [(pk, row[STATE]) for pk, row in rows.items() if STATE in row]
    states = {pk: item for (pk, _), item in table.get_many(named).items()}
    former = {pk: item for (pk, sk), item in known.items() if sk == keys.COUNTED and STATE not in rows.get(pk, {})}
    return {places[pk]: read_counted(item) for pk, item in {**former, **states}.items() if pk in rows}
