"""Erasing: nothing stays behind, whatever crashes in between and whatever arrives meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.analysis import wiring as analysis_wiring
from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from confab.erasure.conversation import Erase
from confab.erasure.conversation_store import ErasureStore
from confab.platform.deadline import Deadline
from confab.platform.errors import Unavailable
from confab.storage import wiring as storage_wiring
from confab.storage.visibility import NO_RETENTION
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.deployment import Tenant
from tests.support.erasing import Crash, dying_at, eraser
from tests.support.world import World

FEEDBACK = {"type": "positive", "messageId": "m0", "id": "f"}
EVENT = {"type": "t", "entityType": "conversation", "conversationId": "c", "id": "e"}
KEPT = ("BOT#", "KEY#", "WS#", "RATE#", "STAT#", "FIELDS#", "DELETION#", "MOVES#")


def _message(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"m{number}", "role": "user", "content": f"text {number}", **changes}


def _body(*numbers: int, **changes: Any) -> dict[str, Any]:
    return {"type": "openai", "id": "c", "messages": [_message(number) for number in numbers], **changes}


def _capture(world: World, tenant: Tenant, *numbers: int) -> None:
    messages = [_message(number) for number in numbers]
    world.capture_directly(tenant, {"conversationId": "c", "messages": messages, "user": {"id": "later"}})


def _left(world: World, tenant: Tenant) -> list[tuple[str, str]]:
    """What the table holds of a tenant besides what is not a conversation's."""
    pages: Iterator[Any] = world.dynamodb.get_paginator("scan").paginate(
        TableName=world.deployment.settings.table, ConsistentRead=True
    )
    found = [(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]]
    return [(pk, sk) for pk, sk in found if tenant.id in pk and not pk.startswith(KEPT)]


def _messages(world: World, tenant: Tenant) -> set[str]:
    items = world.items(tenant.id, conversation_id(tenant.id, "c"))
    return {item["sk"].removeprefix("MSG#i:") for item in items if item["sk"].startswith("MSG#")}


