"""One user's data: handed out whole, and erased with a receipt, whatever crashes and whatever is said meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from confab.analysis import recount_wiring
from confab.erasure import conversation_wiring
from confab.erasure import wiring as erasure_wiring
from confab.erasure.receipt import COUNTS
from confab.erasure.user import EraseUser
from confab.platform.errors import Unavailable
from confab.storage.transcripts import Span

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.erasing import dying_at_write
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

JANE = "jane@example.com/1"


def capture(world: World, tenant: Tenant, conversation: str, user: str = JANE, **more: Any) -> str:
    messages = [{"id": f"m{n}", "role": "user", "content": f"I am {user}, this is bad"} for n in range(2)]
    body = {"conversationId": conversation, "messages": messages, "user": {"id": user, "name": "Jane"}, **more}
    return str(world.capture(tenant.ingest, body).body["conversationId"])


def seed(world: World, tenant: Tenant) -> None:
    """Conversations of two users in every dialect, counted and not, with feedback, events and searches."""
    capture(world, tenant, "c1")
    capture(world, tenant, "c2", kind="probe")
    capture(world, tenant, "other", "john")
    user = {"userProperties": {"userId": JANE}}
    messages = [{"id": "l-m1", "role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]
    world.send_history(tenant.ingest, {"id": "l1", "externalId": "x1", "type": "openai", "messages": messages, **user})
    feedback = {"id": "f1", "type": "positive", "messageId": "l-m1", "details": "good"}
    world.inkeep(tenant.ingest, "POST", "/feedback", feedback)
    event = {"type": "opened", "entityType": "message", "messageId": "l-m1"}
    world.inkeep(tenant.ingest, "POST", "/events", event)
    for name in (JANE, "john"):
        search = {"type": "search", "entityType": "search", "searchQuery": f"by {name}"}
        world.inkeep(tenant.ingest, "POST", "/events", {**search, "userProperties": {"id": name}})
    handed = {"channelId": "s", "channelName": "web", "providerId": JANE, "message": "hello"}
    world.manage(tenant.admin, "POST", tenant.id, "/handle", handed)
    world.analyse_queued()
    capture(world, tenant, "c3")  # waits for its analysis


def user_call(world: World, tenant: Tenant, method: str, **event: Any) -> Answer:
    path = f"/api/v1/chatbots/{tenant.id}/users/{JANE}"
    return world.request(method, path, tenant.admin, **event)


def exported(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    query: dict[str, str] = {}
    while True:
        body = user_call(world, tenant, "GET", query=query).body
        lines += body["data"]
        if "nextCursor" not in body:
            return lines
        query = {"cursor": body["nextCursor"]}


def stored(world: World) -> str:
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    return json.dumps([page["Items"] for page in pages], default=repr)


def test_an_export_has_each_part_of_the_user_and_nobody_elses(fresh: World) -> None:
    tenant = fresh.tenant()
    seed(fresh, tenant)
    lines = exported(fresh, tenant)
    assert [line["type"] for line in lines] == ["user", *["conversation"] * 5, "search"]
    assert lines[0]["profile"]["id"] == JANE
    by_dialect = {line["externalId"] or line["dialect"]: line for line in lines[1:-1]}
    assert sorted(by_dialect) == ["c1", "c2", "c3", "chatcaptain", "l1"]
    captured, history = by_dialect["c1"], by_dialect["l1"]
    assert [message["content"] for message in captured["messages"]] == [f"I am {JANE}, this is bad"] * 2
    assert captured["messages"][0]["result"]["score"] < 0
    assert captured["user"] == {"id": JANE, "name": "Jane"}
    assert [feedback["details"] for feedback in history["feedback"]] == ["good"]
    assert [event["name"] for event in history["events"]] == ["opened"]
    assert lines[-1]["subject"] == f"by {JANE}"
    assert "john" not in json.dumps(lines)


def test_pages_of_an_export_hold_everything_once(fresh: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = fresh.tenant()
    seed(fresh, tenant)
    whole = exported(fresh, tenant)
    monkeypatch.setattr("confab.erasure.personal_export.MAX_PAGE", 1)
    assert exported(fresh, tenant) == whole
    monkeypatch.setattr("confab.erasure.personal_export.ENOUGH", 1)
    assert exported(fresh, tenant) == whole


@pytest.mark.parametrize("enough", [1, 2_000_000])
@pytest.mark.parametrize("most", [1, 2, 7])
def test_parts_of_a_large_conversation_together_hold_all_of_it_once(
    fresh: World, monkeypatch: pytest.MonkeyPatch, most: int, enough: int
) -> None:
    tenant = fresh.tenant()
    seed(fresh, tenant)
    for number in range(5):
        feedback = {"id": f"more{number}", "type": "positive", "messageId": "l-m1", "details": "x" * 50}
        assert fresh.inkeep(fresh.key(tenant, "api"), "POST", "/feedback", feedback).status == 200
    whole = exported(fresh, tenant)
    monkeypatch.setattr("confab.erasure.personal_export.ENOUGH", enough)
    for name, value in {"MAX_MESSAGES": most, "MAX_PART": 120}.items():
        monkeypatch.setattr(f"confab.storage.conversation_parts.{name}", value)
    monkeypatch.setattr("confab.storage.conversation_parts.AHEAD", Span(limit=most + 1))
    assert any(line["type"] == "continuation" for line in exported(fresh, tenant))
    assert joined(exported(fresh, tenant)) == joined(whole)


def joined(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines with what continues a conversation put together with it."""
    there: list[dict[str, Any]] = []
    for line in lines:
        if line["type"] == "continuation":
            assert there[-1].pop("continued")
            assert there[-1]["id"] == line["conversationId"]
            for name in ("messages", "feedback", "events"):
                there[-1][name] = sorted([*there[-1][name], *line[name]], key=lambda each: each["id"])
            there[-1] |= {"continued": True} if "continued" in line else {}
        else:
            there.append(
                {
                    name: sorted(value, key=lambda each: each["id"]) if isinstance(value, list) else value
                    for name, value in line.items()
                }
            )
    assert not any("continued" in line for line in there)
    return there


