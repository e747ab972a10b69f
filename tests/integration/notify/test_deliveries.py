"""Deliveries to a receiver on this machine: attempts, the end of a destination, the log, and who may be called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from confab.notify import wiring as notify_wiring
from confab.notify.runs import MAX_ATTEMPTS
from confab.platform.queue import QueueUnavailable

from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.notifying import (
    ANGRY,
    Receiver,
    clock,
    commit,
    deliver,
    destination,
    is_genuine,
    receiving,
    rule,
    runs,
    say,
)
from tests.support.world import World


def _tried(world: World, tenant: Tenant, destination_id: str) -> str:
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/destinations/{destination_id}/test")
    assert answer.status == 202, answer.body
    (run_id,) = answer.body["runIds"]
    return str(run_id)


def _run(world: World, tenant: Tenant, run_id: str) -> dict[str, Any]:
    answer = world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/runs/{run_id}")
    found: dict[str, Any] = answer.body
    return found


def _attempt(world: World, tenant: Tenant, run_id: str) -> list[Any]:
    """One message of the queue about a run; the failures that the function reports."""
    record = sqs_record({"chatbotId": tenant.id, "runId": run_id})
    failures: list[Any] = world.handler("notify")({"Records": [record]}, CONTEXT)["batchItemFailures"]
    return failures


def test_a_receiver_that_fails_is_tried_again_six_times_under_one_id(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver(answers=[(503, {})] * 10)) as receiver:
        run_id = _tried(clocked, tenant, destination(clocked, tenant, receiver.url)["destination"]["id"])
        for _ in range(MAX_ATTEMPTS - 1):
            assert _attempt(clocked, tenant, run_id), "the message comes again"
            assert _run(clocked, tenant, run_id)["status"] == "pending"
            clocked.clock.advance(hours=1)  # type: ignore[union-attr]
        assert _attempt(clocked, tenant, run_id) == []
        run = _run(clocked, tenant, run_id)
        assert (run["status"], run["error"]) == ("failed", "it answered 503")
        assert [attempt["status"] for attempt in run["attempts"]] == [503] * MAX_ATTEMPTS
        assert _attempt(clocked, tenant, run_id) == [], "one that has ended is left alone"
        assert len(receiver.deliveries) == MAX_ATTEMPTS
        receiver.answers.clear()
        again = clocked.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/runs/{run_id}/redeliver")
        assert (again.status, again.body["run"]["status"]) == (202, "pending")
        assert _attempt(clocked, tenant, run_id) == []
    run = _run(clocked, tenant, run_id)
    assert (run["status"], run["error"], run["attempts"][-1]["status"]) == ("success", None, 200)
    assert receiver.ids == {run_id}


def test_an_attempt_has_its_run_by_itself_until_it_ends_or_could_have(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        run_id = _tried(clocked, tenant, destination(clocked, tenant, receiver.url)["destination"]["id"])
        # A process that takes the run and dies.
        assert notify_wiring.run_store(clocked.deployment).claim(tenant.id, run_id, clocked.now())
        assert _attempt(clocked, tenant, run_id), "not while the other one may be at work"
        assert receiver.deliveries == []
        clocked.clock.advance(minutes=3)  # type: ignore[union-attr]
        assert _attempt(clocked, tenant, run_id) == []
    assert receiver.ids == {run_id}


def test_a_retry_after_is_kept(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver(answers=[(429, {"retry-after": "1800"})])) as receiver:
        run_id = _tried(clocked, tenant, destination(clocked, tenant, receiver.url)["destination"]["id"])
        done = notify_wiring.run_store(clocked.deployment)
        _attempt(clocked, tenant, run_id)
        clock(clocked)
        (entry,) = [each for each in done.overdue(clocked.now() + timedelta(days=1), 10) if each[1] == run_id]
    assert int(entry[2]) / 1000 >= (clocked.now() + timedelta(minutes=30)).timestamp()


def test_a_receiver_that_is_gone_gets_nothing_more_until_it_is_enabled(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver(answers=[(410, {})])) as receiver:
        to = destination(clocked, tenant, receiver.url)["destination"]["id"]
        first, second = _tried(clocked, tenant, to), _tried(clocked, tenant, to)
        _attempt(clocked, tenant, first)
        path = f"/chatbots/{tenant.id}/destinations/{to}"
        shown = clocked.admin(tenant.admin, "GET", path).body
        assert (shown["enabled"], shown["disabledReason"]) == (False, "it answered 410")
        _attempt(clocked, tenant, second)
        assert _run(clocked, tenant, second)["status"] == "skipped"
        assert len(receiver.deliveries) == 1
        enabled = clocked.admin(tenant.admin, "PATCH", path, {"enabled": True}).body["destination"]
        assert (enabled["enabled"], enabled["disabledReason"]) == (True, None)
        _attempt(clocked, tenant, _tried(clocked, tenant, to))
    assert len(receiver.deliveries) == 2


def test_a_redirect_is_not_followed_and_ends_the_run(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as inside, receiving(Receiver(answers=[(307, {"location": inside.url})])) as receiver:
        run_id = _tried(clocked, tenant, destination(clocked, tenant, receiver.url)["destination"]["id"])
        assert _attempt(clocked, tenant, run_id) == []
    assert inside.deliveries == []
    run = _run(clocked, tenant, run_id)
    assert (run["status"], run["error"]) == ("failed", "it answered 307; redirects are not followed")


def test_both_secrets_sign_for_a_day_after_a_rotation(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        made = destination(clocked, tenant, receiver.url)
        to = made["destination"]["id"]
        path = f"/chatbots/{tenant.id}/destinations/{to}/rotate-secret"
        fresh = clocked.admin(tenant.admin, "POST", path).body["secret"]
        for hours in (0, 25):
            clocked.clock.advance(hours=hours)  # type: ignore[union-attr]
            _attempt(clocked, tenant, _tried(clocked, tenant, to))
    signed = [[is_genuine(*each, secret) for secret in (fresh, made["secret"])] for each in receiver.deliveries]
    assert signed == [[True, True], [True, False]]


def test_a_run_whose_message_is_lost_is_queued_again(clocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        to = destination(clocked, tenant, receiver.url)["destination"]["id"]

        def lost(*_: Any, **__: Any) -> None:
            raise QueueUnavailable("no")

        with monkeypatch.context() as broken:
            broken.setattr(clocked.deployment.notify_queue, "send", lost)
            run_id = _tried(clocked, tenant, to)
        clocked.queued(clocked.notify_url)
        clock(clocked)
        assert clocked.queued(clocked.notify_url) == [], "it may still come"
        clocked.clock.advance(minutes=6)  # type: ignore[union-attr]
        clock(clocked)
        clock(clocked)
        (message,) = clocked.queued(clocked.notify_url)
        clocked.handler("notify")({"Records": [message]}, CONTEXT)
    assert receiver.ids == {run_id}


def test_the_log_is_read_in_pages_by_rule_and_by_status(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver(answers=[(500, {}), (400, {})])) as receiver:
        to = destination(clocked, tenant, receiver.url)["destination"]["id"]
        one = rule(clocked, tenant, to, ("sentiment.score", "<=", -0.5), on="user_message")
        talk = say(clocked, tenant, "talk", ANGRY, ANGRY, ANGRY)
        commit(clocked, tenant, talk)
        _tried(clocked, tenant, to)
        deliver(clocked, tenant)
    assert [run["status"] for run in runs(clocked, tenant)].count("success") == 2
    assert [run["status"] for run in runs(clocked, tenant, status="failed")] == ["failed"]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        path = f"/api/v1/chatbots/{tenant.id}/rules/{one}/runs"
        page = clocked.request("GET", path, tenant.admin, query=query).body
        seen += [run["id"] for run in page["runs"]]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    assert len(set(seen)) == len(seen) == 3
