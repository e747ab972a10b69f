"""The evaluation of a chatbot's alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from confab.alerts.alert import Alert, alert_of, judged
from confab.alerts.measure import AlertSources, Measure
from confab.alerts.state_store import AlertStates
from confab.alerts.states import AlertState, failed, followed
from confab.domain.notices import Notice
from confab.domain.rules import ALERT, Rule
from confab.notify.announce import Announcer
from confab.platform.errors import TimeOver
from confab.storage.table import ConditionFailed

SHOWN_EVERY: Final = timedelta(hours=1)
"""How often the state of an alert is written although nothing but its figure changed."""


@dataclass(slots=True)
class Evaluated:
    """What an evaluation of a chatbot's alerts did.

    Attributes:
        alerts: how many were evaluated.
        told: how many notices were announced.
        errors: by rule, why an alert could not be evaluated.
    """

    alerts: int = 0
    told: int = 0
    errors: dict[str, Exception] = field(default_factory=dict)


class EvaluateAlerts:
    """Evaluates the alerts of a chatbot.

    A state and the notice that tells of it are written in one transaction, on the state that was read. So whoever
    evaluates at the same time, or dies, and however often an evaluation is repeated, a change is told once.

    Args:
        sources: what figures are read from.
        states: the states of alerts.
        announcer: lets destinations be told.
        now: the clock.
    """

    def __init__(
        self, sources: AlertSources, states: AlertStates, announcer: Announcer, *, now: Callable[[], datetime]
    ) -> None:
        self._sources = sources
        self._states = states
        self._announcer = announcer
        self._now = now

    def __call__(self, chatbot_id: str, rules: Sequence[Rule]) -> Evaluated:
        """Evaluate the alerts of a chatbot once, and note the counters for later evaluations.

        Args:
            rules: all of the chatbot's rules; only alerts that are enabled are evaluated.

        Raises:
            Unavailable: the table did not answer for what all alerts need.
        """
        now, done = self._now(), Evaluated()
        alerts = {rule.id: alert_of(rule.settings) for rule in rules if rule.kind == ALERT and rule.enabled}
        if not alerts:
            return done
        known = self._states.all(chatbot_id)
        for gone in known.keys() - {rule.id for rule in rules}:
            # One that was made after the rules were read is not gone.
            if known[gone][0] < now - SHOWN_EVERY:
                self._states.forget(chatbot_id, gone)
        measure = Measure(self._sources, chatbot_id, now, list(alerts.values()))
        for rule in (rule for rule in rules if rule.id in alerts):
            before = _state_of(rule, known.get(rule.id), now)
            try:
                self._evaluate(rule, alerts[rule.id], before, measure, now, done)
            except TimeOver:
                raise
            except Exception as error:
                done.errors[rule.id] = error
                self._write(rule, before, *failed(before, now), done)
        self._sources.snapshots.note(chatbot_id, now, measure.days)
        return done

    def _evaluate(
        self, rule: Rule, alert: Alert, before: AlertState, measure: Measure, now: datetime, done: Evaluated
    ) -> None:
        reading = judged(alert, measure.figure(alert), measure.base(alert))
        done.alerts += 1
        self._write(rule, before, *followed(before, alert, reading, now), done)

    def _write(self, rule: Rule, before: AlertState, after: AlertState, told: str | None, done: Evaluated) -> None:
        if told is None and not _to_be_written(before, after):
            return
        write = self._states.write(rule.chatbot_id, rule.id, rule.since, before, after)
        if told is not None:
            notice = notice_of(rule, before, after, told)
            done.told += self._announcer.announce(rule.chatbot_id, rule.id, rule.destinations, notice, also=[write])
            return
        try:
            self._states.commit(write)
        except ConditionFailed:
            # Somebody else evaluated it at the same time.
            return


def _state_of(rule: Rule, known: tuple[datetime, AlertState] | None, now: datetime) -> AlertState:
    """The state that an alert is in; a rule that says something else than before begins afresh, and counts on."""
    if known is None:
        return AlertState(since=now)
    since, state = known
    return state if since == rule.since else AlertState(since=now, changes=state.changes)


def _to_be_written(before: AlertState, after: AlertState) -> bool:
    if (before.state, before.told, before.failures) != (after.state, after.told, after.failures):
        return True
    if before.evaluated_at is None or after.evaluated_at is None:
        return True
    return after.evaluated_at - before.evaluated_at >= SHOWN_EVERY


def notice_of(rule: Rule, before: AlertState, after: AlertState, told: str) -> Notice:
    """The notice that tells of a state."""
    reading = after.reading
    return Notice(
        type=told,
        key=f"alert:{before.changes + 1}",
        at=after.evaluated_at or after.since,
        figures={
            "state": after.state,
            "previousState": before.state,
            "metric": dict(rule.settings["metric"]),
            "window": rule.settings["window"],
            "threshold": dict(rule.settings["threshold"]),
            "value": None if reading.figure is None else _rounded(reading.figure.value),
            "sample": None if reading.figure is None else reading.figure.sample,
            "comparedWith": _rounded(reading.base),
            "change": _rounded(reading.compared) if reading.base is not None else None,
            "reason": reading.reason or None,
        },
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
