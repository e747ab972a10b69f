"""Times as clients write them (``domain.times``)."""

from __future__ import annotations

from confab.domain.times import DAY, is_written, read_time

__all__ = ["DAY", "is_written", "read_time"]
