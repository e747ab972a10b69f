"""What is said of a property."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

TIME: Final = "2026-01-31T12:00:00.000Z"
UUID: Final = "00000000-0000-4000-8000-000000000001"


class Described(NamedTuple):
    """A description and an example; None where no example says more."""

    text: str
    example: Any = None
