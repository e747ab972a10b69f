"""Files in the bucket of the copies that a query left for a while: large exports, and what Athena answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from confab.platform.objects import Objects

FOLDER: Final = "exports/"
SECONDS: Final = 900
"""For how long the address of an export works."""
LIFE: Final = timedelta(seconds=SECONDS) + timedelta(minutes=5)
"""How old such a file becomes: an erasure reaches all copies within an hour."""


class RemoveExports:
    """Removes files that nobody can get any more.

    Args:
        objects: the bucket.
        now: the clock.
    """

    def __init__(self, objects: Objects, *, now: Callable[[], datetime]) -> None:
        self._objects = objects
        self._now = now

    def __call__(self) -> int:
        """Remove those that are old; how many.

        Raises:
            Unavailable: the bucket did not answer.
        """
        old = [each.key for each in self._objects.under(FOLDER) if each.modified_at <= self._now() - LIFE]
        self._objects.delete(old)
        return len(old)
