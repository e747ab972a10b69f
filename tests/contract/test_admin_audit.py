"""The audit log (docs/admin.md, "Audit log"): an entry for every change, without values; pages, retention, tenants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from confab.domain.audit import AUDIT_RETENTION

from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

ROW = {"id", "created_at", "actor", "actor_key_prefix", "action", "object_id", "chatbot_id", "changed"}


def _entries(world: World, tenant: Tenant, **query: str) -> list[dict[str, Any]]:
    """All pages of the log, oldest first."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = world.admin(tenant.admin, "GET", "/audit", query=query)
        assert answer.status == 200, answer.body
        assert len(answer.body["entries"]) <= int(query.get("limit", "20"))
        rows += answer.body["entries"]
        if "nextCursor" not in answer.body:
            return rows[::-1]
        query = {**query, "cursor": answer.body["nextCursor"]}


def test_every_change_has_an_audit_entry_that_says_who(fresh: World) -> None:
    tenant = fresh.tenant()
    made = fresh.admin(tenant.admin, "POST", "/chatbots", {"name": "Shop"}).body
    bot = made["chatbot"]["id"]
    secret = {"settings": {"token": "hunter2", "deep": {"a": 1}}, "name": "New"}
    fresh.admin(tenant.admin, "PATCH", f"/chatbots/{bot}", secret)
    fresh.admin(tenant.admin, "PATCH", f"/chatbots/{bot}", {"settings": {"deep": {"a": 2}}})
    fresh.admin(tenant.admin, "PATCH", f"/chatbots/{bot}", {"name": "New"})
    fresh.admin(tenant.admin, "POST", f"/chatbots/{bot}/rotate-key")
    key = fresh.admin(tenant.admin, "POST", "/keys", {"name": "k"}).body["key"]["id"]
    fresh.admin(tenant.admin, "DELETE", f"/keys/{key}")
    fresh.admin(tenant.admin, "DELETE", f"/chatbots/{bot}")
    rows = _entries(fresh, tenant)
    assert all(row.keys() == ROW for row in rows)
    assert [(row["action"], row["changed"]) for row in rows] == [
        ("workspace.create", []),
        ("chatbot.create", []),
        ("key.create", []),
        ("key.create", []),
        ("chatbot.create", []),
        ("key.create", []),
        ("chatbot.update", ["name", "settings.deep", "settings.token"]),
        ("chatbot.update", ["settings.deep.a"]),
        ("key.rotate", []),
        ("key.create", []),
        ("key.revoke", []),
        ("chatbot.delete", []),
    ]
    by_command, by_key = rows[:4], rows[4:]
    assert {(row["actor"], row["actor_key_prefix"]) for row in by_command} == {("cli", None)}
    assert {row["actor_key_prefix"] for row in by_key} == {tenant.admin[:14]}
    assert [row["object_id"] for row in rows[-3:]] == [key, key, bot]
    assert {row["chatbot_id"] for row in rows if row["object_id"] == bot} == {bot}
    assert "hunter2" not in str(rows)
    assert made["apiKey"] not in str(rows)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_given_pages_of_any_size_when_followed_then_every_entry_comes_once_in_order(clocked: World, limit: int) -> None:
    tenant = clocked.tenant()
    assert clocked.clock is not None
    for number in range(5):
        clocked.clock.advance(milliseconds=1)
        clocked.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"name": f"n{number}"})
    rows = _entries(clocked, tenant, limit=str(limit))
    assert len(rows) == 9
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
    assert len({row["id"] for row in rows}) == 9


def test_given_entries_past_their_time_when_read_then_they_are_not_shown(clocked: World) -> None:
    tenant = clocked.tenant()
    assert clocked.clock is not None
    clocked.clock.advance(seconds=(AUDIT_RETENTION - timedelta(seconds=1)).total_seconds())
    clocked.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"name": "later"})
    assert len(_entries(clocked, tenant)) == 5
    clocked.clock.advance(seconds=1)
    assert [row["action"] for row in _entries(clocked, tenant, limit="2")] == ["chatbot.update"]
    items = clocked.table.query(f"AUDIT#{tenant.workspace_id}")
    assert all(item["expiresAt"] == item["at"] // 1_000_000 + AUDIT_RETENTION.total_seconds() for item in items)


def test_given_another_tenants_cursor_or_a_forged_one_when_followed_then_400(world: World) -> None:
    mine, theirs = world.tenant(), world.tenant()
    cursor = world.admin(theirs.admin, "GET", "/audit", query={"limit": "1"}).body["nextCursor"]
    for given in (cursor, "x", cursor + "A", "a.b"):
        answer = world.admin(mine.admin, "GET", "/audit", query={"cursor": given})
        assert_error(answer, 400, "invalid_request")
        assert answer.body["details"][0]["path"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_given_a_bad_limit_when_read_then_400(world: World, limit: str) -> None:
    answer = world.admin(world.tenant().admin, "GET", "/audit", query={"limit": limit})
    assert_error(answer, 400, "invalid_request")


def test_given_keys_that_may_not_when_read_then_401_and_403(world: World) -> None:
    tenant = world.tenant()
    assert_error(world.admin(None, "GET", "/audit"), 401, "unauthorized")
    assert_error(world.admin(world.key(tenant, "api"), "GET", "/audit"), 403, "forbidden")
    of_one = world.admin(world.key(tenant, "admin"), "GET", "/audit")
    assert_error(of_one, 403, "forbidden")
    assert "workspace" in of_one.body["error"]


def test_given_two_tenants_when_they_read_then_each_sees_its_own(world: World) -> None:
    mine, theirs = world.tenant(), world.tenant()
    assert {row["id"] for row in _entries(world, mine)}.isdisjoint(row["id"] for row in _entries(world, theirs))
