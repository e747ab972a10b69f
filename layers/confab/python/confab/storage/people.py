"""Users and organizations of a chatbot: a profile each, found by when they were last seen, and their figures.

An organization has counters, which change with the conversations' contributions. A user has few conversations, so the
figures of a user are summed when they are read. A profile is written before the conversation counts, and goes when the
last entry of the person has gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any, Final

from confab.domain.analysed_conversation import ORGANIZATIONS, USERS
from confab.domain.statistics import ALL_TIME, USER_PREFIX, added
from confab.platform.data_version import MARK, VERSION
from confab.storage import keys
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.counting import PEOPLE
from confab.storage.entries import conversation_of
from confab.storage.states import states_in_force
from confab.storage.table import ConditionFailed, Table
from confab.storage.tally import counters_of, read_counters
from confab.storage.values import Key
from confab.storage.writes import Change, Delete

SHOWN: Final = ("id", "name", "email", "plan")
FORGET_ROUNDS: Final = 5
SEEN_GRAIN: Final = timedelta(minutes=1)
"""How much later a person must be seen for that to be noted, where nothing else is new."""
_AFTER_ALL_TIMES: Final = "~"
CLAIMED: Final = "claimed"
"""Attribute of a profile that only browsers have spoken of."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a conversation says of a person.

    Attributes:
        known: fields by name; None for one that was cleared.
        at: when the person was seen.
        entry: the key of the entry by which the conversation is found.
        claimed: whether a browser says so, which changes no profile that a server made.
        settled: whether the conversation was found by the person before, so that nobody is about to forget the person.
    """

    known: Mapping[str, Any]
    at: datetime
    entry: Key
    claimed: bool = False
    settled: bool = False

    def after(self, other: Sighting) -> Sighting:
        """What both say together: the later one has the last word."""
        first, last = (other, self) if other.at <= self.at else (self, other)
        if first.claimed != last.claimed:
            return first if last.claimed else last
        return replace(last, known={**first.known, **last.known}, settled=first.settled and last.settled)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some users or organizations, and the position at which the next page begins; None at the end."""

    people: Sequence[Person]
    position: str | None


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """How many users or organizations there are; at least so many, unless it is whole."""

    number: int
    whole: bool


