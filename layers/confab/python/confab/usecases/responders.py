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
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, NotFound
from confab.usecases.configure import Configure

LONGEST_URL: Final = 2048


class Responders:
    """The use cases, of a key that administers the chatbot (``by``) or of the operator's command.

    Args:
        configure: changes the chatbot.
        now: the clock.
        new_secret: gives a signing secret.
    """

    def __init__(self, configure: Configure, *, now: Callable[[], datetime], new_secret: Callable[[], str]) -> None:
        self._configure = configure
        self._now = now
        self._new_secret = new_secret

    def show(self, chatbot_id: str, *, by: ApiKey | None = None) -> Responder | None:
        """The responder of a chatbot; None when it has none.

        Raises:
            NotFound: there is no such chatbot.
        """
        return Responder.of(self._configure.chatbot(by, chatbot_id).settings)

    def put(self, chatbot_id: str, url: str, *, enabled: bool = True, by: ApiKey | None = None) -> Responder:
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

        return self._change(by, chatbot_id, "responder.set", changed)

    def rotate_secret(self, chatbot_id: str, *, by: ApiKey | None = None) -> Responder:
        """Give a responder a new secret; for a day deliveries carry a signature by the old one too.

        Raises:
            NotFound: there is no such chatbot, or it has no responder.
        """

        def changed(known: Responder | None) -> Responder:
            if known is None:
                raise NotFound("This chatbot has no responder.")
            return replace(known, secret=self._new_secret(), previous_secret=known.secret, rotated_at=self._now())

        return self._change(by, chatbot_id, "responder.rotate-secret", changed)

    def remove(self, chatbot_id: str, *, by: ApiKey | None = None) -> None:
        """Take a chatbot's responder away; deliveries that wait in the queue are dropped.

        Raises:
            NotFound: there is no such chatbot.
        """
        self._configure.change(by, chatbot_id, "responder.remove", lambda chatbot: _with_responder(chatbot, None))

    def _change(
        self, by: ApiKey | None, chatbot_id: str, action: str, changed: Callable[[Responder | None], Responder]
    ) -> Responder:
        after = self._configure.change(
            by,
            chatbot_id,
            action,
            lambda chatbot: _with_responder(chatbot, changed(Responder.of(chatbot.settings))),
        )
        stored = Responder.of(after.settings)
        assert stored is not None
        return stored


def _with_responder(chatbot: Chatbot, responder: Responder | None) -> Chatbot:
    settings = {name: value for name, value in chatbot.settings.items() if name != SETTING}
    return replace(chatbot, settings={**settings, SETTING: responder.setting()} if responder else settings)


def _check(url: str) -> None:
    """Refuse what could never be called. Whether the address is public is checked at every delivery."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise InvalidRequest.at(Fault("url", "is not valid")) from None
    if len(url) > LONGEST_URL or not parts.hostname or parts.username is not None or parts.password is not None:
        raise InvalidRequest.at(Fault("url", "needs a host, no user name or password, and at most 2,048 characters"))
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise InvalidRequest.at(Fault("url", "must begin with https://; http:// is for a local stack's own machine"))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
