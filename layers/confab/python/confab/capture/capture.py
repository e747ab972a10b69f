"""Capture: store every message of a request exactly once, and queue the analysis.

The promise: a request that is answered has every message that it reports as ``stored``, ``replaced`` or ``duplicate``
durably readable; sending any batch any number of times, in any split, in any order, at the same time, changes nothing
more; and every stored message is analysed in the end. Messages are written before the row that counts them. A crash in
between leaves a count that is off until the next request, because the consumer counts the messages themselves.

A request takes three steps, each of which has an outcome that no later step changes: the messages with an identity are
written (``identified_write``), those without are appended together with the row (``aligned_append``), and the row is
updated where the append did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from confab.capture.aligned_append import AlignedAppend, AppendOutcome
from confab.capture.identified_write import IdentifiedOutcome, identities, write_identified
from confab.capture.intake import CaptureRequest, Intake
from confab.capture.message_store import MessageStore
from confab.domain.message import Message
from confab.domain.verdict import CONFLICT, DUPLICATE, REPLACED, STORED, Verdict
from confab.platform.cache import Cache
from confab.platform.errors import ConversationFull, Unavailable
from confab.platform.runtime import Runtime
from confab.redaction.redactors import Redactors
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.conversations import ConversationStore
from confab.storage.growth import RECOUNT_MARGIN
from confab.storage.messages import message_bytes
from confab.storage.row import ConversationRow
from confab.storage.row_updates import Expiring, RowGone, UpdatedRow
from confab.storage.table import ItemTooLarge
from confab.storage.values import Place

METADATA_FULL: Final = "The conversation's metadata has reached 400 KB; what was sent besides the messages was not kept"
ERASURE_WAITS: Final = (1.0, 2.0)
"""Seconds to wait for the consumer to erase a conversation whose retention has passed."""
MAX_FULL: Final = 1_000
"""How many conversations a function remembers that had no room of late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureResult:
    """The outcome: one verdict per message, in the order sent.

    Attributes:
        analysis_queued: whether the conversation waits in the queue for analysis.
        ahead: the indexes of messages whose times lie so far ahead that the time of arrival was taken with a warning.
        messages: those that were sent with an identity, as they were to be stored.
        touched: the row before and after.
    """

    conversation_id: str
    verdicts: Sequence[Verdict]
    analysis_queued: bool
    ahead: Sequence[int] = ()
    warnings: Sequence[str] = ()
    messages: Sequence[Message] = ()
    touched: UpdatedRow | None = None

    @property
    def stored(self) -> int:
        return self._having(STORED)

    @property
    def counts(self) -> dict[str, int]:
        """What became of the messages, as metrics count it."""
        return {
            "captured": self.stored,
            "duplicates": self._having(DUPLICATE),
            "replaced": self._having(REPLACED),
            "conflicts": self._having(CONFLICT),
        }

    def _having(self, status: str) -> int:
        return sum(verdict.status == status for verdict in self.verdicts)


