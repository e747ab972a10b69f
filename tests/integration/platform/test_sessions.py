"""Sessions over the API: signing in, reading and changing with a cookie, signing out; and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from confab.platform.credentials import hash_key
from confab.platform.sessions import COOKIE, CSRF_HEADER, IDLE
from confab.serving import sessions

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.functions import function_of
from tests.support.lambda_events import http_event
from tests.support.world import World

LIST = "/api/v1/conversations"
CHATBOTS = "/api/v1/chatbots"


class Browser:
    """Sends its cookie as API Gateway passes it on, and keeps the one that it is given."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cookie = ""
        self.csrf: str | None = None
        self.set_cookie = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        event = http_event(method, path, None, body, headers={"sec-fetch-site": "same-origin", **headers})
        if self.cookie:
            event["cookies"] = ["theme=dark", self.cookie]
        answer = self._world.call(function_of(path), event)
        self.set_cookie = answer.headers.get("set-cookie", "")
        if self.set_cookie:
            self.cookie = self.set_cookie.partition(";")[0]
        return answer

    def sign_in(self, secret: str, **headers: str) -> Answer:
        answer = self.ask("POST", "/v1/session", authorization=f"Bearer {secret}", **headers)
        self.csrf = answer.body.get("csrf")
        return answer

    def read(self) -> Answer:
        return self.ask("GET", LIST)

    def change(self, path: str, body: Any, method: str = "POST") -> Answer:
        return self.ask(method, path, body, **{CSRF_HEADER: self.csrf or ""})


@pytest.fixture
def tenant(clocked: World) -> Tenant:
    return clocked.tenant()


@pytest.fixture
def browser(clocked: World) -> Browser:
    return Browser(clocked)


def test_a_key_is_exchanged_for_a_cookie_that_scripts_and_other_sites_never_see(
    browser: Browser, tenant: Tenant
) -> None:
    answer = browser.sign_in(tenant.admin)
    assert answer.status == 200
    name, _, rest = browser.set_cookie.partition("=")
    assert name == COOKIE
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(rest.split("; "))
    assert tenant.admin not in browser.set_cookie
    assert [each["id"] for each in answer.body["chatbots"]] == [tenant.id]
    assert answer.body["administers"] is True


def test_a_session_reads_what_its_key_reads(clocked: World, browser: Browser, tenant: Tenant) -> None:
    clocked.capture(tenant.ingest, {"conversationId": "c", "messages": [{"id": "a", "role": "user", "content": "hi"}]})
    browser.sign_in(clocked.key(tenant, "read"))
    assert browser.read().body["conversations"][0]["external_conversation_id"] == "c"
    who = browser.ask("GET", "/v1/session").body
    assert who["administers"] is False
    assert who["csrf"] == browser.csrf
    assert browser.change(CHATBOTS, {"name": "More"}).status == 403


def test_a_session_changes_what_its_key_changes_and_only_with_the_header(browser: Browser, tenant: Tenant) -> None:
    browser.sign_in(tenant.admin)
    assert browser.ask("POST", CHATBOTS, {"name": "Without"}).status == 403
    assert browser.change(CHATBOTS, {"name": "With"}).status == 200
    assert {each["name"] for each in browser.ask("GET", CHATBOTS).body} == {"Helper", "With"}


def test_a_change_is_in_the_audit_log_under_the_sessions_key(browser: Browser, tenant: Tenant) -> None:
    key_id = browser.sign_in(tenant.admin).body["key"]["id"]
    browser.change(CHATBOTS, {"name": "With"})
    entries = browser.ask("GET", "/api/v1/audit").body["entries"]
    assert [entry for entry in entries if key_id in str(entry) and "chatbot" in str(entry["action"])]


def test_a_repeated_change_shows_its_secret_to_the_same_session_only(
    browser: Browser, clocked: World, tenant: Tenant
) -> None:
    other = Browser(clocked)
    for each in (browser, other):
        each.sign_in(tenant.admin)

    def make(by: Browser) -> Answer:
        headers = {CSRF_HEADER: by.csrf or "", "idempotency-key": "once"}
        return by.ask("POST", "/api/v1/keys", {"name": "k", "role": "read"}, **headers)

    assert make(browser).body["apiKey"] == make(browser).body["apiKey"]
    assert make(other).status == 422


@pytest.mark.parametrize("role", ["ingest", "web"])
def test_a_key_that_reads_nothing_starts_no_session(
    clocked: World, browser: Browser, tenant: Tenant, role: str
) -> None:
    kind = "WEB" if role == "web" else "API"
    assert browser.sign_in(clocked.key(tenant, role, kind)).status == 403
    assert browser.cookie == ""


