"""Merging JSON objects, and how large and deep they may become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def merged(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """An object with a patch laid over it: objects merge name by name, null removes, all else replaces (RFC 7396)."""
    after = dict(before)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, Mapping):
            old = after.get(name)
            after[name] = merged(old if isinstance(old, Mapping) else {}, value)
        else:
            after[name] = value
    return after


def json_bytes(value: Any) -> int:
    """The size of a JSON value as compact UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def json_depth(value: Any) -> int:
    """How many levels of objects and lists a JSON value has; 0 for a plain value."""
    if isinstance(value, Mapping):
        return 1 + max(map(json_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(json_depth, value), default=0)
    return 0
