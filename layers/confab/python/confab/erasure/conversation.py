"""Erasing a conversation: nothing of it stays, whatever crashes half-way and whatever arrives meanwhile.

A message that arrives after the erasure began belongs to a new conversation of the same id: it is kept, and only it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from confab.analysis.people import People
from confab.erasure.conversation_store import MARKED_VERSION, TOPICS, ErasureStore
from confab.platform.deadline import Deadline
from confab.platform.errors import TimeOver, Unavailable
from confab.platform.retries import Retries
from confab.storage import keys
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.clocks import optional_time, to_micros
from confab.storage.conversation_row import ERASING, PEOPLE, any_head_of
from confab.storage.row_updates import VersionMoved
from confab.storage.topics import TopicStore
from confab.storage.values import Item
from confab.storage.visibility import Visibility

BUSY: Final = Retries(12, first=0.01, cap=0.64)
AT_ONCE: Final = 2_000
"""How many items a request removes before it answers; of a larger conversation the consumer removes them."""
PIECE: Final = 200
"""How many items are removed before the time is looked at again."""
OF_MARKED: Final = tuple(prefix for sk in (keys.FEEDBACK, keys.EVENT) for prefix in (sk, keys.blob_prefix(sk)))
"""What only a conversation without the mark of an erasure is given."""

Noting = Callable[[Sequence[Item]], None]
"""Is told the items of a conversation that is about to be erased."""


class Erase:
    """Erases a conversation whole: no reader sees it from the first write on, and a crash loses no step.

    Args:
        erasures: the store.
        enqueue_analysis: queues the work of finishing, should this process die.
        people, topics: forget the users and topics whose last conversation this was.
        visibility: tells which conversations have expired.
        deadline: until when whoever calls must be done; at no time when None.
        now: the clock.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        erasures: ErasureStore,
        enqueue_analysis: EnqueueAnalysis,
        people: People,
        topics: TopicStore,
        visibility: Visibility,
        *,
        deadline: Deadline | None = None,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._erasures = erasures
        self._enqueue_analysis = enqueue_analysis
        self._people = people
        self._topics = topics
        self._visibility = visibility
        self._deadline = deadline or Deadline()
        self._now = now
        self._sleep = sleep

    def __call__(self, chatbot_id: str, conversation_id: str, noting: Noting | None = None) -> bool:
        """Erase a conversation; False when there is none.

        Nobody reads it from then on. Of a large one the items go later, where the caller's time is bounded.

        Args:
            noting: is told what there is before it goes, each time that this is tried.

        Raises:
            Unavailable: the table was busy or did not answer. What was begun is finished by the consumer.
        """
        return self._erase((chatbot_id, conversation_id), expired=False, noting=noting)

    def once_more(self, chatbot_id: str, conversation_id: str) -> bool:
        """Erase a conversation that is being erased, with what was captured since that began; False when none is.

        Nobody reads such a conversation, but it may come back with what was captured since.

        Raises:
            Unavailable: the table was busy or did not answer. What was begun is finished by the consumer.
        """
        row = any_head_of(self._erasures.places(chatbot_id, conversation_id))
        return row is not None and ERASING in row and self(chatbot_id, conversation_id)

    def expire(self, chatbot_id: str, conversation_id: str) -> bool:
        """Erase a conversation if its retention has passed; figures that are about nobody stay in the statistics.

        What was stored since the retention passed stays too: it begins the conversation anew.

        Raises:
            Unavailable: the table was busy or did not answer. What was begun is finished by the consumer.
        """
        return self._erase((chatbot_id, conversation_id), expired=True)

    def orphaned(self, chatbot_id: str, conversation_id: str, before: datetime) -> bool:
        """Erase what stands in a conversation's partition without a row, if all of it is older than a time.

        Returns:
            Whether it was erased.

        Raises:
            Unavailable: the table was busy or did not answer. What was begun is finished by the consumer.
        """
        items = self._erasures.items(chatbot_id, conversation_id)
        youngest = max((item.get("st", 0) for item in items), default=0)
        if not items or any_head_of(items) is not None or youngest >= to_micros(before):
            return False
        if not self._erasures.mark_orphaned((chatbot_id, conversation_id), youngest, self._now()):
            return False
        self.finish(chatbot_id, conversation_id)
        return True

    def _erase(self, place: tuple[str, str], *, expired: bool, noting: Noting | None = None) -> bool:
        found = False
        for pause in BUSY.pauses(self._sleep):
            items = self._erasures.places(*place) if noting is None else self._erasures.items(*place)
            row = any_head_of(items)
            if row is None:
                return found
            if ERASING in row:
                if not self._finished(*place) or expired or noting is not None:
                    return True
                # What came after that erasure began has survived it, and is to go with this one.
                found = True
                continue
            cutoff = self._visibility.cutoff(place[0]) if expired else None
            if expired and (cutoff is None or not self._visibility.expired(row)):
                return False
            if noting is not None:
                noting(items)
            with suppress(VersionMoved):
                self._erasures.mark(place, items, row, self._now(), optional_time(cutoff))
                self._enqueue_analysis(*place, at_once=True)
                break
            pause()
        else:
            raise Unavailable("The conversation stayed busy; try again.")
        if len(items) <= AT_ONCE or not self._deadline.bounded:
            self._finished(*place)
        return True

    def _finished(self, chatbot_id: str, conversation_id: str) -> bool:
        """As ``finish``; False where the time was over."""
        try:
            self.finish(chatbot_id, conversation_id)
        except TimeOver:
            return False
        return True

    def finish(self, chatbot_id: str, conversation_id: str) -> None:
        """Finish an erasure that was begun; nothing happens when none was.

        Raises:
            TimeOver: something is left; the consumer goes on with it.
            Unavailable: the conversation kept changing.
        """
        for pause in BUSY.pauses(self._sleep):
            items = self._erasures.places(chatbot_id, conversation_id)
            row = any_head_of(items)
            if row is None or ERASING not in row:
                return
            with suppress(VersionMoved):
                if self._erasures.uncount((chatbot_id, conversation_id), items, row):
                    continue
                self._clear(chatbot_id, conversation_id, items, row)
                return
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _clear(self, chatbot_id: str, conversation_id: str, items: list[Item], row: Item) -> None:
        """Remove what was there before the mark, then the row; or the mark alone when something came since.

        Raises:
            TimeOver: something is left.
            VersionMoved: something came just now.
        """
        self._erasures.record(row)
        self._people.forget(chatbot_id, row[PEOPLE])
        self._topics.forget_idle(chatbot_id, row[TOPICS])
        others = [item for item in items if item["sk"] != keys.HEAD]
        # Nobody gives feedback or an event to a marked conversation, so these are from before, whatever a clock said.
        doomed = [item for item in others if item.get("st", 0) <= row[ERASING] or item["sk"].startswith(OF_MARKED)]
        for start in range(0, len(doomed), PIECE):
            if not self._deadline.has_time():
                self._enqueue_analysis(chatbot_id, conversation_id, at_once=True)
                raise TimeOver("The conversation is large; its erasure goes on.")
            self._erasures.remove(doomed[start : start + PIECE])
        came_since = row["version"] != row[MARKED_VERSION]
        survivors = len(doomed) < len(others)
        if came_since and survivors:
            self._erasures.revive(row)
            self._enqueue_analysis(chatbot_id, conversation_id, at_once=True)
        else:
            self._erasures.remove_row(row)
