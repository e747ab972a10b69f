"""Removes what was found of a user: conversations, what names the user in those of others, and searches.

An item is noted before it is removed, so the receipt counts each once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from confab.domain.persons import Person
from confab.erasure.chatbot import SIDE_BY_SIDE
from confab.erasure.conversation_store import Remains
from confab.erasure.find_user import FindUser, UserData
from confab.erasure.subject_store import Search, SubjectStore, counts_of, subject_of_remains
from confab.erasure.trace_store import Traces, TraceStore, addresses_in
from confab.erasure.user_store import UserErasure, UserErasureStore
from confab.migration.older_store import OlderStore
from confab.platform.errors import Unavailable
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.feedback import FeedbackStore
from confab.storage.given_writes import Refused
from confab.storage.people import PeopleStore
from confab.storage.row import ConversationRow
from confab.storage.row_updates import VersionMoved
from confab.storage.scores import ScoreStore

ROUNDS: Final = 6
_SEARCHES: Final = "searches"
_MENTIONS: Final = "mentions"


class Eraser(Protocol):
    """Erases conversations (``erasure.conversation.Erase``)."""

    def __call__(
        self, chatbot_id: str, conversation_id: str, noting: Callable[[Remains], None] | None = None
    ) -> bool: ...

    def finish(self, chatbot_id: str, conversation_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseStores:
    """The stores that an erasure reads and writes."""

    subjects: SubjectStore
    traces: TraceStore
    feedback: FeedbackStore
    scores: ScoreStore
    erasures: UserErasureStore
    people: PeopleStore
    older: OlderStore


class RemoveUserData:
    """Removes what a look has found of a user.

    Args:
        stores: the stores.
        find: finds traces again, right before they are taken away.
        erase: erases conversations.
        enqueue_analysis: lets the consumer count a conversation from which feedback or a score was taken.
        now: the clock.
    """

    def __init__(
        self,
        stores: EraseStores,
        find: FindUser,
        erase: Eraser,
        enqueue_analysis: EnqueueAnalysis,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._stores = stores
        self._find = find
        self._erase = erase
        self._enqueue_analysis = enqueue_analysis
        self._now = now

    def __call__(self, erasure: UserErasure, found: UserData, budget: int) -> int:
        """Remove what was found, side by side; how many conversations were erased.

        Args:
            budget: how many conversations to erase, and to take traces from.

        Raises:
            Unavailable: the table was busy or did not answer, or a conversation kept changing.
        """
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            erased = sum(pool.map(lambda each: self._erase_one(erasure, found.person, each), found.own[:budget]))
            list(pool.map(lambda each: self._take_away(erasure, found.person, each), found.others[:budget]))
        for search in found.searches:
            self._remove_search(erasure, search)
        return erased

    def _erase_one(self, erasure: UserErasure, person: Person, conversation: str) -> bool:
        def noting(remains: Remains) -> None:
            self._stores.erasures.learn(erasure, frozenset(addresses_in(subject_of_remains(remains), person)))
            self._stores.erasures.note(erasure, conversation, counts_of(remains), self._now())

        return self._erase(erasure.chatbot_id, conversation, noting)

    def _take_away(self, erasure: UserErasure, person: Person, conversation: str) -> None:
        """Take away what names the user in somebody else's conversation.

        Raises:
            Unavailable: the conversation kept changing; the next look finds the rest.
        """
        for _ in range(ROUNDS):
            row, traces = self._find.traces((erasure.chatbot_id, conversation), person, erasure.begun_at)
            if not traces:
                return
            for place in traces.places:
                self._note_one(erasure, _MENTIONS, f"{conversation}#{place}")
            with suppress(VersionMoved, Refused):
                self._take(row, traces)
                return
        raise Unavailable("The conversation stayed busy; try again.")

    def _take(self, row: ConversationRow, traces: Traces) -> None:
        queue = [self._stores.feedback.remove(feedback, self._now()) for feedback in traces.feedback]
        queue += [self._stores.scores.remove(score, self._now()) for score in traces.scores]
        if any(queue):
            self._enqueue_analysis(*row.place)
        if queue:
            moved = self._stores.subjects.conversation(row.place)
            if moved is None:
                return
            row = moved.row
        self._stores.traces.remove(row, traces)

    def _remove_search(self, erasure: UserErasure, search: Search) -> None:
        name = hashlib.sha256(search.place.encode()).hexdigest()[:24]
        self._note_one(erasure, _SEARCHES if search.left is None else _MENTIONS, f"{_SEARCHES}#{name}")
        if search.left is None:
            self._stores.subjects.remove(search)
        else:
            with suppress(VersionMoved):
                self._stores.traces.rewrite(search, search.left)

    def _note_one(self, erasure: UserErasure, kind: str, name: str) -> None:
        self._stores.erasures.note(erasure, f"{kind}#{name}", {kind: 1}, self._now())
