"""Erasing a conversation: nothing of it stays, whatever crashes half-way and whatever arrives meanwhile.

A message that arrives after the erasure began belongs to a new conversation of the same id: it is kept, and only it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from confab.analysis.people import People
from confab.erasure.conversation_store import ErasureStore, Remains
from confab.platform.deadline import Deadline
from confab.platform.errors import TimeOver, Unavailable
from confab.platform.retries import Retries
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.row_updates import VersionMoved
from confab.storage.topics import TopicStore

BUSY: Final = Retries(12, first=0.01, cap=0.64)
SECOND_LOOK: Final = timedelta(minutes=15)
"""When somebody looks again for what a consumer wrote that was at work when the erasure began: later than any runs."""
AT_ONCE: Final = 2_000
"""How many items a request removes before it answers; of a larger conversation the consumer removes them."""
PIECE: Final = 200
"""How many items are removed before the time is looked at again."""

Noting = Callable[[Remains], None]
"""Is told what there is of a conversation that is about to be erased."""


class Erase:
    """Erases a conversation whole: no reader sees it from the first write on, and a crash loses no step.

    Args:
        erasures: the store.
        enqueue_analysis: queues the work of finishing, should this process die.
        people, topics: forget the users and topics whose last conversation this was.
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
        *,
        deadline: Deadline | None = None,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._erasures = erasures
        self._enqueue_analysis = enqueue_analysis
        self._people = people
        self._topics = topics
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
        row = self._erasures.places(chatbot_id, conversation_id).row
        return row.erasing and self(chatbot_id, conversation_id)

    def expire(self, chatbot_id: str, conversation_id: str) -> bool:
        """Erase a conversation if its retention has passed; figures that are about nobody stay in the statistics.

        What was stored since the retention passed stays too: the conversation begins again with it.

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
        remains = self._erasures.items(chatbot_id, conversation_id)
        if not remains or remains.row or remains.youngest >= before:
            return False
        if not self._erasures.mark_orphaned(remains.place, remains.youngest, self._now()):
            return False
        self.finish(chatbot_id, conversation_id)
        return True

    def _erase(self, place: tuple[str, str], *, expired: bool, noting: Noting | None = None) -> bool:
        found = False
        for pause in BUSY.pauses(self._sleep):
            remains = self._erasures.places(*place) if noting is None else self._erasures.items(*place)
            if not remains.row:
                return found
            if remains.row.erasing:
                if not self._finished(*place) or expired or noting is not None:
                    return True
                # What came after that erasure began has survived it, and is to go with this one.
                found = True
                continue
            until = self._erasures.expired_until(remains) if expired else None
            if expired and until is None:
                return False
            if noting is not None:
                noting(remains)
            with suppress(VersionMoved):
                self._erasures.mark(remains, self._now(), until)
                self._enqueue_analysis(*place, at_once=True)
                break
            pause()
        else:
            raise Unavailable("The conversation stayed busy; try again.")
        if len(remains) <= AT_ONCE or not self._deadline.bounded:
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
            remains = self._erasures.places(chatbot_id, conversation_id)
            if not remains.row.erasing:
                return
            with suppress(VersionMoved):
                if self._erasures.uncount(remains):
                    continue
                self._clear(remains)
                return
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _clear(self, remains: Remains) -> None:
        """Remove what was there before the mark, then the row; or the mark alone when something came since.

        Raises:
            TimeOver: something is left.
            VersionMoved: something came just now.
        """
        chatbot_id, row, doomed = remains.place[0], remains.row, remains.doomed
        self._erasures.record(row)
        self._erasures.remove_entries(remains)
        self._people.forget(chatbot_id, remains.people)
        self._topics.forget_idle(chatbot_id, remains.topics)
        for start in range(0, len(doomed), PIECE):
            if not self._deadline.has_time():
                self._enqueue_analysis(*remains.place, at_once=True)
                raise TimeOver("The conversation is large; its erasure goes on.")
            self._erasures.remove(doomed[start : start + PIECE])
        if remains.came_since and len(doomed) < len(remains.others):
            self._erasures.revive(row)
            self._enqueue_analysis(*remains.place, at_once=True)
            return
        if remains.waited:
            self._enqueue_analysis(*remains.place, after=SECOND_LOOK)
        self._erasures.remove_row(row)

    def clean(self, chatbot_id: str, conversation_id: str) -> None:
        """Remove what a consumer that died wrote about a conversation while it was erased. A row keeps everything."""
        self._people.forget(chatbot_id, self._erasures.clean((chatbot_id, conversation_id)))
