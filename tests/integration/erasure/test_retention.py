"""Retention: past it nobody reads a conversation any more, and the sweep erases it with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.analysis import recount_wiring
from confab.capture import wiring as capture_wiring
from confab.erasure import wiring as erasure_wiring

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.retention import capture, keeping, left, pass_by, shown, sweep
from tests.support.world import World


def _capture_waits_by(world: World, monkeypatch: pytest.MonkeyPatch, sleep: Callable[[float], Any]) -> None:
    """Let something happen in the place of each wait of a capture."""
    runtime = replace(world.deployment.runtime, sleep=sleep)
    monkeypatch.setattr(capture_wiring.capture(world.deployment), "_runtime", runtime)


def test_an_expired_conversation_is_not_shown_and_its_figures_stay(
    clocked: World,
) -> None:
    tenant = keeping(clocked)
    old = capture(clocked, tenant, "old", "m1", "m2").body["conversationId"]
    clocked.analyse_queued()
    pass_by(clocked, days=20)
    young = capture(clocked, tenant, "young", "m1").body["conversationId"]
    clocked.analyse_queued()
    assert shown(clocked, tenant) == (2, ["young", "old"])
    pass_by(clocked, days=10, seconds=1)

    def assert_hidden() -> None:
        assert shown(clocked, tenant) == (1, ["young"])
        assert clocked.read(tenant.admin, old).status == 404
        assert clocked.read(tenant.admin, young).status == 200
        assert clocked.inkeep(tenant.admin, "GET", "/conversations/old").status == 404
        history = clocked.inkeep(tenant.admin, "GET", "/conversations").body
        assert (history["total"], [row["id"] for row in history["conversations"]]) == (1, ["young"])
        managed = clocked.manage(tenant.admin, "GET", tenant.id).body["conversations"]
        assert [row["id"] for row in managed] == [young]
        for path in (f"/{old}", f"/{old}/messages"):
            assert clocked.manage(tenant.admin, "GET", tenant.id, path).status == 404
        assert clocked.manage(tenant.admin, "PATCH", tenant.id, f"/{old}", {"unread": True}).status == 404

    assert_hidden()
    assert recount_wiring.recount(clocked.deployment)(tenant.id).exact
    assert len(clocked.items(tenant.id, old)) > 1
    assert sweep(clocked)["expired"] == 1
    assert clocked.items(tenant.id, old) == []
    assert_hidden()
    assert sweep(clocked)["expired"] == 0
    statistics = clocked.statistics(tenant.id)
    assert statistics["TOTAL"] == {"conversations": 1, "messages": 1}
    assert statistics["ALL"]["messages"] == 3
    assert statistics["DAY#2026-03-01"]["messages"] == 2
    assert recount_wiring.recount(clocked.deployment)(tenant.id).exact
    pass_by(clocked, days=31)
    assert sweep(clocked)["expired"] == 1
    assert left(clocked, tenant) == {"BOT", "STAT"}


def test_feedback_and_searches_expire_too(clocked: World) -> None:
    tenant = keeping(clocked)
    log = {"id": "l1", "type": "openai", "messages": [{"id": "m1", "role": "user", "content": "hi"}]}
    clocked.send_history(tenant.ingest, log)
    given = {"id": "f1", "type": "positive", "messageId": "m1"}
    assert clocked.inkeep(tenant.ingest, "POST", "/feedback", given).status == 200
    search = {"type": "search", "entityType": "search", "searchQuery": "x"}
    clocked.inkeep(tenant.ingest, "POST", "/events", search)
    clocked.analyse_queued()
    pass_by(clocked, days=30, seconds=1)
    answer = clocked.inkeep(tenant.admin, "GET", "/feedback").body
    assert (answer["positiveFeedbackCount"], answer["positiveFeedback"]) == (0, [])
    assert clocked.inkeep(tenant.admin, "GET", "/feedback/f1").status == 404
    assert clocked.inkeep(tenant.ingest, "POST", "/feedback", given).status == 422
    sweep(clocked)
    assert left(clocked, tenant) == {"BOT", "STAT"}


def test_searches_that_were_stored_before_a_retention_was_set_expire_by_it(clocked: World) -> None:
    tenant = clocked.tenant()
    for number in range(3):
        text = "".join(chr(32 + (n * 37 + n * n * 11) % 90) for n in range(600_000)) if number == 2 else "x"
        search = {"type": "search", "entityType": "search", "searchQuery": text, "id": f"s{number}"}
        assert clocked.inkeep(tenant.ingest, "POST", "/events", search).status == 200
        pass_by(clocked, days=10)
    for days, kinds in ((25, 2), (15, 1), (10, 0)):
        admin_wiring.privacy(clocked.deployment).change(
            tenant.id, lambda known, days=days: replace(known, retention_days=days)
        )
        sweep(clocked)
        events = [item for pk in searches_of(tenant) for item in clocked.table.query(pk, "EVENT#")]
        assert len(events) == kinds
    assert left(clocked, tenant) == {"BOT"}


def searches_of(tenant: Tenant) -> list[str]:
    return [f"SEARCH#{tenant.id}#{shard}" for shard in range(4)]


def test_writing_to_an_expired_conversation_begins_a_new_one(clocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = keeping(clocked)
    conversation = capture(clocked, tenant, "c", "m1", "m2").body["conversationId"]
    clocked.analyse_queued()
    pass_by(clocked, days=31)
    waits: list[float] = []
    _capture_waits_by(clocked, monkeypatch, waits.append)
    answer = capture(clocked, tenant, "c", "m2", "m3")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert waits == [1.0, 2.0]
    assert clocked.read(tenant.admin, conversation).status == 404
    clocked.analyse_queued()
    again = capture(clocked, tenant, "c", "m2", "m3").body
    assert {result["status"] for result in again["results"]} <= {"stored", "duplicate"}
    clocked.analyse_queued()
    messages = clocked.read(tenant.admin, conversation).body["messages"]
    assert [message["external_message_id"] for message in messages] == ["m2", "m3"]
    assert clocked.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 2}


@pytest.mark.parametrize("dialect", ["capture", "track", "log", "handle"])
def test_writing_to_an_expired_conversation_succeeds_while_the_consumer_works(
    clocked: World, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    tenant = keeping(clocked)

    def write(text: str) -> Answer:
        messages = [{"role": "user", "content": text}]
        if dialect == "log":
            return clocked.send_history(tenant.ingest, {"id": "c", "type": "openai", "messages": messages})
        if dialect == "handle":
            handed = {"channelId": "s", "channelName": "web", "providerId": "v", "message": text}
            return clocked.manage(tenant.admin, "POST", tenant.id, "/handle", handed)
        send = clocked.capture if dialect == "capture" else clocked.track
        return send(tenant.ingest, {"conversationId": "c", "messages": messages})

    assert write("old").status < 300
    clocked.analyse_queued()
    pass_by(clocked, days=31)
    # The consumer is another function, with a role of its own.
    consumer = Context()
    _capture_waits_by(clocked, monkeypatch, lambda _: consumer.run(clocked.analyse_queued))
    again = write("old")
    assert again.status < 300
    if dialect in ("capture", "track"):
        assert [result["status"] for result in again.body["results"]] == ["stored"]
    clocked.analyse_queued()
    assert shown(clocked, tenant)[0] == 1
    (row,) = clocked.list_page(tenant.admin).body["conversations"]
    assert [message["content"] for message in clocked.read(tenant.admin, row["id"]).body["messages"]] == ["old"]


def test_the_first_message_after_an_expiry_is_no_duplicate(clocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = keeping(clocked)
    capture(clocked, tenant, "c", "m1")
    clocked.analyse_queued()
    pass_by(clocked, days=31)
    consumer = Context()
    _capture_waits_by(clocked, monkeypatch, lambda _: consumer.run(clocked.analyse_queued))
    answer = capture(clocked, tenant, "c", "m1", "m2").body
    assert answer["messagesStored"] == 2
    assert [result["status"] for result in answer["results"]] == ["stored", "stored"]


def test_a_changed_retention_holds_for_what_is_there(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    capture(clocked, tenant, "c", "m1")
    clocked.analyse_queued()
    pass_by(clocked, days=40)

    def after(days: int | None) -> int:
        admin_wiring.privacy(clocked.deployment).change(tenant.id, lambda known: replace(known, retention_days=days))
        pass_by(clocked, minutes=2)
        return shown(clocked, tenant)[0]

    assert [after(days) for days in (None, 30, 60, 30, None)] == [1, 0, 1, 0, 1]
    assert sweep(clocked)["expired"] == 0
    assert after(30) == 0
    assert sweep(clocked)["expired"] == 1
    assert after(None) == 0
    assert left(clocked, tenant) == {"BOT", "STAT"}


def test_retention_counts_from_the_time_of_writing(
    clocked: World,
) -> None:
    tenant = keeping(clocked)
    for name, time in (("past", "2001-01-01T00:00:00Z"), ("future", "2091-01-01T00:00:00Z")):
        messages = [{"role": "user", "content": name, "sentAt": time}]
        clocked.capture(tenant.ingest, {"conversationId": name, "messages": messages})
    clocked.analyse_queued()
    pass_by(clocked, days=29)
    assert shown(clocked, tenant)[0] == 2
    assert sweep(clocked)["expired"] == 0
    pass_by(clocked, days=2)
    assert shown(clocked, tenant) == (0, [])
    assert sweep(clocked)["expired"] == 2


def test_given_a_chatbot_that_is_gone_when_swept_then_its_note_goes_too(clocked: World) -> None:
    tenant = keeping(clocked)
    erasure_wiring.delete_chatbot(clocked.deployment)(None, tenant.id)
    pass_by(clocked, minutes=10)
    sweep(clocked)
    assert erasure_wiring.expire(clocked.deployment).waiting() == []
