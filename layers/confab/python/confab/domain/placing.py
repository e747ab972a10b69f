"""The place in time of each message of a request, from the times that the caller sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from confab.domain.message import TICK, USER, Draft

FAR_AHEAD: Final = timedelta(minutes=10)
"""How far clocks may differ without a word: a time further ahead of its arrival is warned of."""
SHORTEST_SKEWED: Final = 3


def far_ahead(drafts: Sequence[Draft], received_at: datetime) -> list[int]:
    """The indexes of the messages whose times lie more than ten minutes ahead of their arrival."""
    latest = received_at + FAR_AHEAD
    return [index for index, draft in enumerate(drafts) if draft.sent_at is not None and draft.sent_at > latest]


def ahead_warning(path: str) -> str:
    """What a caller is told whose time lies more than ten minutes ahead; ``path`` is the field's."""
    return f"{path}: the time lies more than ten minutes ahead; the time of arrival was taken instead"


def not_ahead(time: datetime | None, now: datetime) -> datetime:
    """A caller's time, or now where it gave none or one that is still to come."""
    return now if time is None else min(time, now)


def place_in_time(drafts: Sequence[Draft], received_at: datetime) -> list[datetime]:
    """Give each message of one request its place in time.

    A message stands at its own time, where it has one that is not ahead of its arrival. One without follows its
    predecessor by a microsecond, or precedes the first message that has a time. One whose time is ahead of its arrival
    stands at its arrival, or right before the next message that has a time. Where the clocks of the user and of the
    bot differ, so that answers would stand before their questions, the order sent decides.

    Returns:
        One UTC time per draft, none later than the arrival and as many microseconds as there are messages.
    """
    sent = _untangled(drafts, [draft.sent_at for draft in drafts])
    known = [time if time is not None and time <= received_at else None for time in sent]
    latest = _latest(known, received_at)
    times: list[datetime] = []
    for time, given, bound in zip(known, sent, latest, strict=True):
        follows = times[-1] + TICK if times else None
        if time is not None:
            times.append(time)
        elif follows is None:
            times.append(bound)
        else:
            times.append(follows if given is None else max(follows, bound))
    return times


def _latest(known: Sequence[datetime | None], received_at: datetime) -> list[datetime]:
    """The latest time at which each message can stand before the next one whose time is known."""
    bounds = [received_at] * len(known)
    bound: datetime | None = None
    for index in reversed(range(len(known))):
        bound = known[index] if known[index] is not None else None if bound is None else bound - TICK
        bounds[index] = received_at if bound is None else min(received_at, bound)
    return bounds


def _untangled(drafts: Sequence[Draft], sent: Sequence[datetime | None]) -> Sequence[datetime | None]:
    """Times in the order sent, where two clocks that differ by less than ten minutes explain why they are not.

    That is so when questions and answers take turns, the user's times rise and the others' rise, but not both together.
    A request that was merely shuffled does not look like that, and its times count.
    """
    times = [time for time in sent if time is not None]
    if len(times) < len(sent) or _rising(times) or not _two_clocks(drafts, times):
        return sent
    placed = list(times)
    for index, draft in enumerate(drafts):
        if draft.role != USER:
            continue
        if index + 1 < len(placed):
            placed[index] = min(placed[index], placed[index + 1] - TICK)
        if index:
            placed[index] = max(placed[index], placed[index - 1] + TICK)
    near = all(abs(after - before) <= FAR_AHEAD for before, after in zip(times, placed, strict=True))
    return placed if near and _rising(placed) else sent


def _two_clocks(drafts: Sequence[Draft], times: Sequence[datetime]) -> bool:
    asks = [draft.role == USER for draft in drafts]
    if any(first == second for first, second in pairwise(asks)):
        return False
    by_clock = ([time for time, asked in zip(times, asks, strict=True) if asked == wanted] for wanted in (True, False))
    return all(map(_rising, by_clock)) and (len(drafts) >= SHORTEST_SKEWED or asks[0])


def _rising(times: Sequence[datetime]) -> bool:
    return all(first <= second for first, second in pairwise(times))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A message of a request whose part was stored by an earlier try.

    Attributes:
        time: its place in time.
        arrived: when it arrived, which decides among messages of the same time.
        timed: whether the caller gave its time.
        new: whether this try has stored it.
    """

    time: datetime
    arrived: datetime
    timed: bool
    new: bool


def in_order_sent(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    """Put new messages of a request before the stored ones that were sent after them.

    When a request is sent again because a part of it was not stored, that part belongs where it was: a message without
    a time of its own goes before all that follows it, one with a time only before what has the very same time.

    Returns:
        The messages; those that are not new stay as they are.
    """
    placed = list(neighbours)
    for index in reversed(range(len(placed) - 1)):
        here, following = placed[index], placed[index + 1]
        if not here.new:
            continue
        if not here.timed and here.time >= following.time:
            placed[index] = replace(here, time=following.time - TICK)
        elif here.timed and here.time == following.time and here.arrived >= following.arrived:
            placed[index] = replace(here, arrived=following.arrived - TICK)
    return placed
