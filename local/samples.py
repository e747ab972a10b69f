"""The sample conversations as capture requests, moved to the present."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_CONTEXT = ("user", "organization", "session", "custom")


def load(path: Path) -> list[dict[str, Any]]:
    """The conversations of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def capture_body(sample: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The capture request of one sample: it began `daysAgo` days before now, each message `after` seconds later."""
    context = {name: sample[name] for name in _CONTEXT if sample.get(name)}
    return {
        "conversationId": sample["conversationId"],
        "messages": list(_messages(sample, now - timedelta(days=sample["daysAgo"]))),
        **context,
    }


def _messages(sample: dict[str, Any], sent: datetime) -> Iterator[dict[str, Any]]:
    for message in sample["messages"]:
        sent += timedelta(seconds=message["after"])
        kept = {name: value for name, value in message.items() if name != "after"}
        yield {**kept, "sentAt": sent.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
