"""Erasing all data of a user, with a receipt of what was removed.

The erasure is noted, and done in pieces by the request and by the sweep. Any number of runs, concurrent or after a
crash, has the same result. An item is noted before it is removed, so the receipt counts each once. Messages that the
user sends after the erasure began belong to new conversations and stay.

Indexes may lag behind the table. So the receipt is given only when nothing was found twice, the second time a while
after the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from confab.admin.audit import Audit
from confab.admin.chatbot_settings import Configure
from confab.domain.audit import COMMAND
from confab.domain.persons import Person, addresses_among
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.erasure.chatbot import SIDE_BY_SIDE
from confab.erasure.conversation_store import Remains
from confab.erasure.find_user import FindUser, UserData
from confab.erasure.receipt import Receipt, signature_of, subject_of, summed_counts
from confab.erasure.subject_store import Search, SubjectStore, counts_of, subject_of_remains
from confab.erasure.trace_store import Traces, TraceStore, addresses_in
from confab.erasure.user_store import UserErasure, UserErasureStore
from confab.migration.older_store import OlderStore
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, TimeOver, Unavailable
from confab.platform.pieces import Piece
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.feedback import FeedbackStore
from confab.storage.given_writes import Refused
from confab.storage.people import PeopleStore
from confab.storage.row import ConversationRow
from confab.storage.row_updates import VersionMoved
from confab.storage.table import ConditionFailed

AT_ONCE: Final = 50
"""How many conversations are erased before a request is answered; the sweep does the rest."""
MAX_ID: Final = 1024
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
    erasures: UserErasureStore
    people: PeopleStore
    older: OlderStore


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an erasure.

    Attributes:
        look_again_at: when it looks for the last time, if nothing turns up till then; None while there is something to
            remove, and when it is done.
        receipt: None until it is done.
    """

    id: str
    begun_at: datetime
    look_again_at: datetime | None = None
    receipt: Mapping[str, Any] | None = None


