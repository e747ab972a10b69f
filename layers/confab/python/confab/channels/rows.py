"""The rows of managed conversations: made and changed by requests, and counted again where the statistics need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from confab.channels.catalogue import DIALECT
from confab.channels.results import Detail
from confab.domain.conversation import ORGANIC, Scalar
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.conversations import ConversationStore
from confab.storage.row_updates import Expiring, RowChange, RowUpdate
from confab.storage.values import Place


class ManagedRows:
    """Makes and changes rows, and queues the analysis where a change needs it.

    Args:
        conversations: the store.
        enqueue_analysis: queues a conversation for analysis.
        now: the clock.
    """

    def __init__(
        self, conversations: ConversationStore, enqueue_analysis: EnqueueAnalysis, *, now: Callable[[], datetime]
    ) -> None:
        self._conversations = conversations
        self._enqueue_analysis = enqueue_analysis
        self._now = now

    def touch(self, place: Place, user: Mapping[str, Scalar | None], row: RowChange, now: datetime) -> Detail:
        """Make a conversation or change its row, without a message.

        Args:
            user: what is said of the contact; empty for nothing.
            now: the time of the request (UTC).

        Raises:
            Expiring: its retention has passed; it is queued to be erased.
            Unavailable: the table did not take it.
        """
        attributes = {"user": user} if user else {}
        update = RowUpdate(external_id=None, dialect=DIALECT, kind=ORGANIC, now=now, attributes=attributes, row=row)
        try:
            touched = self._conversations.touch(*place, update, 0)
        except Expiring:
            self._enqueue_analysis(*place, at_once=True)
            raise
        if touched.people_moved:
            self.recount(place)
        return Detail(conversation=touched.row.conversation, created=touched.created)

    def recount(self, place: Place, managed: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Let the consumer look at a conversation again in which something other than its messages' number changed.

        Args:
            managed: managed fields that change with it, by name.
        """
        if self._conversations.await_analysis(*place, self._now(), managed):
            self._enqueue_analysis(*place, at_once=True)
