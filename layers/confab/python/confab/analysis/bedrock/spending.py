"""The limit of a chatbot's spending in a UTC day: an amount is reserved before a call, and settled after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol


class Ledger(Protocol):
    """Where days are counted (``analysis.budgets.BudgetStore``)."""

    def add(self, chatbot_id: str, day: date, *, spent: int, calls: int = 0, tokens: int = 0) -> int: ...


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one call: how much, in billionths of a dollar, and on which day."""

    day: date
    amount: int


class Spending:
    """A chatbot's budget. Calls side by side never reserve more than it in all.

    Args:
        ledger: counts what is reserved and spent.
        chatbot_id: whose budget it is.
        daily_limit: billionths of a dollar.
        now: the clock.
    """

    def __init__(self, ledger: Ledger, chatbot_id: str, daily_limit: int, *, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._chatbot_id = chatbot_id
        self._limit = daily_limit
        self._now = now

    def reserve(self, amount: int) -> Reservation | None:
        """Set money aside; None when the day's budget does not hold that much any more.

        Raises:
            confab.platform.errors.Unavailable: the ledger did not answer.
        """
        if amount > self._limit:
            return None
        day = self._now().astimezone(UTC).date()
        before = self._ledger.add(self._chatbot_id, day, spent=amount)
        reservation = Reservation(day, amount)
        if before + amount <= self._limit:
            return reservation
        self.release(reservation)
        return None

    def release(self, reservation: Reservation) -> None:
        """Give back what no call was made for."""
        self._ledger.add(self._chatbot_id, reservation.day, spent=-reservation.amount)

    def settle(self, reservation: Reservation, cost: int, tokens: int) -> None:
        """Put the cost of a call in the place of what was set aside for it."""
        spent = cost - reservation.amount
        self._ledger.add(self._chatbot_id, reservation.day, spent=spent, calls=1, tokens=tokens)
