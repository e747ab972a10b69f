"""The consumer under pressure: conversations that never rest, batches with failures, and consumers side by side."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from confab.analysis import recount_wiring
from confab.analysis.analyzer import Past
from confab.analysis.batch import AnalyseBatch, Result
from confab.analysis.builtin import BuiltinAnalyzer
from confab.analysis.consumer import AnalysisOutcome
from confab.domain.identity import conversation_id
from confab.domain.message import Message
from confab.domain.results import Analysis
from confab.platform.errors import TimeOver
from confab.storage import keys
from confab.storage.clocks import to_micros
from confab.storage.table import ItemTooLarge
from confab.storage.tally import spread_key, spread_of
from confab.storage.values import Place
from confab.storage.writes import Change

from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.world import World
from verify.consistency import findings
from verify.table import scan

DEBOUNCE = timedelta(seconds=5)
EVERY = timedelta(seconds=0.4)
JUDGING = timedelta(seconds=2)
"""What an analysis takes on the test's clock."""
TRANSACTION = "before-call.dynamodb.TransactWriteItems"
BUILTIN = BuiltinAnalyzer()


class Death(BaseException):
    """What ends a process."""


@dataclass
class Judge:
    """The built-in analyzer, which counts how often it judges a text, lets something happen, and fails at a word."""

    meanwhile: Callable[[], None] = lambda: None
    judged: Counter[str] = field(default_factory=Counter)

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        texts = [message.content for message in transcript if message.key in judge]
        if any("poison" in text for text in texts):
            raise ValueError("poison")
        self.judged.update(texts)
        self.meanwhile()
        return BUILTIN.analyse(transcript, judge, past)


def _say(world: World, tenant: Tenant, name: str, numbers: Sequence[int], **more: Any) -> Place:
    messages = [{"id": f"m{number}", "role": "user", "content": f"refund {name} {number}"} for number in numbers]
    for start in range(0, len(messages), 50):
        body = {"conversationId": name, "messages": messages[start : start + 50], **more}
        world.capture_directly(tenant, body)
    return tenant.id, conversation_id(tenant.id, name)


def _row(world: World, place: Place) -> dict[str, Any]:
    return next(item for item in world.items(*place) if item["sk"] == keys.HEAD)


def _batch(
    world: World, judge: Judge, places: Sequence[Place], has_time: Callable[[], bool] = lambda: True
) -> dict[Place, Result]:
    """One batch of the consumer."""
    work = AnalyseBatch(has_time, world.deployment.enqueue_analysis)
    return work(dict.fromkeys(places, world.analyse_with(judge)))


def _are_sound(world: World, tenant: Tenant, messages: int) -> None:
    """Whether the statistics have so many messages, and equal what the conversations say."""
    assert world.statistics(tenant.id)["TOTAL"]["messages"] == messages
    recounted = recount_wiring.recount(world.deployment)(tenant.id)
    assert recounted.exact
    assert recounted.waiting == 0
    assert findings(scan(world.dynamodb, world.deployment.settings.table)) == []


@contextmanager
def _before_transactions(world: World, act: Callable[..., Any]) -> Iterator[None]:
    """Let something happen before each call that commits a transaction, except for those that it makes by itself."""
    inside = False

    def before(**given: Any) -> Any:
        nonlocal inside
        if inside:
            return None
        inside = True
        try:
            return act(**given)
        finally:
            inside = False

    world.dynamodb.meta.events.register(TRANSACTION, before)
    try:
        yield
    finally:
        world.dynamodb.meta.events.unregister(TRANSACTION, before)


def _in_turn(*acts: Callable[[], object]) -> Callable[..., None]:
    """Does one of these each time, until all are done."""
    waiting = list(acts)

    def act(**_: Any) -> None:
        if waiting:
            waiting.pop(0)()

    return act


