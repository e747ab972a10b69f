"""Containment of JSON in JSON, as Postgres has it, written out as conditions on the parts that every engine runs."""

from __future__ import annotations

from typing import Any

from confab.query.targets import Target, is_scalar


def contains(target: Target, document: str, wanted: Any, depth: int = 0) -> str:
    """Whether JSON has all that ``wanted`` has: its keys with what they hold, its elements in any order.

    Args:
        document: an expression of JSON.
        depth: how many arrays it is in.
    """
    if is_scalar(wanted):
        return target.equals(document, wanted)
    if isinstance(wanted, dict):
        parts = [contains(target, target.at(document, (key,)), value, depth) for key, value in wanted.items()]
        return _all([target.is_object(document), *parts])
    name = f"x{depth}"

    def is_there(value: Any) -> str:
        return target.any_element(document, name, lambda each: contains(target, each, value, depth + 1))

    return _all([target.is_array(document), *map(is_there, wanted)])


def contained(target: Target, document: str, allowed: Any, depth: int = 0) -> str:
    """Whether all that JSON has is in ``allowed``."""
    if is_scalar(allowed):
        return target.equals(document, allowed)
    if isinstance(allowed, dict):
        parts = [
            f"({_missing(target, document, key)} OR {contained(target, target.at(document, (key,)), value, depth)})"
            for key, value in allowed.items()
        ]
        return _all([target.is_object(document), target.keys_within(document, list(allowed)), *parts])
    name = f"x{depth}"

    def other(each: str) -> str:
        known = " OR ".join(f"COALESCE({contained(target, each, value, depth + 1)}, FALSE)" for value in allowed)
        return f"NOT ({known or 'FALSE'})"

    return _all([target.is_array(document), f"NOT COALESCE({target.any_element(document, name, other)}, FALSE)"])


def _missing(target: Target, document: str, key: str) -> str:
    return f"NOT COALESCE({target.has_key(document, key)}, FALSE)"


def _all(parts: list[str]) -> str:
    return "(" + " AND ".join(f"({part})" for part in parts) + ")"
