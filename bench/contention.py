"""500 analyses a second of one chatbot against DynamoDB's rules, in virtual time: nothing waits, nothing is called.

The consumers' code that writes statistics is the real one (``storage.tally``), with its shards and its pauses. The
table is a model with two rules. A transaction holds its items while it runs, and is refused when another one holds one
of them. Each item of a transaction takes two write units, also when the transaction is refused.

Assumed are: transactions of some 20 ms, and of 10 and 40 ms for comparison; half of all conversations of one
organization, the rest of 200 others; the n-th topic 1/n as frequent as the first. The figures are those of statistics
and rows. Lists and search entries are written outside of the transactions, over four partitions each.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Semaphore, Thread
from typing import Any, Final

from confab.domain.statistics import (
    ALL_TIME,
    ORGANIZATION_PREFIX,
    TOTAL,
    Contribution,
    person_statistic,
    summed,
)
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.refusals import CONFLICT
from confab.storage.table import COMMITTING, TransactionRefused
from confab.storage.tally import SPREAD, Tally, spread_key
from confab.storage.values import Item, Key
from confab.storage.writes import Action, Change
from rich.console import Console
from rich.table import Table as Printed

RATE: Final = 500
"""Analyses a second."""
BATCH: Final = 10
SECONDS: Final = 60
BRIEFLY: Final = 15
"""Seconds of the run over fixed shards."""
SETTLING: Final = 10
"""Seconds after which the share of refused transactions counts."""
MAX_UNITS: Final = 1_000
"""Write units that a partition takes in a second."""
MAX_CONSUMERS: Final = 400
WORK: Final = (0.3, 0.9)
"""Seconds that a consumer judges a batch before it counts it: a random time between these."""
ANSWER: Final = 0.005
"""Seconds after which the table refuses a transaction, or answers a single read or write."""
UNITS: Final = 2
"""Write units of an item of at most 1 KB in a transaction."""
CHATBOT: Final = "chatbot"
FIXED: Final = 4
ORGANIZATIONS: Final = [person_statistic(ORGANIZATION_PREFIX, f"o{number}") for number in range(201)]
TOPICS: Final = [f"TOPIC#2026-W09#topic{number}" for number in range(100)]
WEIGHTS: Final = [1 / (number + 1) for number in range(100)]


class Clock:
    """Virtual time: of the threads one runs, the others wait until the time at which each goes on."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, Semaphore]] = []
        self._count = 0
        self._parked = Semaphore(0)

    def sleep(self, seconds: float) -> None:
        """Let the calling thread wait."""
        turn = Semaphore(0)
        self._wait(seconds, turn)
        self._parked.release()
        turn.acquire()

    def start(self, work: Callable[[], None]) -> None:
        """Begin a thread, which runs when the present one waits."""
        turn = Semaphore(0)

        def run() -> None:
            turn.acquire()
            try:
                work()
            finally:
                self._parked.release()

        self._wait(0, turn)
        Thread(target=run, daemon=True).start()

    def run(self) -> None:
        """Let time pass until no thread waits."""
        while self._waiting:
            self.now, _, turn = heapq.heappop(self._waiting)
            turn.release()
            self._parked.acquire()

    def _wait(self, seconds: float, turn: Semaphore) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (self.now + seconds, self._count, turn))


@dataclass
class Model:
    """The table: transactions by the rules, and the item that says how far the statistics are spread.

    Attributes:
        lasting: seconds that a transaction takes, on average; each takes half of it to one and a half.
        units: write units by second and partition.
        sent: transactions by second.
        refused: those of them that were refused.
        widened: when the statistics were spread further, and how far.
    """

    clock: Clock
    chance: random.Random
    lasting: float
    units: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sent: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    widened: list[tuple[float, int]] = field(default_factory=list)
    _held: dict[Key, float] = field(default_factory=dict)

    def transact(self, actions: Sequence[Action]) -> None:
        second, now = int(self.clock.now), self.clock.now
        self.sent[second] += 1
        places: list[Key] = [action.key for action in actions if isinstance(action, Change)]
        self.units[second].update(Counter(pk for pk, _ in places for _ in range(UNITS)))
        held = [self._held.get(place, now) > now for place in places]
        if any(held):
            self.refused[second] += 1
            self.clock.sleep(ANSWER)
            raise TransactionRefused([CONFLICT if each else "None" for each in held])
        took = self.lasting * self.chance.uniform(0.5, 1.5)
        self._held.update(dict.fromkeys(places, now + took))
        self.clock.sleep(took)

    def get(self, key: Key, **_: Any) -> Item | None:
        self.clock.sleep(ANSWER)
        return {"pk": key[0], "sk": key[1], SPREAD: self.spread} if self.widened else None

    def change(self, change: Change) -> None:
        self.clock.sleep(ANSWER)
        assert change.key == spread_key(CHATBOT)
        if change.sets[SPREAD] > self.spread:
            self.widened.append((self.clock.now, change.sets[SPREAD]))

    @property
    def spread(self) -> int:
        return self.widened[-1][1] if self.widened else 1


