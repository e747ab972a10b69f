"""The messages of a request without identity: aligned with the conversation, and appended with the row.

Each attempt aligns the whole array with the conversation as it is then. Messages that this request has appended itself
are settled, and so are those that an earlier attempt has found: a conversation only grows, unless it is erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from confab.capture.identified_write import IdentifiedOutcome
from confab.capture.intake import Intake
from confab.domain.alignment import Alignment, HistoryNeeded, Progress, Said, align
from confab.domain.identity import position_key
from confab.domain.message import TICK, Message
from confab.domain.verdict import CONFLICT, DUPLICATE, STORED, Verdict
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage.conversations import ConversationStore, transaction_groups
from confab.storage.messages import message_bytes
from confab.storage.row_updates import Append, Snapshot, StateMoved, UpdatedRow
from confab.storage.table import ItemTooLarge

BUSY: Final = Retries(12, first=0.01, cap=0.64)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendOutcome:
    """What became of them so far.

    Attributes:
        verdicts: of those that are settled, from the first one on.
        touched: the row before the first and after the last of those appended; None when none was.
        metadata_kept: False when the row had no room for what was sent besides the messages.
        count: how many messages the conversation had when they were last aligned; None before the first try.
        began: when the conversation began that they were aligned with.
    """

    verdicts: tuple[Verdict, ...] = ()
    touched: UpdatedRow | None = None
    metadata_kept: bool = True
    count: int | None = None
    began: datetime | None = None

    @property
    def stored(self) -> int:
        """How many of them this request has appended."""
        return sum(verdict.status == STORED for verdict in self.verdicts)


class AlignedAppend:
    """Appends the new messages of an array without ids.

    Args:
        conversations: the store.
        lease_micros: after how long a conversation that still waits is queued again.
        sleep: waits between tries, in seconds.
    """

    def __init__(self, conversations: ConversationStore, lease_micros: int, sleep: Callable[[float], None]) -> None:
        self._conversations = conversations
        self._lease = lease_micros
        self._sleep = sleep

    def __call__(self, intake: Intake, identified: IdentifiedOutcome) -> AppendOutcome:
        """Append what is new; the first append also counts what was written with an identity.

        Raises:
            ConversationFull: it has not so much room; nothing was appended.
            Expiring: the conversation's retention has passed.
            Unavailable: the table did not answer, or the conversation stayed busy. What was appended stays, and
                sending the request again goes on behind it.
        """
        done = AppendOutcome()
        for pause in BUSY.pauses(self._sleep):
            try:
                # Each step is settled before the next one is tried.
                for step in self._steps(intake, identified, done):
                    done = step
                return done
            except ItemTooLarge:
                intake = intake.without_metadata()
                done = replace(done, metadata_kept=False)
            except StateMoved:
                pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _steps(self, intake: Intake, identified: IdentifiedOutcome, done: AppendOutcome) -> Iterator[AppendOutcome]:
        if not identified.rest:
            return
        said = [intake.said(intake.request.drafts[index]) for index in identified.rest]
        snapshot = self._conversations.snapshot(*intake.place)
        done = _from_here(done, snapshot)
        alignment = self._align(intake, snapshot, said, done)
        found = zip(alignment.places, said[: alignment.new_from], strict=True)
        known = tuple(_verdict(place, one) for place, one in list(found)[len(done.verdicts) :])
        done = replace(
            done,
            verdicts=done.verdicts + known,
            count=snapshot.state.count,
            began=snapshot.row.began_at,
        )
        yield done
        messages = _placed(intake, identified.rest[len(done.verdicts) :], said[len(done.verdicts) :], snapshot)
        if done.touched is None and messages:
            self._conversations.require_room(snapshot.row, [*identified.stored, *messages])
        for group in transaction_groups(intake.place, messages, intake.request_token):
            done, snapshot = self._append(intake, identified, done, group, snapshot)
            yield done

    def _append(
        self,
        intake: Intake,
        identified: IdentifiedOutcome,
        done: AppendOutcome,
        group: Sequence[Message],
        snapshot: Snapshot,
    ) -> tuple[AppendOutcome, Snapshot]:
        first = done.touched is None
        uncounted = identified.stored if first else ()
        update = intake.row_update(
            [*uncounted, *group],
            replaced=identified.replaced if first else 0,
            size=sum(map(message_bytes, group)) + (identified.size if first else 0),
            found=identified.found,
        )
        after = snapshot.state.extended([intake.said(message) for message in group], group[-1].created_at)
        touched, snapshot = self._conversations.append(
            *intake.place,
            Append(group, update, snapshot, after),
            request_token=intake.request_token,
            lease_micros=self._lease,
        )
        queue = touched.queue or (done.touched is not None and done.touched.queue)
        appended = replace(
            done,
            verdicts=(*done.verdicts, *(Verdict(message.id, STORED) for message in group)),
            touched=replace(touched, queue=queue),
            count=after.count,
            began=snapshot.row.began_at,
        )
        return appended, snapshot

    def _align(self, intake: Intake, snapshot: Snapshot, said: Sequence[Said], done: AppendOutcome) -> Alignment:
        progress = None if done.count is None else Progress(len(done.verdicts), done.count)
        try:
            return align(snapshot.state, said, progress=progress)
        except HistoryNeeded:
            history = self._conversations.transcript_history(*intake.place)
        if len(history) < snapshot.state.count:
            # The conversation was erased between the reading of its row and of its messages.
            raise StateMoved
        return align(snapshot.state, said, history[: snapshot.state.count], progress)


def _from_here(done: AppendOutcome, snapshot: Snapshot) -> AppendOutcome:
    """What is settled in the conversation as it stands: nothing that was only found, where it was erased meanwhile."""
    if done.count is None or done.touched is not None:
        return done
    same = done.began == snapshot.row.began_at and snapshot.state.count >= done.count
    return done if same or not done.count else AppendOutcome(metadata_kept=done.metadata_kept)


def _verdict(place: int | None, said: Said) -> Verdict:
    """Of a message that is not new: it stands at a place, or what stands there is not the same any more."""
    if place is None:
        return Verdict(said.digest.hex(), CONFLICT)
    return Verdict(position_key(place, said.digest).partition(":")[2], DUPLICATE)


def _placed(intake: Intake, indexes: Sequence[int], said: Sequence[Said], snapshot: Snapshot) -> list[Message]:
    """The new messages with their positions; each comes after the one before it, whatever the clocks say."""
    messages: list[Message] = []
    last_at = snapshot.state.last_at
    for position, (index, one) in enumerate(zip(indexes, said, strict=True), snapshot.state.count):
        at = intake.times[index]
        if last_at is not None and at <= last_at:
            at = last_at + TICK
        last_at = at
        messages.append(intake.message(index, position_key(position, one.digest), at=at))
    return messages
