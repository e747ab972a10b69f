"""Migration: the data of earlier versions becomes that of the present one, while functions go on working."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, Protocol

from confab.migration.store import MigrationStore
from confab.platform.data_version import FOUND_SINCE, VERSION
from confab.platform.errors import AnalysisRetry, NewerData
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.conversations import ConversationStore
from confab.storage.data_marker import DataMarker, DataState

SIDE_BY_SIDE: Final = 8


class Count(Protocol):
    """Counts a conversation that waits (``analysis.consumer.Analyse``)."""

    def __call__(self, chatbot_id: str, conversation_id: str) -> object: ...


class Migrate:
    """Brings all data to the present version; a run that ended early is continued by the next one.

    Version 0 to 1: a conversation that was counted before it could be found by its user, topics or flags is counted
    again, as after a new message; its results stay, and nothing is judged that has a result. A workspace that was made
    before there was a list of workspaces enters it.

    Version 1 to 2: nothing has to change; each conversation gets the new form when it is counted next.

    Args:
        store, marker, conversations: the stores.
        count: counts a conversation that waits.
        enqueue_analysis: queues one for the consumer where that has to wait.
        now: the clock.
    """

    def __init__(
        self,
        store: MigrationStore,
        marker: DataMarker,
        conversations: ConversationStore,
        count: Count,
        enqueue_analysis: EnqueueAnalysis,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._marker = marker
        self._conversations = conversations
        self._count = count
        self._enqueue_analysis = enqueue_analysis
        self._now = now

    def state(self) -> DataState:
        """How things stand.

        Raises:
            NewerData: the data is of a later version than this code.
        """
        state = self._marker.read()
        if state.version > VERSION:
            raise NewerData
        return state

    def size(self) -> int:
        """How many items the table has, about."""
        return self._store.size()

    def __call__(self, state: DataState, step: Callable[[int], None] = lambda _: None) -> int:
        """Go through the table from where ``state`` says that the last run ended; how many conversations were changed.

        Args:
            step: is told how many items were looked at since it was called last.

        Raises:
            Unavailable: the table was busy or did not answer; the next run goes on.
        """
        if state.version >= FOUND_SINCE:
            self._marker.note(DataState(VERSION))
            return 0
        changed = 0
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for run in self._store.runs(state.position):
                list(pool.map(self._store.list_workspace, run.workspaces))
                list(pool.map(lambda place: self._count_again(*place), run.uncounted))
                changed += len(run.uncounted)
                self._marker.note(DataState(state.version, run.position))
                step(run.seen)
        self._marker.note(DataState(VERSION))
        return changed

    def _count_again(self, chatbot_id: str, conversation_id: str) -> None:
        """Count a conversation again, or leave that to the consumer."""
        self._conversations.await_analysis(chatbot_id, conversation_id, self._now())
        try:
            self._count(chatbot_id, conversation_id)
        except AnalysisRetry:
            self._enqueue_analysis(chatbot_id, conversation_id, at_once=True)
