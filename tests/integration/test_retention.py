"""Retention: past it nobody reads a conversation any more, and the sweep erases it with all that belongs to it."""

from __future__ import annotations

import uuid
from contextvars import Context
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.storage import ages, keys
from confab.storage.ages import age_attributes
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.heads import ACTIVE
from confab.storage.statistics import StatisticsStore
from confab.storage.writes import Change

from tests.support.world import CONTEXT, Answer, Tenant, World


def keeping(world: World, days: int = 30) -> Tenant:
    """A tenant whose chatbot keeps conversations for some days."""
    tenant = world.tenant()
    world.composition.privacy.change(tenant.id, lambda known: replace(known, retention_days=days))
    return tenant


def pass_by(world: World, **span: float) -> None:
    assert world.clock is not None
    world.clock.advance(**span)


def sweep(world: World) -> dict[str, Any]:
    swept: dict[str, Any] = world.handler("maintenance")({}, CONTEXT)
    return swept


def capture(world: World, tenant: Tenant, conversation: str, *messages: str, **more: Any) -> Answer:
    sent = [{"id": message, "role": "user", "content": f"{message}, this is great"} for message in messages]
    body = {"conversationId": conversation, "messages": sent, "user": {"id": "u-1", "name": "Jane"}, **more}
    return world.capture(tenant.ingest, body)


def shown(world: World, tenant: Tenant) -> tuple[int, list[str]]:
    listed = world.list_page(tenant.admin, chatbotId=tenant.id).body
    return listed["total"], [row["external_conversation_id"] for row in listed["conversations"]]


def left(world: World, tenant: Tenant) -> set[str]:
    """The kinds of items that are in the table for a chatbot."""
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.composition.settings.table)
    items = [item for page in pages for item in page["Items"] if tenant.id in item["pk"]["S"]]
    return {item["pk"]["S"].partition("#")[0] for item in items}


