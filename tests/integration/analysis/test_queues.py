"""What Confab takes a queue to do, on two implementations of SQS that were written independently of each other."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from confab.platform.data_version import MARK, VERSION
from confab.platform.queue import Queue, QueueUnavailable

from tests.support.chatcaptain import handle, responder
from tests.support.engine import SERVICES, STARTERS, Engine
from tests.support.queues import QueuePair, attributes_of, counts, create_pair, declared, poll, receive
from tests.support.responders import Script
from tests.support.world import World

MAX_DELAY = 900
MAX_INVISIBLE = 43_200


@pytest.fixture(scope="module", params=SERVICES["sqs"])
def engine_pair(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Engine]:
    """The run's table, and each SQS in turn."""
    with STARTERS[request.param]() as sqs:
        yield Engine(engine.dynamodb, sqs)


@pytest.fixture
def world(engine_pair: Engine) -> World:
    return World(engine_pair)


def _capture(world: World, key: str, conversation: str, number: int = 1) -> str:
    message = {"id": f"m{number}", "role": "user", "content": f"text {number}"}
    answer = world.capture(key, {"conversationId": conversation, "messages": [message]})
    assert answer.status == 200
    return str(answer.body["conversationId"])


@pytest.fixture
def pair(world: World) -> QueuePair:
    return create_pair(world.sqs, "Analysis", uuid.uuid4().hex[:8])


@pytest.fixture
def queue(world: World, pair: QueuePair) -> Queue:
    return Queue(world.sqs, pair.url)


@pytest.mark.parametrize("name", ["Analysis", "Delivery"])
def test_given_the_templates_queues_when_created_then_every_attribute_is_taken(world: World, name: str) -> None:
    pair = create_pair(world.sqs, name, uuid.uuid4().hex[:8])
    for url, logical in ((pair.url, f"{name}Queue"), (pair.dead_letters, f"{name}DeadLetterQueue")):
        taken = world.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        wanted = attributes_of(declared(logical))
        redrive = wanted.pop("RedrivePolicy", None)
        assert {key: taken[key] for key in wanted} == wanted
        if redrive is not None:
            assert int(json.loads(taken["RedrivePolicy"])["maxReceiveCount"]) == pair.max_receives


def test_a_received_message_has_its_body_its_group_and_its_receive_count(
    world: World, pair: QueuePair, queue: Queue
) -> None:
    queue.send({"text": "grüße \U0001f600", "n": 1}, group="bot-1")
    (message,) = receive(world.sqs, pair.url)
    assert json.loads(message["Body"]) == {"text": "grüße \U0001f600", "n": 1, MARK: VERSION}
    assert message["Attributes"]["MessageGroupId"] == "bot-1"
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_given_the_longest_delay_when_sent_then_the_message_waits(world: World, pair: QueuePair, queue: Queue) -> None:
    queue.send({"n": 1}, group="bot-1", delay_seconds=MAX_DELAY)
    assert receive(world.sqs, pair.url) == []
    assert counts(world.sqs, pair.url) == (0, 0, 1)


def test_messages_in_flight_do_not_hold_back_others(world: World, pair: QueuePair, queue: Queue) -> None:
    for group in ("busy", "busy", "busy", "quiet"):
        queue.send({"group": group}, group=group)
    received: list[str] = []
    while messages := receive(world.sqs, pair.url):
        received += [json.loads(message["Body"])["group"] for message in messages]
    assert sorted(received) == ["busy", "busy", "busy", "quiet"]
    assert counts(world.sqs, pair.url) == (0, 4, 0)


def test_given_a_queue_that_is_not_there_when_sent_then_it_is_unavailable(world: World, pair: QueuePair) -> None:
    with pytest.raises(QueueUnavailable):
        Queue(world.sqs, f"{pair.url}-gone").send({}, group="bot-1")