class PeopleStore:
    """Users and organizations of the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def seen(self, chatbot_id: str, statistic: str, sighting: Sighting) -> None:
        """Note what is known of a person who was seen at a time."""
        key, known, at = _profile(chatbot_id, statistic), sighting.known, sighting.at
        # Whoever is about to forget the person must not take the profile for unchanged.
        moved = Change(key, adds={"rev": 1}, must_exist=True)
        if self._knows(key, sighting):
            with suppress(ConditionFailed):
                if not sighting.settled:
                    self._table.change(moved)
                return
        shard = int(statistic[-1], 16) % keys.SHARDS
        change = Change(key, adds={"rev": 1})
        change.sets = {name: value for name, value in known.items() if name in SHOWN and value is not None}
        change.removes = [name for name in SHOWN if name in known and known[name] is None]
        change.sets |= {"seen": to_micros(at), MARK: VERSION}
        change.sets["g1pk"] = keys.people(chatbot_id, statistic.partition("#")[0], shard)
        change.sets["g1sk"] = f"{index_time(at)}#{statistic}"
        # What is said without a new message is of the time of the last one, and counts as later.
        change.below = {"seen": to_micros(at) + 1}
        if sighting.claimed:
            change.sets[CLAIMED] = True
            first, other = replace(change, equals={"seen": None}), replace(change, equals={CLAIMED: True})
        else:
            change.removes.append(CLAIMED)
            first, other = change, replace(change, below={}, equals={CLAIMED: True})
        for attempt in (first, other, moved, first):
            with suppress(ConditionFailed):
                if not self._table.change(attempt) and self._table.get(sighting.entry, consistent=True) is None:
                    # An erasure has just removed the profile together with the conversation.
                    self.forget_idle(chatbot_id, statistic)
                return

    def _knows(self, key: Key, sighting: Sighting) -> bool:
        """Whether a profile says all that is known already, and that the person was seen about then."""
        profile = self._table.get(key)
        if profile is None or to_micros(sighting.at - SEEN_GRAIN) > profile["seen"] or CLAIMED in profile:
            return False
        return all(profile.get(name) == value for name, value in sighting.known.items() if name in SHOWN)

    def forget_idle(self, chatbot_id: str, statistic: str) -> None:
        """Remove a person whom no conversation is found by any more; one who comes back meanwhile stays."""
        pk, sk = _profile(chatbot_id, statistic)
        for _ in range(FORGET_ROUNDS):
            profile = self._table.get((pk, sk), consistent=True)
            counters = [item for item in self._table.query(pk, consistent=True) if item["sk"] != sk]
            if profile is not None and self._is_found(chatbot_id, statistic, str(profile["id"])):
                return
            if not any(added(map(counters_of, counters)).values()):
                for item in counters:
                    with suppress(ConditionFailed):
                        self._table.delete_if(Delete((pk, item["sk"]), counters_of(item)))
            if profile is None:
                return
            with suppress(ConditionFailed):
                self._table.delete_if(Delete((pk, sk), {"rev": profile["rev"]}))
                return
            # The consumer noted the person meanwhile, perhaps for a conversation that counts for nobody any more.

    def _is_found(self, chatbot_id: str, statistic: str, identifier: str) -> bool:
        """Whether some conversation is found by a person."""
        kind = USERS if statistic.startswith(USER_PREFIX) else ORGANIZATIONS
        partitions = (keys.search_entry(chatbot_id, kind, identifier, shard) for shard in range(keys.SHARDS))
        return any(True for pk in partitions for _ in self._table.query(pk, consistent=True, ahead=1))

    def count(self, chatbot_id: str, group: str, since: datetime, up_to: int | None = None) -> PeopleCount:
        """How many users or organizations were seen since a time: at one read unit for some forty of them.

        Args:
            group: ``user`` or ``organization``.
            up_to: about where to stop counting; None counts all.
        """
        between = index_time(since), _AFTER_ALL_TIMES
        partitions = _partitions(chatbot_id, group)
        share = None if up_to is None else -(-up_to // len(partitions))
        counts = list(
            self._table.pool.map(lambda pk: self._table.count_index(keys.LIST_INDEX, pk, between, share), partitions)
        )
        return PeopleCount(sum(counts), whole=share not in counts)

    def newest(
        self, chatbot_id: str, group: str, before: str | None, limit: int, since: datetime | None = None
    ) -> PeoplePage:
        """The users or organizations that were seen last before a position, from the last one back.

        Costs four queries and a read of five items a person, however many there are.

        Args:
            group: ``user`` or ``organization``.
            before: the position that an earlier page ended with; None for the first page.
            since: only those who were seen since then; None for all.
        """
        runs = self._table.pool.map(
            lambda pk: self._table.index_entries(keys.LIST_INDEX, pk, limit=limit + 1, before=before),
            _partitions(chatbot_id, group),
        )
        rows = merge(*runs, key=lambda row: row["g1sk"], reverse=True)
        first = "" if since is None else index_time(since)
        positions = [row["g1sk"] for row in islice(rows, limit + 1) if row["g1sk"] >= first]
        statistics = [position.partition("#")[2] for position in positions[:limit]]
        found = self.get(chatbot_id, statistics)
        people = [found[statistic] for statistic in statistics if statistic in found]
        return PeoplePage(people, positions[limit - 1] if len(positions) > limit else None)

    def get(self, chatbot_id: str, statistics: Sequence[str]) -> dict[str, Person]:
        """The people of some statistics, those that there are and that at least one conversation counts for.

        Reads an item a person; of an organization its counters, of a user the states of the user's conversations.
        """
        profiles = self._table.get_many([_profile(chatbot_id, statistic) for statistic in statistics])
        found = {
            statistic: profiles[key] for statistic in statistics if (key := _profile(chatbot_id, statistic)) in profiles
        }
        users = {name: str(item["id"]) for name, item in found.items() if name.startswith(USER_PREFIX)}
        figures = {
            **self._of_users(chatbot_id, users),
            **self._of_organizations(chatbot_id, found.keys() - users.keys()),
        }
        return {
            statistic: Person(
                statistic=statistic,
                profile={name: profile[name] for name in SHOWN if name in profile},
                last_seen=from_micros(profile["seen"]),
                counters=figures[statistic],
            )
            for statistic, profile in found.items()
            if figures[statistic]["conversations"] > 0
        }

    def _of_organizations(self, chatbot_id: str, statistics: Iterable[str]) -> dict[str, Counter[str]]:
        def figures(statistic: str) -> tuple[str, Counter[str]]:
            summed: Counter[str] = Counter()
            for item in self._table.query(keys.person(chatbot_id, statistic), f"{ALL_TIME}#"):
                for counters in read_counters(item).values():
                    summed.update(counters)
            return statistic, summed

        return dict(self._table.pool.map(figures, statistics))

    def _of_users(self, chatbot_id: str, users: Mapping[str, str]) -> dict[str, Counter[str]]:
        """The sums of what the conversations of users add, by the name of the user's statistic.

        Args:
            users: the users' ids by that name.
        """
        partitions = [
            (statistic, keys.search_entry(chatbot_id, USERS, user, shard))
            for statistic, user in users.items()
            for shard in range(keys.SHARDS)
        ]
        runs = self._table.pool.map(lambda place: (place[0], list(self._table.query(place[1]))), partitions)
        found: dict[str, list[str]] = {statistic: [] for statistic in users}
        for statistic, run in runs:
            found[statistic] += [conversation_of(entry["sk"]) for entry in run]
        states = states_in_force(self._table, chatbot_id, {each for several in found.values() for each in several})
        sums: dict[str, Counter[str]] = {}
        for statistic, conversations in found.items():
            sums[statistic] = Counter()
            for counted in (states[each] for each in dict.fromkeys(conversations) if each in states):
                # An entry may be of a state that is not in force.
                if (USERS, users[statistic]) in counted.search_terms:
                    sums[statistic].update(counted.contribution.get(ALL_TIME, {}))
        return sums


def _partitions(chatbot_id: str, group: str) -> list[str]:
    return [keys.people(chatbot_id, PEOPLE[group].rstrip("#"), shard) for shard in range(keys.SHARDS)]


def _profile(chatbot_id: str, statistic: str) -> tuple[str, str]:
    return keys.person(chatbot_id, statistic), keys.PROFILE
