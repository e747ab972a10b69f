"""Upserting a whole history: which messages of a list are new, edited, moved or untouched.

A caller that logs sends its whole history each time. A message is recognised by the id that it is shown with; one
without an id by what it says. Nothing is ever removed: a message that a later list leaves out keeps its place after
the message that it followed (inkeep.md, "Our choices").
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from confab.domain.fingerprints import HISTORY_EXTRAS
from confab.domain.identity import external_key
from confab.domain.message import TICK, Draft, Message, transcript_order

Said = Callable[[Draft | Message], bytes]
"""What a message without an id is recognised by (``domain.fingerprints``)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that a history makes in a conversation.

    Attributes:
        messages: the conversation as it will be, in transcript order.
        new: keys of the messages to store.
        changed: keys of the messages to write again: edited, or moved in time.
        edited: keys among ``changed`` that say or carry something else than before.
        listed: the ids under which the entries of the list are stored, in its order.
    """

    messages: Sequence[Message]
    new: frozenset[str]
    changed: frozenset[str]
    edited: frozenset[str]
    listed: Sequence[str]

    @property
    def to_write(self) -> list[Message]:
        """The messages to write, in transcript order."""
        return [message for message in self.messages if message.key in self.new or message.key in self.changed]


def plan_of(
    stored: Iterable[Message], incoming: Sequence[Draft], now: datetime, new_id: Callable[[], str], said: Said
) -> Plan:
    """Lay a list over what is stored.

    Args:
        stored: the conversation's messages, in any order.
        incoming: the list. Of several messages with one id the last one counts, at the place of the first.
        now: the time of the request.
        new_id: gives an id for a message that has none.
        said: what messages without ids are recognised by.

    Returns:
        The plan; its order is that of the list, and its times rise strictly where the list touches them.
    """
    before = sorted(stored, key=transcript_order)
    drafts = once_each(incoming)
    matched = _match(before, drafts, said)
    merged: list[Message] = []
    edited: set[str] = set()
    for index, draft in enumerate(drafts):
        old = matched.get(index)
        message = _created(draft, now, new_id) if old is None else _updated(old, draft, now, said)
        if old is not None and message is not old:
            edited.add(old.key)
        merged.append(message)
    times = {message.key: message.created_at for message in before}
    sent = {
        message.key: draft.sent_at if draft.sent_at is not None and draft.sent_at <= now else None
        for message, draft in zip(merged, drafts, strict=True)
    }
    whole = _with_times(_with_kept(before, merged), times, sent, now)
    moved = {message.key for message in whole if message.key in times and times[message.key] != message.created_at}
    return Plan(
        messages=whole,
        new=frozenset(message.key for message in whole if message.key not in times),
        changed=frozenset(edited | moved),
        edited=frozenset(edited),
        listed=[message.id for message in merged],
    )


def once_each(incoming: Sequence[Draft]) -> list[Draft]:
    """A list with each id once: the last content at the first place."""
    places: dict[str, int] = {}
    drafts: list[Draft] = []
    for draft in incoming:
        if draft.id is not None and draft.id in places:
            drafts[places[draft.id]] = draft
            continue
        if draft.id is not None:
            places[draft.id] = len(drafts)
        drafts.append(draft)
    return drafts


def _match(before: Sequence[Message], drafts: Sequence[Draft], said: Said) -> dict[int, Message]:
    """The stored message of each draft that has one, by the draft's index.

    A draft without an id is the next equal text without a caller's id after the match before it, else the first such
    text anywhere. Laid over its own result, a list finds the very same messages: a message that was left out stands
    right after the one that it followed, and were its text wanted there, it would have been found.
    """
    by_id = {message.id: message for message in before}
    # A caller's own id goes before a generated one of the same text.
    by_id.update({message.external_id: message for message in before if message.external_id is not None})
    matched = {i: by_id[draft.id] for i, draft in enumerate(drafts) if draft.id is not None and draft.id in by_id}
    taken = {message.key for message in matched.values()}
    free: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, message in enumerate(before):
        if message.external_id is None and message.key not in taken:
            free[said(message)].append(place)
    places = {message.key: place for place, message in enumerate(before)}
    last = -1
    for index, draft in enumerate(drafts):
        if draft.id is None:
            equal = free[said(draft)]
            if equal:
                following = bisect_left(equal, last + 1)
                matched[index] = before[equal.pop(following if following < len(equal) else 0)]
        if index in matched:
            last = places[matched[index].key]
    return matched


def _created(draft: Draft, now: datetime, new_id: Callable[[], str]) -> Message:
    key = external_key(draft.id) if draft.id is not None else f"g:{new_id()}"
    return Message(
        key=key,
        role=draft.role,
        content=draft.content,
        created_at=now,
        stored_at=now,
        external_id=draft.id,
        extras=draft.extras,
        origin=draft.origin,
        judge=draft.judge,
    )


def _updated(old: Message, draft: Draft, now: datetime, said: Said) -> Message:
    """The stored message with what the draft says; the very same object when that changes nothing.

    Where redaction made two texts one, the draft's is the one that the message is recognised by from now on.
    """
    own, sent = old.extras.get(HISTORY_EXTRAS, {}), draft.extras.get(HISTORY_EXTRAS, {})
    others = {name: value for name, value in old.extras.items() if name != HISTORY_EXTRAS}

    def extras(*kept: str) -> dict[str, Any]:
        merged = {**{name: own[name] for name in kept if name in own}, **sent}
        return {**others, **({HISTORY_EXTRAS: merged} if merged else {})}

    reads_same = (old.role, old.content, dict(old.extras)) == (
        draft.role,
        draft.content,
        extras("createdAt", "updatedAt"),
    )
    redacted = old.origin is not None or draft.origin is not None
    if reads_same and not (redacted and said(old) != said(draft)):
        return old
    return replace(
        old,
        role=draft.role,
        content=draft.content,
        extras=extras("createdAt"),
        stored_at=now,
        origin=draft.origin,
        judge=draft.judge,
    )


def _with_kept(before: Sequence[Message], merged: Sequence[Message]) -> list[Message]:
    """The list with the messages it leaves out, each after the message that it followed."""
    listed = {message.key for message in merged}
    followers: defaultdict[str | None, list[Message]] = defaultdict(list)
    leader: str | None = None
    for message in before:
        if message.key in listed:
            leader = message.key
        else:
            followers[leader].append(message)
    whole = list(followers[None])
    for message in merged:
        whole.append(message)
        whole.extend(followers[message.key])
    return whole


def _with_times(
    sequence: Sequence[Message], times: Mapping[str, datetime], sent: Mapping[str, datetime | None], now: datetime
) -> list[Message]:
    """Give the sequence times that rise strictly, and move as few stored messages as that takes."""
    fixed = _longest_rising(sequence, times)
    bounds = _next_fixed(sequence, times, fixed)
    placed: list[Message] = []
    previous: datetime | None = None
    for index, message in enumerate(sequence):
        if index in fixed:
            wanted: datetime | None = times[message.key]
        else:
            wanted = _place(message.key in times, sent.get(message.key), previous, bounds[index], now)
        if previous is not None and (wanted is None or wanted <= previous):
            wanted = previous + TICK
        assert wanted is not None
        placed.append(message if message.created_at == wanted else replace(message, created_at=wanted))
        previous = wanted
    return placed


def _place(
    moved: bool, sent: datetime | None, previous: datetime | None, bound: tuple[datetime, int] | None, now: datetime
) -> datetime | None:
    """Where a message goes that is new or moved: its own time when that fits, else right after the previous one.

    Args:
        bound: the time of the next message that stays, and how many messages from here it is.
    """
    if sent is not None and not moved and (bound is None or sent < bound[0]):
        return sent
    if previous is None and bound is not None:
        return bound[0] - TICK * bound[1]
    if moved or bound is not None:
        return None
    return now if previous is None or previous < now else None


def _longest_rising(sequence: Sequence[Message], times: Mapping[str, datetime]) -> set[int]:
    """Indexes of a longest run of stored messages whose times already rise: they stay where they are."""
    ends: list[datetime] = []
    last_at: list[int] = []
    before: dict[int, int | None] = {}
    for index, message in enumerate(sequence):
        time = times.get(message.key)
        if time is None:
            continue
        length = bisect_left(ends, time)
        before[index] = last_at[length - 1] if length else None
        if length == len(ends):
            ends.append(time)
            last_at.append(index)
        else:
            ends[length], last_at[length] = time, index
    chosen: set[int] = set()
    step: int | None = last_at[-1] if last_at else None
    while step is not None:
        chosen.add(step)
        step = before[step]
    return chosen


def _next_fixed(
    sequence: Sequence[Message], times: Mapping[str, datetime], fixed: set[int]
) -> list[tuple[datetime, int] | None]:
    """For each place, the time of the next message that stays and its distance."""
    bounds: list[tuple[datetime, int] | None] = [None] * len(sequence)
    for index in range(len(sequence) - 2, -1, -1):
        if index + 1 in fixed:
            bounds[index] = times[sequence[index + 1].key], 1
        else:
            following = bounds[index + 1]
            bounds[index] = None if following is None else (following[0], following[1] + 1)
    return bounds