def test_an_erased_user_leaves_nothing_and_the_receipt_counts_it(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    seed(fresh, tenant)
    answer = user_call(fresh, tenant, "DELETE")
    assert (answer.status, answer.body["status"]) == (200, "done")
    receipt = answer.body["receipt"]
    assert set(receipt["removed"]) == set(COUNTS)
    expected = {"conversations": 5, "messages": 9, "feedback": 1, "events": 1, "searches": 1, "profiles": 1}
    assert {name: receipt["removed"][name] for name in expected} == expected
    assert receipt["removed"]["results"] == 7
    assert receipt["removed"]["entries"] > 4
    assert JANE not in stored(fresh)
    assert "Jane" not in json.dumps(receipt)
    erase = erasure_wiring.erase_user(fresh.deployment)
    assert erase.is_genuine(receipt, JANE)
    assert not erase.is_genuine(receipt, "john")
    assert not erase.is_genuine({**receipt, "removed": {}})
    fresh.analyse_queued()
    assert exported(fresh, tenant) == []
    assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 2}
    assert recount_wiring.recount(fresh.deployment)(tenant.id).exact
    listed = fresh.request("GET", f"/api/v1/chatbots/{tenant.id}/erasures", tenant.admin).body
    assert listed == {"receipts": [receipt], "running": []}
    audit = fresh.request("GET", "/api/v1/audit", tenant.admin).body["entries"]
    assert (audit[0]["action"], audit[0]["object_id"]) == ("user.erase", receipt["id"])
    again = user_call(fresh, tenant, "DELETE").body["receipt"]
    assert (again["id"] != receipt["id"], set(again["removed"].values())) == (True, {0})


