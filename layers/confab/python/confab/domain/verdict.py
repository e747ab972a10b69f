"""The verdict on a message: stored, duplicate, conflict or replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STORED: Final = "stored"
DUPLICATE: Final = "duplicate"
CONFLICT: Final = "conflict"
REPLACED: Final = "replaced"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one sent message.

    Attributes:
        id: the id of the message that stands there now.
        status: ``stored``; ``duplicate``: it was there already; ``replaced``: it took the place of what its caller had
            marked as not final; ``conflict``: something else stands there and stays.
    """

    id: str
    status: str
