"""Exports of any size: a job writes files of the conversations that the list has, in its order, step by step.

A step writes one file and then notes it with the place where the next one begins, in one write. A crash before that
write leaves a file that nobody names; the queue delivers the step again. A crash after it leaves a step without a
message; then the message of the step before is delivered again, and sends it.

With each file goes one with the ids of its conversations: one that gets an older message meanwhile moves in the list,
and is passed over when it is met again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from confab.admin.audit import Audit
from confab.domain.chatbot import Chatbot
from confab.domain.statistics import ALL_TIME
from confab.platform.attempts import Attempt
from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound, TooManyRequests
from confab.platform.objects import ObjectGone, Objects
from confab.platform.queue import Queue
from confab.platform.runtime import Runtime
from confab.reading.export import ExportConversations, Format
from confab.reading.filters import Filters
from confab.storage.statistics import StatisticsStore
from confab.transfer.job_store import JobMoved, JobStore
from confab.transfer.jobs import DONE, FAILED, RUNNING, Job, JobFile
from confab.transfer.steps import AGAIN_SECONDS, MAX_RUNNING, send_step

MAX_FILE: Final = 25_000_000
"""Bytes from which on a file ends."""
FIRST_PAGE: Final = 100
"""Conversations that a step looks for at a time; fewer where those are large."""
MAX_PAGE: Final = 100_000_000
"""Characters of a page of several conversations, which is held in memory."""
ADDRESS_SECONDS: Final = 900
"""For how long the address of a file works."""
MAX_DELAY: Final = 900
"""The longest delay that a queue has, in seconds."""
ACTION: Final = "export.create"
ID_BYTES: Final = 16
IDS: Final = ".ids"
"""What the name of the file with the ids of a file's conversations has more than the file's."""
KIND: Final = "export"
"""What messages of steps call it."""


@dataclass(frozen=True, slots=True)
class JobParts:
    """What jobs are noted in, written to and driven by."""

    store: JobStore
    objects: Objects
    queue: Queue


class ExportJobs:
    """Begins exports, and says how far they are.

    Args:
        parts: table, bucket and queue.
        statistics: say how many conversations there are.
        audit: makes the entry.
        runtime: the clock and ids.
    """

    def __init__(self, parts: JobParts, statistics: StatisticsStore, audit: Audit, runtime: Runtime) -> None:
        self._parts = parts
        self._statistics = statistics
        self._audit = audit
        self._runtime = runtime

    def begin(
        self, by: ApiKey | None, chatbot: Chatbot, form: str, filters: Mapping[str, Any], attempt: Attempt | None = None
    ) -> Job:
        """Begin an export.

        Args:
            by: the key that was used; None for the operator's command.
            filters: what conversations must have, as the request said it.

        Raises:
            TooManyRequests: as many as a chatbot may have are under way.
            Unavailable: the table or the queue did not answer.
        """
        now = self._runtime.now()
        job_id = self._runtime.new_id() if attempt is None else attempt.id("export")
        known = self._parts.store.get(chatbot.id, job_id) if attempt is not None else None
        if known is None and self._parts.store.running(chatbot.id, now) >= MAX_RUNNING:
            raise TooManyRequests(f"{MAX_RUNNING} exports of this chatbot are under way.", AGAIN_SECONDS)
        total = self._statistics.sums([chatbot.id], ALL_TIME)[ALL_TIME].get("conversations", 0)
        job = known or Job(
            id=job_id,
            chatbot_id=chatbot.id,
            form=form,
            filters=filters,
            created_at=now,
            page=FIRST_PAGE,
            total=None if filters else total,
        )
        entry = self._audit.entry(by, chatbot.workspace_id, ACTION, job.id, chatbot_id=chatbot.id, changed=[form])
        if known is None:
            self._parts.store.add(job, entry)
        send_step(self._parts.queue, KIND, job)
        return job

    def read(self, chatbot: Chatbot, job_id: str) -> tuple[Job, list[tuple[JobFile, str]]]:
        """An export, and its files with addresses that work for some minutes; no files before it is done, or any more.

        Raises:
            NotFound: there is no such export of the chatbot.
        """
        job = self._parts.store.get(chatbot.id, job_id)
        if job is None or job.expires_at <= self._runtime.now():
            raise NotFound("There is no such export.")
        files = job.files if job.status == DONE else ()
        return job, [(file, self._parts.objects.address(file.key, ADDRESS_SECONDS)) for file in files]


class StepExport:
    """Takes one step of an export.

    Args:
        parts: table, bucket and queue.
        export: reads the conversations.
        formats: the formats by name.
        filters_of: what a request said as filters.
        chatbot_of: finds chatbots.
        runtime: the clock and ids.
    """

    def __init__(
        self,
        parts: JobParts,
        export: ExportConversations,
        formats: Mapping[str, Format],
        filters_of: Callable[[Mapping[str, Any]], Filters],
        chatbot_of: Callable[[str], Chatbot | None],
        runtime: Runtime,
    ) -> None:
        self._parts = parts
        self._export = export
        self._formats = formats
        self._filters_of = filters_of
        self._chatbot_of = chatbot_of
        self._runtime = runtime

    def __call__(self, chatbot_id: str, job_id: str, step: int, has_time: Callable[[], bool]) -> Job | None:
        """Take the step; the job as it is then. None when there is nothing to do.

        Args:
            has_time: whether there is time for more.

        Raises:
            Unavailable: table, bucket or queue did not answer; the step is to be taken again.
        """
        job = self._parts.store.get(chatbot_id, job_id)
        chatbot = self._chatbot_of(chatbot_id)
        if job is None:
            return None
        if job.ended or chatbot is None:
            self._end(job, at_once=chatbot is None)
            return None
        if job.step != step:
            # A delivery of before: the message of the step that is due may have been lost.
            send_step(self._parts.queue, KIND, job)
            return None
        try:
            after = self._written(job, chatbot, has_time)
            self._parts.store.advance(job, after)
        except JobMoved:
            return None
        send_step(self._parts.queue, KIND, after, self._seconds_left(after) if after.ended else 0)
        return after

    def _end(self, job: Job, *, at_once: bool) -> None:
        """Remove the files of a job whose time is over, those among them that a crash left unnamed; or come again."""
        if not at_once and job.expires_at > self._runtime.now():
            send_step(self._parts.queue, KIND, job, self._seconds_left(job))
            return
        found = self._parts.objects.under(f"exports/{job.chatbot_id}/{job.id}/")
        self._parts.objects.delete([each.key for each in found])

    def _seconds_left(self, job: Job) -> int:
        """Until the time of a job is over, or until a message may look again."""
        left = job.expires_at - self._runtime.now()
        return max(0, min(MAX_DELAY, int(left.total_seconds()) + 1))

    def give_up(self, chatbot_id: str, job_id: str, reason: str) -> None:
        """Note that a job failed."""
        job = self._parts.store.get(chatbot_id, job_id)
        if job is None or job.ended:
            return
        failed = replace(job, status=FAILED, step=job.step + 1, failure=reason, ended_at=self._runtime.now())
        with suppress(JobMoved):
            self._parts.store.advance(job, failed)
            send_step(self._parts.queue, KIND, failed, self._seconds_left(failed))

    def _written(self, job: Job, chatbot: Chatbot, has_time: Callable[[], bool]) -> Job:
        """The job after the step's file was written."""
        form = self._formats[job.form]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "part"
            part = _Part(form.header(chatbot) if job.step == 0 else "", self._written_before(job, path))
            with path.open("w", encoding="utf-8", newline="") as target:
                for text in self._pages(job, chatbot, form, part, has_time):
                    target.write(text)
            if part.pages == 0 and not part.ended:
                # Not one page fitted into the time, or into memory: the next step looks for fewer conversations.
                return replace(job, status=RUNNING, step=job.step + 1, page=max(1, job.page // 10))
            files = list(job.files)
            if path.stat().st_size or part.ended:
                token = self._runtime.new_id()
                key = f"exports/{job.chatbot_id}/{job.id}/{job.step:05d}-{token}.{form.extension}"
                self._parts.objects.put(key, path)
                self._put_ids(key + IDS, part.ids, Path(folder) / "ids")
                files.append(JobFile(key, path.stat().st_size, part.rows))
        after = replace(job, step=job.step + 1, position=part.position, rows=job.rows + part.rows, files=files)
        if part.ended:
            return replace(after, status=DONE, ended_at=self._runtime.now())
        return replace(after, status=RUNNING)

    def _written_before(self, job: Job, path: Path) -> set[bytes]:
        """The ids of the conversations that earlier steps have written."""
        found: set[bytes] = set()
        for file in job.files:
            # An export that began before there were such files has none.
            with suppress(ObjectGone):
                self._parts.objects.fetch(file.key + IDS, path)
                packed = path.read_bytes()
                found.update(packed[start : start + ID_BYTES] for start in range(0, len(packed), ID_BYTES))
        return found

    def _put_ids(self, key: str, ids: Sequence[bytes], path: Path) -> None:
        path.write_bytes(b"".join(ids))
        self._parts.objects.put(key, path)

    def _pages(
        self, job: Job, chatbot: Chatbot, form: Format, part: _Part, has_time: Callable[[], bool]
    ) -> Iterator[str]:
        """The text of as many pages as there is time and room for."""
        topics, filters = self._export.topics(chatbot), self._filters_of(job.filters)
        part.position = job.position
        header = part.header
        while part.size < MAX_FILE and (part.pages == 0 or has_time()):
            page = self._export.page(chatbot, filters, part.position, topics, job.page)
            lines, ids, size = [header], list[bytes](), 0
            for one in page.conversations:
                packed = UUID(one.conversation.id).bytes
                if packed in part.seen:
                    continue
                ids.append(packed)
                for line in form.lines(one, chatbot):
                    lines.append(line)
                    size += len(line)
                    if size > MAX_PAGE and job.page > 1:
                        return
                if not has_time() and (job.page > 1 or part.pages):
                    return
            text, header = "".join(lines), ""
            part.add(text, ids, page.position)
            yield text
            if part.ended:
                return


@dataclass(slots=True)
class _Part:
    """What a step has written so far.

    Attributes:
        seen: the ids of the conversations that were written, by it and before it.
        ids: those that it has written.
    """

    header: str
    seen: set[bytes]
    ids: list[bytes] = field(default_factory=list)
    size: int = 0
    pages: int = 0
    position: str | None = None
    ended: bool = False

    @property
    def rows(self) -> int:
        """How many conversations it has written."""
        return len(self.ids)

    def add(self, text: str, ids: Sequence[bytes], position: str | None) -> None:
        """Note a page that was written."""
        self.size += len(text)
        self.ids += ids
        self.seen.update(ids)
        self.pages += 1
        self.position = position
        self.ended = position is None
