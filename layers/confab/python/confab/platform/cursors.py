"""Cursors that only we can write: a position in a list, signed and bound to the list it belongs to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Final

from confab.platform.errors import Fault, InvalidRequest

MAX_CURSOR: Final = 2048


class Cursors:
    """Writes and reads cursors.

    Args:
        secret: gives the deployment's secret; asked only when a cursor is written or read.
    """

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def write(self, scope: Sequence[str], position: Sequence[str]) -> str:
        """A cursor.

        Args:
            scope: what it is valid for: the chatbot, the kind of list and its filters.
            position: where the next page begins.
        """
        body = json.dumps(list(position), ensure_ascii=False, separators=(",", ":")).encode()
        return f"{_text(body)}.{_text(self._mac(scope, body))}"

    def read(self, scope: Sequence[str], cursor: str) -> list[str]:
        """The position that a cursor holds.

        Raises:
            InvalidRequest: it is not one of ours, or belongs to another list.
        """
        try:
            body, mac = (base64.urlsafe_b64decode(part + "==") for part in cursor[:MAX_CURSOR].split("."))
        except ValueError:
            raise _refused() from None
        if not hmac.compare_digest(mac, self._mac(scope, body)) or cursor != f"{_text(body)}.{_text(mac)}":
            raise _refused()
        position: list[str] = json.loads(body)
        return position

    def _mac(self, scope: Sequence[str], body: bytes) -> bytes:
        return hmac.new(self._secret(), json.dumps(list(scope)).encode() + b"\0" + body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _refused() -> InvalidRequest:
    fault = Fault("cursor", "is not a cursor of this list; take it unchanged from nextCursor of the page before")
    return InvalidRequest(f"{fault.path}: {fault.message}", [fault])
