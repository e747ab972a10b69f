"""Standard Webhooks: deliveries that their receiver can check (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import secrets as random_secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook

from confab.platform.outbound import Outbound

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A new signing secret."""
    return PREFIX + base64.b64encode(random_secrets.token_bytes(SECRET_BYTES)).decode()


def signed(body: bytes, *, webhook_id: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a delivery, with a signature by each secret."""
    signatures = [Webhook(secret).sign(webhook_id, now, body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "accept": "application/json",
        "user-agent": "confab",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class WebhookSender:
    """Signs a delivery and sends it.

    Args:
        outbound: makes the request, and only to addresses that may be called.
        seconds: the most that a delivery may take, from the look-up of the name to the last byte of the answer.
    """

    def __init__(self, outbound: Outbound, seconds: float) -> None:
        self._outbound = outbound
        self._seconds = seconds

    def __call__(self, url: str, body: bytes, *, webhook_id: str, secrets: Sequence[str], now: datetime) -> bytes:
        """Send a delivery and return the body of the answer.

        Raises:
            DeliveryFailed: it was not taken; the text says why.
        """
        headers = signed(body, webhook_id=webhook_id, secrets=secrets, now=now)
        return self._outbound.post(url, body, headers, seconds=self._seconds).body
