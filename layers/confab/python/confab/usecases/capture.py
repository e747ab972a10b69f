"""Capture: store every message of a request exactly once, and queue the analysis.

The promise: a request that is answered has every message that it reports as ``stored`` or ``duplicate`` durably
readable; sending any batch any number of times, in any split, in any order, side by side, changes nothing more; and
every stored message is analysed in the end. Messages are written before the row that counts them. A crash in between
leaves a count that is off until the next touch, because the consumer counts the messages themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import uniform
from typing import Final

from confab.domain.alignment import HistoryNeeded, TranscriptState, first_new
from confab.domain.conversation import ORGANIC, FacetChanges
from confab.domain.fingerprints import Fingerprints
from confab.domain.identity import DIGEST_BYTES, conversation_id, position_key
from confab.domain.message import TICK, Draft, Message, in_order_sent, place_in_time
from confab.domain.verdict import CONFLICT, DUPLICATE, STORED, Verdict
from confab.platform.errors import Unavailable
from confab.storage.clocks import to_micros
from confab.storage.conversations import ConversationStore, transaction_groups
from confab.storage.keys import conversation as conversation_pk
from confab.storage.rows import (
    PLAIN_ROW,
    Append,
    Expiring,
    HeadUpdate,
    RowChange,
    RowGone,
    StateMoved,
    Touched,
    Written,
)
from confab.storage.table import ItemTooLarge
from confab.usecases.redactors import Redactors
from confab.usecases.wake import WakeConsumer

ALIGN_ROUNDS: Final = 12
METADATA_FULL: Final = "The conversation's metadata has reached 400 KB; what was sent beside the messages was not kept"
ERASURE_WAITS: Final = (1.0, 2.0)
"""Seconds to wait for the consumer to erase a conversation whose retention has passed."""
RECOUNT_MARGIN: Final = timedelta(minutes=2)
"""How much younger than the consumer's last read a duplicate may be and still count as counted: clocks differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """What a caller sends about one conversation, whatever the dialect.

    Attributes:
        external_id: the caller's id of the conversation.
        drafts: the messages, in the order sent.
        facets: what is said around the conversation (user, organization, session, custom, client).
        conversation_id: the conversation, when the caller's id does not give it.
        row: what the dialect keeps on the row.
        redacted: whether all of it went through the chatbot's redaction already.
    """

    external_id: str | None
    dialect: str
    drafts: Sequence[Draft]
    kind: str = ORGANIC
    facets: FacetChanges = field(default_factory=dict)
    conversation_id: str | None = None
    row: RowChange = PLAIN_ROW
    redacted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """The outcome: one verdict per message, in the order sent.

    Attributes:
        analysis_queued: whether the conversation waits in the queue for analysis.
        messages: those that were sent with an identity, as they were to be stored.
        touched: the row before and after.
    """

    conversation_id: str
    verdicts: Sequence[Verdict]
    analysis_queued: bool
    warnings: Sequence[str] = ()
    messages: Sequence[Message] = ()
    touched: Touched | None = None

    @property
    def stored(self) -> int:
        return self._having(STORED)

    @property
    def counts(self) -> dict[str, int]:
        """What became of the messages, as metrics count it."""
        return {
            "captured": self.stored,
            "duplicates": self._having(DUPLICATE),
            "conflicts": self._having(CONFLICT),
        }

    def _having(self, status: str) -> int:
        return sum(verdict.status == status for verdict in self.verdicts)


class Capture:
    """The use case.

    Args:
        conversations: the store.
        wake: queues the conversation for analysis.
        redactors: what the chatbots want redacted.
        now: the clock.
        writer: gives a random mark for each request.
        lease: after how long a conversation that still waits is queued again.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        wake: WakeConsumer,
        redactors: Redactors,
        *,
        now: Callable[[], datetime],
        writer: Callable[[], bytes],
        lease: timedelta,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._conversations = conversations
        self._wake = wake
        self._redactors = redactors
        self._now = now
        self._writer = writer
        self._lease = lease // timedelta(microseconds=1)
        self._sleep = sleep

    def __call__(self, chatbot_id: str, request: CaptureRequest) -> Captured:
        """Store what is new and queue the analysis.

        Raises:
            RowGone: there is no such conversation and none may be made; nothing of the request stays.
            Unavailable: the table did not take everything, or the conversation's retention has passed and it is not
                erased yet; sending the request again repairs it.
        """
        redactor = self._redactors.of(chatbot_id)
        if not request.redacted:
            facets = redactor.facets(request.facets)
            request = replace(request, drafts=redactor.messages(request.drafts), facets=facets)
        for wait in ERASURE_WAITS:
            run = _Run(chatbot_id, request, redactor.fingerprints, self._now(), self._writer())
            try:
                return self._store(run)
            except Expiring:
                self._wake(chatbot_id, run.conversation_id, at_once=True)
                self._sleep(wait)
        return self._store(_Run(chatbot_id, request, redactor.fingerprints, self._now(), self._writer()))

    def _store(self, run: _Run) -> Captured:
        self._write_identified(run)
        self._append_aligned(run)
        if run.touched is None or run.uncounted:
            self._touch(run)
        return Captured(
            conversation_id=run.conversation_id,
            verdicts=[run.verdicts[index] for index in range(len(run.request.drafts))],
            analysis_queued=self._queue_analysis(run),
            warnings=run.warnings,
            messages=run.identified,
            touched=run.touched,
        )

    def _touch(self, run: _Run) -> None:
        try:
            touched = self._conversations.touch(run.chatbot_id, run.conversation_id, run.head_update(()), self._lease)
        except ItemTooLarge:
            run.drop_metadata()
            touched = self._conversations.touch(run.chatbot_id, run.conversation_id, run.head_update(()), self._lease)
        except RowGone:
            self._conversations.remove_messages(run.chatbot_id, run.conversation_id, run.uncounted, run.writer)
            raise
        run.touch(touched)

    def _write_identified(self, run: _Run) -> None:
        """Write the messages that carry their own identity; the same key twice in one request is one message."""
        first: dict[str, int] = {}
        for index, draft in enumerate(run.request.drafts):
            key = run.fingerprints.own_key(draft)
            if key is None:
                run.unplaced.append(index)
            elif key in first:
                same = run.fingerprints.same(run.request.drafts[first[key]], draft)
                run.verdicts[index] = Verdict(run.message(index, key).id, DUPLICATE if same else CONFLICT)
            else:
                first[key] = index
        messages = run.identified = [run.message(index, key) for key, index in first.items()]
        written = self._conversations.write_messages(
            run.chatbot_id, run.conversation_id, messages, run.writer, run.fingerprints.same
        )
        for index, message, result in zip(first.values(), messages, written, strict=True):
            run.settle(index, message, result)
        self._keep_order(run, written)

    def _keep_order(self, run: _Run, written: Sequence[Written]) -> None:
        """Move what is new before what an earlier try of the request has stored of its end."""
        if any(draft.sent_at is not None for draft in run.request.drafts):
            return
        known = [None if result.status == STORED else result.created_at for result in written]
        times = in_order_sent([message.created_at for message in run.identified], known)
        moved = {
            message.key: replace(message, created_at=time)
            for message, result, time in zip(run.identified, written, times, strict=True)
            if result.status == STORED and time != message.created_at
        }
        if moved:
            self._conversations.move_messages(run.chatbot_id, run.conversation_id, list(moved.values()), run.writer)
            run.move(moved)

    def _append_aligned(self, run: _Run) -> None:
        """Place the messages without identity after those stored, those that are new."""
        for attempt in range(ALIGN_ROUNDS):
            if not run.unplaced:
                return
            try:
                self._append_new(run)
            except ItemTooLarge:
                run.drop_metadata()
            except StateMoved:
                self._sleep(uniform(0.2, 1) * 0.01 * 2 ** min(attempt, 6))
        if run.unplaced:
            raise Unavailable("The conversation stayed busy; try again.")

    def _append_new(self, run: _Run) -> None:
        """Align against the conversation as it stands and append what is new.

        Raises:
            StateMoved: another request appended meanwhile. What this one has appended is settled and not aligned again.
        """
        snapshot = self._conversations.snapshot(run.chatbot_id, run.conversation_id)
        digests = [run.digest(run.request.drafts[index]) for index in run.unplaced]
        new_from = self._first_new(run, snapshot.state, digests)
        for index, known in zip(run.unplaced[:new_from], digests[:new_from], strict=True):
            run.verdicts[index] = Verdict(known.hex(), DUPLICATE)
        indexes = run.unplaced[new_from:]
        messages = run.place(indexes, digests[new_from:], snapshot.state)
        run.unplaced = indexes
        pk = conversation_pk(run.chatbot_id, run.conversation_id)
        for group in transaction_groups(pk, messages, run.writer):
            added = [run.digest(message) for message in group]
            after = snapshot.state.extended(added, group[-1].created_at)
            append = Append(group, run.head_update(group), snapshot, after)
            touched, snapshot = self._conversations.append(
                run.chatbot_id, run.conversation_id, append, writer=run.writer, lease_micros=self._lease
            )
            run.appended(group, touched)

    def _first_new(self, run: _Run, state: TranscriptState, digests: Sequence[bytes]) -> int:
        try:
            return first_new(state, digests)
        except HistoryNeeded:
            history = self._conversations.transcript_history(run.chatbot_id, run.conversation_id)
            return first_new(state, digests, history)

    def _queue_analysis(self, run: _Run) -> bool:
        """Queue the conversation where that is needed; whether it waits in the queue now."""
        touched = run.touched
        assert touched is not None
        if touched.queue or self._recount_waits(run, touched):
            return self._wake(run.chatbot_id, run.conversation_id)
        return touched.pending or run.stored > 0

    def _recount_waits(self, run: _Run, touched: Touched) -> bool:
        """Whether the conversation waits from now on because its statistics are off.

        That is so when a request that stored nothing finds messages which a crash left uncounted, and when the user or
        the organization became another or got other fields.
        """
        uncounted = (
            not run.stored
            and not touched.pending
            and run.youngest_duplicate is not None
            and to_micros(run.youngest_duplicate + RECOUNT_MARGIN) >= touched.counted_at
        )
        if not uncounted and not touched.people_moved:
            return False
        return self._conversations.await_analysis(run.chatbot_id, run.conversation_id, run.now)


