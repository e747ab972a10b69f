"""The consumer's side of the table: load conversations, write results, and count them.

Results are written as soon as they are made: each says of which content it is, so it stays right whatever comes
between. What the results change is then counted, of many conversations of a chatbot at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from confab.analysis.continuing_store import Continuing
from confab.analysis.loaded import Commit, LoadedConversation
from confab.analysis.loading import Loading, TooLarge
from confab.analysis.row import list_key
from confab.domain.message import transcript_order
from confab.domain.metrics import FAILED_ANALYSES
from confab.domain.results import Analysis
from confab.storage import keys
from confab.storage.checkpoint import checkpoint_item, read_checkpoint
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import ERASING, PENDING_ATTRIBUTES, any_head_of, read_head
from confab.storage.counting import (
    CountingState,
    Standing,
    all_entries,
    holds_nothing_else,
    read_standing,
    state_item,
    with_state,
)
from confab.storage.health import counted
from confab.storage.list_moves import move_note
from confab.storage.results import analysis_items, analysis_key, read_conversation_result, read_message_results
from confab.storage.row_updates import version_kept
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item, Key
from confab.storage.visibility import Visibility
from confab.storage.writes import Change, Delete

STRAY_AGE: Final = timedelta(minutes=10)
"""How old a part is that nobody can be about to name: longer than any function runs."""


class BeingErased(Exception):
    """The conversation is being erased; that is to be finished instead."""


class RetentionPassed(Exception):
    """No reader may see the conversation any more; it is to be erased instead."""


class AnalysisStore:
    """Reads and writes of the consumer, except for the counting (``analysis.counting_store``).

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
        room: the bytes of memory that a conversation may need (``analysis.loading``); None for no bound.
    """

    def __init__(self, table: Table, visibility: Visibility, room: int | None = None) -> None:
        self._table = table
        self._visibility = visibility
        self._room = room
        self._continuing = Continuing(table)

    def load(
        self, chatbot_id: str, conversation_id: str, *, continued_at: datetime | None = None
    ) -> LoadedConversation | None:
        """A conversation with all that its analysis needs, read consistently; None when there is none.

        The row is read first: what changes the conversation while the rest is read moves its version.

        Args:
            continued_at: the time, where the new messages of a long conversation will do; None to read all.

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
        if continued_at is None:
            return self._whole(pk, head)
        part = self._continuing.load(head, continued_at)
        if part is not None:
            return part
        try:
            return self._whole(pk, head)
        except TooLarge:
            part = self._continuing.load(head, None)
            if part is None:
                raise
            return part

    def _whole(self, pk: str, head: Item) -> LoadedConversation:
        loading = Loading(self._room)
        loading.expect(head)
        for item in self._table.query(pk, consistent=True):
            loading.take(item)
        strays = loading.finish()
        message_results, judged = read_message_results(loading.beside)
        results = sum(item["sk"].startswith(analysis_key(head.get("version", 0))) for item in loading.beside)
        conversation, standing = read_head(head), read_standing(head, loading.beside)
        checkpoint = next((item for item in loading.beside if item["sk"] == keys.CHECKPOINT), None)
        return LoadedConversation(
            conversation=conversation,
            messages=sorted(loading.messages, key=transcript_order),
            message_results=message_results,
            judged=judged,
            feedback=loading.feedback,
            standing=standing,
            strays=strays,
            row=head,
            size=loading.size,
            results=results,
            former=read_checkpoint(checkpoint, standing.counted) if checkpoint else None,
            outcome=read_conversation_result(loading.beside).outcome or conversation.outcome,
            scores=loading.scores,
        )

    def put_results(self, commit: Commit, analysis: Analysis, digests: Mapping[str, str]) -> Commit:
        """Write new results, the first item with the state that they lead to, if that is a new one.

        Returns:
            The changes with the items, and with the name of that state.

        Raises:
            VersionMoved: another consumer has just judged the same; load the conversation again.
            Unavailable: the table did not take them.
        """
        loaded = commit.loaded
        pk = keys.conversation(*loaded.place)
        items = analysis_items(pk, loaded.conversation.version, analysis, digests, start=loaded.results)
        if commit.is_new:
            items[0] = with_state(items[0], commit.counted)
        with version_kept():
            for item in items:
                self._table.put_if_absent(item)
        return replace(commit, results=items, state=str(items[0]["sk"]) if commit.is_new else None)

    def keep_results(self, loaded: LoadedConversation, analysis: Analysis, digests: Mapping[str, str]) -> None:
        """Write new results alone, if there are any, before all of the conversation is read again.

        Raises:
            VersionMoved: another consumer has just judged the same; load the conversation again.
            Unavailable: the table did not take them.
        """
        if not analysis.messages:
            return
        pk = keys.conversation(*loaded.place)
        with version_kept():
            for item in analysis_items(pk, loaded.conversation.version, analysis, digests, start=loaded.results):
                self._table.put_if_absent(item)

    def put_checkpoint(self, commit: Commit, state: str) -> None:
        """Write where the next analysis goes on from once a state is in force, or remove what is there.

        Args:
            state: the name of that state.
        """
        loaded = commit.loaded
        if commit.checkpoint is not None:
            self._table.put(checkpoint_item(loaded.place, commit.checkpoint, state))
        elif loaded.former is not None:
            # It shows messages as they were.
            self._table.delete((keys.conversation(*loaded.place), keys.CHECKPOINT))

    def put_state(self, loaded: LoadedConversation, counted: CountingState, token: str) -> str:
        """Write a state as an item of its own; its name."""
        item = state_item(loaded.place, loaded.conversation.version, token, counted)
        self._table.put(item)
        return str(item["sk"])

    def move_entries(self, commit: Commit) -> None:
        """Write the entries of the state that a conversation is about to have; remove those that it has no more."""
        standing, place = commit.loaded.standing, commit.loaded.place
        wanted = commit.counted.entries(place)
        # After an attempt that did not end, nobody knows which of the entries are there.
        new = wanted if standing.left else wanted - standing.counted.entries(place)
        self._each(self._enter, new)
        self._each(self._table.delete, all_entries(place, [standing.counted, *standing.left.values()]) - wanted)

    def _enter(self, key: Key) -> None:
        self._table.put({"pk": key[0], "sk": key[1]})

    def drop_states(self, loaded: LoadedConversation, standing: Standing) -> None:
        """Remove the items of states that were in force or left before another one came into force."""
        pk, name = keys.conversation(*loaded.place), standing.name
        alone = [(pk, name)] if name is not None and holds_nothing_else(name) else []
        self._each(self._table.delete, [*alone, *standing.replaced])

    def withdraw(self, commit: Commit) -> None:
        """Remove the entries of an attempt that another consumer overtook, but for those of the state in force."""
        pk, place = keys.conversation(*commit.loaded.place), commit.loaded.place
        wanted = keys.HEAD, keys.COUNTED, keys.ANALYSIS
        items = [item for item in self._table.query(pk, consistent=True) if item["sk"].startswith(wanted)]
        row = any_head_of(items)
        kept = read_standing(row, items).counted.entries(place) if row is not None else set()
        self._each(self._table.delete, commit.counted.entries(place) - kept)

    def take_back(self, commit: Commit, state: str | None) -> None:
        """Remove what was written for a conversation that was erased meanwhile."""
        pk = keys.conversation(*commit.loaded.place)
        self.withdraw(commit)
        items = {(item["pk"], item["sk"]) for item in commit.results}
        written = items | {(pk, keys.CHECKPOINT)} | ({(pk, state)} if state is not None else set())
        self._each(self._table.delete, written)

    def remove_strays(self, commits: Iterable[Commit]) -> None:
        """Remove parts of long messages that nothing names any more."""
        for commit in commits:
            until = to_micros(commit.read_at - STRAY_AGE)
            for part in commit.loaded.strays:
                if part["st"] <= until:
                    with suppress(ConditionFailed):
                        self._table.delete_if(Delete((part["pk"], part["sk"]), {"st": part["st"]}))

    def note_moves(self, commits: Iterable[Commit]) -> None:
        """Note which conversations are about to move in the lists. A note of a move that fails is harmless."""
        for commit in commits:
            if list_key(commit) != commit.loaded.row.get("g1sk"):
                self._table.put(move_note(commit.loaded.row, commit.made_at).item)

    def _each(self, write: Callable[[Key], None], places: Iterable[Key]) -> None:
        wanted = sorted(places)
        if len(wanted) > 1:
            list(self._table.pool.map(write, wanted))
        for key in wanted if len(wanted) == 1 else ():
            write(key)

    def forget_earlier(self, loaded: LoadedConversation) -> None:
        """Remove the results of earlier versions, all of which those of this version have replaced."""
        pk, first = keys.conversation(*loaded.place), analysis_key(loaded.conversation.version)
        for item in list(self._table.query(pk, keys.ANALYSIS, attributes=("pk", "sk"))):
            if item["sk"] < first:
                self._table.delete((pk, item["sk"]))

    def give_up(self, chatbot_id: str, conversation_id: str, reason: str, now: datetime) -> None:
        """Mark a conversation whose analysis failed for good; it stays readable, and its next message tries again.

        One that is being erased goes on waiting: that is never given up. The failure counts in the same step.
        """
        change = Change((keys.conversation(chatbot_id, conversation_id), keys.HEAD), must_exist=True)
        change.equals[ERASING] = None
        change.sets["analysisFailed"] = reason
        change.removes = list(PENDING_ATTRIBUTES)
        with suppress(ConditionFailed):
            self._table.commit([change, counted(chatbot_id, FAILED_ANALYSES, 1, now)])
