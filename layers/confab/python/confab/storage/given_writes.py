"""Writes of feedback and events: each with the row of its conversation, which counts it and which nobody erases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from confab.storage import keys
from confab.storage.conversation_row import ERASING
from confab.storage.table import Table, TransactionRefused
from confab.storage.writes import Action, Change

COUNT: Final = "count."
"""Attributes of a conversation's row that count its feedback by kind and its events, for the statistics."""


class Refused(Exception):
    """The conversation is gone, or something that the write rests on changed since it was read."""


def counted(pk: str, counts: Mapping[str, int]) -> Change:
    """The row of a conversation that is there and that nobody erases, with counters moved.

    Args:
        pk: the conversation's partition key.
        counts: by attribute, how much more there is; at least one, which may be 0.
    """
    adds = {name: amount for name, amount in counts.items() if amount}
    change = Change((pk, keys.HEAD), adds=adds, equals={ERASING: None}, must_exist=True)
    if not adds:
        change.adds = {next(iter(counts)): 0}
    return change


def write_given(table: Table, actions: Sequence[Action]) -> None:
    """Apply all actions or none.

    Raises:
        Refused: the conversation is gone, or something changed since it was read.
        Unavailable: the table did not answer.
    """
    try:
        table.transact(actions)
    except TransactionRefused as refused:
        raise Refused from refused
