"""What became of messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lost:
    """Messages that will not be sent.

    Attributes:
        messages: how many.
        reason: why, without any text of theirs.
    """

    messages: int
    reason: str


@dataclass(frozen=True)
class Counts:
    """What became of messages since the client was made.

    Attributes:
        captured: taken by ``capture``.
        sent: confirmed by the deployment.
        lost: given up.
        pending: neither yet.
    """

    captured: int
    sent: int
    lost: int
    pending: int
