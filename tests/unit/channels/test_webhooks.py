"""Deliveries are signed as Standard Webhooks: another implementation than the one that signs checks them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from confab.platform.outbound import Answered
from confab.platform.webhooks import WebhookSender, new_secret
from svix.webhooks import Webhook, WebhookVerificationError

BODY = b'{"type":"message.created","data":{"text":"\xc3\xa4"}}'


class Wire:
    """Takes what would go out."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answered:
        self.headers = dict(headers)
        return Answered(200, b"")


def _sent(*secrets: str) -> dict[str, str]:
    wire = Wire()
    sender = WebhookSender(wire, seconds=10)  # type: ignore[arg-type]
    sender("https://bot.example.com/", BODY, webhook_id="msg_1", secrets=secrets, now=datetime.now(UTC))
    return wire.headers


def test_given_a_delivery_when_another_implementation_checks_it_then_it_is_genuine() -> None:
    secret = new_secret()
    Webhook(secret).verify(BODY, _sent(secret))


def test_a_delivery_holds_by_the_old_and_the_new_secret() -> None:
    old, new = new_secret(), new_secret()
    headers = _sent(new, old)
    Webhook(old).verify(BODY, headers)
    Webhook(new).verify(BODY, headers)


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_given_a_delivery_that_was_changed_when_it_is_checked_then_it_is_refused(change: str) -> None:
    secret = new_secret()
    headers = _sent(secret)
    body = BODY + b" " if change == "body" else BODY
    if change in headers:
        headers[change] = str(int(headers[change]) + 1) if change == "webhook-timestamp" else "msg_2"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret() if change == "secret" else secret).verify(body, headers)
