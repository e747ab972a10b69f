"""Real conversations, where they are beside the checkout; they are no part of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def care_conversations() -> Sequence[dict[str, Any]]:
    """The real customer-care conversations, when the checkout has them beside it; else nothing."""
    path = SHARED_DATA / "customer-care.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Runs of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
