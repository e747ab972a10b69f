"""Retention: conversations that nobody may read any more are erased, each with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from confab.domain.chatbot import Chatbot
from confab.domain.privacy import PrivacySettings
from confab.storage.retentions import RetentionStore
from confab.usecases.chatbots import CHATBOTS_KEPT, Chatbots
from confab.usecases.deletion import SIDE_BY_SIDE


class Retentions:
    """How long the conversations of chatbots are kept, each known as long as the chatbot's settings are.

    Args:
        chatbots: gives the settings.
    """

    def __init__(self, chatbots: Chatbots) -> None:
        self._chatbots = chatbots
        self._kept: dict[str, tuple[Chatbot | None, timedelta | None]] = {}

    def of(self, chatbot_id: str) -> timedelta | None:
        """The retention of a chatbot; None for one that keeps for ever, and for settings that cannot be used."""
        chatbot = self._chatbots.get(chatbot_id)
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[0] is chatbot:
            return kept[1]
        if len(self._kept) >= CHATBOTS_KEPT:
            self._kept.clear()
        retention = _retention(chatbot)
        self._kept[chatbot_id] = chatbot, retention
        return retention


def _retention(chatbot: Chatbot | None) -> timedelta | None:
    try:
        return None if chatbot is None else PrivacySettings.of(chatbot.settings).retention
    except ValueError:
        return None


class Expire:
    """The use case of who sweeps.

    Args:
        store: the chatbots with a retention, and what of theirs has expired.
        exists: whether there is a chatbot of an id.
        expire: erases one conversation, if its retention has passed.
    """

    def __init__(
        self, store: RetentionStore, exists: Callable[[str], bool], expire: Callable[[str, str], bool]
    ) -> None:
        self._store = store
        self._exists = exists
        self._expire = expire

    def waiting(self) -> list[str]:
        """The chatbots with a retention."""
        return self._store.chatbots()

    def __call__(self, chatbot_id: str, budget: int) -> int:
        """Erase some of a chatbot's conversations whose retention has passed; how many those were.

        Any number of runs, side by side or after a crash, ends the same.

        Args:
            budget: how many to erase at most.

        Raises:
            Unavailable: the table was busy or did not answer; the next run goes on.
        """
        if not self._exists(chatbot_id):
            self._store.forget(chatbot_id)
            return 0
        found = self._store.expired(chatbot_id)[:budget]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return sum(pool.map(lambda conversation: self._expire(chatbot_id, conversation), found))
