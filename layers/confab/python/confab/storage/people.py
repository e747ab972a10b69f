"""Users and organizations of a chatbot: a profile each, found by when they were last seen, and their counters.

The counters change with the conversations' contributions (``storage.counting``). A profile follows right after; it goes
when the last conversation of its user has gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, Final

from confab.domain.statistics import ORGANIZATION_PREFIX, USER_PREFIX
from confab.platform.data_version import MARK, VERSION
from confab.storage import keys
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.statistics import counters_of
from confab.storage.table import ConditionFailed, Table
from confab.storage.writes import Change, Delete

SHOWN: Final = ("id", "name", "email", "plan")
FORGET_ROUNDS: Final = 5
CLAIMED: Final = "claimed"
"""Attribute of a profile that only browsers have spoken of."""
KINDS: Final[Mapping[str, str]] = {"user": USER_PREFIX, "organization": ORGANIZATION_PREFIX}
"""The statistics of people, by the group of attributes that they come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user or an organization.

    Attributes:
        statistic: the name of its statistic.
        profile: what is known, those of ``SHOWN`` that were sent.
        last_seen: when it last wrote, or a conversation with it was last answered (UTC).
        counters: as in the statistics of a day.
    """

    statistic: str
    profile: Mapping[str, Any]
    last_seen: datetime
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some users or organizations, and the position at which the next page begins; None at the end."""

    people: Sequence[Person]
    position: str | None


class PeopleStore:
    """Users and organizations of the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def seen(
        self, chatbot_id: str, statistic: str, known: Mapping[str, Any], at: datetime, *, claimed: bool = False
    ) -> None:
        """Note what is known of a person who was seen at a time.

        Args:
            known: fields by name; None for one that was cleared.
            claimed: whether a browser says so, which changes no profile that a server made.
        """
        shard = int(statistic[-1], 16) % keys.SHARDS
        change = Change(_profile(chatbot_id, statistic), adds={"rev": 1})
        change.sets = {name: value for name, value in known.items() if name in SHOWN and value is not None}
        change.removes = [name for name in SHOWN if name in known and known[name] is None]
        change.sets |= {"seen": to_micros(at), MARK: VERSION}
        change.sets["g1pk"] = keys.people(chatbot_id, statistic.partition("#")[0], shard)
        change.sets["g1sk"] = f"{index_time(at)}#{statistic}"
        # What is said without a new message is of the time of the last one, and counts as later.
        change.below = {"seen": to_micros(at) + 1}
        # Where it was seen later already the mark moves all the same: ``forget_idle`` must not take it for unchanged.
        moved = Change(change.key, adds={"rev": 1}, must_exist=True)
        if claimed:
            change.sets[CLAIMED] = True
            first, other = replace(change, equals={"seen": None}), replace(change, equals={CLAIMED: True})
        else:
            change.removes.append(CLAIMED)
            first, other = change, replace(change, below={}, equals={CLAIMED: True})
        for attempt in (first, other, moved, first):
            with suppress(ConditionFailed):
                if not self._table.change(attempt):
                    # The profile is new, or an erasure has just removed it together with the conversation.
                    self.forget_idle(chatbot_id, statistic)
                return

    def forget_idle(self, chatbot_id: str, statistic: str) -> None:
        """Remove a person whom no conversation counts for any more; one who comes back meanwhile stays."""
        pk, sk = _profile(chatbot_id, statistic)
        for _ in range(FORGET_ROUNDS):
            profile = self._table.get((pk, sk), consistent=True)
            counters = [item for item in self._table.query(pk, consistent=True) if item["sk"] != sk]
            if any(item.get("conversations", 0) for item in counters):
                return
            for item in counters:
                with suppress(ConditionFailed):
                    self._table.delete_if(Delete((pk, item["sk"]), counters_of(item)))
            if profile is None:
                return
            with suppress(ConditionFailed):
                self._table.delete_if(Delete((pk, sk), {"rev": profile["rev"]}))
                return
            # The consumer noted the person meanwhile, perhaps for a conversation that counts for nobody any more.

    def newest(self, chatbot_id: str, group: str, before: str | None, limit: int) -> PeoplePage:
        """The users or organizations that were seen last before a position, from the last one back.

        Costs four queries and a read of five items a person, however many there are.

        Args:
            group: ``user`` or ``organization``.
            before: the position that an earlier page ended with; None for the first page.
        """
        kind = KINDS[group].rstrip("#")
        partitions = [keys.people(chatbot_id, kind, shard) for shard in range(keys.SHARDS)]
        runs = self._table.pool.map(
            lambda pk: self._table.index_entries(keys.LIST_INDEX, pk, limit=limit + 1, before=before), partitions
        )
        rows = merge(*runs, key=lambda row: row["g1sk"], reverse=True)
        positions = [row["g1sk"] for row in islice(rows, limit + 1)]
        statistics = [position.partition("#")[2] for position in positions[:limit]]
        found = self.get(chatbot_id, statistics)
        people = [found[statistic] for statistic in statistics if statistic in found]
        return PeoplePage(people, positions[limit - 1] if len(positions) > limit else None)

    def get(self, chatbot_id: str, statistics: Sequence[str]) -> dict[str, Person]:
        """The people of some statistics, those that there are and that at least one conversation counts for."""
        parts = [keys.PROFILE, *(f"ALL#{shard}" for shard in range(keys.SHARDS))]
        places = [(keys.person(chatbot_id, statistic), sk) for statistic in statistics for sk in parts]
        items = self._table.get_many(places)
        people: dict[str, Person] = {}
        for statistic in statistics:
            pk = keys.person(chatbot_id, statistic)
            profile = items.get((pk, keys.PROFILE))
            counters: Counter[str] = Counter()
            for sk in parts[1:]:
                counters.update(counters_of(items.get((pk, sk), {})))
            if profile is not None and counters["conversations"] > 0:
                people[statistic] = Person(
                    statistic=statistic,
                    profile={name: profile[name] for name in SHOWN if name in profile},
                    last_seen=from_micros(profile["seen"]),
                    counters=counters,
                )
        return people


def _profile(chatbot_id: str, statistic: str) -> tuple[str, str]:
    return keys.person(chatbot_id, statistic), keys.PROFILE