def _full_conversation(world: World, tenant: Tenant, key: str) -> None:
    noise = "".join(chr(33 + (n * n * 7 + n // 3) % 90) for n in range(900_000))
    big = {**_message(7), "content": noise}
    world.send_history(
        key, {**_body(0, 1, externalId="ext", properties={"x": noise[::-1]}), "messages": [_message(0), big]}
    )
    assert world.inkeep(key, "POST", "/feedback", FEEDBACK).status == 200
    assert world.inkeep(key, "POST", "/events", EVENT).status == 200
    message_event = {"type": "t", "entityType": "message", "messageId": "m0"}
    assert world.inkeep(key, "POST", "/events", message_event).status == 200
    world.analyse_queued()


def test_a_deleted_conversation_leaves_no_item_and_no_count(fresh: World) -> None:
    tenant = fresh.tenant()
    key = fresh.key(tenant, "api")
    _full_conversation(fresh, tenant, key)
    kinds = {sk.partition("#")[0] for _, sk in _left(fresh, tenant)}
    assert kinds >= {"HEAD", "MSG", "PROPS", "FEEDBACK", "EVENT", "ANALYSIS", "CONV"}
    assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 2}
    assert fresh.inkeep(key, "DELETE", "/conversations/c").body["success"] is True
    assert _left(fresh, tenant) == []
    assert fresh.statistics(tenant.id) == {}
    for path in ("/conversations/c", "/conversations/external/ext", "/feedback/f"):
        assert fresh.inkeep(key, "GET", path).status == 404
    assert fresh.read(key, conversation_id(tenant.id, "c")).status == 404
    assert fresh.inkeep(key, "GET", "/conversations").body["total"] == 0
    assert fresh.inkeep(key, "GET", "/feedback").body["positiveFeedbackCount"] == 0
    assert fresh.inkeep(key, "DELETE", "/conversations/c").status == 404
    assert fresh.analyse_queued() == []
    assert _left(fresh, tenant) == []


def test_given_a_captured_conversation_when_deleted_here_then_it_is_gone_everywhere(fresh: World) -> None:
    tenant = fresh.tenant()
    _capture(fresh, tenant, 1, 2)
    fresh.analyse_queued()
    key = fresh.key(tenant, "api")
    assert fresh.inkeep(key, "DELETE", f"/conversations/{conversation_id(tenant.id, 'c')}").status == 200
    assert _left(fresh, tenant) == []
    assert fresh.statistics(tenant.id) == {}


def test_a_deletion_over_many_days_leaves_exact_statistics(fresh: World) -> None:
    tenant = fresh.tenant()
    start = datetime(2025, 1, 1, tzinfo=UTC)
    messages = [_message(day, createdAt=(start + timedelta(days=day)).isoformat()) for day in range(250)]
    fresh.send_history_directly(tenant, {**_body(0), "messages": messages})
    fresh.analyse_queued()
    days = [name for name in fresh.statistics(tenant.id) if name.startswith("DAY#")]
    assert len(days) == 250
    assert conversation_wiring.erase(fresh.deployment)(tenant.id, conversation_id(tenant.id, "c"))
    assert fresh.statistics(tenant.id) == {}
    assert _left(fresh, tenant) == []


@pytest.mark.parametrize("step", ["mark", "uncount", "record", "remove", "remove_row"])
def test_an_erasure_that_crashed_is_whole_or_was_never_begun(fresh: World, step: str) -> None:
    tenant = fresh.tenant()
    key = fresh.key(tenant, "api")
    _full_conversation(fresh, tenant, key)

    with pytest.raises(Crash):
        eraser(fresh, dying_at(step))(tenant.id, conversation_id(tenant.id, "c"))
    if step == "mark":
        assert fresh.inkeep(key, "GET", "/conversations/c").status == 200
        return
    assert fresh.inkeep(key, "GET", "/conversations/c").status == 404
    assert fresh.read(key, conversation_id(tenant.id, "c")).status == 404
    assert fresh.inkeep(key, "GET", "/conversations").body["conversations"] == []
    assert fresh.analyse_queued() == []
    assert _left(fresh, tenant) == []
    assert fresh.statistics(tenant.id) == {}


def test_a_history_after_a_crashed_erasure_begins_a_new_conversation(fresh: World) -> None:
    tenant = fresh.tenant()
    key = fresh.key(tenant, "api")
    _full_conversation(fresh, tenant, key)
    steps = iter(["places", "mark", "items"])
    with pytest.raises(Crash):
        eraser(fresh, lambda name: None if name == next(steps, None) else _crash())(
            tenant.id, conversation_id(tenant.id, "c")
        )
    answer = fresh.send_history(key, _body(0, 5)).body
    assert [message["id"] for message in answer["messages"]] == ["m0", "m5"]
    assert answer["properties"] is None
    fresh.analyse_queued()
    assert _messages(fresh, tenant) == {"m0", "m5"}
    assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 2}


def _crash() -> None:
    raise Crash


@pytest.mark.parametrize("step", ["places", "mark", "uncount", "record", "remove", "remove_row"])
def test_only_captures_after_the_mark_survive_an_erasure(fresh: World, step: str) -> None:
    tenant = fresh.tenant()
    key = fresh.key(tenant, "api")
    _full_conversation(fresh, tenant, key)
    seen: list[str] = []

    def meanwhile(name: str) -> None:
        if name == step and step not in seen:
            seen.append(name)
            _capture(fresh, tenant, 50)

    assert eraser(fresh, meanwhile)(tenant.id, conversation_id(tenant.id, "c"))
    assert fresh.analyse_queued() == []
    if step in ("places", "mark"):
        assert _left(fresh, tenant) == []
        assert fresh.statistics(tenant.id) == {}
        return
    assert _messages(fresh, tenant) == {"m50"}
    assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}
    read = fresh.inkeep(key, "GET", "/conversations/c").body
    assert read["userProperties"] == {"id": "later"}
    assert [message["id"] for message in read["messages"]] == ["m50"]
    assert fresh.inkeep(key, "GET", "/conversations").body["total"] == 1
    left = _left(fresh, tenant)
    kinds = {sk.partition("#")[0] for pk, sk in left if pk.startswith("CONV#")}
    assert kinds == {"HEAD", "MSG", "ANALYSIS"}
    assert {pk.partition("#")[0] for pk, _ in left} == {"CONV", "CONTACT", "FACET", "USER"}
    assert fresh.people(tenant.id) == ["later"]


@pytest.mark.parametrize("step", ["mark", "uncount", "remove"])
def test_an_analysis_during_an_erasure_leaves_exact_statistics(fresh: World, step: str) -> None:
    tenant = fresh.tenant()
    _capture(fresh, tenant, 1)
    fresh.analyse_queued()
    _capture(fresh, tenant, 2)

    def meanwhile(name: str) -> None:
        if name == step:
            fresh.analyse_queued()

    assert eraser(fresh, meanwhile)(tenant.id, conversation_id(tenant.id, "c"))
    assert fresh.statistics(tenant.id) == {}
    assert _left(fresh, tenant) == []


def test_the_consumer_removes_a_row_whose_messages_were_erased(fresh: World) -> None:
    tenant = fresh.tenant()
    _capture(fresh, tenant, 1)
    for number in (1,):
        fresh.table.delete((f"CONV#{tenant.id}#{conversation_id(tenant.id, 'c')}", f"MSG#i:m{number}"))
    fresh.analyse_queued()
    assert _left(fresh, tenant) == []
    assert fresh.statistics(tenant.id) == {}


