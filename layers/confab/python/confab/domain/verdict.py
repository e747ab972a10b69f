"""What became of a message that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from confab.domain.message import Draft, Message

STORED: Final = "stored"
DUPLICATE: Final = "duplicate"
CONFLICT: Final = "conflict"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of one sent message: ``stored``, ``duplicate``, or ``conflict`` (same id, other content)."""

    id: str
    status: str


def same_message(first: Message | Draft, second: Message | Draft) -> bool:
    """Whether two messages of one key say the same: role, content and what belongs to it; times do not count."""
    return (first.role, first.content, dict(first.extras)) == (second.role, second.content, dict(second.extras))