class _Run:
    """One request on its way: what is settled, and what is still to be placed."""

    def __init__(
        self, chatbot_id: str, request: CaptureRequest, fingerprints: Fingerprints, now: datetime, writer: bytes
    ) -> None:
        self.chatbot_id = chatbot_id
        self.conversation_id = request.conversation_id or conversation_id(chatbot_id, request.external_id or "")
        self.request = request
        self.facets = request.facets
        self.fingerprints = fingerprints
        self.now = now
        self.writer = writer
        self.times = place_in_time(request.drafts, now)
        self.verdicts: dict[int, Verdict] = {}
        self.unplaced: list[int] = []
        self.uncounted: list[Message] = []
        self.identified: list[Message] = []
        self.stored = 0
        self.youngest_duplicate: datetime | None = None
        self.touched: Touched | None = None
        self.warnings: list[str] = []

    def digest(self, message: Draft | Message) -> bytes:
        """What alignment knows a message by."""
        return self.fingerprints.said(message)[:DIGEST_BYTES]

    def message(self, index: int, key: str) -> Message:
        draft = self.request.drafts[index]
        return Message(
            key=key,
            role=draft.role,
            content=draft.content,
            created_at=self.times[index],
            stored_at=self.now,
            external_id=draft.id,
            extras=draft.extras,
            origin=draft.origin,
        )

    def settle(self, index: int, message: Message, written: Written) -> None:
        self.verdicts[index] = Verdict(message.id, written.status)
        if written.status == STORED:
            self.stored += 1
            self.uncounted.append(message)
        elif self.youngest_duplicate is None or written.stored_at > self.youngest_duplicate:
            self.youngest_duplicate = written.stored_at

    def move(self, moved: Mapping[str, Message]) -> None:
        """Note the new place in time of some messages, by key."""
        self.identified = [moved.get(message.key, message) for message in self.identified]
        self.uncounted = [moved.get(message.key, message) for message in self.uncounted]

    def drop_metadata(self) -> None:
        """Go on without what was sent beside the messages: the row is full, and they must be stored all the same."""
        self.facets = {}
        self.warnings = [METADATA_FULL]

    def place(self, indexes: Sequence[int], digests: Sequence[bytes], state: TranscriptState) -> list[Message]:
        """The new messages with their positions; each comes after the one before it, whatever the clocks say."""
        messages: list[Message] = []
        last_at = state.last_at
        for position, (index, fingerprint) in enumerate(zip(indexes, digests, strict=True), state.count):
            if last_at is not None and self.times[index] <= last_at:
                self.times[index] = last_at + TICK
            last_at = self.times[index]
            messages.append(self.message(index, position_key(position, fingerprint)))
        return messages

    def appended(self, group: Sequence[Message], touched: Touched) -> None:
        for index, message in zip(self.unplaced[: len(group)], group, strict=True):
            self.verdicts[index] = Verdict(message.id, STORED)
        self.unplaced = self.unplaced[len(group) :]
        self.stored += len(group)
        self.touch(touched)

    def touch(self, touched: Touched) -> None:
        """Note that the row now counts everything stored so far."""
        self.uncounted = []
        queue = touched.queue or (self.touched is not None and self.touched.queue)
        self.touched = replace(touched, queue=queue)

    def head_update(self, group: Sequence[Message]) -> HeadUpdate:
        counted = [*self.uncounted, *group]
        times = [message.created_at for message in counted] or self.times
        return HeadUpdate(
            external_id=self.request.external_id,
            dialect=self.request.dialect,
            kind=self.request.kind,
            now=self.now,
            facets=self.facets,
            stored=len(counted),
            first_at=min(times),
            last_at=max(times),
            row=self.request.row,
        )
