"""Feedback and events: found by message id, counted once, changed by id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from confab.domain.identity import conversation_id
from confab.feedback import wiring as feedback_wiring

from tests.support.deployment import Tenant
from tests.support.feedback import feedback_request
from tests.support.world import World


def _send_history(world: World, key: str, name: str, *messages: str) -> None:
    rows = [{"id": message, "role": "assistant", "content": f"text {message}"} for message in messages]
    assert world.send_history(key, {"type": "openai", "id": name, "messages": rows}).status == 200


def _give(world: World, key: str, message: str, kind: str = "positive", **more: Any) -> dict[str, Any]:
    answer = world.inkeep(key, "POST", "/feedback", {"type": kind, "messageId": message, **more})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def _counts(world: World, key: str) -> tuple[int, int]:
    body = world.inkeep(key, "GET", "/feedback").body
    return body["positiveFeedbackCount"], body["negativeFeedbackCount"]


def _row(world: World, tenant: Tenant, name: str) -> dict[str, Any]:
    rows = [item for item in world.items(tenant.id, conversation_id(tenant.id, name)) if item["sk"] == "HEAD"]
    return {
        name.removeprefix("count."): value for name, value in rows[0].items() if name.startswith("count.") and value
    }


def test_feedback_under_a_known_id_is_changed_and_counted_once(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, key, "c", "m1", "m2")
    first = _give(world, key, "m1", id="f")
    assert _give(world, key, "m1", id="f")["createdAt"] == first["createdAt"]
    changed = _give(world, key, "m2", "negative", id="f", details="now bad")
    assert changed["createdAt"] == first["createdAt"]
    assert changed["updatedAt"] > first["updatedAt"]
    assert _counts(world, key) == (0, 1)
    assert _row(world, tenant, "c") == {"negative": 1}
    read = world.inkeep(key, "GET", "/feedback/f").body
    assert (read["messageId"], read["details"], read["message"]["id"]) == ("m2", "now bad", "m2")


def test_feedback_that_moves_is_read_in_its_new_conversation_alone(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, key, "a", "ma")
    _send_history(world, key, "b", "mb")
    _give(world, key, "ma", id="f")
    _give(world, key, "mb", id="f")
    assert _counts(world, key) == (1, 0)
    assert (_row(world, tenant, "a"), _row(world, tenant, "b")) == ({}, {"positive": 1})
    assert world.inkeep(key, "GET", "/feedback/f").body["conversation"]["id"] == "b"


def test_feedback_on_an_ambiguous_message_id_means_the_later_conversation(
    world: World,
) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, key, "first", "same")
    _send_history(world, key, "second", "same")
    assert _row(world, tenant, "second") == {}
    _give(world, key, "same")
    assert _row(world, tenant, "second") == {"positive": 1}
    world.inkeep(key, "DELETE", "/conversations/second")
    _give(world, key, "same")
    assert _row(world, tenant, "first") == {"positive": 1}
    assert _counts(world, key) == (1, 0)


def test_pages_of_feedback_have_both_kinds_newest_first(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    names = [f"m{number}" for number in range(7)]
    for name in names:
        _send_history(world, key, f"conversation of {name}", name)
    for number, name in enumerate(names):
        at = f"2026-01-0{number + 1}T00:00:00Z"
        _give(world, key, name, "negative" if number % 3 == 0 else "positive", createdAt=at)
    seen: list[str] = []
    for offset in (0, 3, 6):
        query = {"limit": "3", "offset": str(offset)}
        body = world.inkeep(key, "GET", "/feedback", query=query).body
        assert (body["positiveFeedbackCount"], body["negativeFeedbackCount"]) == (4, 3)
        page = [*body["positiveFeedback"], *body["negativeFeedback"]]
        seen += sorted((entry["messageId"] for entry in page), reverse=True)
    assert seen == names[::-1]
    assert world.inkeep(key, "GET", "/feedback", query={"limit": "0"}).body["positiveFeedback"] == []


def test_feedback_of_eight_clients_at_once_all_counts(
    world: World,
) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, key, "c", "m1")
    give_feedback = feedback_wiring.give_feedback(world.deployment)

    def give(number: int) -> None:
        give_feedback(tenant.id, feedback_request(f"f{number % 8}", "m1"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, range(16)))
    assert _counts(world, key) == (8, 0)
    assert _row(world, tenant, "c") == {"positive": 8}


def test_an_event_with_its_id_is_one_event_and_without_an_id_two(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, key, "c", "m1")
    event = {"type": "t", "entityType": "message", "messageId": "m1"}
    for more in ({"id": "e"}, {"id": "e"}, {}, {}):
        assert world.inkeep(key, "POST", "/events", {**event, **more}).status == 200
    assert _row(world, tenant, "c") == {"events": 3}
    items = world.items(tenant.id, conversation_id(tenant.id, "c"))
    assert len([item for item in items if item["sk"].startswith("EVENT#")]) == 3


def test_feedback_looks_again_for_a_message_the_index_does_not_show_yet(
    world: World,
) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    waits: list[float] = []
    lookup = feedback_wiring.give_feedback(world.deployment)._lookup
    sleep, lookup._sleep = lookup._sleep, lambda seconds: (waits.append(seconds), _arrive(len(waits)))[0]

    def _arrive(looks: int) -> None:
        if looks == 3:
            _send_history(world, key, "c", "late")

    try:
        _give(world, key, "late")
    finally:
        lookup._sleep = sleep
    assert len(waits) == 3


def test_feedback_larger_than_an_item_comes_back_and_goes_whole(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, key, "c", "m1")
    noise = "".join(chr(33 + (n * n * 7 + n // 3) % 90) for n in range(1_500_000))
    _give(world, key, "m1", id="f", details=noise)
    assert world.inkeep(key, "GET", "/feedback/f").body["details"] == noise
    assert world.inkeep(key, "DELETE", "/feedback/f").status == 200
    items = world.items(tenant.id, conversation_id(tenant.id, "c"))
    assert {item["sk"].partition("#")[0] for item in items} == {"HEAD", "MSG"}