def test_a_message_delayed_by_nothing_returns_with_its_next_receive(
    world: World, pair: QueuePair, queue: Queue
) -> None:
    queue.send({"n": 1}, group="bot-1")
    (first,) = receive(world.sqs, pair.url)
    assert receive(world.sqs, pair.url) == [], "it is invisible while it is worked on"
    queue.delay(first["ReceiptHandle"], 0)
    (second,) = receive(world.sqs, pair.url)
    assert second["MessageId"] == first["MessageId"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_message_with_the_longest_delay_stays_away(world: World, pair: QueuePair, queue: Queue) -> None:
    queue.send({"n": 1}, group="bot-1")
    (message,) = receive(world.sqs, pair.url)
    queue.delay(message["ReceiptHandle"], MAX_INVISIBLE)
    assert receive(world.sqs, pair.url) == []
    assert counts(world.sqs, pair.url) == (0, 1, 0)


def test_delaying_a_finished_message_does_nothing(world: World, pair: QueuePair, queue: Queue) -> None:
    queue.send({"n": 1}, group="bot-1")
    (message,) = receive(world.sqs, pair.url)
    world.sqs.delete_message(QueueUrl=pair.url, ReceiptHandle=message["ReceiptHandle"])
    queue.delay(message["ReceiptHandle"], 0)
    assert receive(world.sqs, pair.url) == []
    queue.delay("no receipt", 0)


def test_given_a_delay_beyond_the_limit_when_sent_then_it_is_unavailable(
    world: World, queue: Queue, request: pytest.FixtureRequest
) -> None:
    if "ministack" in request.node.callspec.id:
        reason = "ministack takes any DelaySeconds; SQS answers InvalidParameterValue above 900"
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    with pytest.raises(QueueUnavailable):
        queue.send({}, group="bot-1", delay_seconds=MAX_DELAY + 1)


def test_the_debounce_lets_the_analysis_wait_for_the_burst(engine_pair: Engine) -> None:
    world = World(engine_pair, settings={"debounce": timedelta(seconds=MAX_DELAY)})
    tenant = world.tenant()
    for number in range(3):
        _capture(world, tenant.ingest, "c", number)
    assert counts(world.sqs, world.queue_url) == (0, 0, 1)


def test_a_poisoned_conversation_alone_returns_and_ends_as_a_dead_letter(
    world: World, pair: QueuePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.deployment.analysis_queue, "_url", pair.url)
    tenant = world.tenant()
    good = [_capture(world, tenant.ingest, f"good-{number}") for number in range(4)]
    bad = _capture(world, tenant.ingest, "bad")
    world.table.put({"pk": f"CONV#{tenant.id}#{bad}", "sk": "ANALYSIS#0000000001#000", "z": b"not deflate"})

    handed, failures = 0, []
    for _ in range(pair.max_receives + 2):
        taken, failed = poll(world, pair.url, "analysis")
        handed += taken
        failures += failed
    work = {"chatbotId": tenant.id, "conversationId": bad, MARK: VERSION}
    assert [json.loads(body) for body in failures] == [work] * pair.max_receives
    assert handed == len(good) + pair.max_receives
    (dead,) = receive(world.sqs, pair.dead_letters)
    assert json.loads(dead["Body"]) == work
    assert counts(world.sqs, pair.url) == (0, 0, 0)
    for conversation in good:
        assert world.read(tenant.admin, conversation).body["analysis_pending"] is False
    row = world.table.get((f"CONV#{tenant.id}#{bad}", "HEAD"))
    assert row is not None
    assert row["analysisFailed"] == "error"


def test_a_delivery_that_never_works_ends_as_a_dead_letter_and_an_event(
    engine_pair: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = declared("DeliveryQueue")["RedrivePolicy"]["maxReceiveCount"]
    world = World(engine_pair, settings={"max_receives": attempts})
    pair = create_pair(world.sqs, "Delivery", uuid.uuid4().hex[:8])
    monkeypatch.setattr(world.deployment.delivery_queue, "_url", pair.url)
    tenant = world.tenant()
    with responder(world, tenant, Script(lambda _: (500, {}, b""))) as script:
        conversation = handle(world, tenant, text="hi", **{"async": True}).body["conversation"]["id"]
        for _ in range(attempts + 2):
            poll(world, pair.url, "delivery")
    assert len(script.received) == attempts
    assert len({webhook_id for webhook_id, _ in script.received}) == 1
    (dead,) = receive(world.sqs, pair.dead_letters)
    assert json.loads(dead["Body"])["conversationId"] == conversation
    (event,) = world.read(tenant.admin, conversation).body["events"]
    assert event.items() >= {"event": "responder_failed", "reason": "it answered 500", "attempts": attempts}.items()
