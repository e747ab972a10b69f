"""Pairs of an operation and its overtaker that are known to fail, and operations that fail even alone.

The matrix reports them and does not count them as failures; one that fails no longer must be taken out of here.
"""

from __future__ import annotations

from typing import Final

KNOWN: Final[frozenset[str]] = frozenset()
