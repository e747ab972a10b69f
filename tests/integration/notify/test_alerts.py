"""Alerts and reports on a clock that the test moves, over the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from confab.alerts import wiring as alerts_wiring
from confab.alerts.alert import alert_of
from confab.alerts.evaluate import EvaluateAlerts
from confab.alerts.measure import Measure
from confab.alerts.state_store import AlertStates
from confab.alerts.states import AlertState
from confab.domain.metrics import Figure
from confab.domain.rules import Rule
from confab.notify import wiring as notify_wiring
from confab.reading.search_index import SearchIndex
from confab.reports.windows import ReadWindows
from confab.rules import wiring as rules_wiring
from confab.storage import wiring as storage_wiring

from tests.support.deployment import Tenant
from tests.support.notifying import Receiver, clock, deliver, destination, receiving, runs
from tests.support.scripted import tell
from tests.support.world import World

STEP = timedelta(minutes=5)
BAD = "score=-0.9&topics=Refunds&ends=unresolved"
GOOD = "score=0.5&topics=Delivery&ends=resolved"
RATE: dict[str, Any] = {
    "kind": "alert",
    "name": "Unhappy",
    "metric": {"name": "negative_rate"},
    "window": "1h",
    "threshold": {"operator": ">", "alert": 0.5, "minimum": 2},
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as found:
        yield found


def _rule(world: World, tenant: Tenant, receiver: Receiver, body: dict[str, Any], **more: Any) -> str:
    to = destination(world, tenant, receiver.url)["destination"]["id"]
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/rules", {**body, "destinations": [to], **more})
    assert answer.status == 200, answer.body
    return str(answer.body["rule"]["id"])


def _status(world: World, tenant: Tenant, rule: str) -> Any:
    return world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/rules/{rule}").body["status"]


def _talk(world: World, tenant: Tenant, *said: str) -> None:
    for number, each in enumerate(said):
        tell(world, tenant, f"{world.now().isoformat()} {number}", each, at=world.now() - timedelta(seconds=1))


def _pass(world: World, until: datetime, step: timedelta = STEP) -> None:
    """Let time pass, with a run of the schedule at each step."""
    while world.now() < until:
        world.sleep(step.total_seconds())
        clock(world)


def _types(receiver: Receiver) -> list[str]:
    """The types of what was told, by its time."""
    return [body["type"] for body in sorted(receiver.bodies, key=lambda body: str(body["timestamp"]))]


def test_an_alert_opens_once_and_recovers_once(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    rule = _rule(clocked, tenant, receiver, RATE)
    assert _status(clocked, tenant, rule) is None
    _talk(clocked, tenant, BAD, BAD, GOOD)
    clock(clocked)
    clock(clocked)
    assert deliver(clocked, tenant) == ["success"]
    _pass(clocked, clocked.now() + timedelta(minutes=30))
    [said] = receiver.bodies
    assert (said["type"], said["rule"]["kind"]) == ("alert.opened", "alert")
    assert said["data"]["alert"]["value"] == 0.6667
    assert (said["data"]["alert"]["sample"], said["data"]["alert"]["state"]) == (3, "alert")
    assert _status(clocked, tenant, rule)["state"] == "alert"
    _talk(clocked, tenant, *[GOOD] * 6)
    _pass(clocked, clocked.now() + timedelta(minutes=20))
    deliver(clocked, tenant)
    assert _types(receiver) == ["alert.opened", "alert.recovered"]
    assert (_status(clocked, tenant, rule)["state"], len(runs(clocked, tenant))) == ("ok", 2)


def test_a_window_moves_on_by_what_was_counted_in_it(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    volume = {**RATE, "metric": {"name": "conversations"}, "window": "15m"}
    rule = _rule(clocked, tenant, receiver, volume, threshold={"operator": ">", "alert": 2})
    seen = []
    for number in range(7):
        if number == 1:
            _talk(clocked, tenant, GOOD, GOOD, GOOD)
        clock(clocked)
        seen.append(_status(clocked, tenant, rule)["state"])
        clocked.sleep(STEP.total_seconds())
    assert seen == ["ok", "alert", "alert", "alert", "ok", "ok", "ok"]
    deliver(clocked, tenant)
    assert _types(receiver) == ["alert.opened", "alert.recovered"]


def test_a_rule_that_says_something_else_begins_in_no_known_state(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    rule = _rule(clocked, tenant, receiver, RATE)
    _talk(clocked, tenant, BAD, BAD)
    clock(clocked)
    clocked.sleep(1)
    changed = {"threshold": {"operator": ">", "alert": 0.9, "minimum": 2}}
    path = f"/chatbots/{tenant.id}/rules/{rule}"
    assert clocked.admin(tenant.admin, "PATCH", path, changed).status == 200
    assert _status(clocked, tenant, rule) is None
    clock(clocked)
    assert len(runs(clocked, tenant)) == 2
    assert clocked.admin(tenant.admin, "DELETE", path).status == 200
    clock(clocked)
    assert len(runs(clocked, tenant)) == 2


def test_a_large_chatbot_waits_for_no_note_with_a_window_of_a_week(clocked: World) -> None:
    tenant = clocked.tenant()
    _talk(clocked, tenant, GOOD, GOOD, BAD)
    few = ReadWindows(SearchIndex(clocked.deployment.table), storage_wiring.statistics(clocked.deployment), most=2)
    sources = replace(alerts_wiring.sources(clocked.deployment), windows=few)
    week, day = (alert_of({**RATE, "window": window}) for window in ("1w", "1d"))
    measure = Measure(sources, tenant.id, clocked.now(), [week, day])
    assert measure.figure(day) is None
    assert measure.figure(week) == Figure(1 / 3, 3)


def test_a_window_is_held_against_the_one_before(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    volume = {**RATE, "metric": {"name": "conversations"}, "window": "15m"}
    drop = {"operator": "<", "alert": -0.5, "change": "vs_previous_window"}
    rule = _rule(clocked, tenant, receiver, volume, threshold=drop)
    seen = []
    for number in range(10):
        if number == 1:
            _talk(clocked, tenant, *[GOOD] * 6)
        clock(clocked)
        seen.append(_status(clocked, tenant, rule)["state"])
        clocked.sleep(STEP.total_seconds())
    # Nothing comes after the six: their window is followed by an empty one, and that by another empty one.
    assert seen == [*["ok"] * 4, *["alert"] * 3, *["ok"] * 3]
    deliver(clocked, tenant)
    assert _types(receiver) == ["alert.opened", "alert.recovered"]


@pytest.mark.parametrize("metric", ["capture_rejected", "analysis_failed"])
def test_what_does_not_work_opens_an_alert(clocked: World, receiver: Receiver, metric: str) -> None:
    tenant = clocked.tenant()
    failures = {**RATE, "metric": {"name": metric}, "window": "15m"}
    rule = _rule(clocked, tenant, receiver, failures, threshold={"operator": ">", "alert": 0})
    clock(clocked)
    assert _status(clocked, tenant, rule)["state"] == "ok"
    if metric == "capture_rejected":
        assert clocked.request("POST", "/v1/capture", tenant.ingest, {"messages": []}).status == 400
    else:
        said = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
        conversation = clocked.capture_directly(tenant, said)["conversationId"]
        clocked.analyse_with(None).give_up(tenant.id, conversation, "ValueError")
    _pass(clocked, clocked.now() + timedelta(minutes=25))
    deliver(clocked, tenant)
    assert _types(receiver) == ["alert.opened", "alert.recovered"]


def test_the_state_of_a_rule_that_is_gone_goes_too(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    kept, gone = (_rule(clocked, tenant, receiver, RATE) for _ in range(2))
    clock(clocked)
    assert clocked.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}/rules/{gone}").status == 200
    states = alerts_wiring.states(clocked.deployment)
    clock(clocked)
    assert set(states.all(tenant.id)) == {kept, gone}, (
        "one that was just made may be missing in the rules that were read"
    )
    clocked.sleep(3700)
    clock(clocked)
    assert set(states.all(tenant.id)) == {kept}


def test_a_spike_of_a_topic_is_held_against_seven_days(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    spike = {**RATE, "metric": {"name": "topic_count", "topic": "refund"}, "window": "1d"}
    _rule(
        clocked, tenant, receiver, spike, threshold={"operator": ">", "alert": 1, "change": "vs_7d_mean", "minimum": 5}
    )
    for _ in range(4):
        _talk(clocked, tenant, BAD, GOOD)
        clocked.sleep(86_400)
        clock(clocked)
    assert runs(clocked, tenant) == []
    _talk(clocked, tenant, *[BAD] * 9)
    clock(clocked)
    deliver(clocked, tenant)
    [said] = receiver.bodies
    alert = said["data"]["alert"]
    assert (alert["value"], alert["comparedWith"], alert["metric"]["topic"]) == (9.0, 1.0, "refund")


@pytest.mark.slow
def test_a_month_of_reports_comes_at_the_hour_of_the_wall_clock(clocked: World, receiver: Receiver) -> None:
    """March 2026 in Berlin, whose clocks go forward on the 29th; an alert opens and recovers once meanwhile."""
    tenant = clocked.tenant()
    schedule = {"every": "day", "hour": 9, "timezone": "Europe/Berlin"}
    _rule(clocked, tenant, receiver, {"kind": "report", "name": "Daily", "schedule": schedule})
    weekly = {"every": "week", "weekday": "monday", "hour": 9, "timezone": "Europe/Berlin"}
    _rule(clocked, tenant, receiver, {"kind": "report", "name": "Weekly", "schedule": weekly})
    threshold = {"operator": ">", "alert": 0.5}
    _rule(clocked, tenant, receiver, RATE, noData="notify", window="1d", threshold=threshold)
    step = timedelta(hours=12)
    for _ in range(31 * 2):
        day = clocked.now().day
        if day != 20:
            _talk(clocked, tenant, BAD if day == 10 else GOOD)
        _pass(clocked, clocked.now() + step, step)
    rules = clocked.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/rules").body
    names = {rule["id"]: rule["name"] for rule in rules}
    log = notify_wiring.run_store(clocked.deployment).page(tenant.id, None, 1000).runs
    told = sorted((run.notice.at.isoformat()[:16], names[run.rule_id], run.notice.type) for run in log)
    daily = [at for at, name, _ in told if name == "Daily"]
    assert daily == [f"2026-03-{day:02d}T0{8 if day < 29 else 7}:00" for day in range(2, 32)] + ["2026-04-01T07:00"]
    assert [at for at, name, _ in told if name == "Weekly"] == [
        *(f"2026-03-{day:02d}T08:00" for day in (2, 9, 16, 23)),
        "2026-03-30T07:00",
    ]
    assert [(kind, at[:10]) for at, name, kind in told if name == "Unhappy"] == [
        ("alert.opened", "2026-03-11"),
        ("alert.recovered", "2026-03-11"),
        ("alert.no_data", "2026-03-21"),
        ("alert.recovered", "2026-03-21"),
    ]


def test_a_report_is_the_review_of_the_day_before_without_texts(clocked: World, receiver: Receiver) -> None:
    tenant = clocked.tenant()
    schedule = {"every": "day", "hour": 6, "timezone": "UTC"}
    _rule(clocked, tenant, receiver, {"kind": "report", "name": "Daily", "schedule": schedule})
    _talk(clocked, tenant, BAD, GOOD)
    _pass(clocked, clocked.now() + timedelta(days=1), timedelta(hours=6))
    clock(clocked)
    deliver(clocked, tenant)
    [said] = receiver.bodies
    review = said["data"]["review"]
    assert (review["from"], review["to"]) == ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
    assert review["totals"]["conversations"]["value"] == 2
    [example] = review["examples"]
    assert (example["outcome"], "text" in example["firstBadTurn"]) == ("unresolved", False)


class _Overtaken(AlertStates):
    """Somebody else evaluates between the reading of how the alerts stand and the writing."""

    def __init__(self, world: World, tenant: Tenant) -> None:
        super().__init__(world.deployment.table)
        self._overtake = lambda: alerts_wiring.evaluate(world.deployment)(tenant.id, _rules(world, tenant))
        self.told_by_other = 0

    def all(self, chatbot_id: str) -> dict[str, tuple[datetime, AlertState]]:
        known = super().all(chatbot_id)
        self.told_by_other = self._overtake().told
        return known


def _rules(world: World, tenant: Tenant) -> Sequence[Rule]:
    return rules_wiring.store(world.deployment).all(tenant.id)


def test_of_two_evaluations_at_the_same_time_one_tells(clocked: World, receiver: Receiver) -> None:
    tenant, deployment = clocked.tenant(), clocked.deployment
    rule = _rule(clocked, tenant, receiver, RATE)
    _talk(clocked, tenant, BAD, BAD)
    states, announcer = _Overtaken(clocked, tenant), notify_wiring.announcer(deployment)
    evaluate = EvaluateAlerts(alerts_wiring.sources(deployment), states, announcer, now=deployment.now)
    assert (evaluate(tenant.id, _rules(clocked, tenant)).told, states.told_by_other) == (0, 1)
    assert (len(runs(clocked, tenant)), _status(clocked, tenant, rule)["state"]) == (1, "alert")
