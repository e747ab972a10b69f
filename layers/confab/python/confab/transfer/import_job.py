"""Imports of files that are uploaded: a job stores their conversations step by step, each message once.

A step reads the file on from where the one before it stopped. One that dies is taken again: what it stored already is
found as stored.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from confab.admin.audit import Audit
from confab.domain.chatbot import Chatbot
from confab.importing.files import File
from confab.importing.pieces import Fault, Options, Unreadable
from confab.importing.run import ImportFile
from confab.platform.attempts import Attempt
from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound, TooManyRequests
from confab.platform.objects import ObjectGone, Objects
from confab.platform.queue import Queue
from confab.platform.runtime import Runtime
from confab.storage.chatbot_lookup import require_writable
from confab.transfer.import_store import WAITING, ImportJob, ImportStore
from confab.transfer.job_store import JobMoved
from confab.transfer.jobs import DONE, FAILED, QUEUED, RUNNING
from confab.transfer.steps import AGAIN_SECONDS, MAX_RUNNING, send_step

MAX_UPLOAD: Final = 1_000_000_000
"""Bytes of a file that is uploaded."""
UPLOAD_SECONDS: Final = 3_600
ACTION: Final = "import.create"
KIND: Final = "import"
"""What messages of steps call it."""
NO_FILE: Final = "There is no file yet: upload it first."


@dataclass(frozen=True, slots=True)
class ImportParts:
    """What imports are noted in, read from and driven by."""

    store: ImportStore
    objects: Objects
    queue: Queue


class ImportJobs:
    """Makes imports, begins them once their files are there, and says how far they are.

    Args:
        parts: table, bucket and queue.
        audit: makes the entry.
        runtime: the clock and ids.
    """

    def __init__(self, parts: ImportParts, audit: Audit, runtime: Runtime) -> None:
        self._parts = parts
        self._audit = audit
        self._runtime = runtime

    def make(
        self, by: ApiKey | None, chatbot: Chatbot, options: Options, *, dry: bool, attempt: Attempt | None = None
    ) -> tuple[ImportJob, dict[str, Any]]:
        """An import, and how its file is uploaded.

        Args:
            by: the key that was used; None for the operator's command.

        Raises:
            ChatbotArchived: the chatbot takes no writes.
            TooManyRequests: as many as a chatbot may have are under way.
        """
        require_writable(chatbot)
        now = self._runtime.now()
        job_id = self._runtime.new_id() if attempt is None else attempt.id("import")
        known = self._parts.store.get(chatbot.id, job_id) if attempt is not None else None
        if known is None and self._parts.store.running(chatbot.id, now) >= MAX_RUNNING:
            raise TooManyRequests(f"{MAX_RUNNING} imports of this chatbot are under way.", AGAIN_SECONDS)
        job = known or ImportJob(id=job_id, chatbot_id=chatbot.id, created_at=now, options=options, dry=dry)
        if known is None:
            entry = self._audit.entry(by, chatbot.workspace_id, ACTION, job.id, chatbot_id=chatbot.id)
            self._parts.store.add(job, entry)
        return job, self._parts.objects.upload(job.key, MAX_UPLOAD, UPLOAD_SECONDS)

    def begin(self, chatbot: Chatbot, job_id: str) -> ImportJob:
        """Begin an import whose file is there; one that has begun stays as it is.

        Raises:
            NotFound: there is no such import of the chatbot, or its file is not there.
        """
        require_writable(chatbot)
        job = self.read(chatbot, job_id)
        if job.status == WAITING:
            if next(iter(self._parts.objects.under(job.key)), None) is None:
                raise NotFound(NO_FILE)
            after = replace(job, status=QUEUED)
            with suppress(JobMoved):
                self._parts.store.advance(job, after)
            job = after
        if job.status == QUEUED:
            send_step(self._parts.queue, KIND, job)
        return job

    def read(self, chatbot: Chatbot, job_id: str) -> ImportJob:
        """How far an import is.

        Raises:
            NotFound: there is no such import of the chatbot.
        """
        job = self._parts.store.get(chatbot.id, job_id)
        if job is None or job.expires_at <= self._runtime.now():
            raise NotFound("There is no such import.")
        return job


class StepImport:
    """Takes one step of an import.

    Args:
        parts: table, bucket and queue.
        import_file: stores the conversations of a file.
        chatbot_of: finds chatbots.
        runtime: the clock.
    """

    def __init__(
        self,
        parts: ImportParts,
        import_file: ImportFile,
        chatbot_of: Callable[[str], Chatbot | None],
        runtime: Runtime,
    ) -> None:
        self._parts = parts
        self._import_file = import_file
        self._chatbot_of = chatbot_of
        self._runtime = runtime

    def __call__(self, chatbot_id: str, job_id: str, step: int, has_time: Callable[[], bool]) -> ImportJob | None:
        """Take the step; the job as it is then. None when there is nothing to do.

        Args:
            has_time: whether there is time for more.

        Raises:
            Unavailable: table, bucket or queue did not answer; the step is to be taken again.
        """
        job = self._parts.store.get(chatbot_id, job_id)
        chatbot = self._chatbot_of(chatbot_id)
        if job is None or job.status == WAITING:
            return None
        if job.ended or chatbot is None:
            # A crash may have left its file.
            self._parts.objects.delete([job.key])
            return None
        if job.step != step:
            # A delivery of before: the message of the step that is due may have been lost.
            send_step(self._parts.queue, KIND, job)
            return None
        after = self._stepped(job, archived=chatbot.archived_at is not None, has_time=has_time)
        try:
            self._parts.store.advance(job, after)
        except JobMoved:
            return None
        if after.ended:
            self._parts.objects.delete([after.key])
        else:
            send_step(self._parts.queue, KIND, after)
        return after

    def give_up(self, chatbot_id: str, job_id: str, reason: str) -> None:
        """Note that an import failed; what was stored stays."""
        job = self._parts.store.get(chatbot_id, job_id)
        if job is not None and not job.ended:
            with suppress(JobMoved):
                self._parts.store.advance(job, self._ended(job, reason))
                self._parts.objects.delete([job.key])

    def _stepped(self, job: ImportJob, *, archived: bool, has_time: Callable[[], bool]) -> ImportJob:
        if archived:
            return self._ended(job, "The chatbot was archived.")
        progress = job.progress
        with TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            try:
                self._parts.objects.fetch(job.key, path)
                file = File(path)
                for _ in self._import_file(job.chatbot_id, file, job.options, progress, dry=job.dry, has_time=has_time):
                    pass
            except ObjectGone:
                return self._ended(job, "The file is gone.")
            except Unreadable as unreadable:
                if not progress.done:
                    return self._ended(job, str(unreadable))
                progress.refuse(Fault(0, str(unreadable)))
                progress.ended = True
        if progress.ended:
            return self._ended(job, None)
        return replace(job, status=RUNNING, step=job.step + 1)

    def _ended(self, job: ImportJob, failure: str | None) -> ImportJob:
        status = DONE if failure is None else FAILED
        return replace(job, status=status, step=job.step + 1, failure=failure, ended_at=self._runtime.now())
