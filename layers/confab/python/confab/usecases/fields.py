"""Custom fields on their way in: warnings against the chatbot's schema, and a note of fields nobody declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from confab.domain.conversation import Scalar
from confab.domain.fields import field_warnings
from confab.storage.clocks import to_micros
from confab.storage.credentials import CredentialStore
from confab.usecases.chatbots import CHATBOTS_KEPT, KEPT, Chatbots

MOST_DISCOVERED: Final = 200
"""Fields a chatbot can discover; more than that are values that were sent as names."""


class CustomFields:
    """Checks custom fields; what was discovered of a chatbot is kept for a minute.

    Args:
        chatbots: gives the schemas.
        credentials: notes what was discovered.
        now: the clock.
    """

    def __init__(self, chatbots: Chatbots, credentials: CredentialStore, *, now: Callable[[], datetime]) -> None:
        self._chatbots = chatbots
        self._credentials = credentials
        self._now = now
        self._kept: dict[str, tuple[set[str], datetime]] = {}

    def warnings(self, chatbot_id: str, custom: Mapping[str, Scalar]) -> list[str]:
        """The warnings for these fields; those not declared are noted as discovered, each once."""
        if not custom:
            return []
        chatbot, discovered = self._chatbots.get(chatbot_id), self._discovered(chatbot_id)
        declared = chatbot.fields if chatbot is not None else {}
        for name, value in custom.items():
            if name not in declared and name not in discovered and len(discovered) < MOST_DISCOVERED:
                self._credentials.discover_field(chatbot_id, name, value, to_micros(self._now()))
                discovered.add(name)
        return field_warnings(custom, declared)

    def _discovered(self, chatbot_id: str) -> set[str]:
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[1] > self._now():
            return kept[0]
        if len(self._kept) >= CHATBOTS_KEPT:
            self._kept.clear()
        discovered = set(self._credentials.discovered_fields(chatbot_id))
        self._kept[chatbot_id] = (discovered, self._now() + KEPT)
        return discovered
