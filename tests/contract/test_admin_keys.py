"""Keys through the administration (docs/admin.md, "Keys"): shapes, errors, and nobody grants more than they hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.dialects.fields import iso
from confab.platform.credentials import ADMINISTER, EVERY_CHATBOT, READ, ROLES

from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.openbat import assert_error
from tests.support.world import World

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
ROW = {
    "id",
    "name",
    "api_key_prefix",
    "chatbot_id",
    "permissions",
    "kind",
    "origins",
    "plan",
    "rate_per_minute",
    "burst",
    "daily_quota",
    "bytes_per_minute",
    "bytes_per_day",
    "created_at",
    "expires_at",
}
LIMITS = ("plan", "rate_per_minute", "burst", "daily_quota", "bytes_per_minute", "bytes_per_day")
MESSAGE = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
ROUTES = [
    ("GET", "/keys"),
    ("POST", "/keys"),
    ("POST", "/keys/{key}/rotate"),
    ("DELETE", "/keys/{key}"),
    ("GET", "/chatbots/{id}/keys"),
    ("POST", "/chatbots/{id}/keys"),
    ("POST", "/chatbots/{id}/keys/{key}/rotate"),
    ("DELETE", "/chatbots/{id}/keys/{key}"),
]


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


def _create(world: World, key: str, path: str = "/keys", **body: Any) -> dict[str, Any]:
    answer = world.admin(key, "POST", path, {"name": "k", **body})
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.body
    return made


def _admin_key(world: World, tenant: Tenant, *permissions: str, chatbot_id: str = EVERY_CHATBOT, **more: Any) -> str:
    issued = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "a", chatbot_id=chatbot_id, permissions=[ADMINISTER, *permissions], **more
    )
    return issued.secret


def test_given_all_that_a_key_can_be_when_created_then_it_is_that_and_shown_once(clocked: World) -> None:
    tenant = clocked.tenant()
    expires = iso(clocked.now() + timedelta(days=1))
    made = _create(
        clocked,
        tenant.admin,
        permissions=["messages.capture", "inkeep.*"],
        kind="API",
        plan="free",
        ratePerMinute=7,
        burst=3,
        dailyQuota=100,
        bytesPerMinute=5_000_000,
        bytesPerDay=6_000_000,
        expiresAt=expires,
        chatbotId=tenant.id,
    )
    assert made.keys() == {"ok", "key", "apiKey"}
    assert made["key"].keys() == ROW
    assert made["key"]["permissions"] == ["messages.capture", "inkeep.*"]
    assert made["key"]["api_key_prefix"] == made["apiKey"][:14]
    assert [made["key"][name] for name in LIMITS] == ["free", 7, 3, 100, 5_000_000, 6_000_000]
    assert made["key"]["expires_at"] == expires
    assert made["key"]["chatbot_id"] == tenant.id
    listed = clocked.admin(tenant.admin, "GET", "/keys").body
    assert made["key"] in listed
    assert clocked.capture(made["apiKey"], MESSAGE).status == 200
    assert made["apiKey"] not in str(listed)


@pytest.mark.parametrize(
    ("body", "permissions"),
    [
        pytest.param({}, ROLES["ingest"], id="by default"),
        pytest.param({"kind": "WEB"}, ROLES["web"], id="a browser's"),
        pytest.param({"role": "web"}, ROLES["web"], id="a browser's by its role"),
        pytest.param({"role": "read"}, ROLES["read"], id="a role"),
    ],
)
def test_given_a_role_or_none_when_created_then_the_key_has_its_permissions(
    world: World, tenant: Tenant, body: dict[str, Any], permissions: tuple[str, ...]
) -> None:
    made = _create(world, tenant.admin, f"/chatbots/{tenant.id}/keys", **body)["key"]
    assert made["permissions"] == list(permissions)
    assert made["chatbot_id"] == tenant.id
    assert made["expires_at"] is None
    assert made["kind"] == ("WEB" if permissions == ROLES["web"] else "API")
    assert made["origins"] is None


def test_a_key_keeps_its_origins_as_browsers_write_them(world: World, tenant: Tenant) -> None:
    path = f"/chatbots/{tenant.id}/keys"
    sent = ["HTTPS://Shop.Example/", "https://shop.example:443", "http://localhost:3000"]
    made = _create(world, tenant.admin, path, kind="WEB", origins=sent)["key"]
    assert made["origins"] == ["https://shop.example", "http://localhost:3000"]
    assert made in world.admin(tenant.admin, "GET", path).body
    assert world.admin(tenant.admin, "POST", f"{path}/{made['id']}/rotate").body["key"]["origins"] == made["origins"]
    assert _create(world, tenant.admin, path, kind="WEB", origins=["*", "https://a.example"])["key"]["origins"] is None


def test_given_a_chatbot_in_the_path_when_listed_then_its_own_keys_alone(world: World) -> None:
    tenant = world.tenant()
    made = _create(world, tenant.admin, f"/chatbots/{tenant.id}/keys")["key"]
    rows = world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/keys").body
    assert [row["name"] for row in rows] == ["ingest", "k"]
    assert rows[1] == made
    assert len(world.admin(tenant.admin, "GET", "/keys").body) == 3


@pytest.mark.parametrize("base", ["/keys", "/chatbots/{id}/keys"])
def test_only_the_latest_secret_of_a_key_works_and_none_after_its_revocation(clocked: World, base: str) -> None:
    tenant = clocked.tenant()
    path = base.format(id=tenant.id)
    made = _create(clocked, tenant.admin, f"/chatbots/{tenant.id}/keys")
    rotated = clocked.admin(tenant.admin, "POST", f"{path}/{made['key']['id']}/rotate").body
    assert rotated["key"] == {**made["key"], "api_key_prefix": rotated["apiKey"][:14]}
    assert_error(clocked.capture(made["apiKey"], MESSAGE), 401, "unauthorized")
    assert clocked.capture(rotated["apiKey"], MESSAGE).status == 200
    gone = clocked.admin(tenant.admin, "DELETE", f"{path}/{made['key']['id']}")
    assert (gone.status, gone.body) == (200, {"ok": True})
    assert clocked.clock is not None
    clocked.clock.advance(seconds=61)
    assert_error(clocked.capture(rotated["apiKey"], MESSAGE), 401, "unauthorized")
    assert_error(clocked.admin(tenant.admin, "DELETE", f"{path}/{made['key']['id']}"), 404, "not_found")


REFUSED = [
    pytest.param({"name": ""}, "name", id="no name"),
    pytest.param({"role": "root"}, "role", id="no such role"),
    pytest.param({"role": "read", "permissions": ["admin.manage"]}, "", id="role and permissions"),
    pytest.param({"permissions": []}, "permissions", id="no permissions"),
    pytest.param({"permissions": ["messages.read"]}, "permissions", id="no such permission"),
    pytest.param({"permissions": ["nothing.*"]}, "permissions", id="a prefix of nothing"),
    pytest.param({"permissions": ["*"] * 51}, "permissions", id="51 permissions"),
    pytest.param({"permissions": "*"}, "permissions", id="permissions a string"),
    pytest.param({"kind": "OTHER"}, "kind", id="no such kind"),
    pytest.param({"kind": "API", "role": "web"}, "", id="a server's key with the role of browsers"),
    pytest.param({"origins": ["https://a.example"]}, "origins", id="origins of a server's key"),
    pytest.param({"kind": "WEB", "origins": ["*", "a.example"]}, "origins.1", id="no origin"),
    pytest.param({"kind": "WEB", "origins": ["https://a.example"] * 21}, "origins", id="too many origins"),
    pytest.param({"ratePerMinute": 0}, "ratePerMinute", id="rate 0"),
    pytest.param({"ratePerMinute": 1_000_001}, "ratePerMinute", id="rate above a million"),
    pytest.param({"ratePerMinute": "7"}, "ratePerMinute", id="rate a string"),
    pytest.param({"plan": "gold"}, "plan", id="no such plan"),
    pytest.param({"burst": 0}, "burst", id="burst 0"),
    pytest.param({"burst": 100_001}, "burst", id="burst above 100,000"),
    pytest.param({"dailyQuota": 0}, "dailyQuota", id="quota 0"),
    pytest.param({"dailyQuota": 1_000_000_001}, "dailyQuota", id="quota above a billion"),
    pytest.param({"bytesPerMinute": 4_194_303}, "bytesPerMinute", id="fewer bytes than a body may have"),
    pytest.param({"bytesPerDay": 1_000_000_000_000_001}, "bytesPerDay", id="bytes above a quadrillion"),
    pytest.param({"expiresAt": "tomorrow"}, "expiresAt", id="no time"),
    pytest.param({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", id="a time gone by"),
]


@pytest.mark.parametrize(("body", "path"), REFUSED)
def test_given_a_body_against_the_rules_when_created_then_400_names_the_field(
    world: World, tenant: Tenant, body: dict[str, Any], path: str
) -> None:
    answer = world.admin(tenant.admin, "POST", "/keys", {"name": "k", **body})
    assert_error(answer, 400, "invalid_request")
    assert answer.body["details"][0]["path"].startswith(path)


def test_given_two_chatbots_in_path_and_body_when_created_then_400(world: World, tenant: Tenant) -> None:
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/keys", {"name": "k", "chatbotId": UNKNOWN})
    assert_error(answer, 400, "invalid_request")
    assert answer.body["details"][0]["path"] == "chatbotId"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_given_no_key_or_one_without_the_permission_when_called_then_401_and_403(
    world: World, tenant: Tenant, method: str, path: str
) -> None:
    where = path.format(id=tenant.id, key=UNKNOWN)
    assert_error(world.admin(None, method, where, {"name": "x"}), 401, "unauthorized")
    refused = world.admin(world.key(tenant, "api"), method, where, {"name": "x"})
    assert_error(refused, 403, "forbidden")
    assert ADMINISTER in refused.body["error"]


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{" in route[1]])
def test_given_another_tenants_chatbot_or_key_when_called_then_404(
    world: World, tenant: Tenant, method: str, path: str
) -> None:
    other = world.tenant("Other")
    theirs = _create(world, other.admin, f"/chatbots/{other.id}/keys")["key"]["id"]
    places = [(other.id, theirs), (UNKNOWN, UNKNOWN)]
    if "{key}" in path:
        places += [(tenant.id, theirs), (tenant.id, "x" * 2000)]
    for bot, key in places:
        answer = world.admin(tenant.admin, method, path.format(id=bot, key=key), {"name": "x"})
        assert_error(answer, 404, "not_found")
    assert theirs in [row["id"] for row in world.admin(other.admin, "GET", "/keys").body]


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/keys"), ("GET", "/keys/{key}"), ("PATCH", "/audit")])
def test_given_another_method_when_called_then_405(world: World, tenant: Tenant, method: str, path: str) -> None:
    event = http_event(method, "/api/v1" + path.format(key=UNKNOWN), tenant.admin)
    assert_error(world.call("reading", event), 405, "method_not_allowed")


class TestNobodyGrantsMoreThanTheyHold:
    def test_given_a_key_of_one_chatbot_when_it_makes_keys_then_for_that_chatbot_alone(self, world: World) -> None:
        tenant = world.tenant()
        second = admin_wiring.administration(world.deployment).create_chatbot(tenant.workspace_id, "Second")
        own = world.key(tenant, "admin")
        assert _create(world, own, chatbotId=tenant.id)["key"]["chatbot_id"] == tenant.id
        assert_error(world.admin(own, "POST", "/keys", {"name": "k"}), 403, "forbidden")
        for path, body in (("/keys", {"chatbotId": second.id}), (f"/chatbots/{second.id}/keys", {})):
            assert_error(world.admin(own, "POST", path, {"name": "k", **body}), 404, "not_found")

    def test_a_key_of_one_chatbot_does_not_find_other_keys(self, world: World) -> None:
        tenant = world.tenant()
        second = admin_wiring.administration(world.deployment).create_chatbot(tenant.workspace_id, "Second")
        foreign = _create(world, tenant.admin, chatbotId=second.id)["key"]["id"]
        whole = _create(world, tenant.admin)["key"]["id"]
        own = world.key(tenant, "admin")
        listed = world.admin(own, "GET", "/keys").body
        assert {row["chatbot_id"] for row in listed} == {tenant.id}
        for key in (foreign, whole):
            for base in ("/keys", f"/chatbots/{tenant.id}/keys"):
                assert_error(world.admin(own, "POST", f"{base}/{key}/rotate"), 404, "not_found")
                assert_error(world.admin(own, "DELETE", f"{base}/{key}"), 404, "not_found")

    @pytest.mark.parametrize("grant", ["*", "conversations.*", "messages.capture", "inkeep.feedback.write"])
    def test_given_a_key_without_a_permission_when_it_would_grant_it_then_403_names_it(
        self, world: World, tenant: Tenant, grant: str
    ) -> None:
        narrow = _admin_key(world, tenant, READ)
        answer = world.admin(narrow, "POST", "/keys", {"name": "k", "permissions": [READ, grant]})
        assert_error(answer, 403, "forbidden")
        assert f"'{grant}'" in answer.body["error"]
        assert _create(world, narrow, permissions=[READ])["key"]["permissions"] == [READ]

    def test_a_part_of_a_held_prefix_may_be_granted(self, world: World, tenant: Tenant) -> None:
        holder = _admin_key(world, tenant, "inkeep.*")
        parts = ["inkeep.conversations.*", "inkeep.events.write"]
        assert _create(world, holder, permissions=parts)["key"]["permissions"] == parts
        assert_error(world.admin(holder, "POST", "/keys", {"name": "k", "permissions": ["in*"]}), 403, "forbidden")

    def test_a_weaker_key_cannot_rotate_a_stronger_one(self, world: World, tenant: Tenant) -> None:
        strong = _create(world, tenant.admin, role="admin")
        narrow = _admin_key(world, tenant, READ)
        assert_error(world.admin(narrow, "POST", f"/keys/{strong['key']['id']}/rotate"), 403, "forbidden")
        assert world.admin(strong["apiKey"], "GET", "/keys").status == 200

    def test_an_administrators_key_may_not_outlive_its_expiring_maker(self, clocked: World) -> None:
        tenant = clocked.tenant()
        soon = clocked.now() + timedelta(hours=1)
        short = _admin_key(clocked, tenant, "*", expires_at=soon)
        for late in ({}, {"expiresAt": iso(soon + timedelta(seconds=1))}):
            answer = clocked.admin(short, "POST", "/keys", {"name": "k", "role": "admin", **late})
            assert_error(answer, 403, "forbidden")
        assert _create(clocked, short, role="admin", expiresAt=iso(soon))["key"]["expires_at"] == iso(soon)
        assert _create(clocked, short, role="read")["key"]["expires_at"] is None
        lasting = next(row for row in clocked.admin(short, "GET", "/keys").body if row["name"] == "admin")
        assert_error(clocked.admin(short, "POST", f"/keys/{lasting['id']}/rotate"), 403, "forbidden")

    def test_given_a_web_key_with_every_permission_when_it_administers_then_403(
        self, world: World, tenant: Tenant
    ) -> None:
        made = _create(world, tenant.admin, f"/chatbots/{tenant.id}/keys", kind="WEB", permissions=["*"])
        assert_error(world.admin(made["apiKey"], "GET", "/keys"), 403, "forbidden")

    @pytest.mark.parametrize(
        "higher",
        [
            {"plan": "standard"},
            {"plan": "unlimited"},
            {"ratePerMinute": 61},
            {"burst": 6},
            {"dailyQuota": 1_001},
            {"bytesPerMinute": 20_000_001},
            {"bytesPerDay": 200_000_001},
        ],
    )
    def test_given_a_key_with_limits_when_it_would_make_one_with_higher_ones_then_403(
        self, world: World, tenant: Tenant, higher: dict[str, Any]
    ) -> None:
        narrow = _admin_key(world, tenant, "*", plan="free", burst=5)
        answer = world.admin(narrow, "POST", "/keys", {"name": "k", **higher})
        assert_error(answer, 403, "forbidden")
        assert "limits" in answer.body["error"]

    def test_a_key_with_limits_gives_the_same_or_lower_ones(self, world: World) -> None:
        tenant = world.tenant()
        narrow = _admin_key(world, tenant, "*", plan="free", burst=5)
        own, lower = _create(world, narrow)["key"], _create(world, narrow, ratePerMinute=7)["key"]
        assert [own[name] for name in LIMITS] == ["free", None, 5, None, None, None]
        assert [lower[name] for name in LIMITS] == ["free", 7, 5, None, None, None]
        issued = world.admin(narrow, "POST", "/chatbots", {"name": "New"}).body["apiKey"]
        rows = world.admin(tenant.admin, "GET", "/keys").body
        row = next(row for row in rows if row["api_key_prefix"] == issued[:14])
        assert [row[name] for name in LIMITS] == ["free", None, 5, None, None, None]
