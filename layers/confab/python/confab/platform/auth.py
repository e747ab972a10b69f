"""Authentication: a request's key is found by its hash and kept for a minute in the warm function.

In functions that the dashboard calls, a session's cookie stands for the key that it was exchanged for, and the token of
a sign-in link for its key, once. A key in a header goes before a cookie.

An unknown hash is kept for as long, so that a client with a wrong key costs one read of the table a minute. The store
is read consistently: a client that sends a key has been shown it, so the key was stored before and is found.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from confab.platform.cache import Cache
from confab.platform.credentials import ApiKey, hash_key
from confab.platform.errors import Forbidden, Unauthorized
from confab.platform.sessions import LINK_PREFIX, Sessions, token_of

CACHE_TIME: Final = timedelta(seconds=60)
MAX_CACHED_KEYS: Final = 1000
MAX_CACHED_UNKNOWN: Final = 10_000
"""Hashes that are nobody's: some 2 MB."""
KEY_HEADERS: Final = ("x-openbat-key", "x-chatcaptain-key")
_KEY_FORM: Final = re.compile(r"ob_live_[0-9a-f]{32}")


class KeyStore(Protocol):
    """Where keys are looked up, consistently (``storage.credentials.CredentialStore``)."""

    def key(self, key_hash: str) -> ApiKey | None: ...


class Authenticator:
    """Finds the key of a request.

    Args:
        store: looks keys up by hash.
        now: the clock.
        sessions: finds the key of a session; None where cookies are not taken.
    """

    def __init__(self, store: KeyStore, *, now: Callable[[], datetime], sessions: Sessions | None = None) -> None:
        self._store = store
        self._now = now
        self._sessions = sessions
        self._known: Cache[str, ApiKey] = Cache(MAX_CACHED_KEYS, now=now, lifetime=CACHE_TIME)
        self._unknown: Cache[str, None] = Cache(MAX_CACHED_UNKNOWN, now=now, lifetime=CACHE_TIME)

    def authenticate(self, headers: Mapping[str, str], method: str = "GET") -> ApiKey:
        """The valid key that a request carries, or that its session stands for.

        Args:
            headers: with lower-case names.
            method: of the request.

        Raises:
            Unauthorized: no key, or one that is malformed, unknown or expired; or a session that has ended.
            Forbidden: a session is used by a page of another site, or without its header for a change.
        """
        secret = secret_of(headers)
        if secret is None:
            return self._of_session(headers, method)
        if self._sessions is not None and secret.startswith(LINK_PREFIX):
            return self.of_hash(self._sessions.take_link(secret))
        if not _KEY_FORM.fullmatch(secret):
            raise Unauthorized("The API key is malformed: it is 'ob_live_' and 32 hexadecimal digits.")
        return self.of_hash(hash_key(secret))

    def of_hash(self, key_hash: str) -> ApiKey:
        """The valid key of a hash.

        Raises:
            Unauthorized: it is unknown or expired.
        """
        key = self._find(key_hash)
        if key is None:
            raise Unauthorized("The API key is unknown.")
        if key.expires_at is not None and key.expires_at <= self._now():
            raise Unauthorized("The API key has expired.")
        return key

    def _of_session(self, headers: Mapping[str, str], method: str) -> ApiKey:
        token = token_of(headers) if self._sessions is not None else None
        if self._sessions is None or token is None:
            raise Unauthorized(
                "No API key was sent. Send it as 'Authorization: Bearer <key>' or 'x-openbat-key: <key>'."
            )
        return self.of_hash(self._sessions.of(token, headers, method).key_hash)

    def _find(self, key_hash: str) -> ApiKey | None:
        known = self._known.get(key_hash)
        if known is not None or key_hash in self._unknown:
            return known
        began = self._now()
        key = self._store.key(key_hash)
        if key is None or not hmac.compare_digest(key.hash, key_hash):
            self._unknown.put(key_hash, None, began)
            return None
        self._known.put(key_hash, key, began)
        return key


def secret_of(headers: Mapping[str, str]) -> str | None:
    """The API key that a request carries, whatever it is; None when there is none.

    Of Basic authentication it is the password, whatever the user's name.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if scheme.lower() == "basic" and (password := _password(token)):
        return password
    return next((headers[name].strip() for name in KEY_HEADERS if headers.get(name, "").strip()), None)


def _password(token: str) -> str:
    """The password of Basic authentication; empty where there is none."""
    try:
        return base64.b64decode(token.strip(), validate=True).decode().partition(":")[2].strip()
    except ValueError:
        return ""


def shown_by(headers: Mapping[str, str]) -> str:
    """The secret that only a request's caller knows: its key, else its session's token; empty without one."""
    return secret_of(headers) or token_of(headers) or ""


def require(key: ApiKey, permission: str) -> None:
    """Check that a key holds a permission.

    Raises:
        Forbidden: it does not; the permission is named.
    """
    if not key.allows(permission):
        raise Forbidden(f"This API key lacks the permission '{permission}'.")


def require_server(key: ApiKey) -> None:
    """Check that a key is not a browser's, where its permissions do not tell.

    Raises:
        Forbidden: it is.
    """
    if key.web:
        raise Forbidden("A browser's key captures with POST /v1/capture; this is for servers.")
