"""Counting: one transaction applies what the analyses of many conversations of a chatbot change in its statistics.

The row of each conversation names its state (``storage.counting``). The transaction that adds the sum of the
differences to the statistics names the next state on each row. So every difference counts once, however often a
consumer dies or a queue message comes again. A row that got more messages meanwhile names the state of what was read,
and waits for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from confab.analysis.loaded import Commit
from confab.analysis.people import People
from confab.analysis.row import entries_moved, overtaken, settled
from confab.analysis.store import AnalysisStore
from confab.domain.statistics import Contribution, summed
from confab.storage import keys
from confab.storage.conversation_row import ERASING, STATE
from confab.storage.counting import Standing, Step, name_state, step
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table
from confab.storage.tally import Tally
from confab.storage.writes import Action, Change

MAX_TOGETHER: Final = 20
"""Conversations in one transaction; more would hold the statistics for longer."""
STEP_ROOM: Final = 90
"""Statistics that one transaction changes at most for a single conversation."""


class Outcome(Enum):
    """What became of a conversation.

    SETTLED: it is counted, and waits no more. WAITS: what was read is counted, and more came meanwhile. MOVED: nothing
    was written, because it is not as it was read; load it again.
    """

    SETTLED = "settled"
    WAITS = "waits"
    MOVED = "moved"


@dataclass(slots=True)
class _Attempt:
    """A conversation on its way from one state to another.

    Attributes:
        standing: where it stands, as the row says.
        state: the name of the state that it is on its way to; None where that is the one in force.
        moves: what moves the entries of a managed conversation.
    """

    commit: Commit
    standing: Standing
    state: str | None
    step: Step = field(init=False)
    moves: Sequence[Action] = field(init=False)

    def __post_init__(self) -> None:
        self.moves = entries_moved(self.commit)
        self.step = step(self.standing.counted, self.commit.counted, STEP_ROOM)

    @property
    def chatbot_id(self) -> str:
        """The chatbot of the conversation."""
        return self.commit.loaded.conversation.chatbot_id

    def actions(self, change: Change) -> list[Action]:
        """A change of the row with what must hold beside it."""
        if self.state is None:
            change.equals[STATE] = self.standing.name
            return [change]
        name_state(change, self.standing, self.state)
        return [change, *self.standing.guards]


class CountConversations:
    """Brings analysed conversations into the statistics, the lists and the search.

    Args:
        table: the one table.
        store: the consumer's side of it.
        tally: writes to the statistics.
        people: keeps the profiles of users and organizations.
        new_token: makes names of states.
    """

    def __init__(
        self, table: Table, store: AnalysisStore, tally: Tally, people: People, new_token: Callable[[], str]
    ) -> None:
        self._table = table
        self._store = store
        self._tally = tally
        self._people = people
        self._new_token = new_token

    def __call__(self, commits: Sequence[Commit]) -> list[Outcome]:
        """Count conversations of one chatbot; what became of each.

        Raises:
            Unavailable: the table did not take a transaction. All of it can be done again.
        """
        self._store.remove_strays(commits)
        self._store.note_moves(commits)
        attempts = [self._begin(commit) for commit in commits]
        self._people.follow(
            [(each.loaded.conversation, each.counted, each.loaded.standing.counted) for each in commits]
        )
        for attempt in attempts:
            self._approach(attempt)
        outcomes: dict[int, Outcome] = {}
        for batch in _batches(attempts):
            for attempt, outcome in self._together(batch):
                outcomes[id(attempt)] = outcome
        for attempt in attempts:
            self._end(attempt, outcomes[id(attempt)])
        return [outcomes[id(attempt)] for attempt in attempts]

    def _begin(self, commit: Commit) -> _Attempt:
        """Write what is to be there before the state is in force."""
        state = commit.state
        if commit.is_new:
            state = state or self._store.put_state(commit.loaded, commit.counted, self._new_token())
            self._store.move_entries(commit)
        name = state or commit.loaded.standing.name
        if name is not None:
            self._store.put_checkpoint(commit, name)
        return _Attempt(commit, commit.loaded.standing, state)

    def _approach(self, attempt: _Attempt) -> None:
        """Take the steps whose differences fill a transaction each, up to the last one or to one that fails.

        After one that failed, the last step fails, too: it rests on the same state.
        """
        loaded = attempt.commit.loaded
        while not attempt.step.done:
            after = attempt.step.after
            name = self._store.put_state(loaded, after, self._new_token())
            change = Change((loaded.row["pk"], keys.HEAD), must_exist=True, equals={ERASING: None})
            name_state(change, attempt.standing, name)
            try:
                self._tally.commit(attempt.chatbot_id, [change, *attempt.standing.guards], attempt.step.adds)
            except ConditionFailed:
                return
            attempt.standing = attempt.standing.followed_by(after, name, loaded.row["pk"])
            attempt.step = step(after, attempt.commit.counted, STEP_ROOM)

    def _together(self, attempts: Sequence[_Attempt]) -> Iterator[tuple[_Attempt, Outcome]]:
        """Count some conversations in one transaction; those that stand in the way of the others by themselves."""
        remaining = list(attempts)
        while remaining:
            parts = [[*attempt.actions(settled(attempt.commit)), *attempt.moves] for attempt in remaining]
            adds = summed(attempt.step.adds for attempt in remaining)
            try:
                self._commit(remaining[0].chatbot_id, [action for part in parts for action in part], adds)
            except ConditionFailed as failed:
                owners = [attempt for attempt, part in zip(remaining, parts, strict=True) for _ in part]
                met = {id(owners[number]) for number in failed.numbers} or {id(remaining[0])}
                for attempt in remaining:
                    if id(attempt) in met:
                        yield attempt, self._alone(attempt)
                remaining = [attempt for attempt in remaining if id(attempt) not in met]
            else:
                yield from ((attempt, Outcome.SETTLED) for attempt in remaining)
                return

    def _alone(self, attempt: _Attempt) -> Outcome:
        """Count a conversation that is not as it was read, if only more came."""
        pk = attempt.commit.loaded.row["pk"]
        row = self._table.get((pk, keys.HEAD), consistent=True)
        if row is None or ERASING in row or row.get("createdAt") != attempt.commit.loaded.row.get("createdAt"):
            self._store.take_back(attempt.commit, attempt.state)
            self._people.forget(attempt.chatbot_id, attempt.commit.counted.people)
            return Outcome.MOVED
        if attempt.state is not None and row.get(STATE) == attempt.state:
            # The answer to a transaction that landed was lost.
            return Outcome.SETTLED
        same = row.get("version", 0) == attempt.commit.loaded.conversation.version
        if not same and row.get(STATE) == attempt.standing.name and attempt.step.done:
            with suppress(ConditionFailed):
                self._commit(attempt.chatbot_id, attempt.actions(overtaken(attempt.commit)), attempt.step.adds)
                return Outcome.WAITS
        if attempt.state is not None:
            self._store.withdraw(attempt.commit)
        return Outcome.MOVED

    def _commit(self, chatbot_id: str, actions: Sequence[Action], adds: Contribution) -> None:
        only = actions[0]
        if len(actions) == 1 and not adds and isinstance(only, Change):
            try:
                self._table.change(only)
            except ConditionFailed as failed:
                raise ConditionFailed(failed.found, [0]) from failed
            return
        self._tally.commit(chatbot_id, actions, adds)

    def _end(self, attempt: _Attempt, outcome: Outcome) -> None:
        """Remove what the new state has replaced."""
        if outcome is Outcome.MOVED or attempt.state is None:
            return
        loaded = attempt.commit.loaded
        self._store.drop_states(loaded, attempt.standing)
        gone = set(loaded.standing.counted.people).difference(attempt.commit.counted.people)
        self._people.forget(attempt.chatbot_id, sorted(gone))


def _batches(attempts: Sequence[_Attempt]) -> Iterator[list[_Attempt]]:
    """Conversations that fit into one transaction; one that changes nothing in the statistics is by itself."""
    batch: list[_Attempt] = []
    names: set[str] = set()
    taken = 0
    for attempt in attempts:
        if attempt.state is None and not attempt.moves:
            yield [attempt]
            continue
        own = 1 + len(attempt.standing.guards) + len(attempt.moves)
        more = names | attempt.step.adds.keys()
        if batch and (len(batch) == MAX_TOGETHER or taken + own + len(more) > TRANSACTION_ACTIONS):
            yield batch
            batch, names, taken = [], set(), 0
            more = set(attempt.step.adds)
        batch, names, taken = [*batch, attempt], more, taken + own
    if batch:
        yield batch