class FixedTally(Tally):
    """The statistics of before: four shards in one partition, and which one follows from the conversation."""

    def commit(self, chatbot_id: str, actions: Sequence[Action], adds: Contribution) -> None:
        assert isinstance(actions[0], Change)
        shard = int(actions[0].key[0].rpartition("#")[2]) % FIXED
        fixed = [Change((_partition(chatbot_id, name), f"{name}#{shard}"), adds=dict(adds[name])) for name in adds]
        for pause in COMMITTING.pauses(self._sleep):
            try:
                self._table.transact([*actions, *fixed])
                return
            except TransactionRefused:
                pause()
        raise Unavailable("The items stayed busy; try again.")


def _partition(chatbot_id: str, statistic: str) -> str:
    of_person = statistic.startswith(ORGANIZATION_PREFIX)
    return keys.person(chatbot_id, statistic) if of_person else keys.statistics(chatbot_id)


class Run:
    """A simulated run.

    Args:
        lasting: seconds that a transaction takes on average.
        tally: makes a consumer's writer of the statistics.
        together: conversations in a transaction.
    """

    def __init__(
        self, lasting: float, tally: Callable[..., Tally], together: int = BATCH, seconds: int = SECONDS
    ) -> None:
        random.seed(1)
        self._chance = random.Random(2)
        self._clock = Clock()
        self._tally = tally
        self._together = together
        self._seconds = seconds
        self._batches = 0
        self._consumers = 0
        self._idle: list[Tally] = []
        self.backlog: list[int] = []
        self.counted = 0
        self.model = Model(self._clock, self._chance, lasting)
        self._clock.start(self._arrive)
        self._clock.run()

    def _arrive(self) -> None:
        """Let batches come at random times, each to a consumer that has nothing to do, or to another one."""
        while self._clock.now < self._seconds:
            self._batches += 1
            self.backlog.append(self._batches)
            if self._idle:
                tally = self._idle.pop(self._chance.randrange(len(self._idle)))
                self._clock.start(partial(self._consume, tally))
            elif self._consumers < MAX_CONSUMERS:
                self._consumers += 1
                self._clock.start(partial(self._consume, self._tally(self.model, self._clock.sleep)))
            self._clock.sleep(self._chance.expovariate(RATE / BATCH))

    def _consume(self, tally: Tally) -> None:
        while self.backlog and self._clock.now < self._seconds:
            batch = self.backlog.pop(0)
            self._clock.sleep(self._chance.uniform(*WORK))
            for first in range(0, BATCH, self._together):
                numbers = [batch * BATCH + first + each for each in range(self._together)]
                rows: list[Action] = [
                    Change((keys.conversation(CHATBOT, str(number)), keys.HEAD)) for number in numbers
                ]
                with suppress(Unavailable):
                    tally.commit(CHATBOT, rows, summed(self._turn() for _ in numbers))
                    self.counted += len(numbers) * (self._clock.now < self._seconds)
        self._idle.append(tally)

    def _turn(self) -> dict[str, dict[str, int]]:
        """What a turn of a conversation adds."""
        organization = ORGANIZATIONS[0 if self._chance.random() < 0.5 else self._chance.randrange(1, 201)]
        topics = self._chance.choices(TOPICS, WEIGHTS, k=2)
        return {name: {"messages": 2} for name in (TOTAL, ALL_TIME, "DAY#2026-03-01", organization, *topics)}

    def busiest(self, first: int, last: int) -> int:
        """Write units that a partition took in one of some seconds, at most."""
        return max(max(self.model.units[second].values()) for second in range(first, last))

    def conflicts(self, first: int, last: int) -> float:
        """The share of transactions that were refused in some seconds."""
        sent = sum(self.model.sent[second] for second in range(first, last))
        return sum(self.model.refused[second] for second in range(first, last)) / sent

    def row(self) -> list[str]:
        """What is printed of it."""
        widened = self.model.widened
        return [
            f"{self.counted / self._seconds:.0f}",
            f"{self._consumers}",
            f"{self.busiest(0, SETTLING):,}",
            f"{self.busiest(SETTLING, self._seconds):,}",
            f"{self.conflicts(0, SETTLING):.1%}",
            f"{self.conflicts(SETTLING, self._seconds):.2%}",
            f"{self.model.spread}",
            f"{widened[-1][0]:.1f} s" if widened else "at once",
        ]


def main() -> None:
    """Run and print."""
    table = Printed(
        f"{RATE} analyses a second of one chatbot, {SECONDS} s",
        *("counted a second", "consumers", f"units/s of the busiest partition, first {SETTLING} s", "later"),
        *(f"refused, first {SETTLING} s", "later", "shards", "the last came after"),
    )
    for lasting in (0.01, 0.02, 0.04):
        run = Run(lasting, Tally)
        table.add_row(f"transactions of {1000 * lasting:.0f} ms", *run.row())
    run = Run(0.02, FixedTally, together=1, seconds=BRIEFLY)
    table.add_row("four fixed shards of one partition, each by itself", *run.row()[:-2], str(FIXED), "-")
    table.caption = (
        f"A partition takes {MAX_UNITS:,} write units a second. Each list and search entry is in one of {keys.SHARDS} "
        f"partitions of a chatbot: at most {2 * RATE // keys.SHARDS} units/s where every analysis moves one."
    )
    Console(width=180).print(table)


if __name__ == "__main__":
    main()
