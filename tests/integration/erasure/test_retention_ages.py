"""Retention's order: the index of ages by which expired conversations are found, left out of lists, and erased."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.erasure import wiring as erasure_wiring
from confab.storage import ages, keys
from confab.storage.ages import age_attributes
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.conversation_row import ACTIVE
from confab.storage.statistics import StatisticsStore
from confab.storage.writes import Change

from tests.support.deployment import Tenant
from tests.support.retention import capture, keeping, left, pass_by, shown, sweep
from tests.support.world import World


def test_future_times_outlive_no_retention_and_totals_agree_with_pages(clocked: World) -> None:
    tenant = keeping(clocked, days=10)
    for days in (1, 5, 4000):
        at = (clocked.now() + timedelta(days=days)).isoformat()
        messages = [{"id": "m", "role": "user", "content": "hello", "sentAt": at}]
        assert clocked.capture(tenant.ingest, {"conversationId": f"in {days}", "messages": messages}).status == 200
    clocked.analyse_queued()
    # As rows stand that were stored with times which would now be taken for the time of arrival.
    for row in clocked.list_page(tenant.admin).body["conversations"]:
        change = Change((f"CONV#{tenant.id}#{row['id']}", "HEAD"), sets={"g1sk": index_time(at_noon(2036))})
        clocked.table.change(change)
    pass_by(clocked, days=9, hours=23)
    assert shown(clocked, tenant)[0] == 3
    pass_by(clocked, hours=2)
    assert shown(clocked, tenant) == (0, [])
    assert sweep(clocked)["expired"] == 3
    assert left(clocked, tenant) == {"BOT", "STAT"}


def at_noon(year: int) -> datetime:
    return datetime(year, 6, 1, 12, tzinfo=UTC)


def stored_before(world: World, tenant: Tenant, number: int, active: datetime, transcript: datetime) -> str:
    """A conversation that was counted when it was imported, as its row stands."""
    conversation = str(uuid.UUID(int=number, version=4))
    row = {
        "pk": keys.conversation(tenant.id, conversation),
        "sk": keys.HEAD,
        "dialect": "openbat",
        "kind": "organic",
        "externalId": f"import {number}",
        "createdAt": to_micros(active),
        "firstAt": to_micros(transcript),
        "lastAt": to_micros(transcript),
        "countedAt": to_micros(active),
        ACTIVE: to_micros(active),
        "version": 1,
        "g1pk": keys.listed(tenant.id, keys.shard_of(conversation)),
        "g1sk": index_time(transcript),
        **age_attributes(tenant.id, conversation, active),
    }
    world.table.put(row)
    return conversation


@pytest.mark.parametrize("asked", [ages.MAX_ASKED, 20])
def test_many_imports_with_old_dates_neither_starve_the_sweep_nor_spoil_the_totals(
    clocked: World, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    monkeypatch.setattr(ages, "MAX_ASKED", asked)
    tenant = keeping(clocked, days=10)
    begun = clocked.now()
    due = [stored_before(clocked, tenant, n, begun, at_noon(2025)) for n in range(3)]
    pass_by(clocked, days=5)
    numbers = range(10, 210)
    at = clocked.now()
    list(clocked.table.pool.map(lambda n: stored_before(clocked, tenant, n, at, at_noon(2001)), numbers))
    statistics = StatisticsStore(clocked.table)
    statistics.add(tenant.id, {"TOTAL": {"conversations": len(due) + len(numbers)}})
    assert shown(clocked, tenant)[0] == 203
    pass_by(clocked, days=5, minutes=1)
    assert shown(clocked, tenant)[0] == 200
    assert sweep(clocked)["expired"] == 3
    assert [clocked.items(tenant.id, each) for each in due] == [[], [], []]
    statistics.add(tenant.id, {"TOTAL": {"conversations": -3}})
    pass_by(clocked, days=4)
    capture(clocked, tenant, "young", "m1", messages=[old_message()])
    clocked.analyse_queued()
    pass_by(clocked, days=1)
    assert shown(clocked, tenant) == (1, ["young"])
    history = clocked.inkeep(tenant.admin, "GET", "/conversations", query={"limit": "10"}).body
    assert (history["total"], [row["id"] for row in history["conversations"]]) == (1, ["young"])
    managed = clocked.manage(tenant.admin, "GET", tenant.id, query={"limit": "10"}).body
    assert len(managed["conversations"]) == 1
    year = {"from": "2000-01-01T00:00:00Z", "to": "2003-01-01T00:00:00Z"}
    assert clocked.list_page(tenant.admin, chatbotId=tenant.id, **year).body["total"] == 1


def old_message() -> dict[str, str]:
    """A message that makes its conversation the last one of every list."""
    return {"id": "m1", "role": "user", "content": "hello", "sentAt": "2000-06-01T12:00:00Z"}


def test_feedback_of_what_has_expired_is_in_no_total_and_takes_no_place_of_a_page(clocked: World) -> None:
    tenant = keeping(clocked, days=10)
    for number in range(4):
        message = {"id": f"m{number}", "role": "user", "content": "hi"}
        clocked.send_history(tenant.ingest, {"id": f"l{number}", "type": "openai", "messages": [message]})
        given = {
            "id": f"f{number}",
            "type": "positive",
            "messageId": f"m{number}",
            "createdAt": f"{2020 - number}-01-01",
        }
        assert clocked.inkeep(tenant.ingest, "POST", "/feedback", given).status == 200
        pass_by(clocked, days=3)
    clocked.analyse_queued()
    answer = clocked.inkeep(tenant.admin, "GET", "/feedback", query={"limit": "2"}).body
    assert answer["positiveFeedbackCount"] == 3
    assert [feedback["id"] for feedback in answer["positiveFeedback"]] == ["f1", "f2"]


def test_an_entry_that_falls_due_before_its_conversation_moves_and_nothing_is_lost(clocked: World) -> None:
    tenant = keeping(clocked, days=10)
    conversation = capture(clocked, tenant, "c", "m1").body["conversationId"]
    pass_by(clocked, days=6)
    capture(clocked, tenant, "c", "m2")  # the consumer has not come to count either
    pass_by(clocked, days=5)
    assert shown(clocked, tenant) == (1, ["c"])
    assert sweep(clocked)["expired"] == 0
    (entry,) = ages_of(clocked, tenant)
    (row,) = [item for item in clocked.items(tenant.id, conversation) if item["sk"] == "HEAD"]
    assert entry["g3sk"] == index_time(from_micros(row[ACTIVE]))
    pass_by(clocked, days=5)
    assert shown(clocked, tenant) == (0, [])
    assert sweep(clocked)["expired"] == 1
    assert ages_of(clocked, tenant) == []


def ages_of(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    return [
        entry for shard in range(4) for entry in world.table.index_run("GSI3", keys.aging(tenant.id, shard), ahead=50)
    ]


def test_turns_of_an_hour_move_no_entry_and_the_consumer_moves_it_once(clocked: World) -> None:
    tenant = keeping(clocked)
    places = []
    for minutes in (0, 20, 20, 50):
        pass_by(clocked, minutes=minutes)
        capture(clocked, tenant, "c", f"m{clocked.now()}")
        places.append(ages_of(clocked, tenant)[0]["g3sk"])
        clocked.analyse_queued()
    assert len(set(places)) == 1
    (entry,) = ages_of(clocked, tenant)
    assert entry["g3sk"] == index_time(clocked.now().replace(minute=0, second=0))


def without_ages(world: World, tenant: Tenant, *more: str) -> None:
    """A chatbot as it stands whose conversations and searches were stored before there was an index of ages."""
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    for item in (item for page in pages for item in page["Items"]):
        if tenant.id in item["pk"]["S"] and ("g3pk" in item or item["sk"]["S"] == "BOT"):
            change = Change((item["pk"]["S"], item["sk"]["S"]), removes=["g3pk", "g3sk", "indexed", *more])
            world.table.change(change)


@pytest.mark.parametrize("more", [[], [ACTIVE]])
def test_what_was_stored_before_the_index_expires_too(clocked: World, more: list[str]) -> None:
    tenant = keeping(clocked, days=10)
    for number in range(7):
        capture(clocked, tenant, f"c{number}", "m1")
    clocked.analyse_queued()
    for number in range(3):
        search = {"type": "search", "entityType": "search", "searchQuery": "x", "id": f"s{number}"}
        clocked.inkeep(tenant.ingest, "POST", "/events", search)
    without_ages(clocked, tenant, *more)
    pass_by(clocked, days=9)
    assert ages_of(clocked, tenant) == []
    while (piece := erasure_wiring.expire(clocked.deployment)(tenant.id, 2)).more:
        assert piece.removed == 0
    assert len(ages_of(clocked, tenant)) == 7
    pass_by(clocked, days=2)
    assert sweep(clocked)["expired"] == 7
    assert left(clocked, tenant) == {"BOT", "STAT"}


def test_a_conversation_that_cannot_be_erased_does_not_keep_the_others(
    clocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = keeping(clocked, days=10)
    stuck = capture(clocked, tenant, "stuck", "m1").body["conversationId"]
    for number in range(3):
        capture(clocked, tenant, f"c{number}", "m1")
    clocked.analyse_queued()
    pass_by(clocked, days=11)
    expire = erasure_wiring.expire(clocked.deployment)._expire

    def failing(chatbot_id: str, conversation: str) -> bool:
        if conversation == stuck:
            raise RuntimeError("it cannot be read")
        return expire(chatbot_id, conversation)

    with monkeypatch.context() as patched:
        patched.setattr(erasure_wiring.expire(clocked.deployment), "_expire", failing)
        assert sweep(clocked)["expired"] == 3
    assert sweep(clocked)["expired"] == 1
