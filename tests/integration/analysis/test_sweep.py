"""The sweep: what was never queued, or queued and lost, is analysed in the end; once, and bounded a run."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from confab.analysis import sweep_wiring
from confab.analysis.sweep import Sweep
from confab.analysis.sweep_store import SweepStore
from confab.analysis.waiting import Waiting
from confab.erasure import conversation_wiring
from confab.platform.errors import Unavailable
from confab.platform.queue import QueueUnavailable
from confab.storage import keys
from confab.storage.analysis_requests import EnqueueAnalysis

from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

MESSAGE = {"id": "m1", "role": "user", "content": "Where is my order?"}


def _capture(world: World, tenant: Tenant, conversation: str = "c", *, lost: bool = True) -> str:
    """Capture a message whose queue message is lost on its way, unless told otherwise."""
    answer = world.capture_directly(tenant, {"conversationId": conversation, "messages": [MESSAGE]})
    if lost:
        world.queued()
    stored: str = answer["conversationId"]
    return stored


def _row(world: World, tenant: Tenant, conversation_id: str) -> dict[str, Any]:
    row = world.table.get((keys.conversation(tenant.id, conversation_id), keys.HEAD), consistent=True)
    assert row is not None
    return row


def _later(world: World, **span: float) -> None:
    assert world.clock is not None
    world.clock.advance(**span)


def _sweep(world: World, **changes: Any) -> Sweep:
    given: dict[str, Any] = {"store": SweepStore(world.table), "enqueue_analysis": world.deployment.enqueue_analysis}
    given.update({"pool": world.table.pool, "now": world.now, "after": timedelta(minutes=15), "most": 100}, **changes)
    return Sweep(**given)


def test_given_a_conversation_that_was_never_queued_when_swept_then_it_is_analysed(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = _capture(clocked, tenant)
    _later(clocked, minutes=14)
    assert sweep_wiring.sweep(clocked.deployment)().queued == 0
    _later(clocked, minutes=1)
    swept = sweep_wiring.sweep(clocked.deployment)()
    assert (swept.queued, swept.failed, swept.overdue, swept.oldest) == (1, 0, 1, timedelta(minutes=15))
    assert clocked.analyse_queued() == []
    assert "g2pk" not in _row(clocked, tenant, conversation)
    assert clocked.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}
    swept = sweep_wiring.sweep(clocked.deployment)()
    assert (swept.queued, swept.overdue, swept.oldest) == (0, 0, timedelta(0))


def test_each_wait_of_a_lost_conversation_is_twice_as_long(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    _capture(clocked, tenant)
    queued = []
    for minute in range(5, 250, 5):
        _later(clocked, minutes=5)
        if sweep_wiring.sweep(clocked.deployment)().queued:
            queued.append(minute)
        clocked.queued()
    assert queued == [15, 30, 60, 120, 240]


def test_shards_share_a_sweep_and_the_oldest_come_first(clocked: World) -> None:
    tenant = clocked.tenant()
    order = []
    for number in range(24):
        order.append(_capture(clocked, tenant, f"c{number}", lost=False))
        _later(clocked, seconds=1)
    clocked.queued()
    _later(clocked, minutes=20)
    sweep = _sweep(clocked, most=8)
    swept = sweep()
    assert (swept.queued, swept.overdue) == (8, 24)
    taken = _taken(clocked)
    by_shard = {shard: [each for each in order if keys.shard_of(each) == shard] for shard in range(keys.SHARDS)}
    shares = Counter(keys.shard_of(each) for each in taken)
    for shard, run in by_shard.items():
        assert {each for each in taken if keys.shard_of(each) == shard} == set(run[: shares[shard]])
        assert shares[shard] >= min(2, len(run))
    rest = [*taken]
    while sweep().queued:
        rest += _taken(clocked)
    assert sorted(rest) == sorted(order)


def _taken(world: World) -> list[str]:
    return [json.loads(record["body"])["conversationId"] for record in world.queued()]


def test_given_two_sweeps_that_saw_the_same_when_both_claim_then_one_queues_it(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = _capture(clocked, tenant)
    _later(clocked, minutes=20)
    store = SweepStore(clocked.table)
    (waiting,) = store.waiting(keys.shard_of(conversation))
    first = store.claim(waiting, clocked.now())
    _later(clocked, milliseconds=1)
    assert first is not None
    assert first.leased_until is not None
    assert store.claim(waiting, clocked.now()) is None


def test_a_repeated_claim_whose_answer_was_lost_counts_as_ours(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = _capture(clocked, tenant)
    _later(clocked, minutes=20)
    store = SweepStore(clocked.table)
    (waiting,) = store.waiting(keys.shard_of(conversation))
    assert store.claim(waiting, clocked.now()) == store.claim(waiting, clocked.now()) is not None


def test_the_next_run_or_capture_queues_what_the_queue_refused(clocked: World) -> None:
    class Refusing:
        def send(self, *_: Any, **__: Any) -> None:
            raise QueueUnavailable("InternalError")

    refusing = EnqueueAnalysis(Refusing(), clocked.deployment.conversations, timedelta(0))
    tenant = clocked.tenant()
    _capture(clocked, tenant)
    _later(clocked, minutes=20)
    assert (_sweep(clocked, enqueue_analysis=refusing)().failed, len(clocked.queued())) == (1, 0)
    assert _sweep(clocked)().queued == 1
    clocked.queued()
    _later(clocked, hours=1)
    assert _sweep(clocked, enqueue_analysis=refusing)().failed == 1
    body = {"conversationId": "c", "messages": [{**MESSAGE, "id": "m2"}]}
    assert clocked.capture_directly(tenant, body)["analysisQueued"] is True
    assert len(clocked.queued()) == 1


def test_given_one_row_that_cannot_be_claimed_when_swept_then_the_others_are_queued(clocked: World) -> None:
    class Stuttering(SweepStore):
        def claim(self, waiting: Waiting, now: Any) -> Waiting | None:
            if waiting.conversation_id == bad:
                raise Unavailable("busy")
            return super().claim(waiting, now)

    tenant = clocked.tenant()
    bad, _ = (_capture(clocked, tenant, name) for name in ("c", "d"))
    _later(clocked, minutes=20)
    swept = _sweep(clocked, store=Stuttering(clocked.table))()
    assert (swept.queued, swept.failed) == (1, 1)


def test_a_conversation_that_was_given_up_stays_so_until_its_next_message(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    conversation = _capture(clocked, tenant)
    clocked.analyse_with(None).give_up(tenant.id, conversation, "ValueError")
    _later(clocked, hours=1)
    swept = sweep_wiring.sweep(clocked.deployment)()
    assert (swept.queued, swept.overdue) == (0, 0)
    assert _row(clocked, tenant, conversation)["analysisFailed"] == "ValueError"
    body = {"conversationId": "c", "messages": [{**MESSAGE, "id": "m2"}]}
    assert clocked.capture_directly(tenant, body)["analysisQueued"] is True
    assert "analysisFailed" not in _row(clocked, tenant, conversation)


def test_given_an_erasure_that_a_crash_left_when_swept_then_it_is_finished(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = _capture(clocked, tenant)
    clocked.analyse_queued()
    erase = conversation_wiring.erase(clocked.deployment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erase, "finish", _dies)
        with pytest.raises(_Died):
            erase(tenant.id, conversation)
    clocked.queued()
    _later(clocked, minutes=20)
    assert sweep_wiring.sweep(clocked.deployment)().queued == 1
    assert clocked.analyse_queued() == []
    assert clocked.items(tenant.id, conversation) == []
    assert clocked.statistics(tenant.id) == {}


class _Died(BaseException):
    """The process ends here."""


def _dies(*_: Any) -> None:
    raise _Died


def test_the_schedule_runs_the_sweep_and_measures_the_oldest_wait(
    clocked: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = clocked.tenant()
    _capture(clocked, tenant)
    _later(clocked, minutes=20)
    capsys.readouterr()
    answer = clocked.handler("maintenance")({}, CONTEXT)
    assert answer == {"queued": 1, "failed": 0, "overdue": 1, "removed": 0, "erased": 0, "expired": 0}
    written = capsys.readouterr().out
    assert '"OldestPending":[1200.0]' in written
    assert '"Requeued":[1.0]' in written