@pytest.mark.parametrize("when", ["while it is judged", "before its transaction"])
def test_a_conversation_that_never_rests_is_counted_within_a_bounded_lag(clocked: World, when: str) -> None:
    tenant = clocked.tenant()
    place = _say(clocked, tenant, "busy", range(120))
    said, rounds = 120, 8

    def further() -> None:
        nonlocal said
        for _ in range(int(JUDGING / EVERY)):
            clocked.clock.advance(seconds=EVERY.total_seconds())  # type: ignore[union-attr]
            _say(clocked, tenant, "busy", [said])
            said += 1

    judge = Judge(further if when == "while it is judged" else lambda: None)
    for _ in range(rounds):
        assert len(clocked.queued()) == 1
        clocked.clock.advance(seconds=DEBOUNCE.total_seconds())  # type: ignore[union-attr]
        before, read_at = said, clocked.now()
        late = nullcontext() if when == "while it is judged" else _before_transactions(clocked, _in_turn(further))
        with late:
            [result] = _batch(clocked, judge, [place]).values()
        assert isinstance(result, AnalysisOutcome)
        assert result.waits
        assert result.lag is not None
        assert result.lag <= DEBOUNCE + 2 * JUDGING
        assert clocked.statistics(tenant.id)["TOTAL"]["messages"] == before
        assert _row(clocked, place)["pendingSince"] == to_micros(read_at)

    judge.meanwhile = lambda: None
    assert len(clocked.queued()) == 1
    [last] = _batch(clocked, judge, [place]).values()
    assert isinstance(last, AnalysisOutcome)
    assert not last.waits
    assert clocked.queued() == []
    assert set(judge.judged.values()) == {1}
    assert len(judge.judged) == said
    _are_sound(clocked, tenant, said)


def test_two_consumers_that_are_both_overtaken_count_each_message_once(fresh: World) -> None:
    tenant, judge = fresh.tenant(), Judge()
    place = _say(fresh, tenant, "busy", range(4))
    slow = _in_turn(
        lambda: _say(fresh, tenant, "busy", [4]),
        # The slow consumer has read that it was overtaken; the other one counts all of it first.
        lambda: _batch(fresh, judge, [place]),
    )
    with _before_transactions(fresh, slow):
        [result] = _batch(fresh, judge, [place]).values()
    assert isinstance(result, AnalysisOutcome)
    assert set(judge.judged.values()) == {1}
    _are_sound(fresh, tenant, 5)


def test_an_analyzer_that_fails_for_one_conversation_leaves_its_batch_alone(fresh: World) -> None:
    tenant, judge = fresh.tenant(), Judge()
    places = [_say(fresh, tenant, name, range(3)) for name in ("a", "poison", "b")]
    results = _batch(fresh, judge, places)
    assert isinstance(results[places[1]], ValueError)
    assert [results[place].judged for place in (places[0], places[2])] == [3, 3]  # type: ignore[union-attr]
    assert fresh.statistics(tenant.id)["TOTAL"]["messages"] == 6
    assert "pendingSince" in _row(fresh, places[1])


def test_a_row_that_would_outgrow_an_item_leaves_its_batch_alone(fresh: World) -> None:
    tenant, judge = fresh.tenant(), Judge()
    places = [_say(fresh, tenant, name, range(3)) for name in ("a", "full", "b")]
    _fill(fresh, places[1])
    results = _batch(fresh, judge, places)
    assert isinstance(results[places[1]], ItemTooLarge)
    assert [results[place].counted for place in (places[0], places[2])] == [3, 3]  # type: ignore[union-attr]
    assert fresh.statistics(tenant.id)["TOTAL"]["messages"] == 6
    assert set(judge.judged.values()) == {1}


def _fill(world: World, place: Place) -> None:
    """Let a row grow until nothing more fits into its item."""
    low, high = 300_000, 409_600
    while high - low > 8:
        middle = (low + high) // 2
        try:
            world.table.change(Change((keys.conversation(*place), keys.HEAD), sets={"filler": "x" * middle}))
            low = middle
        except ItemTooLarge:
            high = middle


def test_a_batch_without_time_gives_the_rest_back(fresh: World) -> None:
    tenant, judge = fresh.tenant(), Judge()
    places = [_say(fresh, tenant, name, range(2)) for name in ("a", "b", "c")]
    time = iter([True, False, False])
    results = _batch(fresh, judge, places, lambda: next(time))
    assert isinstance(results[places[0]], AnalysisOutcome)
    assert all(isinstance(results[place], TimeOver) for place in places[1:])
    assert judge.judged.total() == 2
    assert all("pendingSince" in _row(fresh, place) for place in places[1:])
    _batch(fresh, judge, places)
    _are_sound(fresh, tenant, 6)


