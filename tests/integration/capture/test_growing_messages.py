"""Messages that are sent while they grow: each version replaces the one before until one is final."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World


def _capture(world: World, tenant: Tenant, *messages: dict[str, Any]) -> Answer:
    return world.capture(tenant.ingest, {"conversationId": "c", "messages": list(messages)})


def _part(content: str, **more: Any) -> dict[str, Any]:
    return {"id": "a1", "role": "assistant", "content": content, **more}


QUESTION = {"id": "q1", "role": "user", "content": "How do I reset it?"}
PARTIAL, LONGER, WHOLE = "Press the", "Press the red", "Press the red button for ten seconds."


def _statuses(answer: Answer) -> list[str]:
    return [result["status"] for result in answer.body["results"]]


def _read(world: World, tenant: Tenant, answer: Answer) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = world.read(tenant.admin, answer.body["conversationId"]).body["messages"]
    return messages


def test_the_final_version_of_a_growing_message_is_read_and_analysed(world: World) -> None:
    tenant = world.tenant()
    first = _capture(world, tenant, QUESTION, _part(PARTIAL, final=False))
    assert _statuses(first) == ["stored", "stored"]
    world.analyse_queued()
    assert _statuses(_capture(world, tenant, _part(LONGER, final=False))) == ["replaced"]
    last = _capture(world, tenant, _part(WHOLE))
    assert _statuses(last) == ["replaced"]
    assert last.body["messagesStored"] == 0
    assert last.body["analysisQueued"] is True
    assert _statuses(_capture(world, tenant, _part("Something else"))) == ["conflict"]
    world.analyse_queued()
    question, reply = _read(world, tenant, first)
    assert [question["content"], reply["content"]] == [QUESTION["content"], WHOLE]
    assert "user_sentiments" in question
    totals = world.statistics(tenant.id)["TOTAL"]
    assert totals["messages"] == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_final_version_stays_whatever_the_order_of_arrival(world: World, order: tuple[int, ...]) -> None:
    tenant = world.tenant()
    versions = [_part(PARTIAL, final=False), _part(LONGER, final=False), _part(WHOLE)]
    for index in order:
        answer = _capture(world, tenant, versions[index])
        assert _statuses(answer)[0] in {"stored", "replaced", "duplicate"}
    for version in versions:
        assert _statuses(_capture(world, tenant, version)) == ["duplicate"]
    assert [message["content"] for message in _read(world, tenant, answer)] == [WHOLE]


def test_given_all_versions_in_one_request_when_captured_then_they_are_one_message(world: World) -> None:
    tenant = world.tenant()
    versions = [_part(PARTIAL, final=False), _part(LONGER, final=False), _part(WHOLE), _part("other")]
    answer = _capture(world, tenant, *versions)
    assert _statuses(answer) == ["stored", "replaced", "replaced", "conflict"]
    assert answer.body["messagesStored"] == 1
    assert [message["content"] for message in _read(world, tenant, answer)] == [WHOLE]


def test_given_a_tool_whose_output_comes_later_when_it_comes_then_it_is_kept(world: World) -> None:
    tenant = world.tenant()
    called, done = {"name": "lookup", "input": {"id": 7}}, {"name": "lookup", "input": {"id": 7}, "output": "gone"}
    _capture(world, tenant, _part("Let me look.", tools=[called], final=False))
    answer = _capture(world, tenant, _part("Let me look.", tools=[done]))
    assert _statuses(answer) == ["replaced"]
    assert _read(world, tenant, answer)[0]["tools"] == [done]


@pytest.mark.parametrize("size", [20, 31_000])
def test_a_final_version_with_the_same_text_closes_the_message(world: World, size: int) -> None:
    tenant = world.tenant()
    text = "x1" * (size // 2)
    _capture(world, tenant, _part(text, final=False))
    assert _statuses(_capture(world, tenant, _part(text))) == ["duplicate"]
    assert _statuses(_capture(world, tenant, _part("another"))) == ["conflict"]


def test_a_longer_text_under_a_used_id_is_a_conflict_in_capture_and_track(
    world: World,
) -> None:
    tenant = world.tenant()
    send = {"conversationId": "c", "messages": [_part(PARTIAL)]}
    again = {"conversationId": "c", "messages": [_part(WHOLE)]}
    assert world.track(tenant.ingest, send).body["results"] == [{"id": "a1", "status": "stored"}]
    for answer in (world.track(tenant.ingest, again), world.capture(tenant.ingest, again)):
        assert answer.status == 200
        assert _statuses(answer) == ["conflict"]
        (warning,) = answer.body["warnings"]
        assert "messages.0" in warning
        assert "final: false" in warning


@pytest.mark.parametrize("path", ["capture", "track"])
def test_a_message_that_is_not_final_needs_an_id(world: World, path: str) -> None:
    body = {"conversationId": "c", "messages": [{"role": "user", "content": "x", "final": False}]}
    answer = getattr(world, path)(world.tenant().ingest, body)
    assert answer.status == 400
    assert answer.body["details"][0]["path"] == "messages.0"
    assert "needs an id" in answer.body["error"]
