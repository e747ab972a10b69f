"""The state of a conversation in the statistics, and the steps from one such state to another.

A state is written before it is in force: with the results that it comes from, or as an item of its own. The row names
the one that is in force, and changes that name in the transaction that applies the difference to the statistics. So
each difference is applied once, whoever dies or comes back. States also name the entries by which a conversation is
found. Entries are written and removed before the state that says so is in force, so whoever continues knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from confab.domain.analysed_conversation import ORGANIZATIONS, TOPICS, USERS
from confab.domain.findings import OF_SCORES
from confab.domain.statistics import (
    ALL_TIME,
    DAY,
    KEPT_PREFIX,
    ORGANIZATION_PREFIX,
    USER_PREFIX,
    Contribution,
    as_counted_then,
    difference,
    person_statistic,
)
from confab.storage import keys
from confab.storage.conversation_row import STATE
from confab.storage.messages import pack_json, unpack_json
from confab.storage.values import Item, Key, Place
from confab.storage.writes import Action, Change, Delete

SearchTerm = tuple[str, str]
_STATE: Final = "s"
"""Attribute of an item of results with the state that they lead to."""
CONTRIBUTION: Final = "contribution"
PEOPLE: Final[Mapping[str, str]] = {USERS: USER_PREFIX, ORGANIZATIONS: ORGANIZATION_PREFIX}
"""The statistics of people, by the kind of search term that finds their conversations: also a group of attributes."""


@dataclass(frozen=True, slots=True)
class CountingState:
    """The amounts that a conversation adds to the statistics, and its entries.

    Attributes:
        search_terms: pairs of a kind and a value (``domain.analysed_conversation``).
        time: of the first message, as an index time: what its entries are ordered by.
    """

    contribution: Contribution = field(default_factory=dict)
    search_terms: frozenset[SearchTerm] = frozenset()
    time: str = ""

    @property
    def people(self) -> list[str]:
        """The names of the statistics of the user and the organization that it counts for."""
        named = {person_statistic(PEOPLE[kind], value) for kind, value in self.search_terms if kind in PEOPLE}
        return sorted(named | {name for name in self.contribution if name.startswith((*PEOPLE.values(),))})

    @property
    def topics(self) -> list[str]:
        """The ids of the topics that it has."""
        return sorted(value for kind, value in self.search_terms if kind == TOPICS)

    @property
    def figures(self) -> CountingState:
        """What of it is about nobody: the figures of all time and of days, and those of scores."""
        names = [name for name in self.contribution if name == ALL_TIME or name.startswith((DAY, *OF_SCORES))]
        kept = {name: self.contribution[name] for name in names}
        return CountingState(kept)

    def agrees(self, recounted: CountingState) -> bool:
        """Whether it is what a recount makes, as far as it was counted when it was made."""
        return self == replace(recounted, contribution=as_counted_then(recounted.contribution, self.contribution))

    def entries(self, place: Place) -> set[Key]:
        """The keys of the entries that find the conversation."""
        return {entry_key(place, term, self.time) for term in self.search_terms}


NOTHING = CountingState()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands in the statistics.

    Attributes:
        counted: the state in force.
        name: what the row names it by, the sort key of the item that holds it; None for none, or for one of the form of
            before.
        former: the item of a state of that form.
        left: states by name of attempts that did not end: their entries may be there.
        replaced: keys of items that hold nothing but a state that is not in force.
        in_force: whether the item that the row names was among those that were read.
    """

    counted: CountingState = NOTHING
    name: str | None = None
    former: Item | None = None
    left: Mapping[str, CountingState] = field(default_factory=dict)
    replaced: Sequence[Key] = ()
    in_force: bool = False

    def followed_by(self, counted: CountingState, name: str, pk: str) -> Standing:
        """How the conversation stands once another state is in force, which is an item of its own.

        Args:
            pk: of the conversation's partition.
        """
        alone = [(pk, self.name)] if self.name is not None and holds_nothing_else(self.name) else []
        return Standing(counted=counted, name=name, replaced=[*self.replaced, *alone])

    @property
    def guards(self) -> list[Action]:
        """Actions that let a transaction only succeed while this state is in force, beside the row's own condition."""
        return [] if self.former is None else [Delete((self.former["pk"], keys.COUNTED), {"z": self.former["z"]})]


def read_standing(row: Item, items: Iterable[Item]) -> Standing:
    """How a conversation stands.

    Args:
        items: of its partition; others than those with states may be among them.
    """
    name, former = row.get(STATE), None
    holding: dict[str, Item] = {}
    for item in items:
        if item["sk"] == keys.COUNTED:
            former = item
        elif item["sk"].startswith(keys.COUNTED_STATE) or _STATE in item:
            holding[item["sk"]] = item
    in_force = holding.pop(name, None) if name is not None else None
    # Whoever puts a state in force has seen to the entries of all earlier ones.
    since = "" if name is None else _version(name)
    return Standing(
        counted=_in_force(in_force, former if name is None else None),
        name=name,
        former=former if name is None else None,
        left={sk: read_counted(item) for sk, item in holding.items() if _version(sk) >= since},
        replaced=[(item["pk"], sk) for sk, item in holding.items() if holds_nothing_else(sk)],
        in_force=in_force is not None,
    )


