"""Finds the reports that are due, and lets them be told: each due time once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from confab.domain.notices import REPORT as REPORT_NOTICE
from confab.domain.notices import Notice
from confab.domain.rules import REPORT, Rule
from confab.notify.announce import Announcer
from confab.platform.errors import TimeOver
from confab.reports.mark_store import ReportMarks
from confab.reports.schedule import schedule_of
from confab.reports.windows import Window

FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""How old the mark of a rule must be that is not there, before it is removed."""


@dataclass(slots=True)
class ReportsDue:
    """What a look for reports that are due did.

    Attributes:
        told: how many were announced.
        errors: by rule, why one could not be.
    """

    told: int = 0
    errors: dict[str, Exception] = field(default_factory=dict)


class AnnounceReports:
    """Announces the reports that are due.

    The notice and the mark that says so are written in one transaction, on the mark that was read, and the notice's key
    follows from the time at which it was due. So a report comes once for each such time, whoever looks how often. Of
    several that passed without a look the last one is reported.

    Args:
        marks: when the last reports were due.
        announcer: lets destinations be told.
        now: the clock.
    """

    def __init__(self, marks: ReportMarks, announcer: Announcer, *, now: Callable[[], datetime]) -> None:
        self._marks = marks
        self._announcer = announcer
        self._now = now

    def __call__(self, chatbot_id: str, rules: Sequence[Rule]) -> ReportsDue:
        """Announce what is due of a chatbot.

        Args:
            rules: all of its rules; only reports that are enabled come.

        Raises:
            Unavailable: the table did not say what came before.
        """
        done = ReportsDue()
        reports = [rule for rule in rules if rule.kind == REPORT and rule.enabled]
        if not reports:
            return done
        marks = self._marks.all(chatbot_id)
        long_ago = (self._now() - FORGOTTEN_AFTER).isoformat()
        for gone in marks.keys() - {rule.id for rule in rules}:
            # One that was made after the rules were read is not gone.
            if marks[gone] < long_ago:
                self._marks.forget(chatbot_id, gone)
        for rule in reports:
            try:
                done.told += self._announce(rule, marks.get(rule.id))
            except TimeOver:
                raise
            except Exception as error:
                done.errors[rule.id] = error
        return done

    def _announce(self, rule: Rule, before: str | None) -> bool:
        schedule = schedule_of(rule.settings)
        day, due = schedule.last_due(self._now())
        if due < rule.since or (before is not None and before >= due.isoformat()):
            return False
        window, earlier = schedule.windows(day)
        notice = Notice(
            type=REPORT_NOTICE,
            key=f"report:{due.isoformat()}",
            at=due,
            figures={"window": _written(window), "before": _written(earlier)},
        )
        mark = self._marks.write(rule.chatbot_id, rule.id, before, due)
        return self._announcer.announce(rule.chatbot_id, rule.id, rule.destinations, notice, also=[mark])


def _written(window: Window) -> list[str]:
    return [window.since.isoformat(), window.until.isoformat()]


def windows_of(notice: Notice) -> tuple[Window, Window]:
    """What the report of a notice is about, and the time before."""
    said: Any = notice.figures
    first, second = (Window(*map(datetime.fromisoformat, said[name])) for name in ("window", "before"))
    return first, second
