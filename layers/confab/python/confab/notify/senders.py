"""Sends a message to a destination of each type."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.domain.chatbot import Chatbot
from confab.domain.notices import Message, Notice, Told
from confab.notify import formats
from confab.notify.destinations import DISCORD, EMAIL, EVENTBRIDGE, SLACK, WEBHOOK, Destination, host_fault
from confab.platform.errors import AddressRefused
from confab.platform.outbound import Outbound
from confab.platform.topics_and_buses import TopicsAndBuses
from confab.platform.webhooks import signed

SOURCE: Final = "confab"
"""The source of what event buses get."""
TEST_HEADER: Final = "confab-test"
_JSON: Final = {"content-type": "application/json", "user-agent": "confab"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is sent.

    Attributes:
        id: of the run, the same in every attempt.
        test: whether somebody only tries the destination.
    """

    id: str
    chatbot: Chatbot
    told: Told
    notice: Notice
    message: Message
    test: bool

    @property
    def body(self) -> str:
        """The published body."""
        return formats.published(self.chatbot, self.told, self.notice, self.message, self.id, test=self.test)


class Senders:
    """Sends to destinations; URLs only where the outbound guard lets a request go.

    Args:
        outbound: the guard.
        seconds: the most that a request to a URL may take.
        aws: sends to topics and buses.
        named: the ARNs of topics and buses that the operator lets chatbots name.
        now: the clock.
    """

    def __init__(
        self,
        outbound: Outbound,
        seconds: float,
        aws: TopicsAndBuses,
        *,
        named: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._outbound = outbound
        self._seconds = seconds
        self._aws = aws
        self._named = named
        self._now = now
        self._by_type: dict[str, Callable[[Destination, Sending], int]] = {
            WEBHOOK: self._webhook,
            SLACK: self._slack,
            DISCORD: self._discord,
            EMAIL: self._email,
            EVENTBRIDGE: self._eventbridge,
        }

    def __call__(self, destination: Destination, sending: Sending) -> int:
        """Send; the status of the answer.

        Raises:
            DeliveryFailed: it was not taken; the text says why.
        """
        return self._by_type[destination.type](destination, sending)

    def _webhook(self, destination: Destination, sending: Sending) -> int:
        own = sending.message.body
        body = sending.body.encode() if own is None else own.encode(errors="replace")
        now = self._now()
        headers = signed(body, webhook_id=sending.id, secrets=destination.secrets(now), now=now)
        if own is not None and not _is_json(own):
            headers["content-type"] = "text/plain; charset=utf-8"
        if sending.test:
            headers[TEST_HEADER] = "true"
        return self._outbound.post(destination.target, body, headers, seconds=self._seconds).status

    def _slack(self, destination: Destination, sending: Sending) -> int:
        return self._post(destination, formats.slack(sending.message, test=sending.test))

    def _discord(self, destination: Destination, sending: Sending) -> int:
        return self._post(destination, formats.discord(sending.message, test=sending.test))

    def _post(self, destination: Destination, body: dict[str, Any]) -> int:
        fault = host_fault(destination.type, destination.target)
        if fault is not None:
            raise AddressRefused(f"the URL {fault}")
        sent = json.dumps(body).encode()
        return self._outbound.post(destination.target, sent, _JSON, seconds=self._seconds).status

    def _email(self, destination: Destination, sending: Sending) -> int:
        subject, text = formats.mail(sending.message, test=sending.test)
        self._require_named(destination)
        return self._aws.publish(destination.target, subject, text)

    def _eventbridge(self, destination: Destination, sending: Sending) -> int:
        self._require_named(destination)
        return self._aws.put_event(destination.target, SOURCE, sending.notice.type, sending.body)

    def _require_named(self, destination: Destination) -> None:
        if destination.target not in self._named:
            raise AddressRefused("the deployment does not let notices go there any more")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