@pytest.mark.parametrize("trouble", ["the table does not answer", "no time is left"])
def test_what_cannot_be_done_now_comes_back_after_seconds(
    fresh: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    tenant, delays = fresh.tenant(), []
    places = [_say(fresh, tenant, name, range(2)) for name in ("a", "b")]
    monkeypatch.setattr(fresh.deployment.analysis_queue, "delay", lambda _, seconds: delays.append(seconds))
    event, context = {"Records": fresh.queued()}, CONTEXT

    def no_answer(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    if trouble == "no time is left":
        context = SimpleNamespace(**{**vars(CONTEXT), "get_remaining_time_in_millis": lambda: 9_000})
        answer = fresh.handler("analysis")(event, context)
    else:
        with _before_transactions(fresh, no_answer):
            answer = fresh.handler("analysis")(event, context)
    assert len(answer["batchItemFailures"]) == 2
    assert len(delays) == 2
    assert all(1 <= seconds <= 10 for seconds in delays)
    assert all("pendingSince" in _row(fresh, place) for place in places)
    assert fresh.handler("analysis")(event, CONTEXT)["batchItemFailures"] == []
    _are_sound(fresh, tenant, 4)


def test_a_consumer_that_dies_before_it_counts_loses_no_judgement(fresh: World) -> None:
    tenant, judge = fresh.tenant(), Judge()
    places = [_say(fresh, tenant, name, range(3)) for name in ("a", "b")]

    def die(**_: Any) -> None:
        raise Death

    with pytest.raises(Death), _before_transactions(fresh, die):
        _batch(fresh, judge, places)
    assert judge.judged.total() == 6
    assert fresh.statistics(tenant.id) == {}

    results = _batch(fresh, judge, places)
    assert [(each.judged, each.counted) for each in results.values()] == [(0, 3)] * 2  # type: ignore[union-attr]
    assert judge.judged.total() == 6
    _are_sound(fresh, tenant, 6)


def test_a_batch_that_comes_again_counts_nothing_twice(fresh: World) -> None:
    tenant = fresh.tenant()
    for name in ("a", "b"):
        _say(fresh, tenant, name, range(3), user={"id": "ann"}, organization={"id": "acme"})
    records = fresh.queued()
    lost = iter([True])

    def answer_lost(**_: Any) -> None:
        if next(lost, False):
            raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    fresh.dynamodb.meta.events.register("after-call.dynamodb.TransactWriteItems", answer_lost)
    try:
        assert len(fresh.consume(records)) in (0, 2)
    finally:
        fresh.dynamodb.meta.events.unregister("after-call.dynamodb.TransactWriteItems", answer_lost)
    counted = fresh.statistics(tenant.id)
    assert counted["TOTAL"]["messages"] == 6
    for _ in range(2):
        assert fresh.consume(records) == []
    assert fresh.statistics(tenant.id) == counted
    _are_sound(fresh, tenant, 6)


def test_consumers_side_by_side_count_a_busy_chatbot_exactly(fresh: World) -> None:
    tenant, conversations, threads, batch = fresh.tenant(), 32, 4, 4
    consumers = [fresh.restarted({"dynamodb": fresh.dynamodb, "sqs": fresh.sqs}.__getitem__) for _ in range(threads)]
    calls = iter(range(1_000_000))

    def meets(params: dict[str, Any], **_: Any) -> Any:
        """Refuse every third transaction that adds to the statistics, as the table does when two meet."""
        actions = json.loads(params["body"])["TransactItems"]
        last = json.dumps(actions[-1])
        if not ("STAT#" in last or "ORG#" in last) or next(calls) % 3:
            return None
        reasons = [{"Code": "None"}] * (len(actions) - 1) + [{"Code": "TransactionConflict"}]
        refusal = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
        return SimpleNamespace(status_code=400), refusal

    def consume(given: tuple[World, Sequence[Place]]) -> int:
        world, places = given
        work = AnalyseBatch(lambda: True, world.deployment.enqueue_analysis)
        results = work(dict.fromkeys(places, world.analyse_with(Judge())))
        assert all(isinstance(result, AnalysisOutcome) for result in results.values())
        return sum(result.counted for result in results.values() if isinstance(result, AnalysisOutcome))

    fresh.dynamodb.meta.events.register(TRANSACTION, meets)
    try:
        for turn in range(2):
            places = [
                _say(fresh, tenant, f"c{number}", [2 * turn, 2 * turn + 1], **_people(number))
                for number in range(conversations)
            ]
            # Each batch goes to two consumers: a queue delivers a message twice at times.
            batches = [places[start : start + batch] for start in range(0, conversations, batch)]
            work = [(consumers[number % threads], batches[number // 2]) for number in range(2 * len(batches))]
            with ThreadPoolExecutor(threads) as pool:
                assert sum(pool.map(consume, work)) == 2 * conversations
    finally:
        fresh.dynamodb.meta.events.unregister(TRANSACTION, meets)
    assert spread_of(fresh.table.get(spread_key(tenant.id))) > 1
    assert len(fresh.people(tenant.id, "organization")) == 5
    _are_sound(fresh, tenant, 4 * conversations)


def _people(number: int) -> dict[str, Any]:
    """A user, and an organization that every other conversation has."""
    organization = "large" if number % 2 else f"o{number % 8}"
    return {"user": {"id": f"u{number % 20}"}, "organization": {"id": organization}}
