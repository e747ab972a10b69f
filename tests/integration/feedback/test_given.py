"""Feedback and events: how much a conversation takes, and what its analysis waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from confab.analysis import wiring as analysis_wiring
from confab.domain.identity import conversation_id
from confab.domain.limits import Limits
from confab.feedback import wiring as feedback_wiring

from tests.support.answers import Answer
from tests.support.calls import calls_of
from tests.support.chatcaptain import handle_body
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.feedback import feedback_request
from tests.support.interleaving import overtaken
from tests.support.world import World


@pytest.fixture
def narrow(engine: Engine) -> World:
    """A world on a clock that the test moves, in which little feedback and few events are taken."""
    world = World(engine, Clock())
    world.deployment.limits = Limits(feedback=6, events=6, megabytes_around=1, feedback_a_minute=4, events_a_minute=4)
    return world


def _started(world: World, name: str = "c") -> tuple[Tenant, str]:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    body = {"type": "openai", "id": name, "messages": [{"id": "m", "role": "assistant", "content": "hello there"}]}
    assert world.send_history(key, body).status == 200
    world.analyse_queued()
    return tenant, key


def _feedback(world: World, key: str, identifier: str | None = None, **more: Any) -> Answer:
    named = {} if identifier is None else {"id": identifier}
    return world.inkeep(key, "POST", "/feedback", {"type": "positive", "messageId": "m", **named, **more})


def _event(world: World, key: str, identifier: str | None = None, **more: Any) -> Answer:
    named = {} if identifier is None else {"id": identifier}
    return world.inkeep(
        key, "POST", "/events", {"type": "copied", "entityType": "message", "messageId": "m", **named, **more}
    )


def _of_conversation(world: World, key: str, identifier: str | None = None, **more: Any) -> Answer:
    named = {} if identifier is None else {"id": identifier}
    event = {"type": "opened", "entityType": "conversation", "conversationId": "c"}
    return world.inkeep(key, "POST", "/events", {**event, **named, **more})


GIVERS = pytest.mark.parametrize("give", [_feedback, _event, _of_conversation])
Give = Callable[..., Answer]


def test_twenty_opinions_put_one_message_into_the_queue(clocked: World) -> None:
    tenant, key = _started(clocked)
    for number in range(20):
        assert _feedback(clocked, key, f"f{number}").status == 200
    assert _feedback(clocked, key, "f1", details="changed").status == 200
    assert clocked.inkeep(key, "DELETE", "/feedback/f2").status == 200
    assert len(clocked.queued()) == 1
    analyse = clocked.analyse_with(analysis_wiring.builtin(clocked.deployment))
    analyse(tenant.id, conversation_id(tenant.id, "c"))
    assert clocked.statistics(tenant.id)["ALL"]["feedback:positive"] == 19
    _feedback(clocked, key, "another")
    assert len(clocked.queued()) == 1


def test_feedback_that_moves_between_waiting_conversations_queues_neither(
    clocked: World,
) -> None:
    tenant, key = _started(clocked)
    for name in ("a", "b"):
        row = {"id": f"m{name}", "role": "assistant", "content": "hello"}
        clocked.send_history(key, {"type": "openai", "id": name, "messages": [row]})
    _feedback(clocked, key, "f", messageId="ma")
    assert len(clocked.queued()) == 2
    assert _feedback(clocked, key, "f", messageId="mb").status == 200
    assert clocked.queued() == []
    for name in ("a", "b"):
        clocked.analyse_with(analysis_wiring.builtin(clocked.deployment))(tenant.id, conversation_id(tenant.id, name))
    _feedback(clocked, key, "f", messageId="ma")
    assert len(clocked.queued()) == 2


def test_feedback_queues_a_conversation_that_waited_past_its_lease(
    clocked: World,
) -> None:
    _, key = _started(clocked)
    _feedback(clocked, key)
    assert len(clocked.queued()) == 1
    assert clocked.clock is not None
    clocked.clock.advance(minutes=5)
    for _ in range(3):
        _feedback(clocked, key)
    assert len(clocked.queued()) == 1


@pytest.mark.parametrize("position", range(4))
def test_feedback_is_counted_without_a_sweep_whatever_the_consumer_does(clocked: World, position: int) -> None:
    tenant, key = _started(clocked)
    _feedback(clocked, key, "first")

    def send() -> None:
        feedback_wiring.give_feedback(clocked.deployment)(tenant.id, feedback_request("second", "m"))

    def consume() -> None:
        clocked.analyse_queued()

    overtaken(clocked.dynamodb, position, consume, send)
    clocked.analyse_queued()
    assert clocked.statistics(tenant.id)["ALL"]["feedback:positive"] == 2


@GIVERS
def test_more_feedback_than_a_minute_takes_is_refused_until_the_next(narrow: World, give: Give) -> None:
    _, key = _started(narrow)
    assert narrow.clock is not None
    narrow.clock.advance(seconds=15)
    for number in range(4):
        assert give(narrow, key, f"x{number}").status == 200
    refused = give(narrow, key, "x4")
    assert (refused.status, refused.body["code"]) == (429, "too_many_requests")
    assert "at most 4 items of" in refused.body["detail"]
    assert refused.headers["retry-after"] == "45"
    assert give(narrow, key, "x3").status == 200
    narrow.clock.advance(seconds=45)
    assert give(narrow, key, "x4").status == 200


@GIVERS
def test_more_feedback_than_a_conversation_takes_names_the_limit(narrow: World, give: Give) -> None:
    _, key = _started(narrow)
    assert narrow.clock is not None
    for number in range(6):
        narrow.clock.advance(minutes=1)
        assert give(narrow, key, f"x{number}").status == 200
    narrow.clock.advance(minutes=1)
    refused = give(narrow, key, "x6")
    assert (refused.status, refused.body["code"]) == (422, "unprocessable_entity")
    assert "takes at most 6 items of" in refused.body["detail"]
    assert give(narrow, key, "x5").status == 200


@pytest.mark.parametrize(("give", "field"), [(_feedback, "properties"), (_event, "properties")])
def test_given_large_bodies_when_they_would_pass_the_limit_then_the_answer_names_it(
    narrow: World, give: Give, field: str
) -> None:
    _, key = _started(narrow)
    assert give(narrow, key, "x0", **{field: {"note": "x" * 600_000}}).status == 200
    refused = give(narrow, key, "x1", **{field: {"note": "x" * 600_000}})
    assert (refused.status, "at most 1 MB of feedback, events and scores" in refused.body["detail"]) == (422, True)
    assert give(narrow, key, "x1").status == 200


def test_taking_feedback_back_makes_room_in_a_full_conversation(narrow: World) -> None:
    _, key = _started(narrow)
    assert narrow.clock is not None
    for number in range(6):
        narrow.clock.advance(minutes=1)
        _feedback(narrow, key, f"x{number}", details="x" * 150_000)
    narrow.clock.advance(minutes=1)
    assert _feedback(narrow, key, "x1", details="changed").status == 200
    assert _feedback(narrow, key, "x6").status == 422
    assert narrow.inkeep(key, "DELETE", "/feedback/x0").status == 200
    assert _feedback(narrow, key, "x6", details="x" * 150_000).status == 200


def test_a_channels_event_over_the_limit_is_refused_in_the_dialects_body(
    narrow: World,
) -> None:
    tenant = narrow.tenant()
    new = {**handle_body(), "event": "opened"}
    answers = [narrow.manage(tenant.admin, "POST", tenant.id, "/event", new) for _ in range(5)]
    assert [answer.status for answer in answers] == [201, 201, 201, 201, 429]
    assert answers[4].body["error"] == "Too Many Requests"
    assert "items of events in a minute" in answers[4].body["message"]
    assert int(answers[4].headers["retry-after"]) <= 60


def test_given_limits_when_feedback_or_an_event_comes_then_it_takes_no_call_more(clocked: World) -> None:
    _, key = _started(clocked)
    _feedback(clocked, key, "f0")
    with calls_of(clocked) as calls:
        _feedback(clocked, key, "f1")
    table = [call.operation for call in calls if call.operation not in ("UpdateItem",)]
    assert sorted(table) == ["GetItem", "GetItem", "Query", "Query", "TransactWriteItems"]
    with calls_of(clocked) as calls:
        _event(clocked, key, "e1")
    assert sorted(call.operation for call in calls if call.operation != "UpdateItem") == [
        "GetItem",
        "Query",
        "TransactWriteItems",
    ]
