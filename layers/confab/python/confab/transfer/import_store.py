"""Imports in the table: a partition a chatbot, each until two days after it was made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final

from confab.admin.audit_store import noted
from confab.domain.audit import AuditEntry
from confab.importing.pieces import Fault, Options
from confab.importing.run import Progress
from confab.importing.store import Tally
from confab.storage import keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Put
from confab.transfer.job_store import KEPT, JobMoved
from confab.transfer.jobs import DONE, FAILED

WAITING: Final = "waiting"
LIFE: Final = timedelta(hours=24)
"""For how long an import may be begun, and is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """An import that waits for its file, is under way, or done.

    Attributes:
        options: what the file does not say by itself.
        dry: whether nothing is stored.
        step: how many steps were taken.
        progress: how far it is.
        failure: why it failed, in words; None when it did not.
    """

    id: str
    chatbot_id: str
    created_at: datetime
    options: Options = field(default_factory=Options)
    dry: bool = False
    status: str = WAITING
    step: int = 0
    progress: Progress = field(default_factory=Progress)
    ended_at: datetime | None = None
    failure: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.status in (DONE, FAILED)

    @property
    def expires_at(self) -> datetime:
        """Until when it may be begun, and is shown (UTC)."""
        return self.created_at + LIFE

    @property
    def key(self) -> str:
        """The name of its file in the bucket."""
        return f"imports/{self.chatbot_id}/{self.id}"


class ImportStore:
    """Notes imports and their steps.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: ImportJob, entry: AuditEntry) -> None:
        """Note a new import and who asked for it; one that is noted already stays as it is."""
        try:
            self._table.commit([Put(_item(job)), noted(entry)])
        except ConditionFailed:
            if self.get(job.chatbot_id, job.id) is None:
                raise

    def get(self, chatbot_id: str, job_id: str) -> ImportJob | None:
        """An import; None when there is none."""
        item = self._table.get((keys.imports(chatbot_id), job_id), consistent=True)
        return None if item is None else _read(item)

    def running(self, chatbot_id: str, now: datetime) -> int:
        """How many imports of a chatbot are under way or wait for their files."""
        jobs = [_read(item) for item in self._table.query(keys.imports(chatbot_id), consistent=True)]
        return sum(not job.ended and job.expires_at > now for job in jobs)

    def advance(self, before: ImportJob, after: ImportJob) -> None:
        """Note a step.

        Raises:
            JobMoved: it was noted already.
        """
        try:
            expected = {"step": before.step, "status": before.status}
            self._table.put_if(Put(_item(after), only_if_absent=False, equals=expected))
        except ConditionFailed as moved:
            raise JobMoved from moved


def _item(job: ImportJob) -> Item:
    options, progress = job.options, job.progress
    item: Item = {
        "pk": keys.imports(job.chatbot_id),
        "sk": job.id,
        "at": to_micros(job.created_at),
        "form": options.form,
        "columns": json.dumps(dict(options.columns), ensure_ascii=False),
        "assistants": json.dumps(sorted(options.assistants), ensure_ascii=False),
        "dry": job.dry,
        "analyse": options.analyse,
        "status": job.status,
        "step": job.step,
        "done": progress.done,
        "tally": json.dumps(asdict(progress.tally)),
        "faults": json.dumps([[fault.line, fault.message[:500]] for fault in progress.faults], ensure_ascii=False),
        "faulty": progress.faulty,
        "expiresAt": int((job.created_at + KEPT).timestamp()),
    }
    ended = None if job.ended_at is None else to_micros(job.ended_at)
    given = {"dates": options.dates, "endedAt": ended, "failure": job.failure}
    return {**item, **{name: value for name, value in given.items() if value is not None}}


def _read(item: Item) -> ImportJob:
    return ImportJob(
        id=item["sk"],
        chatbot_id=item["pk"].removeprefix(keys.imports("")),
        created_at=from_micros(item["at"]),
        options=Options(
            form=item["form"],
            columns=json.loads(item["columns"]),
            assistants=frozenset(json.loads(item["assistants"])),
            dates=item.get("dates"),
            analyse=item.get("analyse", True),
        ),
        dry=item["dry"],
        status=item["status"],
        step=item["step"],
        progress=Progress(
            done=item["done"],
            tally=Tally(**json.loads(item["tally"])),
            faults=[Fault(line, message) for line, message in json.loads(item["faults"])],
            faulty=item["faulty"],
        ),
        ended_at=optional_time(item.get("endedAt")),
        failure=item.get("failure"),
    )
