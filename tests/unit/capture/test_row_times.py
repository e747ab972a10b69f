"""First and last things of a row follow the transcript's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.storage.clocks import to_micros
from confab.storage.row_times import follow_transcript
from confab.storage.row_updates import RowChange, RowUpdate
from confab.storage.writes import Change

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = ("CONV#b#c", "HEAD")
SENT = {"key": "new"}
NEW = '{"key":"new"}'
"""As the row keeps it."""


def _at(hours: float) -> int:
    return to_micros(NOON + timedelta(hours=hours))


def _row(first: float, last: float, **more: Any) -> dict[str, Any]:
    return {"messages": 1, "firstAt": _at(first), "lastAt": _at(last), "cj.last": "old", **more}


def _change(row: dict[str, Any] | None, first: float, last: float, *, pressed: bool = False) -> Change:
    change = Change(KEY)
    shown = RowChange(latest={"last": SENT}, pressed={"lastButton": SENT} if pressed else {})
    times = (NOON + timedelta(hours=hours) for hours in (first, last))
    first_at, last_at = times
    update = RowUpdate(
        external_id=None, dialect="d", kind="k", now=NOON, stored=1, first_at=first_at, last_at=last_at, row=shown
    )
    follow_transcript(change, update, row)
    return change


@pytest.mark.parametrize("known", [True, False])
def test_given_a_later_message_then_it_is_the_last_in_one_update(known: bool) -> None:
    row = _row(0, 1)
    change = _change(row if known else None, 2, 2)
    assert change.allowed_by(row)
    after = change.applied(row)
    assert (after["firstAt"], after["lastAt"], after["cj.last"]) == (_at(0), _at(2), NEW)


@pytest.mark.parametrize(("first", "last"), [(0.5, 0.5), (-1, -1), (-1, 2)])
def test_given_an_older_message_then_the_row_refuses_what_expects_a_later_one(first: float, last: float) -> None:
    row = _row(0, 1)
    assert not _change(None, first, last).allowed_by(row)
    change = _change(row, first, last)
    assert change.allowed_by(row)
    after = change.applied(row)
    assert (after["firstAt"], after["lastAt"]) == (_at(min(first, 0)), _at(max(last, 1)))
    assert after["cj.last"] == (NEW if last > 1 else "old")


def test_given_a_row_that_moved_meanwhile_then_what_was_decided_for_it_is_refused() -> None:
    row = _row(0, 1)
    assert not _change(row, 2, 2).allowed_by(_row(0, 3))
    assert not _change(row, -1, -1).allowed_by(_row(-2, 1))
    empty = {"lastAt": _at(5)}
    assert not _change(empty, 0, 0).allowed_by(row)


def test_an_older_message_is_first_and_last_of_a_row_without_one() -> None:
    row = {"firstAt": _at(5), "lastAt": _at(5)}
    assert not _change(None, 0, 0).allowed_by(row)
    after = _change(row, 0, 0).applied(row)
    assert (after["firstAt"], after["lastAt"], after["cj.last"]) == (_at(0), _at(0), NEW)


@pytest.mark.parametrize(
    ("noted", "at", "button"),
    [
        ({"cj.lastButton": "old", "c.lastButtonAt": _at(1)}, 2, NEW),
        ({"cj.lastButton": "old", "c.lastButtonAt": _at(1)}, 0.5, "old"),
        ({"cj.lastButton": "old"}, 2, "old"),
        ({"cj.lastButton": "old"}, 4, NEW),
        ({}, 2, NEW),
    ],
)
def test_the_last_button_in_time_counts(noted: dict[str, Any], at: float, button: str) -> None:
    row = _row(0, 3, **noted)
    after = _change(row, at, at, pressed=True).applied(row)
    assert after.get("cj.lastButton") == button
