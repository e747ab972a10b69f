"""What the analysis has committed about a conversation, and the notes of what rules have matched in it.

Everything is read consistently, and only where the row says before and after that nothing waits: so results of an
analysis that is under way are not among it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.domain.conversation import PROBE, Conversation
from confab.domain.feedback import Feedback
from confab.domain.message import Message
from confab.domain.results import MessageResult
from confab.storage import keys, notice_keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.feedback_items import bare_feedback
from confab.storage.messages import bare, read_message
from confab.storage.results import read_conversation_result, read_message_results
from confab.storage.row import ConversationRow
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item, Place
from confab.storage.visibility import Visibility
from confab.storage.writes import Delete, Put

Note = Put
"""What notes a match; use cases pass it on."""
WHOLE: Final = "conversation"
"""What stands for the conversation as a whole in the notes of matches."""
_MARK: Final = 16


@dataclass(frozen=True, slots=True)
class Fired:
    """The note that a rule has matched.

    Attributes:
        at: when, the last time (UTC).
        number: how often, from 1.
    """

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Committed:
    """A conversation as the analysis left it.

    Attributes:
        messages: without what they say, in no order.
        results: by message key.
        feedback: what counts.
        first_bad_turn: key of the first message of the user that went wrong; None when none did.
        fired: the notes of matches, by rule and mark.
    """

    row: ConversationRow
    messages: Sequence[Message]
    results: Mapping[str, MessageResult]
    feedback: Sequence[Feedback]
    first_bad_turn: str | None
    fired: Mapping[tuple[str, str], Fired]

    @property
    def conversation(self) -> Conversation:
        """The conversation that the row describes."""
        return self.row.conversation


def message_mark(key: str) -> str:
    """What stands for a message in notes and in the run log: nobody reads from it what the caller calls it."""
    return hashlib.sha256(key.encode()).hexdigest()[:_MARK]


class WorkflowSource:
    """Reads what workflows look at, and writes the notes of their matches.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._visibility = visibility

    def committed(self, place: Place) -> Committed | None:
        """What the analysis has committed of a conversation; None where that cannot be told now.

        It cannot while the conversation waits for its analysis, which ends with another record of the stream; and of
        one that is a probe, is gone, or could not be analysed, nothing is told.
        """
        row = self._settled(place)
        if row is None:
            return None
        read = self.read(place, row)
        again = self._settled(place)
        return read if again is not None and again.conversation.version == row.conversation.version else None

    def _settled(self, place: Place) -> ConversationRow | None:
        row = self.row(place)
        if row is None or row.waits or not row.begun:
            return None
        conversation = row.conversation
        analysed = conversation.counted_at is not None and conversation.analysis_failed is None
        return row if analysed and conversation.kind != PROBE else None

    def row(self, place: Place) -> ConversationRow | None:
        """The row of a conversation; None when there is none for those who read."""
        item = self._table.get((keys.conversation(*place), keys.HEAD), consistent=True)
        return ConversationRow(item) if item is not None and self._visibility.readable(item) else None

    def read(self, place: Place, row: ConversationRow) -> Committed:
        """What there is of a conversation, whether it waits or not."""
        pk = keys.conversation(*place)
        analyses = list(self._table.query(pk, keys.ANALYSIS, consistent=True))
        messages = [read_message(bare(item)) for item in self._table.query(pk, keys.MESSAGE, consistent=True)]
        feedback = [bare_feedback(item) for item in self._table.query(pk, keys.FEEDBACK, consistent=True)]
        results = read_message_results(analyses, {message.key for message in messages})[0]
        return Committed(
            row=row,
            messages=messages,
            results=results,
            feedback=[each for each in feedback if each.superseded_by is None],
            first_bad_turn=read_conversation_result(analyses).first_bad_turn,
            fired=dict(map(_fired, self._table.query(pk, notice_keys.FIRED, consistent=True))),
        )

    def text(self, place: Place, key: str) -> str | None:
        """What a message says; None when it is gone.

        Raises:
            Unavailable: the message was edited while it was read.
        """
        pk = keys.conversation(*place)
        item = self._table.get((pk, keys.MESSAGE + key), consistent=True)
        if item is None:
            return None
        parts = self._table.query(pk, f"{keys.PART}{item['pn']}#", consistent=True) if "pn" in item else ()
        return read_message(item, {part["sk"]: part["b"] for part in parts}).content

    @staticmethod
    def note(place: Place, rule_id: str, mark: str, before: Fired | None, now: datetime) -> Note:
        """What notes a match, on condition that nobody has since ``before`` was read."""
        item: Item = {
            "pk": keys.conversation(*place),
            "sk": notice_keys.fired(rule_id, mark),
            # Whoever erases the conversation removes it with all that was stored by then.
            "st": to_micros(now),
            "n": 1 if before is None else before.number + 1,
        }
        if before is None:
            return Put(item)
        return Put(item, only_if_absent=False, equals={"n": before.number})

    def noted(self, place: Place, rule_id: str, mark: str) -> Fired | None:
        """The note of a match; None when there is none."""
        item = self._table.get((keys.conversation(*place), notice_keys.fired(rule_id, mark)), consistent=True)
        return None if item is None else _fired(item)[1]

    def take_back(self, put: Note) -> None:
        """Remove a note that was written into a conversation which was erased meanwhile."""
        with suppress(ConditionFailed):
            self._table.delete_if(Delete((put.item["pk"], put.item["sk"]), {"st": put.item["st"]}))


def _fired(item: Item) -> tuple[tuple[str, str], Fired]:
    _, rule_id, mark = item["sk"].split("#")
    return (rule_id, mark), Fired(from_micros(item["st"]), item["n"])