class EraseUser:
    """Erases all data of a user, in as many calls as that takes, and signs a receipt of what was removed.

    Args:
        configure: finds chatbots.
        stores: the stores.
        erase: erases conversations.
        enqueue_analysis: lets the consumer count a conversation from which feedback was taken.
        audit: makes the entry.
        secret: gives the deployment's secret, which signs receipts.
        now: the clock.
        new_id: gives ids that sort by time.
        look_again_after: how long after nothing was found for the first time it is looked for the last time.
    """

    def __init__(
        self,
        configure: Configure,
        stores: EraseStores,
        erase: Eraser,
        enqueue_analysis: EnqueueAnalysis,
        audit: Audit,
        secret: Callable[[], bytes],
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        look_again_after: timedelta,
    ) -> None:
        self._configure = configure
        self._stores = stores
        self._erasures = stores.erasures
        self._find = FindUser(stores.subjects)
        self._erase = erase
        self._enqueue_analysis = enqueue_analysis
        self._audit = audit
        self._secret = secret
        self._now = now
        self._new_id = new_id
        self._look_again_after = look_again_after

    def __call__(self, by: ApiKey | None, chatbot_id: str, user_id: str, budget: int = AT_ONCE) -> Progress:
        """Begin to erase a user's data, or go on with it.

        Args:
            user_id: the caller's id of the user.
            budget: how many conversations to erase now.

        Raises:
            InvalidRequest: no such id can be.
            NotFound: there is no such chatbot, or it belongs to another tenant.
            Unavailable: the table was busy or did not answer; the sweep goes on.
        """
        chatbot = self._configure.chatbot(by, chatbot_id)
        _require_user(user_id)
        self._stores.subjects.require_current()
        known = self._stores.people.get(chatbot.id, [person_statistic(USER_PREFIX, user_id)])
        erasure = self._erasures.begin(
            UserErasure(
                id=self._new_id(),
                workspace_id=chatbot.workspace_id,
                chatbot_id=chatbot.id,
                user_id=user_id,
                actor=COMMAND if by is None else by.id,
                begun_at=self._now(),
                profiles=len(known),
                addresses=addresses_among(person.profile.get("email") for person in known.values()),
            )
        )
        first = self._piece(erasure, budget)
        if first.more and first.removed < budget:
            # What was found is gone; so it may be time for the receipt, or it is known from when on nothing was found.
            self._piece(self._erasures.find(erasure.name) or erasure, budget)
        return self._progress(erasure)

    def _progress(self, erasure: UserErasure) -> Progress:
        receipt = self._erasures.receipt(erasure.chatbot_id, erasure.id)
        now = erasure if receipt is not None else self._erasures.find(erasure.name) or erasure
        again = None if receipt is not None or now.empty_since is None else now.empty_since + self._look_again_after
        return Progress(erasure.id, erasure.begun_at, again, receipt)

    def receipts(self, by: ApiKey | None, chatbot_id: str) -> Sequence[Mapping[str, Any]]:
        """The latest receipts of a chatbot, the last one first.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        return self._erasures.receipts(self._configure.chatbot(by, chatbot_id).id)

    def running(self, by: ApiKey | None, chatbot_id: str) -> list[Progress]:
        """The erasures of a chatbot that are under way, the latest first.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        found = self._erasures.running_of(self._configure.chatbot(by, chatbot_id).id)
        return [self._progress(erasure) for erasure in found]

    def waiting(self) -> list[str]:
        """The names of the erasures that are under way."""
        return self._erasures.running()

    def resume(self, name: str, budget: int) -> Piece:
        """Go on with an erasure.

        Raises:
            Unavailable: the table was busy or did not answer; the next run goes on.
        """
        erasure = self._erasures.find(name)
        return self._piece(erasure, budget) if erasure is not None else Piece()

    def is_genuine(self, receipt: Mapping[str, Any], user_id: str | None = None) -> bool:
        """Whether a receipt is one of this deployment's, and that of a user when one is given."""
        signed = receipt.get("signature") == signature_of(self._secret(), receipt)
        return signed and (user_id is None or receipt.get("subject") == subject_of(self._secret(), user_id))

    def _piece(self, erasure: UserErasure, budget: int) -> Piece:
        """Look once, and remove what is found, as far as the budget goes."""
        self._stores.subjects.require_current()
        if self._stores.older.enter(erasure.chatbot_id, budget):
            return Piece(more=True)
        person = Person(erasure.user_id, erasure.addresses)
        found = self._find(erasure.chatbot_id, person, erasure.begun_at, budget)
        erasure = self._erasures.learn(erasure, found.person.addresses)
        if found:
            erasure = self._erasures.note_found(erasure)
            return Piece(self._remove(erasure, found, budget), more=True)
        now = self._now()
        erasure = self._erasures.note_empty(erasure, now)
        if erasure.empty_since is not None and now - erasure.empty_since >= self._look_again_after:
            self._finish(erasure, erasure.empty_since)
        return Piece()

    def _remove(self, erasure: UserErasure, found: UserData, budget: int) -> int:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            erased = sum(pool.map(lambda each: self._erase_one(erasure, found.person, each), found.own[:budget]))
            list(pool.map(lambda each: self._take_away(erasure, found.person, each), found.others[:budget]))
        for search in found.searches:
            self._remove_search(erasure, search)
        return erased

    def _erase_one(self, erasure: UserErasure, person: Person, conversation: str) -> bool:
        def noting(remains: Remains) -> None:
            self._erasures.learn(erasure, frozenset(addresses_in(subject_of_remains(remains), person)))
            self._erasures.note(erasure, conversation, counts_of(remains), self._now())

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
        if any(queue):
            self._enqueue_analysis(*row.place)
        if traces.feedback:
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
        self._erasures.note(erasure, f"{kind}#{name}", {kind: 1}, self._now())

    def _finish(self, erasure: UserErasure, empty_since: datetime) -> None:
        """Finish what a crash left, and give the receipt; none while something of a large conversation is left."""
        for name in self._erasures.notes(erasure):
            if "#" not in name:
                try:
                    self._erase.finish(erasure.chatbot_id, name)
                except TimeOver:
                    return
        self._stores.people.forget_idle(erasure.chatbot_id, person_statistic(USER_PREFIX, erasure.user_id))
        secret = self._secret()
        receipt = Receipt(
            id=erasure.id,
            chatbot_id=erasure.chatbot_id,
            subject=subject_of(secret, erasure.user_id),
            actor=erasure.actor,
            begun_at=erasure.begun_at,
            empty_since=empty_since,
            completed_at=self._now(),
            removed=summed_counts([*self._erasures.notes(erasure).values(), {"profiles": erasure.profiles}]),
        )
        receipt = replace(receipt, signature=signature_of(secret, receipt.value()))
        entry = self._audit.entry(None, erasure.workspace_id, "user.erase", erasure.id, chatbot_id=erasure.chatbot_id)
        with suppress(ConditionFailed):
            self._erasures.finish(erasure, receipt.value(), replace(entry, actor=erasure.actor))


def _require_user(user_id: str) -> None:
    if not 1 <= len(user_id) <= MAX_ID:
        fault = Fault("userId", f"must have 1 to {MAX_ID} characters")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
