"""Messages without ids while others write: whole transcripts of short texts that repeat, and runs from the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.platform import aws

from tests.support.deployment import Tenant
from tests.support.world import World

APPEND = "TransactWriteItems"


def _turns(number: int) -> list[dict[str, str]]:
    """So many turns, each of which says the same."""
    pair = [{"role": "user", "content": "ok"}, {"role": "assistant", "content": "Next step."}]
    return pair * number


def _messages(first: int, last: int) -> list[dict[str, str]]:
    """Messages that say where they stand."""
    return [{"role": "assistant" if n % 2 else "user", "content": f"message {n}"} for n in range(first, last)]


def _body(messages: Sequence[dict[str, str]], **fields: Any) -> dict[str, Any]:
    return {"conversationId": "c", "messages": list(messages), **fields}


def _overtaken(world: World, run: Callable[[], object], append: int = 1) -> World:
    """A process in which something else runs right before it appends for the first, or a later, time."""
    clients = {
        service: aws.Clients(getattr(world, service).meta.endpoint_url)(service) for service in ("dynamodb", "sqs")
    }
    appends = 0

    def before(**_: Any) -> None:
        nonlocal appends
        appends += 1
        if appends == append:
            run()

    clients["dynamodb"].meta.events.register(f"before-send.dynamodb.{APPEND}", before)
    return world.restarted(clients.__getitem__)


def _statuses(answer: dict[str, Any]) -> list[str]:
    return [result["status"] for result in answer["results"]]


def _stored(world: World, tenant: Tenant) -> list[str]:
    read = world.read(tenant.admin, conversation_id(tenant.id, "c")).body
    return [message["content"] for message in read["messages"]]


def _texts(messages: Sequence[dict[str, str]]) -> list[str]:
    return [message["content"] for message in messages]


def test_a_turn_is_stored_and_acknowledged_if_the_consumer_commits_first(
    world: World,
) -> None:
    tenant = world.tenant()
    world.capture_directly(tenant, _body(_turns(3)))
    answer = _overtaken(world, world.analyse_queued).capture_directly(tenant, _body(_turns(4)))
    assert _stored(world, tenant) == _texts(_turns(4))
    assert _statuses(answer) == ["duplicate"] * 6 + ["stored"] * 2


def test_both_turns_are_stored_if_the_earlier_one_comes_in_between(
    world: World,
) -> None:
    tenant = world.tenant()
    world.capture_directly(tenant, _body(_turns(2)))
    late = _overtaken(world, lambda: world.capture_directly(tenant, _body(_turns(3))))
    answer = late.capture_directly(tenant, _body(_turns(4)))
    assert _stored(world, tenant) == _texts(_turns(4))
    assert _statuses(answer) == ["duplicate"] * 6 + ["stored"] * 2


def test_each_turn_is_stored_once_if_the_next_request_repeats_it(
    world: World,
) -> None:
    tenant = world.tenant()
    world.capture_directly(tenant, _body(_turns(2)))
    early = _overtaken(world, lambda: world.capture_directly(tenant, _body(_turns(4))))
    answer = early.capture_directly(tenant, _body(_turns(3)))
    assert _stored(world, tenant) == _texts(_turns(4))
    assert _statuses(answer) == ["duplicate"] * 6


def test_a_full_row_stores_the_turn_without_its_metadata(world: World) -> None:
    tenant = world.tenant()

    def large(number: int) -> dict[str, str]:
        return {f"field {number} {index}": "x" * 1900 for index in range(17)}

    for number in range(12):
        world.capture_directly(tenant, _body(_turns(3), custom=large(number)))
    answer = world.capture_directly(tenant, _body(_turns(4), custom=large(12)))
    assert _stored(world, tenant) == _texts(_turns(4))
    assert _statuses(answer) == ["duplicate"] * 6 + ["stored"] * 2


def test_each_message_is_stored_once_if_the_whole_overtakes_its_half(
    world: World,
) -> None:
    tenant = world.tenant()
    world.track_directly(tenant, _body(_messages(0, 30)))
    half = _overtaken(world, lambda: world.track_directly(tenant, _body(_messages(0, 120))))
    half.track_directly(tenant, _body(_messages(0, 60)))
    assert _stored(world, tenant) == _texts(_messages(0, 120))


@pytest.mark.parametrize(
    "messages",
    [pytest.param(_messages(4, 124), id="distinct"), pytest.param(_turns(60), id="repeated")],
)
def test_none_is_stored_twice_if_a_message_comes_amid_many_new_ones(
    world: World, messages: list[dict[str, str]]
) -> None:
    tenant = world.tenant()
    first, other = _messages(0, 4), [{"role": "user", "content": "what others say"}]
    world.track_directly(tenant, _body(first))
    slow = _overtaken(world, lambda: world.track_directly(tenant, _body(other)), append=2)
    slow.track_directly(tenant, _body(messages))
    stored = _stored(world, tenant)
    assert sorted(stored) == sorted(_texts([*first, *messages, *other]))
    assert [text for text in stored if text != "what others say"] == _texts([*first, *messages])