def test_nothing_is_left_after_captures_and_deletes_at_once(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    place = tenant.id, conversation_id(tenant.id, "c")

    def act(number: int) -> None:
        actions: list[Callable[[], Any]] = [
            lambda: _capture(fresh, tenant, number, number + 1),
            lambda: fresh.send_history_directly(tenant, _body(number, number + 2)),
            lambda: conversation_wiring.erase(fresh.deployment)(*place),
        ]
        try:
            actions[number % 3]()
        except Unavailable:
            return

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(36)))
    fresh.analyse_queued()
    items = fresh.items(*place)
    stored = len([item for item in items if item["sk"].startswith("MSG#")])
    totals = fresh.statistics(tenant.id).get("TOTAL", {})
    assert totals.get("messages", 0) == stored
    assert totals.get("conversations", 0) == (1 if stored else 0)
    conversation_wiring.erase(fresh.deployment)(*place)
    fresh.analyse_queued()
    assert _left(fresh, tenant) == []
    assert fresh.statistics(tenant.id) == {}


OPERATION = st.sampled_from(["capture", "log", "analyse", "erase", "crash", "capture meanwhile", "analyse meanwhile"])


@example(operations=[("log", 0), ("log", 0), ("analyse meanwhile", 1)])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(st.tuples(OPERATION, st.integers(0, 5)), max_size=8))
def test_given_any_interleaving_when_all_rests_then_statistics_equal_what_is_stored(
    world: World, operations: list[tuple[str, int]]
) -> None:
    tenant = world.tenant()
    place = tenant.id, conversation_id(tenant.id, "c")
    for number, (operation, step) in enumerate(operations):
        if operation == "capture":
            _capture(world, tenant, number)
        elif operation == "log":
            world.send_history_directly(tenant, _body(number))
        elif operation == "analyse":
            world.analyse_queued()
        else:
            _erase_while(world, tenant, operation, step, number)
    world.analyse_queued()
    items = world.items(*place)
    stored = len([item for item in items if item["sk"].startswith("MSG#")])
    totals = world.statistics(tenant.id).get("TOTAL", {})
    assert totals == ({"conversations": 1, "messages": stored} if stored else {})
    assert stored or items == []
    conversation_wiring.erase(world.deployment)(*place)
    assert world.items(*place) == []
    assert world.statistics(tenant.id) == {}


def _erase_while(world: World, tenant: Tenant, operation: str, step: int, number: int) -> None:
    """Erase, with something that happens before the step of that number."""
    taken = 0

    def before(_: str) -> None:
        nonlocal taken
        taken += 1
        if taken - 1 != step:
            return
        if operation == "crash":
            raise Crash
        if operation == "capture meanwhile":
            _capture(world, tenant, 100 + number)
        elif operation == "analyse meanwhile":
            world.analyse_queued()

    try:
        eraser(world, before)(tenant.id, conversation_id(tenant.id, "c"))
    except Crash:
        return


def test_an_erasure_that_runs_out_of_time_goes_on_in_the_next_delivery(world: World) -> None:
    tenant = world.tenant()
    for start in range(0, 450, 90):
        messages = [{"id": f"m{number}", "role": "user", "content": "hello"} for number in range(start, start + 90)]
        assert world.capture(tenant.ingest, {"conversationId": "c", "messages": messages}).status == 200
    conversation = conversation_id(tenant.id, "c")
    parts, pieces = world.deployment, iter([True, False])

    class Short(Deadline):
        """Leaves time for one piece."""

        def has_time(self) -> bool:
            return next(pieces, True)

    erase = Erase(
        ErasureStore(parts.table, storage_wiring.tally(parts), NO_RETENTION),
        parts.enqueue_analysis,
        analysis_wiring.people(parts),
        storage_wiring.topics(parts),
        deadline=Short(),
        now=world.now,
    )
    assert erase(tenant.id, conversation)
    left = world.items(tenant.id, conversation)
    assert 0 < len(left) < 450
    assert world.read(tenant.admin, conversation).status == 404
    assert not world.analyse_queued()
    assert world.items(tenant.id, conversation) == []


def test_of_a_large_conversation_a_request_leaves_the_items_to_the_consumer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confab.erasure.conversation.AT_ONCE", 10)
    tenant = world.tenant()
    messages = [{"id": f"m{number}", "role": "user", "content": "hello"} for number in range(20)]
    assert world.capture(tenant.ingest, {"conversationId": "c", "messages": messages}).status == 200
    assert not world.analyse_queued()
    conversation = conversation_id(tenant.id, "c")
    assert world.manage(tenant.admin, "DELETE", tenant.id, f"/{conversation}").body == {"deleted": True}
    assert len(world.items(tenant.id, conversation)) > 20
    assert world.read(tenant.admin, conversation).status == 404
    assert world.list_page(tenant.admin).body["conversations"] == []
    assert not world.analyse_queued()
    assert world.items(tenant.id, conversation) == []
