"""Jobs in the table: a partition a chatbot, each until two days after it was made."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

from confab.admin.audit_store import noted
from confab.domain.audit import AuditEntry
from confab.storage import keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Put
from confab.transfer.jobs import Job, JobFile

KEPT: Final = timedelta(days=2)


class JobMoved(Exception):
    """Another delivery of the step came first."""


class JobStore:
    """Notes jobs and their steps.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: Job, entry: AuditEntry) -> None:
        """Note a new job and who asked for it; one that is noted already stays as it is."""
        try:
            self._table.commit([Put(_item(job)), noted(entry)])
        except ConditionFailed:
            if self.get(job.chatbot_id, job.id) is None:
                raise

    def get(self, chatbot_id: str, job_id: str) -> Job | None:
        """A job; None when there is none."""
        item = self._table.get((keys.jobs(chatbot_id), job_id), consistent=True)
        return None if item is None else _read(item)

    def running(self, chatbot_id: str, now: datetime) -> int:
        """How many jobs of a chatbot are under way; one that has not ended within its life counts no more."""
        jobs = [_read(item) for item in self._table.query(keys.jobs(chatbot_id), consistent=True)]
        return sum(not job.ended and job.expires_at > now for job in jobs)

    def advance(self, before: Job, after: Job) -> None:
        """Note a step.

        Raises:
            JobMoved: it was noted already.
        """
        try:
            self._table.put_if(Put(_item(after), only_if_absent=False, equals={"step": before.step}))
        except ConditionFailed as moved:
            raise JobMoved from moved


def _item(job: Job) -> Item:
    item: Item = {
        "pk": keys.jobs(job.chatbot_id),
        "sk": job.id,
        "form": job.form,
        "at": to_micros(job.created_at),
        "filters": json.dumps(dict(job.filters), ensure_ascii=False),
        "status": job.status,
        "page": job.page,
        "step": job.step,
        "rows": job.rows,
        "files": json.dumps([[file.key, file.size, file.rows] for file in job.files]),
        "expiresAt": int((job.created_at + KEPT).timestamp()),
    }
    ended = None if job.ended_at is None else to_micros(job.ended_at)
    given = {"position": job.position, "total": job.total, "endedAt": ended, "failure": job.failure}
    return {**item, **{name: value for name, value in given.items() if value is not None}}


def _read(item: Item) -> Job:
    return Job(
        id=item["sk"],
        chatbot_id=item["pk"].removeprefix(keys.jobs("")),
        form=item["form"],
        created_at=from_micros(item["at"]),
        filters=json.loads(item["filters"]),
        status=item["status"],
        page=item["page"],
        step=item["step"],
        position=item.get("position"),
        rows=item["rows"],
        total=item.get("total"),
        files=[JobFile(*file) for file in json.loads(item["files"])],
        ended_at=optional_time(item.get("endedAt")),
        failure=item.get("failure"),
    )
