"""The chatbot that a path names, and whether a key reaches it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.domain.identity import is_uuid
from confab.platform.cache import Cache
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import ChatbotArchived, Fault, InvalidRequest, NotFound, Unauthorized
from confab.storage.credentials import CredentialStore

CACHE_TIME: Final = timedelta(seconds=10)
"""For how long after its reading began a chatbot may be used. A change of privacy waits for that (``in_force``)."""
MAX_CACHED_CHATBOTS: Final = 500


@dataclass(frozen=True, slots=True)
class _Known:
    """A chatbot, and when its reading began, by two clocks."""

    chatbot: Chatbot
    read_at: datetime
    ticks: float

    def is_fresh(self, now: datetime, ticks: float) -> bool:
        """Whether it may still be used: by both clocks, because one may be set back and the other may stand still."""
        return timedelta(0) <= now - self.read_at < CACHE_TIME and ticks - self.ticks < CACHE_TIME.total_seconds()


class Chatbots:
    """Chatbots by id; each is kept for ten seconds in the warm function.

    A request that begins ten seconds after a change was written sees the change, whatever the clocks of other machines.

    Args:
        credentials: the store of chatbots.
        now: the clock.
        ticks: a clock that nobody sets, in seconds.
    """

    def __init__(
        self,
        credentials: CredentialStore,
        *,
        now: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials = credentials
        self._now = now
        self._ticks = ticks
        self._known: Cache[str, _Known] = Cache(MAX_CACHED_CHATBOTS)

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
        known = self._known.get(chatbot_id)
        now, ticks = self._now(), self._ticks()
        if known is not None and known.is_fresh(now, ticks):
            return known.chatbot
        found = self._credentials.chatbot(chatbot_id, consistent=True)
        if found is None:
            return None
        if known is not None and known.chatbot == found:
            # Others keep what they made of a chatbot for as long as it is the same object.
            found = known.chatbot
        self._known.put(chatbot_id, _Known(found, now, ticks))
        return found


def require_writable(chatbot: Chatbot) -> Chatbot:
    """The chatbot, if it takes writes.

    Raises:
        ChatbotArchived: it does not.
    """
    if chatbot.archived_at is not None:
        raise ChatbotArchived("This chatbot is archived: it can be read, and takes no writes until it is unarchived.")
    return chatbot
