"""Events: those of conversations, counted on their rows, and searches, which belong to no conversation."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from confab.domain.feedback import Event
from confab.domain.limits import EVENTS, Given, Limits
from confab.domain.merge import json_bytes
from confab.platform.errors import ConversationFull, TooManyRequests
from confab.storage import keys
from confab.storage.ages import search_age
from confab.storage.blobs import chunk_keys
from confab.storage.feedback_items import event_from, event_items
from confab.storage.given import count_given, count_minute, require_room
from confab.storage.given_writes import COUNT, Refused, counted
from confab.storage.named import NAMED, named_in
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Place
from confab.storage.writes import Put


class EventStore:
    """Events of the one table, each stored once under its id.

    Args:
        table: the one table.
        limits: how much a conversation takes.
    """

    def __init__(self, table: Table, limits: Limits) -> None:
        self._table = table
        self._limits = limits

    def get(self, place: Place, event_id: str) -> Event | None:
        """An event of a conversation, read consistently; None when there is none of this id."""
        pk = keys.conversation(*place)
        item = self._table.get((pk, keys.event_item(event_id)), consistent=True)
        if item is None:
            return None
        further = (self._table.get(key, consistent=True) for key in chunk_keys(item))
        return event_from(item, {part["sk"]: part for part in further if part is not None})

    def put(self, place: Place, event: Event, now: datetime, given: Given | None = None) -> None:
        """Write an event and count it on its conversation, together; one that is there already stays.

        Args:
            given: what the conversation has, as it was read before; None for an event of the service's own, which no
                limit holds back.

        Raises:
            Refused: the conversation is gone, or another minute has begun on its row.
            ConversationFull: it takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        pk = keys.conversation(*place)
        size = json_bytes(event.body)
        if given is not None and not self._takes(place, event, size, now, given):
            return
        head, *rest = event_items(pk, event, now)
        row = counted(pk, {f"{COUNT}events": 1})
        count_given(row, EVENTS, 1, size)
        if given is not None:
            count_minute(row, given, EVENTS, now)
        row.joins[NAMED] = named_in((), event.body)
        try:
            puts = [Put(item, only_if_absent=False) for item in rest]
            self._table.transact([row, Put(head), *puts])
        except TransactionRefused as refused:
            if refused.reasons[0] == "None" and refused.reasons[1] == "ConditionalCheckFailed":
                return
            raise Refused from refused

    def _takes(self, place: Place, event: Event, size: int, now: datetime, given: Given) -> bool:
        """Whether a conversation takes an event; not where it has it already.

        Raises:
            ConversationFull, TooManyRequests: it takes no more.
        """
        try:
            require_room(given, EVENTS, 1, size, now, self._limits)
        except (ConversationFull, TooManyRequests):
            if self.get(place, event.id) is None:
                raise
            return False
        return True

    def put_search(self, chatbot_id: str, event: Event, now: datetime, *, web: bool = False) -> None:
        """Write an event that belongs to no conversation; one that is there already stays as it is.

        Args:
            web: whether a browser's key sent it, whose ids are apart from those of servers.
        """
        head, *rest = event_items(keys.search(chatbot_id, event.id), event, now, web=web)
        named = named_in((), event.body)
        head.update({**search_age(chatbot_id, event.id, now), **({NAMED: named} if named else {})})
        with suppress(ConditionFailed):
            if rest:
                self._table.commit([Put(head), *(Put(item, only_if_absent=False) for item in rest)])
            else:
                self._table.put_if_absent(head)
