"""Ids that sort by their time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

RANDOM_BITS: Final = 62


def timed_id(now: datetime, bits: int) -> str:
    """A UUIDv7 (RFC 9562): it sorts by its time, to the microsecond.

    Args:
        bits: what tells it from others of the same time, 62 bits.
    """
    millis, fraction = divmod(now - datetime.fromtimestamp(0, UTC), timedelta(milliseconds=1))
    # Method 3 of section 6.2: the twelve bits after the version say where in the millisecond.
    within = fraction.microseconds * 4096 // 1000
    return str(UUID(int=(millis & (2**48 - 1)) << 80 | 0x7 << 76 | within << 64 | 0b10 << 62 | bits))
