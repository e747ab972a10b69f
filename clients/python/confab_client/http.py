"""Requests to the deployment over one connection that is kept."""

from __future__ import annotations

import contextlib
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
USER_AGENT = "confab-client-python/0.1.0"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_AGAIN = (408, 425, 429)
_SERVER_ERROR = 500
_OK = 200
_SPLITTABLE = (400, 413, 422)


@dataclass(frozen=True)
class Reply:
    """What a request came to.

    Attributes:
        status: of HTTP; 0 when there was no answer.
        reason: why it failed; empty when it did not.
        retry_after: seconds that the deployment asks to wait.
    """

    status: int
    reason: str = ""
    retry_after: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether all messages are stored."""
        return self.status == _OK

    @property
    def again(self) -> bool:
        """Whether the same request may work later."""
        return self.status == 0 or self.status in _AGAIN or self.status >= _SERVER_ERROR

    @property
    def splittable(self) -> bool:
        """Whether one message may be at fault for all of the request."""
        return self.status in _SPLITTABLE


class Connection:
    """Sends bodies to one address with one key. For one thread.

    Args:
        url: the deployment's address; http:// only for this machine, because the key goes with every request.
        key: an API key that may capture.

    Raises:
        ValueError: the address is none that a key may be sent to.
    """

    def __init__(self, url: str, key: str, timeout: float = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.scheme not in ("https", "http"):
            raise ValueError("url must begin with https://")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("url must begin with https://; http:// is for this machine alone")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/") + "/v1/capture"
        self._headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "user-agent": USER_AGENT,
        }
        self._timeout = timeout
        self._open: http.client.HTTPConnection | None = None

    def send(self, body: bytes) -> Reply:
        """Send a body once."""
        try:
            if self._open is None:
                kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
                self._open = kind(self._host, self._port, timeout=self._timeout)
            self._open.request("POST", self._path, body, self._headers)
            answer = self._open.getresponse()
            return _reply(answer, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Reply(0, f"no answer: {type(error).__name__}")

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.close()
        self._open = None


def _reply(answer: http.client.HTTPResponse, body: bytes) -> Reply:
    if answer.status == _OK:
        return Reply(_OK)
    try:
        told: Any = json.loads(body)
        said = str(told.get("error") or told.get("message") or "") if isinstance(told, dict) else ""
    except ValueError:
        said = ""
    wait = answer.headers.get("retry-after", "")
    return Reply(answer.status, f"status {answer.status}: {said}"[:300], float(wait) if wait.isdigit() else 0.0)
