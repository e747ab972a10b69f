"""Marks in the place of callers' addresses, for logs: the same address has the same mark for a UTC day."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

DIGITS: Final = 16


class AddressMarks:
    """Makes the marks.

    Args:
        salt: what is known to the deployment alone, so that nobody else can try all addresses; empty for no marks.
        now: the clock.
    """

    def __init__(self, salt: str, *, now: Callable[[], datetime]) -> None:
        self._salt = salt.encode()
        self._now = now

    def __call__(self, address: str) -> str:
        """The mark of an address; empty without a salt or an address."""
        if not self._salt or not address:
            return ""
        day = self._now().astimezone(UTC).date().isoformat()
        return hmac.new(self._salt, f"{day} {address}".encode(), "sha256").hexdigest()[:DIGITS]
