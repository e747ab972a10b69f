"""An operator's side of responders: where a chatbot's deliveries go, and the secret that signs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from confab.domain.chatbot import Chatbot
from confab.domain.responder import SETTING, Responder
from confab.platform.errors import InvalidRequest, NotFound, Unavailable
from confab.storage.credentials import CredentialStore
from confab.storage.table import ConditionFailed

ROUNDS: Final = 5
LONGEST_URL: Final = 2048


class Responders:
    """The use cases.

    Args:
        credentials: the store of chatbots.
        now: the clock.
        new_secret: gives a signing secret.
    """

    def __init__(
        self, credentials: CredentialStore, *, now: Callable[[], datetime], new_secret: Callable[[], str]
    ) -> None:
        self._credentials = credentials
        self._now = now
        self._new_secret = new_secret

    def show(self, chatbot_id: str) -> Responder | None:
        """The responder of a chatbot; None when it has none.

        Raises:
            NotFound: there is no such chatbot.
        """
        return Responder.of(self._chatbot(chatbot_id).settings)

    def put(self, chatbot_id: str, url: str, *, enabled: bool = True) -> Responder:
        """Give a chatbot a responder, or its responder another address; a secret that is there stays.

        Raises:
            InvalidRequest: the URL is none that could be called.
            NotFound: there is no such chatbot.
        """
        _check(url)

        def changed(known: Responder | None) -> Responder:
            if known is None:
                return Responder(url=url, secret=self._new_secret(), enabled=enabled)
            return replace(known, url=url, enabled=enabled)

        return self._change(chatbot_id, changed)

    def rotate_secret(self, chatbot_id: str) -> Responder:
        """Give a responder a new secret; for a day deliveries carry a signature by the old one too.

        Raises:
            NotFound: there is no such chatbot, or it has no responder.
        """

        def changed(known: Responder | None) -> Responder:
            if known is None:
                raise NotFound("This chatbot has no responder.")
            return replace(known, secret=self._new_secret(), previous_secret=known.secret, rotated_at=self._now())

        return self._change(chatbot_id, changed)

    def remove(self, chatbot_id: str) -> None:
        """Take a chatbot's responder away; deliveries that wait in the queue are dropped.

        Raises:
            NotFound: there is no such chatbot.
        """
        self._store(chatbot_id, lambda _: None)

    def _change(self, chatbot_id: str, changed: Callable[[Responder | None], Responder]) -> Responder:
        stored = self._store(chatbot_id, changed)
        assert stored is not None
        return stored

    def _store(self, chatbot_id: str, changed: Callable[[Responder | None], Responder | None]) -> Responder | None:
        for _ in range(ROUNDS):
            chatbot = self._chatbot(chatbot_id)
            responder = changed(Responder.of(chatbot.settings))
            try:
                self._credentials.set_setting(chatbot, SETTING, responder.setting() if responder else None)
            except ConditionFailed:
                continue
            return responder
        raise Unavailable("The chatbot's settings kept changing; try again.")

    def _chatbot(self, chatbot_id: str) -> Chatbot:
        chatbot = self._credentials.chatbot(chatbot_id)
        if chatbot is None:
            raise NotFound(f"There is no chatbot {chatbot_id}.")
        return chatbot


def _check(url: str) -> None:
    """Refuse what could never be called. Whether the address is public is checked at every delivery."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise InvalidRequest("The URL is not valid.") from None
    if len(url) > LONGEST_URL or not parts.hostname or parts.username is not None or parts.password is not None:
        raise InvalidRequest("The URL needs a host, no user name or password, and at most 2,048 characters.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise InvalidRequest("The URL must begin with https://; http:// is for a local stack's own machine.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
