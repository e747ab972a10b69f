"""Sessions: when one is taken in the place of its key, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from confab.platform.auth import Authenticator, shown_by
from confab.platform.credentials import ApiKey, hash_key
from confab.platform.errors import Forbidden, Unauthorized
from confab.platform.sessions import (
    COOKIE,
    CSRF_HEADER,
    IDLE,
    LIFETIME,
    LINK_PREFIX,
    REFRESHED_AFTER,
    Session,
    Sessions,
    csrf_of,
    require_own_site,
    token_of,
)

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "ob_live_" + "0f" * 16
OTHER = "ob_live_" + "1e" * 16


class Stored:
    """Sessions and links in memory, and keys."""

    def __init__(self) -> None:
        self.sessions: dict[tuple[str, str], Session] = {}
        self.links: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.keys: dict[str, ApiKey] = {}
        self.writes = 0

    def add(self, session: Session) -> None:
        self.sessions[session.workspace_id, session.hash] = session

    def session(self, workspace_id: str, token_hash: str) -> Session | None:
        return self.sessions.get((workspace_id, token_hash))

    def use(self, session: Session) -> None:
        self.writes += 1
        self.sessions[session.workspace_id, session.hash] = session

    def remove(self, workspace_id: str, token_hash: str) -> None:
        self.sessions.pop((workspace_id, token_hash), None)

    def add_link(self, workspace_id: str, token_hash: str, key_hash: str, ends_at: datetime) -> None:
        self.links[workspace_id, token_hash] = key_hash, ends_at

    def take_link(self, workspace_id: str, token_hash: str, now: datetime) -> str | None:
        key_hash, ends_at = self.links.pop((workspace_id, token_hash), ("", now))
        return key_hash if ends_at > now else None

    def key(self, key_hash: str) -> ApiKey | None:
        return self.keys.get(key_hash)


class Site:
    """A function that takes sessions, and a browser in front of it."""

    def __init__(self) -> None:
        self.stored = Stored()
        self.time = START
        secrets = count()
        self.sessions = Sessions(self.stored, now=lambda: self.time, new_secret=lambda: f"secret-{next(secrets)}")
        self.authenticator = self._started()
        for secret in (SECRET, OTHER):
            self.stored.keys[hash_key(secret)] = ApiKey(
                id=secret,
                hash=hash_key(secret),
                prefix=secret[:14],
                name="k",
                workspace_id="w",
                chatbot_id="*",
                permissions=("*",),
                created_at=START,
            )

    def _started(self) -> Authenticator:
        return Authenticator(self.stored, now=lambda: self.time, sessions=self.sessions)

    def sign_in(self, secret: str = SECRET, cookie: str = "") -> str:
        return self.sessions.start("w", hash_key(secret), {"cookie": cookie}).token

    def ask(self, token: str, method: str = "GET", **headers: str) -> ApiKey:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.authenticator.authenticate({"cookie": f"{COOKIE}={token}", **named}, method)


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_session_stands_for_the_key_that_it_was_exchanged_for(site: Site) -> None:
    assert site.ask(site.sign_in()).id == SECRET
    assert site.ask(site.sign_in(OTHER)).id == OTHER


def test_the_token_is_stored_only_as_its_hash(site: Site) -> None:
    token = site.sign_in()
    assert token not in repr(site.stored.sessions)
    assert token.partition(".")[2] not in repr(site.stored.sessions)


def test_a_key_in_a_header_goes_before_the_cookie(site: Site) -> None:
    assert site.ask(site.sign_in(), authorization=f"Bearer {OTHER}").id == OTHER


def test_a_made_up_token_is_refused(site: Site) -> None:
    token = site.sign_in()
    for made_up in (
        "w.secret-9",
        f"v.{token.partition('.')[2]}",
        f"{token}x",
        "w.",
        ".x",
        "nothing",
        "a#b.c",
        "x" * 300,
    ):
        with pytest.raises(Unauthorized):
            site.ask(made_up)


def test_a_session_ends_when_it_is_not_used(site: Site) -> None:
    token = site.sign_in()
    site.time += IDLE - timedelta(seconds=1)
    site.ask(token)
    site.time += IDLE - timedelta(seconds=1)
    site.ask(token)
    site.time += IDLE
    with pytest.raises(Unauthorized):
        site.ask(token)


def test_a_session_ends_at_last_however_much_it_is_used(site: Site) -> None:
    token = site.sign_in()
    while site.time < START + LIFETIME:
        site.ask(token)
        site.time += timedelta(hours=1)
    with pytest.raises(Unauthorized):
        site.ask(token)


def test_a_session_that_is_used_often_is_rarely_written(site: Site) -> None:
    token = site.sign_in()
    for _ in range(60):
        site.time += timedelta(seconds=10)
        site.ask(token)
    assert site.stored.writes == timedelta(seconds=600) // REFRESHED_AFTER


def test_a_revoked_key_ends_its_sessions_within_the_minute_that_keys_are_kept(site: Site) -> None:
    token = site.sign_in()
    site.ask(token)
    del site.stored.keys[hash_key(SECRET)]
    site.time += timedelta(seconds=60)
    with pytest.raises(Unauthorized):
        site.ask(token)


def test_an_expired_key_ends_its_sessions_at_once(site: Site) -> None:
    key = site.stored.keys[hash_key(SECRET)]
    site.stored.keys[hash_key(SECRET)] = replace(key, expires_at=START + timedelta(minutes=1))
    token = site.sign_in()
    site.ask(token)
    site.time += timedelta(minutes=1)
    with pytest.raises(Unauthorized):
        site.ask(token)


def test_a_sign_in_gives_a_new_token_and_ends_the_session_that_the_browser_had(site: Site) -> None:
    planted = site.sign_in(OTHER)
    token = site.sign_in(SECRET, cookie=f"{COOKIE}={planted}")
    assert token != planted
    assert site.ask(token).id == SECRET
    with pytest.raises(Unauthorized):
        site.ask(planted)


def test_signing_out_ends_that_session_and_no_other(site: Site) -> None:
    here, there = site.sign_in(), site.sign_in()
    site.sessions.end({"cookie": f"a=b; {COOKIE}={here}"})
    with pytest.raises(Unauthorized):
        site.ask(here)
    assert site.ask(there).id == SECRET


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_a_change_needs_the_sessions_own_header(site: Site, method: str) -> None:
    token, another = site.sign_in(), site.sign_in()
    for header in ({}, {"x_confab_csrf": ""}, {"x_confab_csrf": "é"}, {"x_confab_csrf": csrf_of(another)}):
        with pytest.raises(Forbidden, match=CSRF_HEADER):
            site.ask(token, method, **header)
    assert site.ask(token, method, x_confab_csrf=csrf_of(token)).id == SECRET


@pytest.mark.parametrize("site_of", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_cannot_use_a_session(site: Site, site_of: str, method: str) -> None:
    token = site.sign_in()
    with pytest.raises(Forbidden):
        site.ask(token, method, sec_fetch_site=site_of, x_confab_csrf=csrf_of(token))


@pytest.mark.parametrize(
    ("headers", "method", "own"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "https://front.example", "host": "api.example"}, "POST", True),
        ({"sec-fetch-site": "none"}, "GET", True),
        ({"sec-fetch-site": "none"}, "POST", False),
        ({"origin": "https://evil.example", "host": "api.example"}, "POST", False),
        ({"origin": "null", "host": "api.example"}, "POST", False),
        ({"origin": "https://api.example", "host": "api.example"}, "POST", True),
        ({}, "POST", True),
    ],
)
def test_where_a_request_comes_from_is_told_by_the_browser(headers: dict[str, str], method: str, own: bool) -> None:
    if own:
        require_own_site(headers, method)
    else:
        with pytest.raises(Forbidden):
            require_own_site(headers, method)


def test_a_page_of_another_site_cannot_sign_a_browser_in(site: Site) -> None:
    with pytest.raises(Forbidden):
        site.sessions.start("w", hash_key(SECRET), {"sec-fetch-site": "cross-site"})
    assert site.stored.sessions == {}


def test_a_sign_in_link_stands_for_its_key_once(site: Site) -> None:
    link = site.sessions.offer_link("w", hash_key(SECRET), timedelta(hours=1))
    assert link.startswith(LINK_PREFIX)
    assert link.removeprefix(LINK_PREFIX) not in repr(site.stored.links)
    headers = {"authorization": f"Bearer {link}"}
    assert site.authenticator.authenticate(headers, "POST").id == SECRET
    with pytest.raises(Unauthorized, match="link"):
        site.authenticator.authenticate(headers, "POST")


def test_a_sign_in_link_that_is_too_old_or_made_up_is_refused(site: Site) -> None:
    link = site.sessions.offer_link("w", hash_key(SECRET), timedelta(hours=1))
    site.time += timedelta(hours=1)
    for token in (link, f"{LINK_PREFIX}w.x", LINK_PREFIX, f"{LINK_PREFIX}w#.x"):
        with pytest.raises(Unauthorized, match="link"):
            site.authenticator.authenticate({"authorization": f"Bearer {token}"}, "POST")


def test_a_function_that_takes_no_sessions_takes_neither_cookies_nor_links(site: Site) -> None:
    authenticator = Authenticator(site.stored, now=lambda: site.time)
    link = site.sessions.offer_link("w", hash_key(SECRET), timedelta(hours=1))
    for headers in ({"cookie": f"{COOKIE}={site.sign_in()}"}, {"authorization": f"Bearer {link}"}):
        with pytest.raises(Unauthorized):
            authenticator.authenticate(headers)


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        (f"{COOKIE}=w.s", "w.s"),
        (f"other=1; {COOKIE}=w.s; more=2", "w.s"),
        (f"x{COOKIE}=w.s", None),
        (f"{COOKIE}=", None),
        ("", None),
    ],
)
def test_the_token_is_found_among_other_cookies(cookie: str, token: str | None) -> None:
    assert token_of({"cookie": cookie}) == token
    assert shown_by({"cookie": cookie}) == (token or "")
