"""Custom fields of a request: warnings against the chatbot's schema, and a note of undeclared fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from confab.capture.capture import CaptureResult
from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Scalar
from confab.domain.custom_fields import field_warnings, missing_warnings
from confab.platform.cache import Cache
from confab.storage.chatbot_lookup import MAX_CACHED_CHATBOTS
from confab.storage.clocks import to_micros
from confab.storage.credentials import CredentialStore

CACHE_TIME: Final = timedelta(seconds=60)
MAX_DISCOVERED: Final = 200
"""Fields a chatbot can discover; more than that are values that were sent as names."""
CUSTOM: Final = "custom"


class CustomFields:
    """Checks custom fields; a chatbot's discovered fields are cached for a minute.

    Args:
        credentials: notes discovered fields.
        now: the clock.
    """

    def __init__(self, credentials: CredentialStore, *, now: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._now = now
        self._kept: Cache[str, set[str]] = Cache(MAX_CACHED_CHATBOTS, now=now, lifetime=CACHE_TIME)

    def warnings(self, chatbot: Chatbot, sent: Mapping[str, Scalar | None]) -> list[str]:
        """The warnings for these fields; those nobody declared or denied are noted as discovered, each once."""
        custom = {name: value for name, value in sent.items() if value is not None}
        undecided = [name for name in custom if name not in chatbot.fields and name not in chatbot.denied]
        if undecided:
            discovered = self._discovered(chatbot.id)
            for name in undecided:
                if name not in discovered and len(discovered) < MAX_DISCOVERED:
                    self._credentials.discover_field(chatbot.id, name, custom[name], to_micros(self._now()))
                    discovered.add(name)
        return field_warnings(custom, chatbot.fields)

    @staticmethod
    def missing(chatbot: Chatbot, custom: Mapping[str, Scalar | None], captured: CaptureResult) -> list[str]:
        """The warnings for required fields that the conversation does not have after a capture."""
        known = captured.touched.before.attributes.get(CUSTOM, {}) if captured.touched is not None else {}
        after = {**known, **custom}
        return missing_warnings(chatbot.required, {name: value for name, value in after.items() if value is not None})

    def _discovered(self, chatbot_id: str) -> set[str]:
        return self._kept.of(chatbot_id, lambda: set(self._credentials.discovered_fields(chatbot_id)))
