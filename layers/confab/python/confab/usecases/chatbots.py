"""The chatbot that a path names, and whether a key reaches it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.domain.identity import is_uuid
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import ChatbotArchived, Fault, InvalidRequest, NotFound, Unauthorized
from confab.storage.credentials import CredentialStore

KEPT: Final = timedelta(seconds=60)
CHATBOTS_KEPT: Final = 500


class Chatbots:
    """Chatbots by id; each is kept for a minute in the warm function.

    Args:
        credentials: the store of chatbots.
        now: the clock.
    """

    def __init__(self, credentials: CredentialStore, *, now: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._now = now
        self._kept: dict[str, tuple[Chatbot, datetime]] = {}

    def reached(self, key: ApiKey, chatbot_id: str) -> Chatbot:
        """The chatbot, for a key that reaches it.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        chatbot = self.get(chatbot_id) if key.reaches(chatbot_id) and is_uuid(chatbot_id) else None
        if chatbot is None or (key.chatbot_id == EVERY_CHATBOT and chatbot.workspace_id != key.workspace_id):
            raise NotFound("There is no such chatbot.")
        return chatbot

    def meant(self, key: ApiKey, chatbot_id: str | None) -> Chatbot:
        """The chatbot that a request names, or without a name the one chatbot of its key.

        Raises:
            InvalidRequest: nothing says which chatbot is meant.
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        if chatbot_id is None and key.chatbot_id == EVERY_CHATBOT:
            raise InvalidRequest.at(Fault("chatbotId", "is required with the key of a whole workspace"))
        return self.reached(key, chatbot_id or key.chatbot_id)

    def writable(self, key: ApiKey) -> Chatbot:
        """The chatbot that messages sent with a key go to.

        Raises:
            Forbidden: the key is for a whole workspace, so nothing says which chatbot is meant.
            Unauthorized: the chatbot was deleted, and its key with it.
            ChatbotArchived: it takes no writes.
        """
        chatbot = self.get(key.one_chatbot())
        if chatbot is None:
            raise Unauthorized("The API key is unknown.")
        return require_writable(chatbot)

    def get(self, chatbot_id: str) -> Chatbot | None:
        """The chatbot of an id; None when there is none."""
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[1] > self._now():
            return kept[0]
        found = self._credentials.chatbot(chatbot_id)
        if found is None:
            return None
        if len(self._kept) >= CHATBOTS_KEPT:
            self._kept.clear()
        self._kept[chatbot_id] = found, self._now() + KEPT
        return found


def require_writable(chatbot: Chatbot) -> Chatbot:
    """The chatbot, if it takes writes.

    Raises:
        ChatbotArchived: it does not.
    """
    if chatbot.archived_at is not None:
        raise ChatbotArchived("This chatbot is archived: it can be read, and takes no writes until it is unarchived.")
    return chatbot