def test_no_key_and_a_wrong_key_start_no_session(browser: Browser, tenant: Tenant) -> None:
    assert browser.ask("POST", "/v1/session").status == 401
    assert browser.sign_in("ob_live_" + "0" * 32).status == 401
    browser.sign_in(tenant.admin)
    assert browser.change("/v1/session", None).status == 401, "a session makes no other"


def test_a_page_of_another_site_signs_nobody_in_and_reads_nothing(browser: Browser, tenant: Tenant) -> None:
    assert (
        browser.ask(
            "POST", "/v1/session", authorization=f"Bearer {tenant.admin}", **{"sec-fetch-site": "cross-site"}
        ).status
        == 403
    )
    browser.sign_in(tenant.admin)
    refused = browser.ask("GET", LIST, **{"sec-fetch-site": "cross-site"})
    assert refused.status == 403


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(browser: Browser, tenant: Tenant) -> None:
    browser.sign_in(tenant.admin)
    kept = browser.cookie
    assert browser.change("/v1/session", None, "DELETE").status == 200
    assert "Max-Age=0" in browser.set_cookie
    browser.cookie = kept
    assert browser.read().status == 401
    assert browser.ask("GET", "/v1/session").status == 401


def test_a_session_that_was_planted_ends_with_the_sign_in(browser: Browser, clocked: World, tenant: Tenant) -> None:
    attacker = Browser(clocked)
    attacker.sign_in(clocked.key(tenant, "read"))
    browser.cookie = attacker.cookie
    browser.sign_in(tenant.admin)
    assert browser.cookie != attacker.cookie
    assert attacker.read().status == 401
    assert browser.read().status == 200


def test_a_revoked_key_ends_its_sessions(browser: Browser, clocked: World, tenant: Tenant) -> None:
    key_id = browser.sign_in(clocked.key(tenant, "read")).body["key"]["id"]
    assert browser.read().status == 200
    assert clocked.admin(tenant.admin, "DELETE", f"/keys/{key_id}").status == 200
    assert clocked.clock is not None
    clocked.sleep(60)
    assert browser.read().status == 401


def test_a_session_that_is_not_used_ends(browser: Browser, clocked: World, tenant: Tenant) -> None:
    browser.sign_in(tenant.admin)
    clocked.sleep(IDLE.total_seconds() - 1)
    assert browser.read().status == 200
    clocked.sleep(IDLE.total_seconds())
    assert browser.read().status == 401


def test_a_session_sees_nothing_of_another_tenant(browser: Browser, clocked: World, tenant: Tenant) -> None:
    stranger = clocked.tenant("Stranger")
    clocked.capture(
        stranger.ingest, {"conversationId": "c", "messages": [{"id": "a", "role": "user", "content": "hi"}]}
    )
    (found,) = clocked.list_page(stranger.admin).body["conversations"]
    browser.sign_in(tenant.admin)
    assert browser.ask("GET", f"{LIST}/{found['id']}").status == 404
    assert browser.ask("GET", f"{CHATBOTS}/{stranger.id}").status == 404
    assert browser.read().body["conversations"] == []


def test_functions_that_the_dashboard_does_not_call_take_no_sessions(browser: Browser, tenant: Tenant) -> None:
    browser.sign_in(tenant.admin)
    body = {"conversationId": "c", "messages": [{"id": "a", "role": "user", "content": "hi"}]}
    # The function of tracks takes scores from the dashboard, too; a session is still no key of one chatbot.
    for path, status in (("/v1/capture", 401), ("/v1/track", 403)):
        assert browser.ask("POST", path, body, **{CSRF_HEADER: browser.csrf or ""}).status == status
    path = f"/v1/chatbots/{tenant.id}/conversations"
    assert browser.ask("GET", path).status == 401


def test_a_sign_in_link_signs_one_browser_in(browser: Browser, clocked: World, tenant: Tenant) -> None:
    link = sessions(clocked.deployment).offer_link(tenant.workspace_id, hash_key(tenant.admin), timedelta(minutes=10))
    assert browser.sign_in(link).status == 200
    assert browser.read().status == 200
    assert Browser(clocked).sign_in(link).status == 401
    late = sessions(clocked.deployment).offer_link(tenant.workspace_id, hash_key(tenant.admin), timedelta(minutes=10))
    clocked.sleep(600)
    assert Browser(clocked).sign_in(late).status == 401


def test_a_stored_session_holds_neither_key_nor_token_and_expires(
    browser: Browser, clocked: World, tenant: Tenant
) -> None:
    browser.sign_in(tenant.admin)
    (item,) = clocked.table.query(f"SESSION#{tenant.workspace_id}", consistent=True)
    stored = repr(item)
    assert tenant.admin not in stored
    assert browser.cookie.partition("=")[2] not in stored
    assert item["expiresAt"] == int((clocked.now() + IDLE).timestamp())
