"""Rounds of work that others may get in the way of, with a wait between two of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Sleep = Callable[[float], None]
Uniform = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Pause:
    """Waits before the next round; called when a round has failed. After the last round there is no wait.

    Args:
        longest: seconds that the wait takes at most.
        last: whether no round follows.
        sleep: waits, in seconds.
        uniform: draws a number between two.
    """

    longest: float
    last: bool
    sleep: Sleep
    uniform: Uniform

    def __call__(self) -> None:
        """Wait for a random part of the longest time, so that those who collided do not collide again.

        Raises:
            Unavailable: the request has no time left for it, where the sleep is a deadline's (``platform.deadline``).
        """
        if not self.last:
            self.sleep(self.uniform(0, self.longest))


@dataclass(frozen=True, slots=True)
class Retries:
    """How often something is tried, and how long the waits are: random ones, below a bound that doubles.

    Args:
        rounds: how often it is tried, the first time included.
        first: seconds that the first wait takes at most.
        cap: seconds that any wait takes at most.
    """

    rounds: int
    first: float
    cap: float

    def pauses(self, sleep: Sleep, uniform: Uniform = random.uniform) -> Iterator[Pause]:
        """One pause a round; the caller ends the loop when a round succeeds, and calls the pause when it fails.

        Args:
            sleep: waits, in seconds; a deadline's where a request is served.
            uniform: draws a number between two.
        """
        for number in range(self.rounds):
            yield Pause(min(self.first * 2.0**number, self.cap), number == self.rounds - 1, sleep, uniform)
