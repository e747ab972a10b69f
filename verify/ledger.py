"""What clients sent to one conversation, what of it was acknowledged, and whether a transcript keeps that promise.

Every client tells a run of messages, in order; clients that tell the same transcript share a run. Runs that are told at
the same time may be mixed in any way; what was sent after something else had been acknowledged stands behind it. Texts
may repeat: each message counts by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from verify.runs import Said, readable

Place = tuple[str, int]
"""A message: its run, and its number in that."""

NOTES: Final = "notes"
"""The run of what stands next to the messages (feedback, events, fields), each by its name. Its order says nothing."""
UNCHANGED: Final = 0
"""The number of no change."""


@dataclass(slots=True)
class State:
    """A state that a conversation may be in.

    Attributes:
        sent: what was sent, by its place.
        acknowledged: the places that the service said are stored.
        excused: places that need not be there all the same: their request met an erasure.
        changes: the changes that were made in this state, by number.
    """

    sent: dict[Place, str] = field(default_factory=dict)
    acknowledged: set[Place] = field(default_factory=set)
    excused: set[Place] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)

    def required(self, place: Place) -> bool:
        """Whether a message that was sent must be there."""
        return place in self.acknowledged and place not in self.excused

    def says_as(self, other: State) -> bool:
        """Whether both are one, whichever changes led there."""
        return (self.sent, self.acknowledged, self.excused) == (other.sent, other.acknowledged, other.excused)


class Ledger:
    """The clients' own record of a conversation.

    A change that nobody has acknowledged may be there or not, whole: the conversation is in one of several states.
    """

    def __init__(self) -> None:
        self._states = [State()]
        self._changes = UNCHANGED
        self._under_way: frozenset[Place] = frozenset()
        self._erasures: list[int] = []
        self._erased = False
        self._behind: dict[Place, dict[str, int]] = {}
        self._said_stored: Counter[Place] = Counter()
        self._notes: set[str] = set()

    @contextmanager
    def telling(self, texts: Mapping[int, str], run: str = "", doomed: Collection[str] | None = ()) -> Iterator[int]:
        """Note messages on their way for as long as their request lasts; gives what ``send`` gives.

        Args:
            doomed: what an erasure that is under way is about to remove, by text; None when that may be all of this.
        """
        change = self.send(texts, run)
        places = frozenset((run, number) for number in texts)
        for state in self._states:
            if not self._erasures:
                state.excused -= places
            elif state.changes.intersection(self._erasures):
                state.excused |= places if doomed is None else places & _there(state.sent, doomed)
        others, self._under_way = self._under_way, self._under_way | places
        try:
            yield change
        finally:
            self._under_way = others

    @contextmanager
    def erasing(self, there: Collection[str]) -> Iterator[int]:
        """Note an erasure for as long as its request lasts; gives the number of the change.

        Args:
            there: what is stored when it begins, by text. Of what other requests are storing now, that part may go.
        """
        change = self.attempt(partial(empty, under_way=self._under_way, there=tuple(there)))
        self._said_stored.clear()
        self._erasures.append(change)
        self._erased = True
        try:
            yield change
        finally:
            self._erasures.remove(change)
            self._said_stored.clear()

    @property
    def being_erased(self) -> bool:
        """Whether an erasure is under way."""
        return bool(self._erasures)

    @property
    def erased(self) -> bool:
        """Whether any erasure was tried."""
        return self._erased

    def send(self, texts: Mapping[int, str], run: str = "") -> int:
        """Note messages on their way, by their number in a run.

        Returns:
            The number of the change, where a place was known with another text.
        """
        sent = {(run, number): text for number, text in texts.items()}
        if run == NOTES:
            self._notes.update(texts.values())
        before = self._last_acknowledged(besides=run)
        for place in sent:
            self._behind.setdefault(place, before)
        changed = any(state.sent.get(place, text) != text for state in self._states for place, text in sent.items())
        for state in self._states:
            state.sent = {**sent, **state.sent}
        return self.attempt(lambda state: state.sent.update(sent)) if changed else UNCHANGED

    def acknowledge(self, numbers: Iterable[int], run: str = "", statuses: Sequence[str] = ()) -> int:
        """Note that these are stored; how many of them were not known to be.

        Args:
            statuses: what the service said of each, where it says so.
        """
        wanted = [(run, number) for number in numbers]
        for place, status in zip(wanted, statuses, strict=False):
            self._said_stored[place] += status == "stored"
        new = len(set(wanted) - self._states[-1].acknowledged)
        for state in self._states:
            state.acknowledged |= state.sent.keys() & set(wanted)
        return new

    def attempt(self, change: Callable[[State], None]) -> int:
        """Note that a change of what is stored is on its way; gives its number."""
        self._changes += 1
        states = list(self._states)
        for state in self._states:
            changed = deepcopy(state)
            change(changed)
            changed.changes.add(self._changes)
            same = next((each for each in states if each.says_as(changed)), None)
            if same is None:
                states.append(changed)
            else:
                same.changes |= changed.changes
        self._states = states
        return self._changes

    def confirm(self, change: int) -> None:
        """Note that a change was made."""
        if change != UNCHANGED:
            self._states = [state for state in self._states if change in state.changes]

    def withdraw(self, change: int) -> None:
        """Note that a change was not made."""
        self._states = [state for state in self._states if change not in state.changes] or self._states

    @property
    def certain(self) -> bool:
        """Whether something of the conversation must be there."""
        return all(any(map(state.required, state.sent)) for state in self._states)

    def certain_without(self, change: int) -> bool:
        """Whether something of the conversation must be there if a change was not made, which it may not be."""
        others = [state for state in self._states if change not in state.changes]
        return bool(others) and all(any(map(state.required, state.sent)) for state in others)

    @property
    def unacknowledged(self) -> set[str]:
        """The texts of what may be there or not, without those that are also said elsewhere."""
        sent = {item for state in self._states for item in state.sent.items()}
        known = {place for state in self._states for place in state.acknowledged}
        promised = {text for place, text in sent if place in known}
        return {text for _, text in sent} - promised

    def last(self, run: str = "") -> int:
        """The last number of a run that was sent; -1 when none was."""
        return max((number for state in self._states for other, number in state.sent if other == run), default=-1)

    def finding(self, transcript: Sequence[str], notes: Collection[str] | None = None) -> str | None:
        """What is wrong with a transcript, oldest first; None when it is one of those that may be.

        Args:
            notes: what stands next to it; None when that is not looked at.
        """
        twice = sorted(place for place, times in self._said_stored.items() if times > 1)
        if twice:
            return f"answered with stored more than once: {twice}"
        found = [self._finding(state, transcript, notes) for state in self._states]
        return None if None in found else found[-1]

    def _finding(self, state: State, transcript: Sequence[str], notes: Collection[str] | None) -> str | None:
        runs = self._runs(state)
        if not readable(transcript, runs):
            allowed = [said.text for run in runs for said in run]
            promised = [said.text for run in runs for said in run if said.required]
            return f"sent: {_short(allowed)}; acknowledged: {_short(promised)}; there: {_short(transcript)}"
        if notes is None:
            return None
        expected = {text: state.required(place) for place, text in state.sent.items() if place[0] == NOTES}
        lost = {text for text, required in expected.items() if required}.difference(notes)
        left = self._notes.intersection(notes).difference(expected)
        return f"next to the messages: lost {sorted(lost)}, left over {sorted(left)}" if lost or left else None

    def _runs(self, state: State) -> list[list[Said]]:
        runs: defaultdict[str, list[Place]] = defaultdict(list)
        for place in sorted(state.sent):
            runs[place[0]].append(place)
        runs.pop(NOTES, None)
        names = list(runs)

        def said(place: Place) -> Said:
            behind = [
                (names.index(run), sum(number <= last for _, number in runs[run]))
                for run, last in self._behind[place].items()
                if run in runs
            ]
            return Said(state.sent[place], state.required(place), behind)

        return [[said(place) for place in places] for places in runs.values()]

    def _last_acknowledged(self, besides: str) -> dict[str, int]:
        last: dict[str, int] = {}
        for state in self._states:
            for run, number in state.acknowledged:
                if run != besides:
                    last[run] = max(number, last.get(run, number))
        return last


def empty(state: State, under_way: Collection[Place] = (), there: Collection[str] = ()) -> None:
    """The change that an erasure makes.

    Args:
        under_way: what other requests are storing now: what of it comes later is not erased.
        there: what is stored now, by text.
    """
    state.excused |= _there(state.sent, there).intersection(under_way)
    state.sent = {place: text for place, text in state.sent.items() if place in under_way}
    state.acknowledged &= state.sent.keys()


def _there(sent: Mapping[Place, str], texts: Collection[str]) -> set[Place]:
    """The places of what is stored: a text that is said often takes its first places."""
    left = Counter(texts)
    found = set()
    for place in sorted(sent):
        if left[sent[place]]:
            left[sent[place]] -= 1
            found.add(place)
    return found


def _short(texts: Sequence[str]) -> list[str]:
    return [text[:20] for text in texts]