class Capture:
    """Stores the new messages of a request, each once, and queues the conversation's analysis.

    Args:
        conversations, messages: the stores.
        enqueue_analysis: queues the conversation for analysis.
        redactors: what the chatbots want redacted.
        runtime: the clock, marks of requests, and waits.
        lease: after how long a conversation that still waits is queued again.

    Attributes:
        redactors: what the chatbots want redacted, and what recognises their messages.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        messages: MessageStore,
        enqueue_analysis: EnqueueAnalysis,
        redactors: Redactors,
        runtime: Runtime,
        *,
        lease: timedelta,
    ) -> None:
        self._conversations = conversations
        self._messages = messages
        self._enqueue_analysis = enqueue_analysis
        self.redactors = redactors
        self._runtime = runtime
        self._lease = lease // timedelta(microseconds=1)
        self._full: Cache[Place, None] = Cache(MAX_FULL)
        self._append = AlignedAppend(conversations, self._lease, runtime.sleep)

    def __call__(self, chatbot_id: str, request: CaptureRequest) -> CaptureResult:
        """Store what is new and queue the analysis.

        Raises:
            RowGone: there is no such conversation and none may be made; nothing of the request stays.
            ConversationFull: it has no room for what is new; nothing of that stays.
            Unavailable: the table did not take everything, or the conversation's retention has passed and it is not
                erased yet; sending the request again repairs it.
        """
        redactor = self.redactors.of(chatbot_id)
        if not request.redacted:
            attributes = redactor.attributes(request.attributes)
            request = replace(request, drafts=redactor.messages(request.drafts), attributes=attributes)
        # One token for all tries: what an earlier one wrote is this request's own, not a duplicate.
        request_token = self._runtime.request_token()
        for wait in ERASURE_WAITS:
            intake = Intake.of(chatbot_id, request, redactor.fingerprints, self._runtime.now(), request_token)
            try:
                return self._store(intake)
            except Expiring:
                self._enqueue_analysis(*intake.place, at_once=True)
                self._runtime.sleep(wait)
        return self._store(Intake.of(chatbot_id, request, redactor.fingerprints, self._runtime.now(), request_token))

    def _store(self, intake: Intake) -> CaptureResult:
        if intake.place in self._full:
            self._require_room(intake)
        identified = write_identified(intake, self._messages)
        try:
            appended, touched, kept = self._count(intake, identified)
        except RowGone:
            self._messages.take_back(intake.place, identified.stored, intake.request_token)
            raise
        except ConversationFull:
            self._full.put(intake.place, None)
            self._take_back(intake, identified)
            raise
        if identified.youngest_duplicate is not None and not self._stay(intake, identified, touched.before):
            return self._store(intake)
        self._keep(intake, identified, touched)
        verdicts = {**identified.verdicts, **dict(zip(identified.rest, appended.verdicts, strict=True))}
        return CaptureResult(
            conversation_id=intake.place[1],
            verdicts=[verdicts[index] for index in range(len(intake.request.drafts))],
            analysis_queued=self._queue_analysis(intake, identified, appended, touched),
            ahead=intake.ahead,
            warnings=[] if kept else [METADATA_FULL],
            messages=identified.messages,
            touched=touched,
        )

    def _stay(self, intake: Intake, identified: IdentifiedOutcome, row: ConversationRow) -> bool:
        """Whether messages that were there already are there for good, by the row that was found after them.

        Where there was none the sweep may just have removed them; now that there is one it does so no more.

        Raises:
            Expiring: the conversation is being erased for its age, or for having had no row, and they go with it.
        """
        if row.expiring:
            raise Expiring("What was stored of this conversation before is being erased; send again in a moment.")
        return bool(row) or self._messages.all_there(intake.place, identified.messages)

    def _require_room(self, intake: Intake) -> None:
        """Look before anything is written, where a request was refused of late: a client may go on and on.

        Raises:
            ConversationFull: the conversation has no room for what is new with an identity.
        """
        row = self._conversations.snapshot(*intake.place).row
        missing = self._messages.missing(intake.place, identities(intake))
        self._conversations.require_room(row, missing)
        if missing:
            self._full.forget(intake.place)

    def _count(self, intake: Intake, identified: IdentifiedOutcome) -> tuple[AppendOutcome, UpdatedRow, bool]:
        """Append what has no identity and count it all; also whether the row has room for what was sent besides it."""
        appended = self._append(intake, identified)
        kept = appended.metadata_kept
        if appended.touched is not None:
            return appended, appended.touched, kept
        try:
            return appended, self._touch(intake if kept else intake.without_metadata(), identified), kept
        except ItemTooLarge:
            return appended, self._touch(intake.without_metadata(), identified), False

    def _take_back(self, intake: Intake, identified: IdentifiedOutcome) -> None:
        """Leave nothing of what was written to a conversation that is full; what was replaced stays, and is counted."""
        self._messages.take_back(intake.place, identified.stored, intake.request_token)
        queue = bool(identified.stored) and self._conversations.taken_back(
            *intake.place, intake.now, self._runtime.now()
        )
        if identified.replaced:
            size = identified.size - sum(map(message_bytes, identified.stored))
            queue = self._touch(intake, replace(identified, stored=(), size=size)).queue or queue
        if queue:
            self._enqueue_analysis(*intake.place)

    def _keep(self, intake: Intake, identified: IdentifiedOutcome, touched: UpdatedRow) -> None:
        """See that no request to a conversation that is full takes back what this one found.

        Raises:
            Unavailable: one did.
        """
        young = [name for name, at in identified.found.items() if at + RECOUNT_MARGIN >= intake.now]
        if not young or not self._conversations.is_nearly_full(touched.before):
            return
        if not self._messages.keep(intake.place, young, intake.request_token):
            raise Unavailable("The conversation is about to be full; try again.")

    def _touch(self, intake: Intake, identified: IdentifiedOutcome) -> UpdatedRow:
        update = intake.row_update(
            identified.stored, replaced=identified.replaced, size=identified.size, found=identified.found
        )
        return self._conversations.touch(*intake.place, update, self._lease)

    def _queue_analysis(
        self, intake: Intake, identified: IdentifiedOutcome, appended: AppendOutcome, touched: UpdatedRow
    ) -> bool:
        """Queue the conversation where that is needed; whether it waits in the queue now."""
        changed = bool(identified.stored) or identified.replaced > 0 or appended.stored > 0
        if touched.queue or self._recount_waits(intake, identified, touched, changed=changed):
            return self._enqueue_analysis(*intake.place)
        return touched.pending or changed

    def _recount_waits(
        self, intake: Intake, identified: IdentifiedOutcome, touched: UpdatedRow, *, changed: bool
    ) -> bool:
        """Whether the conversation waits from now on because its statistics are off.

        That is so when a request that stored nothing finds messages which a crash left uncounted, and when the user or
        the organization became another or got other fields.
        """
        row = touched.before
        # The consumer that a long conversation waits for may read only what is noted.
        unseen = not changed and (row.long or not touched.pending)
        uncounted = unseen and self._conversations.may_be_uncounted(row, identified.found)
        if not uncounted and not touched.people_moved:
            return False
        return self._conversations.await_analysis(*intake.place, intake.now)
