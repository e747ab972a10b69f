"""The consumer's side of the table: load a conversation, commit its analysis in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from confab.analysis.loading import Loading
from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.findings import Findings
from confab.domain.insight import Analysis, MessageInsight
from confab.domain.message import Message, transcript_order
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.clocks import index_time, optional_time, to_micros
from confab.storage.conversation_row import ACTIVE, BYTES, ENTRIES, ERASING, LEFT, PENDING_ATTRIBUTES, PEOPLE, read_head
from confab.storage.counting import Counted, read_counted, step
from confab.storage.entries import Entries, moves
from confab.storage.list_moves import LISTED_AT, move_note
from confab.storage.messages import item_size
from confab.storage.results import analysis_items, analysis_key, read_insights
from confab.storage.row_updates import version_kept
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.visibility import Visibility
from confab.storage.writes import Action, Change, Delete, Put

MAX_STRAYS: Final = 25
"""Strays that one commit removes; the next one takes more."""
MAX_RESULTS: Final = 50
"""Items of results that one transaction writes."""
RESULT_BYTES: Final = 3_000_000
STRAY_AGE: Final = timedelta(minutes=10)
"""How old a part is that nobody can be about to name: longer than any function runs."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as the consumer sees it.

    Attributes:
        insights: stored results by message key.
        judged: by message key, the digest of the content that the stored result is about.
        feedback: what was given to its messages, without the bodies.
        counted: what the conversation has added to the statistics, and where it can be found.
        counted_mark: the same as it is stored; None when it has added nothing yet.
        strays: parts of long messages that no message names any more.
        people: those for whom its last commit counted it, as their statistics are named.
        left: those for whom it did not count it any more.
        active_at: when it was last active, by the functions' own clock; None where that was not noted.
        row: its HEAD item.
        size: what the messages hold, in bytes.
        results: how many items of results there are of the present version: those of a commit that did not end.
    """

    conversation: Conversation
    messages: Sequence[Message]
    insights: Mapping[str, MessageInsight]
    judged: Mapping[str, str]
    feedback: Sequence[Feedback]
    counted: Counted
    counted_mark: bytes | None = None
    strays: Sequence[Item] = ()
    people: Sequence[str] = ()
    left: Sequence[str] = ()
    active_at: datetime | None = None
    row: Item = field(default_factory=dict)
    size: int = 0
    results: int = 0

    @property
    def findings(self) -> Findings:
        """What is known of the conversation by the stored results."""
        return Findings(
            conversation=self.conversation,
            messages=sorted(self.messages, key=transcript_order),
            insights=self.insights,
            outcome=self.conversation.outcome,
            feedback=self.feedback,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The changes of an analysis.

    Attributes:
        read_at: when the messages were read.
        made_at: when it is written.
        analysis: new results; None when every message had one.
        judged: digests of the contents that ``analysis`` is about.
        counted: what the conversation adds to the statistics from now on, and where it is to be found.
        left: the people for whom it does not count any more.
        row: further attributes of the conversation's row.
    """

    read_at: datetime
    made_at: datetime
    messages: Sequence[Message]
    analysis: Analysis | None
    judged: Mapping[str, str]
    counted: Counted
    left: Sequence[str]
    row: Mapping[str, Any]


class BeingErased(Exception):
    """The conversation is being erased; that is to be finished instead."""


class RetentionPassed(Exception):
    """No reader may see the conversation any more; it is to be erased instead."""


