"""Adds differences to the statistics of a chatbot, in one transaction with the rows that they come from.

The counters of a chatbot are spread over shards, each a partition of its own, so that no chatbot meets the limit of
one. A transaction writes to one of them; a reader sums all. A process keeps to the shard that it drew, and draws
another one when it meets another transaction there: so processes come apart. One that meets others twice within some
transactions doubles the number of shards, unless another process has done so already.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from confab.domain.statistics import ALL_TIME, ORGANIZATION_PREFIX, TOTAL, USER_PREFIX, Contribution
from confab.platform.cache import Cache
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage import keys
from confab.storage.refusals import CONDITION, CONFLICT
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item, Key
from confab.storage.writes import Action, Change

BUSY: Final = Retries(12, first=0.02, cap=1.28)
MAX_SPREAD: Final = 64
SPREAD: Final = "n"
OF_TOTAL: Final = "total:"
"""Before the counters of ``TOTAL``, which stand in the item of ``ALL``."""
MEMORY: Final = 50
"""For how many transactions a process remembers that it met another one."""
_CHATBOTS: Final = 2_000


@dataclass(slots=True)
class _Shards:
    """What a process knows of the shards of a chatbot.

    Attributes:
        spread: how many there are.
        mine: the one that it writes to.
        wary: for how many further transactions it remembers that it met another one.
    """

    spread: int
    mine: int = 0
    wary: int = 0


class Tally:
    """Writes to the statistics.

    Args:
        table: the one table.
        sleep: waits between attempts, in seconds.
        choose: draws a number below another.
    """

    def __init__(
        self,
        table: Table,
        sleep: Callable[[float], None] = time.sleep,
        choose: Callable[[int], int] = random.randrange,
    ) -> None:
        self._table = table
        self._sleep = sleep
        self._choose = choose
        self._known: Cache[str, _Shards] = Cache(_CHATBOTS)

    def commit(self, chatbot_id: str, actions: Sequence[Action], adds: Contribution) -> None:
        """Apply actions and changes of statistics together, again while others hold one of the items.

        Args:
            actions: on rows; they come first, so that a refusal can be traced to them.
            adds: changes by the statistic's name.

        Raises:
            ConditionFailed: conditions did not hold; ``actions`` are named by their numbers.
            Unavailable: the items stayed busy, or the table did not answer.
            ItemTooLarge: an item would outgrow the table's limit.
        """
        for pause in BUSY.pauses(self._sleep):
            shards = self._shards(chatbot_id) if adds else _Shards(1)
            try:
                self._table.transact([*actions, *changes(chatbot_id, adds, shards.mine)])
            except TransactionRefused as refused:
                if CONDITION in refused.reasons:
                    failed = [number for number, reason in enumerate(refused.reasons) if reason == CONDITION]
                    raise ConditionFailed(numbers=failed) from refused
                if CONFLICT in refused.reasons[len(actions) :]:
                    self._move(chatbot_id, shards)
                pause()
            else:
                shards.wary = max(0, shards.wary - 1)
                return
        raise Unavailable("The items stayed busy; try again.")

    def _shards(self, chatbot_id: str) -> _Shards:
        def drawn() -> _Shards:
            spread = spread_of(self._table.get(spread_key(chatbot_id)))
            return _Shards(spread, self._choose(spread))

        return self._known.of(chatbot_id, drawn)

    def _move(self, chatbot_id: str, shards: _Shards) -> None:
        """Draw another shard, of more of them where they have become more or are too few."""
        spread = spread_of(self._table.get(spread_key(chatbot_id), consistent=True))
        if spread == shards.spread and shards.wary and spread < MAX_SPREAD:
            spread = 2 * spread
            with suppress(ConditionFailed):
                self._table.change(Change(spread_key(chatbot_id), sets={SPREAD: spread}, below={SPREAD: spread}))
        shards.wary = MEMORY
        shards.spread, shards.mine = spread, self._choose(spread)


def changes(chatbot_id: str, adds: Contribution, shard: int) -> list[Change]:
    """Changes of statistics as actions, at most one for each name."""
    items: dict[Key, dict[str, int]] = {}
    for statistic, counters in adds.items():
        prefix = OF_TOTAL if statistic == TOTAL else ""
        item = items.setdefault(statistic_key(chatbot_id, statistic, shard), {})
        item.update({prefix + name: amount for name, amount in counters.items()})
    return [Change(key, adds=counters) for key, counters in items.items()]


def statistic_key(chatbot_id: str, statistic: str, shard: int) -> Key:
    """The item of a shard that has the counters of a statistic."""
    if statistic.startswith(ORGANIZATION_PREFIX):
        return keys.person(chatbot_id, statistic), f"{ALL_TIME}#{shard}"
    if statistic.startswith(USER_PREFIX):
        # Only of states of before: the figures of a user are those of the conversations.
        return keys.person(chatbot_id, statistic), f"{ALL_TIME}#0"
    name = ALL_TIME if statistic == TOTAL else statistic
    return keys.statistics(chatbot_id, shard), f"{name}#{shard}"


def read_counters(item: Item) -> dict[str, dict[str, int]]:
    """The counters of an item of a chatbot's statistics, by the statistic's name; none for another kind of item."""
    name, _, _ = item["sk"].rpartition("#")
    if not name:
        return {}
    found: dict[str, dict[str, int]] = {}
    for counter, amount in counters_of(item).items():
        if name == ALL_TIME and counter.startswith(OF_TOTAL):
            found.setdefault(TOTAL, {})[counter.removeprefix(OF_TOTAL)] = amount
        else:
            found.setdefault(name, {})[counter] = amount
    return found


def counters_of(item: Mapping[str, int]) -> dict[str, int]:
    """The counters that an item of statistics holds."""
    return {name: value for name, value in item.items() if name not in ("pk", "sk")}


def spread_key(chatbot_id: str) -> Key:
    """Where a chatbot says over how many shards its statistics are spread."""
    return keys.statistics(chatbot_id), keys.SPREAD


def spread_of(item: Item | None) -> int:
    """Over how many shards the statistics are spread, by that item."""
    return 1 if item is None else int(item[SPREAD])
