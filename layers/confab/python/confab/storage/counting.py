"""The contribution of a conversation to the statistics, its entries, and the steps from one such state to another.

The COUNTED item has both, and changes only in one transaction with them. So statistics and entries always agree with
it, and code that changes or removes a conversation reads nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confab.domain.findings import TOPICS
from confab.domain.statistics import ALL_TIME, DAY, ORGANIZATION_PREFIX, USER_PREFIX, Contribution, difference
from confab.storage import keys
from confab.storage.messages import pack_json, unpack_json
from confab.storage.values import Item, Key, Place
from confab.storage.writes import Action, Change, Delete, Put

"""A conversation's chatbot and id."""
Facet = tuple[str, str]
CONTRIBUTION: Final = "contribution"


@dataclass(frozen=True, slots=True)
class Counted:
    """The amounts that a conversation adds to the statistics, and its entries.

    Attributes:
        facets: pairs of a kind and a value (``domain.findings``).
        time: of the first message, as an index time: what its entries are ordered by.
    """

    contribution: Contribution = field(default_factory=dict)
    facets: frozenset[Facet] = frozenset()
    time: str = ""

    @property
    def people(self) -> list[str]:
        """The statistics of the user and the organization that it counts for."""
        return [name for name in self.contribution if name.startswith((USER_PREFIX, ORGANIZATION_PREFIX))]

    @property
    def topics(self) -> list[str]:
        """The ids of the topics that it has."""
        return sorted(value for kind, value in self.facets if kind == TOPICS)

    @property
    def figures(self) -> Counted:
        """What of it is about nobody: the figures of all time and of days."""
        kept = {name: adds for name, adds in self.contribution.items() if name == ALL_TIME or name.startswith(DAY)}
        return Counted(kept)


NOTHING = Counted()


def read_counted(items: Iterable[Item]) -> tuple[Counted, bytes | None]:
    """What a conversation has added so far, and the same as it is stored, to be compared with; None for no item."""
    for item in items:
        if item["sk"] == keys.COUNTED:
            stored: dict[str, Any] = unpack_json(item["z"])
            if CONTRIBUTION not in stored:
                return Counted(stored), item["z"]
            facets = frozenset((kind, value) for kind, value in stored["facets"])
            return Counted(stored[CONTRIBUTION], facets, stored["time"]), item["z"]
    return NOTHING, None


def names_no_entries(item: Item) -> bool:
    """Whether a COUNTED item is of version 0, which kept the contribution alone."""
    return CONTRIBUTION not in unpack_json(item["z"])


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way from one state to another, to be written in one transaction.

    Attributes:
        actions: what is to be written; none when nothing changes.
        after: where the conversation then stands.
        mark: ``after`` as it is stored.
        done: whether that is the end of the way.
    """

    actions: Sequence[Action]
    after: Counted
    mark: bytes | None
    done: bool


def step(place: Place, before: Counted, mark: bytes | None, wanted: Counted, room: int) -> Step:
    """The next step from one state to another.

    Args:
        mark: ``before`` as it is stored: two steps from the same state exclude each other.
        room: how many actions it may have.
    """
    adds = list(difference(wanted.contribution, before.contribution).items())
    # All entries stand at one time, so when the beginning moves all leave before any enters again.
    stay = before.facets & wanted.facets if wanted.time == before.time else frozenset()
    left = [(facet, False) for facet in sorted(before.facets - stay)]
    entered = [(facet, True) for facet in sorted(wanted.facets - stay)]
    if not adds and not entered and not left:
        return Step([], before, mark, done=True)
    room -= 1
    now, later = adds[:room], adds[room:]
    moved = [*left, *entered][: room - len(now)]
    remain = before.facets - {facet for facet, enters in moved if not enters}
    after = Counted(
        _moved(before.contribution, now),
        remain | {facet for facet, enters in moved if enters},
        before.time if remain - stay else wanted.time,
    )
    actions: list[Action] = [Change(statistic_key(place, statistic), adds=dict(changes)) for statistic, changes in now]
    for facet, enters in moved:
        key = entry_key(place, facet, after.time if enters else before.time)
        actions.append(Put({"pk": key[0], "sk": key[1]}, only_if_absent=False) if enters else Delete(key))
    pk = keys.conversation(*place)
    if after.contribution or after.facets:
        stored = {CONTRIBUTION: after.contribution, "facets": sorted(after.facets), "time": after.time}
        packed = pack_json(stored)
        actions.append(Put({"pk": pk, "sk": keys.COUNTED, "z": packed}, equals={"z": mark}))
    else:
        packed = None
        actions.append(Delete((pk, keys.COUNTED), {"z": mark}))
    return Step(actions, after, packed, done=not later and len(moved) == len(entered) + len(left))


def _moved(contribution: Contribution, changes: Sequence[tuple[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """A contribution with changes added; what becomes zero is left out."""
    moved = {statistic: dict(counters) for statistic, counters in contribution.items()}
    for statistic, adds in changes:
        counters = moved.setdefault(statistic, {})
        for counter, amount in adds.items():
            counters[counter] = counters.get(counter, 0) + amount
            if not counters[counter]:
                del counters[counter]
        if not counters:
            del moved[statistic]
    return moved


def statistic_key(place: Place, statistic: str) -> Key:
    """Where a conversation counts for a statistic: in its own shard."""
    chatbot_id, conversation_id = place
    shard = keys.shard_of(conversation_id)
    if statistic.startswith((USER_PREFIX, ORGANIZATION_PREFIX)):
        return keys.person(chatbot_id, statistic), f"ALL#{shard}"
    return keys.statistics(chatbot_id), f"{statistic}#{shard}"


def entry_key(place: Place, facet: Facet, time: str) -> Key:
    """The entry by which a conversation is found.

    Args:
        time: when the conversation began, as an index time.
    """
    chatbot_id, conversation_id = place
    return keys.facet(chatbot_id, *facet, keys.shard_of(conversation_id)), f"{time}#{conversation_id}"