def test_the_sweep_finishes_an_erasure_of_many_conversations(fresh: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = fresh.tenant()
    for number in range(4):
        capture(fresh, tenant, f"c{number}")
    fresh.analyse_queued()
    monkeypatch.setattr(EraseUser.__call__, "__defaults__", (2,))
    answer = user_call(fresh, tenant, "DELETE")
    assert (answer.status, answer.body["status"]) == (202, "running")
    assert fresh.handler("maintenance")({}, CONTEXT)["erased"] == 2
    path = f"/api/v1/chatbots/{tenant.id}/erasures"
    (receipt,) = fresh.request("GET", path, tenant.admin).body["receipts"]
    assert receipt["id"] == answer.body["erasureId"]
    assert (receipt["removed"]["conversations"], receipt["removed"]["messages"]) == (4, 8)
    assert erasure_wiring.erase_user(fresh.deployment).waiting() == []
    assert JANE not in stored(fresh)


@pytest.mark.parametrize("step", range(14))
def test_a_receipt_counts_each_item_once_after_a_crash(fresh: World, step: int) -> None:
    tenant = fresh.tenant()
    for number in range(2):
        capture(fresh, tenant, f"c{number}")
    fresh.analyse_queued()
    erase = erasure_wiring.erase_user(fresh.deployment)
    writes = ("commit", "delete", "delete_if", "put", "put_if_absent")
    with dying_at_write(fresh.deployment.table, step, writes):
        erase(None, tenant.id, JANE)
    receipt = erase(None, tenant.id, JANE).receipt or erase.receipts(None, tenant.id)[0]
    first = erase.receipts(None, tenant.id)[-1]
    assert (first["removed"]["conversations"], first["removed"]["messages"]) == (2, 4)
    assert erase.is_genuine(receipt)
    fresh.analyse_queued()
    assert JANE not in stored(fresh)
    assert recount_wiring.recount(fresh.deployment)(tenant.id).exact


def test_an_erasure_removes_what_came_before_and_keeps_what_came_after(
    clocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = clocked.tenant()
    old = capture(clocked, tenant, "old")
    clocked.analyse_queued()
    erase = erasure_wiring.erase_user(clocked.deployment)
    remove = conversation_wiring.erase(clocked.deployment)._erasures.remove

    def meanwhile(items: Sequence[Any]) -> None:
        assert clocked.clock is not None
        clocked.clock.advance(seconds=1)
        messages = [{"id": "late", "role": "user", "content": "later"}]
        user = {"id": JANE}
        for conversation in ("old", "new"):
            body = {"conversationId": conversation, "messages": messages, "user": user}
            assert clocked.capture_directly(tenant, body)["results"][0]["status"] == "stored"
        monkeypatch.setattr(conversation_wiring.erase(clocked.deployment)._erasures, "remove", remove)
        remove(items)

    monkeypatch.setattr(conversation_wiring.erase(clocked.deployment)._erasures, "remove", meanwhile)
    receipt = erase(None, tenant.id, JANE).receipt
    assert receipt is not None and receipt["removed"]["messages"] == 2
    clocked.analyse_queued()
    assert [message["external_message_id"] for message in clocked.read(tenant.admin, old).body["messages"]] == ["late"]
    assert clocked.list_page(tenant.admin).body["total"] == 2


def test_a_failing_table_gives_a_clear_error_and_the_sweep_continues(
    fresh: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = fresh.tenant()
    capture(fresh, tenant, "c")
    fresh.analyse_queued()

    def failing(*_: Any) -> None:
        raise Unavailable("The table is busy; try again.")

    with monkeypatch.context() as patched:
        patched.setattr(conversation_wiring.erase(fresh.deployment)._erasures, "mark", failing)
        assert user_call(fresh, tenant, "DELETE").status == 503
    fresh.handler("maintenance")({}, CONTEXT)
    assert JANE not in stored(fresh)


def test_given_another_tenant_when_it_asks_for_a_user_then_there_is_no_such_chatbot(fresh: World) -> None:
    tenant, stranger = fresh.tenant(), fresh.tenant()
    capture(fresh, tenant, "c")
    for method in ("GET", "DELETE"):
        path = f"/api/v1/chatbots/{tenant.id}/users/{JANE}"
        assert fresh.request(method, path, stranger.admin).status == 404
        assert fresh.request(method, path, tenant.ingest).status == 403
