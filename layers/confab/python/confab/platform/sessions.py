"""Sessions: a browser exchanges a key once, and from then on shows a cookie in its place.

The cookie is a random token; only its hash is stored, below the key's workspace. A session does what its key does, and
ends with it: each request looks the key up again. A page of another site can neither start nor use one: browsers send
the cookie to its own host only (``__Host-``, ``SameSite=Strict``), and what changes something needs a header that only
the dashboard's own script can know.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from confab.platform.errors import Forbidden, Unauthorized

COOKIE: Final = "__Host-confab"
CSRF_HEADER: Final = "x-confab-csrf"
LINK_PREFIX: Final = "confab_link_"
"""What a sign-in link's token begins with; it stands in the place of a key, once."""
LIFETIME: Final = timedelta(hours=12)
IDLE: Final = timedelta(hours=2)
REFRESHED_AFTER: Final = timedelta(minutes=5)
"""How much older than its last use a session says that it is, at most: so that not every request writes."""
MAX_COOKIE: Final = 200
_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_ENDED: Final = "The session has ended; sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as stored: never the token itself, only its hash.

    Attributes:
        workspace_id: of its key.
        hash: SHA-256 of the token, hex.
        key_hash: of the key that it was exchanged for.
        began_at, used_at: in UTC.
    """

    workspace_id: str
    hash: str
    key_hash: str
    began_at: datetime
    used_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.began_at + LIFETIME, self.used_at + IDLE)


@dataclass(frozen=True, slots=True)
class Started:
    """A new session, and the token that is shown to its browser this once."""

    session: Session
    token: str


class SessionStore(Protocol):
    """Where sessions are (``storage.sessions.SessionStore``); reads are consistent."""

    def add(self, session: Session) -> None: ...

    def session(self, workspace_id: str, token_hash: str) -> Session | None: ...

    def use(self, session: Session) -> None: ...

    def remove(self, workspace_id: str, token_hash: str) -> None: ...

    def add_link(self, workspace_id: str, token_hash: str, key_hash: str, ends_at: datetime) -> None: ...

    def take_link(self, workspace_id: str, token_hash: str, now: datetime) -> str | None: ...


class Sessions:
    """Starts, finds and ends sessions.

    Args:
        store: where they are.
        now: the clock.
        new_secret: makes a random text of at least 128 bits, without a dot.
    """

    def __init__(self, store: SessionStore, *, now: Callable[[], datetime], new_secret: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self._new_secret = new_secret

    def start(self, workspace_id: str, key_hash: str, headers: Mapping[str, str]) -> Started:
        """A session of a key. The one that the browser had before ends: no token outlives a sign-in.

        Args:
            headers: of the request, with lower-case names.

        Raises:
            Forbidden: the request comes from a page of another site.
        """
        require_own_site(headers, "POST")
        self.end(headers)
        token = f"{workspace_id}.{self._new_secret()}"
        now = self._now()
        session = Session(workspace_id=workspace_id, hash=_hash(token), key_hash=key_hash, began_at=now, used_at=now)
        self._store.add(session)
        return Started(session, token)

    def of(self, token: str, headers: Mapping[str, str], method: str) -> Session:
        """The session of a request's token.

        Raises:
            Forbidden: the request comes from a page of another site, or changes something without the session's header.
            Unauthorized: there is no such session, or no more.
        """
        require_own_site(headers, method)
        if method not in _SAFE_METHODS and not hmac.compare_digest(
            headers.get(CSRF_HEADER, "").encode(), csrf_of(token).encode()
        ):
            raise Forbidden(f"A change with a session needs the header '{CSRF_HEADER}' that GET /v1/session names.")
        session = self._store.session(_workspace(token), _hash(token))
        now = self._now()
        if session is None or session.ends_at <= now:
            raise Unauthorized(_ENDED)
        if now - session.used_at >= REFRESHED_AFTER:
            session = replace(session, used_at=now)
            self._store.use(session)
        return session

    def end(self, headers: Mapping[str, str]) -> None:
        """End the session of a request, if it has one."""
        token = token_of(headers)
        if token is not None:
            self._store.remove(_workspace(token), _hash(token))

    def offer_link(self, workspace_id: str, key_hash: str, lifetime: timedelta) -> str:
        """A token that starts one session of a key, once, within some time."""
        secret = f"{workspace_id}.{self._new_secret()}"
        self._store.add_link(workspace_id, _hash(secret), key_hash, self._now() + lifetime)
        return LINK_PREFIX + secret

    def take_link(self, token: str) -> str:
        """The hash of the key that a link's token stands for; the token is used up.

        Raises:
            Unauthorized: it is unknown, used up or too old.
        """
        secret = token.removeprefix(LINK_PREFIX)
        found = self._store.take_link(_workspace(secret), _hash(secret), self._now()) if _fits(secret) else None
        if found is None:
            raise Unauthorized("This sign-in link has been used, or is too old.")
        return found


def token_of(headers: Mapping[str, str]) -> str | None:
    """The session token that a request's cookie carries; None when there is none that could be one."""
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and _fits(value):
            return value
    return None


def csrf_of(token: str) -> str:
    """What the header of a change must say: it follows from the token, and the token does not follow from it."""
    return hashlib.sha256(f"csrf {token}".encode()).hexdigest()


def require_own_site(headers: Mapping[str, str], method: str) -> None:
    """Check that a request does not come from another site's page.

    Browsers say where a request comes from (``Sec-Fetch-Site``); ``none`` is a person who typed the address. An older
    browser names the page's origin where something may change.

    Raises:
        Forbidden: it comes from another site.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        own = site == "same-origin" or (site == "none" and method in _SAFE_METHODS)
    else:
        origin = headers.get("origin", "")
        own = not origin or method in _SAFE_METHODS or urlsplit(origin).netloc == headers.get("host", "")
    if not own:
        raise Forbidden("A session is for the dashboard's own pages.")


def _fits(token: str) -> bool:
    """Whether a text could be a token: a workspace and a secret, and nothing that a key of the table is made with."""
    return len(token) <= MAX_COOKIE and "#" not in token and all(token.partition("."))


def _workspace(token: str) -> str:
    return token.partition(".")[0]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
