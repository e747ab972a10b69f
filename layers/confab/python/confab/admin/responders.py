"""An operator's side of responders: where a chatbot's deliveries go, and the secret that signs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from confab.admin.chatbot_settings import Configure
from confab.domain.chatbot import Chatbot
from confab.domain.responder import SETTING, Responder
from confab.platform.attempts import Attempt
from confab.platform.credentials import ApiKey
from confab.platform.errors import DeliveryFailed, Fault, InvalidRequest, NotFound
from confab.platform.outbound import Outbound


class Responders:
    """Reads, sets and removes a chatbot's responder, and rotates its secret; each change has its audit entry.

    The caller is a key that administers the chatbot (``by``), or the operator's command (None).

    Args:
        configure: changes the chatbot.
        outbound: says which URLs could be called.
        now: the clock.
        new_secret: gives a signing secret.
    """

    def __init__(
        self, configure: Configure, outbound: Outbound, *, now: Callable[[], datetime], new_secret: Callable[[], str]
    ) -> None:
        self._configure = configure
        self._outbound = outbound
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
            InvalidRequest: the URL is none that could be called. Whether a name's addresses are public is checked at
                every delivery.
            NotFound: there is no such chatbot.
        """
        try:
            self._outbound.require_reachable(url)
        except DeliveryFailed as error:
            raise InvalidRequest.at(Fault("url", str(error))) from None

        def changed(known: Responder | None) -> Responder:
            if known is None:
                return Responder(url=url, secret=self._new_secret(), enabled=enabled)
            return replace(known, url=url, enabled=enabled)

        return self._change(by, chatbot_id, "responder.set", changed)

    def rotate_secret(self, chatbot_id: str, *, by: ApiKey | None = None, attempt: Attempt | None = None) -> Responder:
        """Give a responder a new secret; for a day deliveries carry a signature by the old one too.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            NotFound: there is no such chatbot, or it has no responder.
        """

        if attempt is not None and attempt.again:
            before = self.show(chatbot_id, by=by)
            if before is not None and before.rotated_at is not None and attempt.made(before.rotated_at):
                return before

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
