"""The states of an alert, and what is told when one follows another.

An alert tells what changes, once: that it opened, or grew from a warning to an alert; that it recovered; that there is
no data, where its rule asks for that; that it cannot be evaluated. What was told last is a part of its state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from confab.alerts.alert import ALERT, ERROR, NO_DATA, NOTIFY, OK, UNKNOWN, WARNING, Alert, Reading

OPENED: Final = "alert.opened"
RECOVERED: Final = "alert.recovered"
WITHOUT_DATA: Final = "alert.no_data"
FAILED: Final = "alert.error"
MAX_FAILURES: Final = 3
"""How many evaluations in a row must fail before an alert is in error: one alone may be a busy table."""
SEVERITIES: Final = {WARNING: 1, ALERT: 2}
NOTHING_READ: Final = Reading(state=UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """How an alert stands.

    Attributes:
        state: one of ``alert.STATES``.
        since: since when (UTC).
        told: the worst state that was told and has not been taken back; empty for none.
        told_at: when it was told last.
        failures: evaluations in a row that failed.
        changes: how often the state was written; a notice takes its key from it.
        evaluated_at: when it was evaluated last, to the hour where nothing changed.
        reading: what was found then.
    """

    state: str = UNKNOWN
    since: datetime
    told: str = ""
    told_at: datetime | None = None
    failures: int = 0
    changes: int = 0
    evaluated_at: datetime | None = None
    reading: Reading = NOTHING_READ


def followed(before: AlertState, alert: Alert, reading: Reading, now: datetime) -> tuple[AlertState, str | None]:
    """The state that follows an evaluation, and the type of the notice that tells of it; None for none."""
    known = replace(before, evaluated_at=now, reading=reading, failures=0)
    if reading.state == UNKNOWN:
        return known, None
    after = known if known.state == reading.state else replace(known, state=reading.state, since=now)
    told = _told(before, alert, reading.state, now)
    if told is None:
        return after, None
    return replace(after, told="" if told == RECOVERED else _worse(before.told, reading.state), told_at=now), told


def failed(before: AlertState, now: datetime) -> tuple[AlertState, str | None]:
    """The state that follows an evaluation that failed, and the type of the notice that tells of it."""
    after = replace(before, evaluated_at=now, failures=before.failures + 1)
    if after.failures < MAX_FAILURES or before.state == ERROR:
        return after, None
    return replace(after, state=ERROR, since=now, told=before.told or ERROR, told_at=now), FAILED


def _worse(told: str, state: str) -> str:
    """Of two states that are told, the one that says more; an open alert is not forgotten while there is no data."""
    return told if told and SEVERITIES.get(told, 0) >= SEVERITIES.get(state, 0) else state


def _told(before: AlertState, alert: Alert, state: str, now: datetime) -> str | None:
    if state in SEVERITIES:
        worse = SEVERITIES[state] > SEVERITIES.get(before.told, 0)
        unseen = before.state in (NO_DATA, ERROR)
        return OPENED if worse or unseen or _again(before, alert, now) else None
    if state == NO_DATA:
        return WITHOUT_DATA if alert.no_data == NOTIFY and before.state != NO_DATA else None
    return RECOVERED if state == OK and before.told else None


def _again(before: AlertState, alert: Alert, now: datetime) -> bool:
    return alert.renotify is not None and before.told_at is not None and now - before.told_at >= alert.renotify
