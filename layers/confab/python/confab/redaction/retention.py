"""How long the conversations of each chatbot are kept."""

from __future__ import annotations

from datetime import timedelta

from confab.domain.chatbot import Chatbot
from confab.platform.cache import Cache
from confab.redaction.settings import PrivacySettings
from confab.storage.chatbot_lookup import MAX_CACHED_CHATBOTS, Chatbots


class Retentions:
    """How long the conversations of chatbots are kept, each known as long as the chatbot's settings are.

    Args:
        chatbots: gives the settings.
    """

    def __init__(self, chatbots: Chatbots) -> None:
        self._chatbots = chatbots
        self._kept: Cache[str, tuple[Chatbot | None, timedelta | None]] = Cache(MAX_CACHED_CHATBOTS)

    def of(self, chatbot_id: str) -> timedelta | None:
        """The retention of a chatbot; None for one that keeps for ever, and for settings that cannot be used."""
        chatbot = self._chatbots.get(chatbot_id)
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[0] is chatbot:
            return kept[1]
        retention = _retention(chatbot)
        self._kept.put(chatbot_id, (chatbot, retention))
        return retention


def _retention(chatbot: Chatbot | None) -> timedelta | None:
    try:
        return None if chatbot is None else PrivacySettings.of(chatbot.settings).retention
    except ValueError:
        return None
