"""The receipt of an erasure is true: it comes after a second look, although indexes lag and processes die."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from confab.erasure import wiring as erasure_wiring
from confab.storage.writes import Change

from tests.support.clock import Clock
from tests.support.contents import items_of, text_of
from tests.support.engine import Engine
from tests.support.lag import LaggingTable
from tests.support.planting import (
    JANE,
    MAIL,
    WAIT,
    bobs,
    erasures,
    let_pass,
    of_jane,
    planted_in,
    search_by,
    sweep,
    user_call,
)
from tests.support.world import World


def lagging(world: World) -> LaggingTable:
    """Let a world's indexes lag; before anything else is asked of it."""
    table = LaggingTable(world.table, lambda: items_of(world))
    world.deployment.__dict__["table"] = table
    return table


def test_an_index_that_lags_delays_the_receipt_until_what_it_hid_is_gone(engine: Engine) -> None:
    world = World(engine, Clock(), {"erasure_look_again_after": WAIT})
    table = lagging(world)
    tenant = world.tenant()
    table.lag()
    body = {"conversationId": "c", "messages": [{"id": "m", "role": "user", "content": "hi"}], "user": {"id": JANE}}
    conversation = world.capture(tenant.ingest, body).body["conversationId"]
    bobs(world, tenant, "other", userProperties=of_jane())
    search_by(world, tenant, "s", of_jane())
    answer = user_call(world, tenant, "DELETE")
    assert (answer.status, answer.body["status"]) == (202, "running")
    assert world.read(tenant.admin, conversation).status in (200, 201)
    let_pass(world, WAIT / 2)
    table.catch_up()
    sweep(world)
    assert world.read(tenant.admin, conversation).status == 404
    (running,) = erasures(world, tenant)["running"]
    assert running["erasureId"] == answer.body["erasureId"]
    let_pass(world, WAIT - timedelta(seconds=1))
    sweep(world)
    assert erasures(world, tenant)["receipts"] == []
    let_pass(world, timedelta(seconds=1))
    sweep(world)
    (receipt,) = erasures(world, tenant)["receipts"]
    removed = receipt["removed"]
    assert (removed["conversations"], removed["messages"], removed["mentions"], removed["searches"]) == (1, 1, 1, 1)
    assert planted_in(world) == []


def test_a_request_answers_running_until_the_second_look_and_then_the_receipt(waiting: World) -> None:
    tenant = waiting.tenant()
    body = {"conversationId": "c", "messages": [{"id": "m", "role": "user", "content": "hi"}], "user": {"id": JANE}}
    waiting.capture(tenant.ingest, body)
    waiting.analyse_queued()
    begun = waiting.now()
    first = user_call(waiting, tenant, "DELETE")
    stamp = (begun + WAIT).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (first.status, first.body["status"], first.body["lookAgainAt"]) == (202, "running", stamp)
    assert erasures(waiting, tenant)["running"] == [{name: first.body[name] for name in first.body if name != "ok"}]
    let_pass(waiting, WAIT - timedelta(seconds=1))
    assert user_call(waiting, tenant, "DELETE").body == first.body
    let_pass(waiting, timedelta(seconds=1))
    done = user_call(waiting, tenant, "DELETE")
    assert (done.status, done.body["erasureId"]) == (200, first.body["erasureId"])
    receipt = done.body["receipt"]
    assert erasures(waiting, tenant) == {"receipts": [receipt], "running": []}
    assert receipt["removed"]["conversations"] == 1
    assert receipt["emptySince"] < receipt["completedAt"]
    assert [stays["what"] for stays in receipt["stays"]] == [
        "copies for queries",
        "backups",
        "answers to repeated requests",
        "records of deleted conversations",
        "what was said in conversations of others",
    ]
    assert erasure_wiring.erase_user(waiting.deployment).is_genuine(receipt, JANE)


def test_what_turns_up_at_the_second_look_makes_it_wait_again(waiting: World) -> None:
    tenant = waiting.tenant()
    user_call(waiting, tenant, "DELETE")
    late = bobs(waiting, tenant, "late", userProperties=of_jane())
    for item in items_of(waiting):
        # As if it had been stored before the erasure began, and an index had not known of it.
        if item["sk"].startswith("MSG#"):
            waiting.table.change(Change((item["pk"], item["sk"]), sets={"st": item["st"] - 1}))
    let_pass(waiting, WAIT)
    assert user_call(waiting, tenant, "DELETE").status == 202
    assert MAIL not in text_of(items_of(waiting))
    let_pass(waiting, WAIT)
    receipt = user_call(waiting, tenant, "DELETE").body["receipt"]
    assert (receipt["removed"]["mentions"], receipt["removed"]["conversations"]) == (1, 0)
    assert waiting.inkeep(tenant.admin, "GET", f"/conversations/{late}").status in (200, 201)


def test_an_erasure_reads_entries_of_its_own_chatbot_alone(fresh: World) -> None:
    tenant, stranger = fresh.tenant(), fresh.tenant()
    for each in (tenant, stranger):
        bobs(fresh, each, "c", userProperties=of_jane())
        fresh.capture(
            each.ingest, {"conversationId": "j", "messages": [{"role": "user", "content": "x"}], "userId": JANE}
        )
    before = text_of([item for item in items_of(fresh) if stranger.id in item["pk"]])
    read: list[str] = []

    def note(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name == "Query":
            values = params["ExpressionAttributeValues"]
            read.append(str(values[":pk"]["S"]))

    fresh.dynamodb.meta.events.register("provide-client-params.dynamodb.Query", note)
    try:
        assert user_call(fresh, tenant, "DELETE").status in (200, 201)
        assert user_call(fresh, tenant, "GET").status in (200, 201)
    finally:
        fresh.dynamodb.meta.events.unregister("provide-client-params.dynamodb.Query", note)
    assert read
    assert [pk for pk in read if tenant.id not in pk] == []
    assert text_of([item for item in items_of(fresh) if stranger.id in item["pk"]]) == before
