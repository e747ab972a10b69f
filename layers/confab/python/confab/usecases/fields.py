"""Custom fields on their way in: warnings against the chatbot's schema, and a note of fields nobody declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Scalar
from confab.domain.fields import field_warnings
from confab.storage.clocks import to_micros
from confab.storage.credentials import CredentialStore

KEPT: Final = timedelta(seconds=60)
CHATBOTS_KEPT: Final = 500
MOST_DISCOVERED: Final = 200
"""Fields a chatbot can discover; more than that are values that were sent as names."""


class CustomFields:
    """Checks custom fields; each chatbot's schema is kept for a minute.

    Args:
        credentials: the store of chatbots.
        now: the clock.
    """

    def __init__(self, credentials: CredentialStore, *, now: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._now = now
        self._kept: dict[str, tuple[Chatbot, set[str], datetime]] = {}

    def warnings(self, chatbot_id: str, custom: Mapping[str, Scalar]) -> list[str]:
        """The warnings for these fields; those not declared are noted as discovered, each once."""
        if not custom:
            return []
        chatbot, discovered = self._chatbot(chatbot_id)
        for name, value in custom.items():
            if name not in chatbot.fields and name not in discovered and len(discovered) < MOST_DISCOVERED:
                self._credentials.discover_field(chatbot_id, name, value, to_micros(self._now()))
                discovered.add(name)
        return field_warnings(custom, chatbot.fields)

    def _chatbot(self, chatbot_id: str) -> tuple[Chatbot, set[str]]:
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[2] > self._now():
            return kept[0], kept[1]
        found = self._credentials.chatbot(chatbot_id)
        chatbot = found or Chatbot(id=chatbot_id, workspace_id="", name="", created_at=self._now())
        if len(self._kept) >= CHATBOTS_KEPT:
            self._kept.clear()
        discovered = set(self._credentials.discovered_fields(chatbot_id))
        self._kept[chatbot_id] = (chatbot, discovered, self._now() + KEPT)
        return chatbot, discovered
