"""What became of a message that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STORED: Final = "stored"
DUPLICATE: Final = "duplicate"
CONFLICT: Final = "conflict"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of one sent message: ``stored``, ``duplicate``, or ``conflict`` (same id, other content)."""

    id: str
    status: str
