"""Destinations: where a chatbot's notices go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from confab.domain.responder import BOTH_VALID

WEBHOOK: Final = "webhook"
SLACK: Final = "slack"
DISCORD: Final = "discord"
EMAIL: Final = "email"
EVENTBRIDGE: Final = "eventbridge"
TYPES: Final = (WEBHOOK, SLACK, DISCORD, EMAIL, EVENTBRIDGE)
BY_URL: Final = (WEBHOOK, SLACK, DISCORD)
"""The types that are called at a URL; the others have the ARN of a topic or of an event bus."""
MAX_DESTINATIONS: Final = 20
"""Of a chatbot."""

_HOSTS: Final[Mapping[str, tuple[Collection[str], str]]] = {
    SLACK: (("hooks.slack.com",), "/services/"),
    DISCORD: (("discord.com", "discordapp.com"), "/api/webhooks/"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where notices go.

    Attributes:
        type: one of ``TYPES``.
        target: a URL, or the ARN of an SNS topic (``email``) or of an event bus (``eventbridge``).
        secret: signs what a webhook gets; None for the other types.
        previous_secret: the one before the last rotation; None when there was none.
        rotated_at: when that was (UTC).
        disabled_reason: why the service disabled it; None when it did not.
        revision: moves with every change.
    """

    id: str
    chatbot_id: str
    name: str
    type: str
    target: str
    created_at: datetime
    enabled: bool = True
    secret: str | None = None
    previous_secret: str | None = None
    rotated_at: datetime | None = None
    disabled_reason: str | None = None
    revision: int = 0

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that a delivery is signed with now, the current one first."""
        found = [] if self.secret is None else [self.secret]
        if self.previous_secret is not None and self.rotated_at is not None and now - self.rotated_at <= BOTH_VALID:
            found.append(self.previous_secret)
        return found

    @property
    def shown_target(self) -> str:
        """The target as it may be shown: the path of a Slack or Discord address is its secret."""
        if self.type not in _HOSTS:
            return self.target
        parts = urlsplit(self.target)
        return f"{parts.scheme}://{parts.netloc}{_HOSTS[self.type][1]}…{parts.path[-4:]}"


def host_fault(kind: str, url: str) -> str | None:
    """Why a URL is none of Slack's or Discord's incoming webhooks; None when it is, or when any host will do."""
    if kind not in _HOSTS:
        return None
    hosts, path = _HOSTS[kind]
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.netloc in hosts and parts.path.startswith(path):
        return None
    return f"must begin with https://{next(iter(hosts))}{path}"