def _in_force(named: Item | None, former: Item | None) -> CountingState:
    item = named or former
    return NOTHING if item is None else read_counted(item)


def holds_nothing_else(name: str) -> bool:
    """Whether the item that a state is named by holds the state alone; others have results, which stay."""
    return name.startswith(keys.COUNTED_STATE)


def _version(name: str) -> str:
    return name.split("#")[1]


def version_of(name: str) -> int:
    """The version of the conversation that a state is of, by the state's name."""
    return int(_version(name))


def read_counted(item: Item) -> CountingState:
    """The state that an item holds."""
    stored: dict[str, Any] = unpack_json(item.get(_STATE) or item["z"])
    if CONTRIBUTION not in stored:
        return CountingState(stored)
    search_terms = frozenset((kind, value) for kind, value in stored["facets"])
    return CountingState(stored[CONTRIBUTION], search_terms, stored["time"])


def _packed(counted: CountingState) -> bytes:
    return pack_json({CONTRIBUTION: counted.contribution, "facets": sorted(counted.search_terms), "time": counted.time})


def state_item(place: Place, version: int, token: str, counted: CountingState) -> Item:
    """A state as an item of its own.

    Args:
        version: the conversation's, of which it is.
        token: keeps it apart from those of other attempts.
    """
    sk = f"{keys.COUNTED_STATE}{version:010d}#{token}"
    return {"pk": keys.conversation(*place), "sk": sk, "z": _packed(counted)}


def with_state(results: Item, counted: CountingState) -> Item:
    """An item of results that holds the state that they lead to."""
    return {**results, _STATE: _packed(counted)}


def state_part(item: Item) -> dict[str, Any]:
    """What an item of results holds besides them."""
    return {_STATE: item[_STATE]} if _STATE in item else {}


def names_no_entries(item: Item) -> bool:
    """Whether a COUNTED item is of version 0, which kept the contribution alone."""
    return CONTRIBUTION not in unpack_json(item["z"])


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the way from one state to another, to be written in one transaction.

    Attributes:
        adds: changes of statistics by name; none when they do not change.
        after: the state then.
        done: whether that is the end of the way.
    """

    adds: Contribution
    after: CountingState
    done: bool


def step(before: CountingState, wanted: CountingState, room: int) -> Step:
    """The next step from one state to another.

    Args:
        room: how many statistics it may change.
    """
    adds = list(difference(wanted.contribution, before.contribution).items())
    if len(adds) <= room:
        return Step(dict(adds), wanted, done=True)
    now = dict(adds[:room])
    return Step(now, CountingState(_moved(before.contribution, now), wanted.search_terms, wanted.time), done=False)


def _moved(contribution: Contribution, changes: Contribution) -> dict[str, dict[str, int]]:
    """A contribution with changes added; what becomes zero is left out."""
    moved = {statistic: dict(counters) for statistic, counters in contribution.items()}
    for statistic, adds in changes.items():
        counters = moved.setdefault(statistic, {})
        for counter, amount in adds.items():
            counters[counter] = counters.get(counter, 0) + amount
            if not counters[counter]:
                del counters[counter]
        if not counters:
            del moved[statistic]
    return moved


def leave(before: CountingState, room: int, *, keeping: bool) -> Step:
    """The next step by which a conversation leaves the statistics. Its entries stay named until the last one.

    Args:
        room: how many statistics it may change.
        keeping: whether figures that are about nobody stay, and are noted as staying.
    """
    adds = list(difference({}, before.contribution).items())
    now = dict(adds[:room])
    done = len(adds) <= room
    after = NOTHING if done else CountingState(_moved(before.contribution, now), before.search_terms, before.time)
    about_nobody = before.figures.contribution if keeping else {}
    changes = {
        KEPT_PREFIX + name if name in about_nobody else name: _negated(counters) if name in about_nobody else counters
        for name, counters in now.items()
    }
    return Step(changes, after, done)


def _negated(counters: Mapping[str, int]) -> dict[str, int]:
    return {name: -amount for name, amount in counters.items()}


def entry_key(place: Place, term: SearchTerm, time: str) -> Key:
    """The entry by which a conversation is found.

    Args:
        time: when the conversation began, as an index time.
    """
    chatbot_id, conversation_id = place
    return keys.search_entry(chatbot_id, *term, keys.shard_of(conversation_id)), f"{time}#{conversation_id}"


def name_state(change: Change, standing: Standing, name: str | None) -> None:
    """Let a change of the row name another state, while the one that was read is in force.

    Args:
        name: None for no state.
    """
    change.equals[STATE] = standing.name
    if name is not None:
        change.sets[STATE] = name
    elif standing.name is not None:
        change.removes.append(STATE)


def all_entries(place: Place, states: Sequence[CountingState]) -> set[Key]:
    """The entries that any of some states names."""
    return {key for counted in states for key in counted.entries(place)}
