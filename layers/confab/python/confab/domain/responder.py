"""A chatbot's responder: it answers messages from channels (chatcaptain.md, "Responder")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

SETTING: Final = "responder"
BOTH_VALID: Final = timedelta(hours=24)
"""How long deliveries also carry a signature by the secret that was rotated away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Where deliveries go.

    Attributes:
        secret: signs them; ``whsec_`` and base64.
        previous_secret: the one before the last rotation; None when there was none.
        rotated_at: when that was (UTC).
    """

    url: str
    secret: str
    enabled: bool = True
    previous_secret: str | None = None
    rotated_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Responder | None:
        """The responder in a chatbot's settings; None when it has none."""
        found = settings.get(SETTING)
        if not found:
            return None
        rotated = found.get("rotatedAt")
        return cls(
            url=found["url"],
            secret=found["secret"],
            enabled=found.get("enabled", True),
            previous_secret=found.get("previousSecret"),
            rotated_at=datetime.fromtimestamp(rotated, UTC) if rotated is not None else None,
        )

    def setting(self) -> dict[str, Any]:
        """As the chatbot's settings keep it."""
        kept: dict[str, Any] = {"url": self.url, "secret": self.secret, "enabled": self.enabled}
        if self.previous_secret is not None and self.rotated_at is not None:
            kept.update(previousSecret=self.previous_secret, rotatedAt=int(self.rotated_at.timestamp()))
        return kept

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that a delivery is signed with now, the current one first."""
        if self.previous_secret is None or self.rotated_at is None or now - self.rotated_at > BOTH_VALID:
            return [self.secret]
        return [self.secret, self.previous_secret]