def test_given_a_conversation_when_its_retention_passes_then_no_way_shows_it_and_the_sweep_leaves_figures_alone(
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
        logged = clocked.inkeep(tenant.admin, "GET", "/conversations").body
        assert (logged["total"], [row["id"] for row in logged["conversations"]]) == (1, ["young"])
        managed = clocked.manage(tenant.admin, "GET", tenant.id).body["conversations"]
        assert [row["id"] for row in managed] == [young]
        for path in (f"/{old}", f"/{old}/messages"):
            assert clocked.manage(tenant.admin, "GET", tenant.id, path).status == 404
        assert clocked.manage(tenant.admin, "PATCH", tenant.id, f"/{old}", {"unread": True}).status == 404

    assert_hidden()
    assert clocked.composition.recount(tenant.id).exact
    assert len(clocked.items(tenant.id, old)) > 1
    assert sweep(clocked)["expired"] == 1
    assert clocked.items(tenant.id, old) == []
    assert_hidden()
    assert sweep(clocked)["expired"] == 0
    statistics = clocked.statistics(tenant.id)
    assert statistics["TOTAL"] == {"conversations": 1, "messages": 1}
    assert statistics["ALL"]["messages"] == 3
    assert statistics["DAY#2026-03-01"]["messages"] == 2
    assert clocked.composition.recount(tenant.id).exact
    pass_by(clocked, days=31)
    assert sweep(clocked)["expired"] == 1
    assert left(clocked, tenant) == {"BOT", "STAT"}


def test_given_feedback_and_search_events_when_the_retention_passes_then_they_go_too(clocked: World) -> None:
    tenant = keeping(clocked)
    log = {"id": "l1", "type": "openai", "messages": [{"id": "m1", "role": "user", "content": "hi"}]}
    clocked.log(tenant.ingest, log)
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
        clocked.composition.privacy.change(tenant.id, lambda known, days=days: replace(known, retention_days=days))
        sweep(clocked)
        events = [item for pk in searches_of(tenant) for item in clocked.table.query(pk, "EVENT#")]
        assert len(events) == kinds
    assert left(clocked, tenant) == {"BOT"}


def searches_of(tenant: Tenant) -> list[str]:
    return [f"SEARCH#{tenant.id}#{shard}" for shard in range(4)]


def test_given_an_expired_conversation_when_it_is_written_to_then_it_begins_anew_and_nothing_old_comes_back(
    clocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = keeping(clocked)
    conversation = capture(clocked, tenant, "c", "m1", "m2").body["conversationId"]
    clocked.analyse_queued()
    pass_by(clocked, days=31)
    waits: list[float] = []
    monkeypatch.setattr(clocked.composition.capture, "_sleep", waits.append)
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
def test_given_an_expired_conversation_when_the_consumer_works_meanwhile_then_writing_succeeds_at_once(
    clocked: World, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    tenant = keeping(clocked)

    def write(text: str) -> Answer:
        messages = [{"role": "user", "content": text}]
        if dialect == "log":
            return clocked.log(tenant.ingest, {"id": "c", "type": "openai", "messages": messages})
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
    monkeypatch.setattr(clocked.composition.capture, "_sleep", lambda _: consumer.run(clocked.analyse_queued))
    again = write("old")
    assert again.status < 300
    if dialect in ("capture", "track"):
        assert [result["status"] for result in again.body["results"]] == ["stored"]
    clocked.analyse_queued()
    assert shown(clocked, tenant)[0] == 1
    (row,) = clocked.list_page(tenant.admin).body["conversations"]
    assert [message["content"] for message in clocked.read(tenant.admin, row["id"]).body["messages"]] == ["old"]


def test_given_an_expired_conversation_when_the_consumer_works_meanwhile_then_its_first_message_is_no_duplicate(
    clocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = keeping(clocked)
    capture(clocked, tenant, "c", "m1")
    clocked.analyse_queued()
    pass_by(clocked, days=31)
    consumer = Context()
    monkeypatch.setattr(clocked.composition.capture, "_sleep", lambda _: consumer.run(clocked.analyse_queued))
    answer = capture(clocked, tenant, "c", "m1", "m2").body
    assert answer["messagesStored"] == 2
    assert [result["status"] for result in answer["results"]] == ["stored", "stored"]


def test_given_a_retention_that_changes_when_it_is_longer_shorter_or_gone_then_it_holds_for_what_is_there(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    capture(clocked, tenant, "c", "m1")
    clocked.analyse_queued()
    pass_by(clocked, days=40)

    def after(days: int | None) -> int:
        clocked.composition.privacy.change(tenant.id, lambda known: replace(known, retention_days=days))
        pass_by(clocked, minutes=2)
        return shown(clocked, tenant)[0]

    assert [after(days) for days in (None, 30, 60, 30, None)] == [1, 0, 1, 0, 1]
    assert sweep(clocked)["expired"] == 0
    assert after(30) == 0
    assert sweep(clocked)["expired"] == 1
    assert after(None) == 0
    assert left(clocked, tenant) == {"BOT", "STAT"}


def test_given_times_that_clients_claim_when_the_retention_passes_then_the_time_of_writing_counts(
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
    clocked.composition.delete_chatbot(None, tenant.id)
    pass_by(clocked, minutes=10)
    sweep(clocked)
    assert clocked.composition.user_data.expire.waiting() == []


def test_times_in_the_future_outlive_no_retention_and_totals_agree_with_what_is_shown(clocked: World) -> None:
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


@pytest.mark.parametrize("asked", [ages.MOST_ASKED, 20])
def test_many_imports_with_old_dates_neither_starve_the_sweep_nor_spoil_the_totals(
    clocked: World, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    monkeypatch.setattr(ages, "MOST_ASKED", asked)
    tenant = keeping(clocked, days=10)
    begun = clocked.now()
    due = [stored_before(clocked, tenant, n, begun, at_noon(2025)) for n in range(3)]
    pass_by(clocked, days=5)
    numbers = range(10, 210)
    at = clocked.now()
    list(clocked.table.pool.map(lambda n: stored_before(clocked, tenant, n, at, at_noon(2001)), numbers))
    statistics = StatisticsStore(clocked.table)
    statistics.add((keys.statistics(tenant.id), "TOTAL#0"), {"conversations": len(due) + len(numbers)})
    assert shown(clocked, tenant)[0] == 203
    pass_by(clocked, days=5, minutes=1)
    assert shown(clocked, tenant)[0] == 200
    assert sweep(clocked)["expired"] == 3
    assert [clocked.items(tenant.id, each) for each in due] == [[], [], []]
    statistics.add((keys.statistics(tenant.id), "TOTAL#0"), {"conversations": -3})
    pass_by(clocked, days=4)
    capture(clocked, tenant, "young", "m1", messages=[old_message()])
    clocked.analyse_queued()
    pass_by(clocked, days=1)
    assert shown(clocked, tenant) == (1, ["young"])
    logged = clocked.inkeep(tenant.admin, "GET", "/conversations", query={"limit": "10"}).body
    assert (logged["total"], [row["id"] for row in logged["conversations"]]) == (1, ["young"])
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
        clocked.log(tenant.ingest, {"id": f"l{number}", "type": "openai", "messages": [message]})
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
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.composition.settings.table)
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
    while (piece := clocked.composition.user_data.expire(tenant.id, 2)).more:
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
    expire = clocked.composition.user_data.expire._expire

    def failing(chatbot_id: str, conversation: str) -> bool:
        if conversation == stuck:
            raise RuntimeError("it cannot be read")
        return expire(chatbot_id, conversation)

    with monkeypatch.context() as patched:
        patched.setattr(clocked.composition.user_data.expire, "_expire", failing)
        assert sweep(clocked)["expired"] == 3
    assert sweep(clocked)["expired"] == 1
