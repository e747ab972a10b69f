"""Which conversation a message belongs to, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]
GROUPS = ("user", "organization", "session", "custom")


@dataclass(frozen=True)
class About:
    """A conversation by your own id of it, and what is known of it.

    Attributes:
        conversation_id: 1 to 256 characters.
        user: ``id``, ``name``, ``email``, ``plan``; likewise ``organization``. Fields merge; None clears one.
        session: ``id``, ``pageUrl``, ``referrer``, ``device``, ``country``.
        custom: your own fields: texts, numbers, booleans.
    """

    conversation_id: str
    user: Fields | None = None
    organization: Fields | None = None
    session: Fields | None = None
    custom: Fields | None = None

    def known(self) -> dict[str, Fields]:
        """What is known, by group."""
        groups = {name: getattr(self, name) for name in GROUPS}
        return {name: fields for name, fields in groups.items() if fields}