class AnalysisStore:
    """Reads and commits of the consumer.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
        room: the bytes of memory that a conversation may need (``analysis.loading``); None for no bound.
    """

    def __init__(self, table: Table, visibility: Visibility, room: int | None = None) -> None:
        self._table = table
        self._visibility = visibility
        self._room = room

    def load(self, chatbot_id: str, conversation_id: str) -> Loaded | None:
        """A conversation with all that its analysis needs, read consistently; None when there is none.

        The row is read first: what changes the conversation while the rest is read moves its version.

        Raises:
            BeingErased: someone began to erase it.
            RetentionPassed: it has expired.
            TooLarge: it needs more memory than there is.
        """
        pk = keys.conversation(chatbot_id, conversation_id)
        head = self._table.get((pk, keys.HEAD), consistent=True)
        if head is None:
            return None
        if ERASING in head:
            raise BeingErased
        if self._visibility.expired(head):
            raise RetentionPassed
        loading = Loading(self._room)
        loading.expect(head)
        for item in self._table.query(pk, consistent=True):
            loading.take(item)
        strays = loading.finish()
        insights, judged = read_insights(loading.beside)
        return Loaded(
            read_head(head),
            loading.messages,
            insights,
            judged,
            loading.feedback,
            *read_counted(loading.beside),
            strays,
            head.get(PEOPLE, ()),
            head.get(LEFT, ()),
            optional_time(head.get(ACTIVE)),
            head,
            loading.size,
            sum(item["sk"].startswith(analysis_key(head.get("version", 0))) for item in loading.beside),
        )

    def commit(self, loaded: Loaded, commit: Commit) -> None:
        """Write results, row, contribution and the difference in statistics and entries together.

        A difference that one transaction cannot hold is committed in steps, each of which leaves COUNTED, statistics
        and entries in agreement; the last one ends the wait.

        Raises:
            VersionMoved: the conversation changed meanwhile; load it again.
            Unavailable: the table did not take the transaction.
        """
        conversation = loaded.conversation
        *before, results = self._results(loaded, commit)
        beside = [*_entries_moved(conversation, commit), *_strays_removed(loaded, commit.read_at)]
        if _list_key(conversation, commit) != loaded.row.get("g1sk"):
            beside.append(move_note(loaded.row, commit.made_at))
        room = TRANSACTION_ACTIONS - len(results) - 1 - len(beside)
        puts: list[Action] = [Put(item, only_if_absent=False) for item in results]
        place = conversation.chatbot_id, conversation.id
        for group in before:
            # They are of the contents that they name; should the last step not follow, nothing judges those again.
            with version_kept():
                further = [Put(item, only_if_absent=False) for item in group]
                self._table.commit([self._row_change(loaded, commit, done=False), *further])
        counted, mark = loaded.counted, loaded.counted_mark
        while True:
            # A step leaves the version as it is: the mark keeps another consumer from taking it too.
            part = step(place, counted, mark, commit.counted, room)
            row = self._row_change(loaded, commit, done=part.done)
            with version_kept():
                self._table.commit([row, *puts, *(beside if part.done else []), *part.actions])
            if part.done:
                return
            counted, mark, puts = part.after, part.mark, []

    @staticmethod
    def _results(loaded: Loaded, commit: Commit) -> list[list[Item]]:
        """The items of new results, in runs that each fit into one transaction; one run at least, maybe empty."""
        groups: list[list[Item]] = [[]]
        if commit.analysis is None:
            return groups
        conversation = loaded.conversation
        pk = keys.conversation(conversation.chatbot_id, conversation.id)
        start = loaded.results
        for item in analysis_items(pk, conversation.version, commit.analysis, commit.judged, start=start):
            if len(groups[-1]) >= MAX_RESULTS or sum(map(item_size, groups[-1])) + item_size(item) > RESULT_BYTES:
                groups.append([])
            groups[-1].append(item)
        return groups

    def forget_earlier(self, conversation: Conversation) -> None:
        """Remove the results of earlier versions, all of which those of this version have replaced."""
        pk = keys.conversation(conversation.chatbot_id, conversation.id)
        first = analysis_key(conversation.version)
        for item in list(self._table.query(pk, keys.ANALYSIS, attributes=("pk", "sk"))):
            if item["sk"] < first:
                self._table.delete((pk, item["sk"]))

    def give_up(self, chatbot_id: str, conversation_id: str, reason: str) -> None:
        """Mark a conversation whose analysis failed for good; it stays readable, and its next message tries again.

        One that is being erased goes on waiting: that is never given up.
        """
        change = Change((keys.conversation(chatbot_id, conversation_id), keys.HEAD), must_exist=True)
        change.equals[ERASING] = None
        change.sets["analysisFailed"] = reason
        change.removes = list(PENDING_ATTRIBUTES)
        try:
            self._table.change(change)
        except ConditionFailed:
            return

    def _row_change(self, loaded: Loaded, commit: Commit, *, done: bool) -> Change:
        conversation = loaded.conversation
        change = Change((keys.conversation(conversation.chatbot_id, conversation.id), keys.HEAD))
        change.equals["version"] = conversation.version
        change.equals["pendingSince"] = (
            None if conversation.pending_since is None else to_micros(conversation.pending_since)
        )
        if not done:
            change.sets["messages"] = len(commit.messages)
            return change
        change.equals["g1sk"] = loaded.row.get("g1sk")
        times = [message.created_at for message in commit.messages] or [conversation.created_at]
        change.sets = {
            "messages": len(commit.messages),
            BYTES: loaded.size,
            "firstAt": to_micros(min(times)),
            "lastAt": to_micros(max(times)),
            "countedAt": to_micros(commit.read_at),
            "g1pk": keys.listed(conversation.chatbot_id, keys.shard_of(conversation.id)),
            "g1sk": _list_key(conversation, commit),
            PEOPLE: commit.counted.people,
            **commit.row,
        }
        if loaded.active_at is not None:
            change.sets.update(age_attributes(conversation.chatbot_id, conversation.id, loaded.active_at))
        if change.sets["g1sk"] != loaded.row.get("g1sk"):
            change.sets[LISTED_AT] = to_micros(commit.made_at)
        change.removes = [*PENDING_ATTRIBUTES, "analysisFailed"]
        if commit.left:
            change.sets[LEFT] = commit.left
        elif loaded.left:
            change.removes.append(LEFT)
        wanted = _entries_of(conversation, commit)
        if wanted is not None:
            change.equals[ENTRIES] = conversation.entries
            if wanted.packed is None:
                change.removes.append(ENTRIES)
            else:
                change.sets[ENTRIES] = wanted.packed
        return change


def _list_key(conversation: Conversation, commit: Commit) -> str:
    """What lists are ordered by: the last message or the last change, whichever is later."""
    times = [message.created_at for message in commit.messages] or [conversation.created_at]
    return index_time(max(times) if conversation.updated_at is None else max(*times, conversation.updated_at))


def _entries_of(conversation: Conversation, commit: Commit) -> Entries | None:
    """Where a conversation is to be found from now on by contact and channel; None to leave that as it is."""
    last = max((message.created_at for message in commit.messages), default=conversation.created_at)
    time = max(last, conversation.updated_at or last)
    wanted = Entries.at(time, conversation.external_user_id, conversation.managed.get("channelId"))
    before = Entries.unpacked(conversation.entries)
    if wanted.packed is None and before is None:
        return None
    return wanted if wanted.differs(before) else None


def _entries_moved(conversation: Conversation, commit: Commit) -> list[Action]:
    wanted = _entries_of(conversation, commit)
    return moves((conversation.chatbot_id, conversation.id), conversation.entries, wanted) if wanted else []


def _strays_removed(loaded: Loaded, read_at: datetime) -> list[Action]:
    old = [part for part in loaded.strays if part["st"] <= to_micros(read_at - STRAY_AGE)]
    return [Delete((part["pk"], part["sk"]), {"st": part["st"]}) for part in old[:MAX_STRAYS]]
