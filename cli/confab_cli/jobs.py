"""Exports and imports that the deployment does by itself, while the command waits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TextIO

from confab.platform.errors import InvalidRequest
from confab.transfer import wiring as transfer_wiring
from confab.transfer.import_job import MAX_UPLOAD
from confab.transfer.jobs import FAILED

from confab_cli.output import print_note, progress
from confab_cli.target import TargetError

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.domain.chatbot import Chatbot
    from confab.importing.pieces import Options
    from confab.importing.run import Progress

ASK_SECONDS: Final = 2
"""How often the command asks how far a job is."""


def export_by_job(
    deployment: Deployment, chatbot: Chatbot, form: str, filters: Mapping[str, Any], target: TextIO
) -> int:
    """Begin an export, wait for it, and write its files one after the other; how many conversations they have.

    Args:
        filters: what conversations must have, by the names of the query.

    Raises:
        InvalidRequest: it failed.
        TargetError: the deployment's files are not known.
    """
    jobs, objects = transfer_wiring.export_jobs(_with_files(deployment)), transfer_wiring.parts(deployment).objects
    job = jobs.begin(None, chatbot, form, filters)
    print_note(f"The export {job.id} is under way.")
    with progress("Exporting", job.total) as step:
        shown = 0
        while not job.ended:
            time.sleep(ASK_SECONDS)
            job, _ = jobs.read(chatbot, job.id)
            step(job.rows - shown)
            shown = job.rows
    if job.status == FAILED:
        raise InvalidRequest(f"The export failed: {job.failure}")
    with progress("Downloading", sum(file.size for file in job.files)) as step, TemporaryDirectory() as folder:
        path = Path(folder) / "part"
        for file in job.files:
            objects.fetch(file.key, path)
            target.write(path.read_bytes().decode())
            step(file.size)
    return job.rows


def import_by_job(deployment: Deployment, chatbot: Chatbot, path: Path, options: Options, *, dry: bool) -> Progress:
    """Upload a file, begin its import, and wait for it; what became of it.

    Raises:
        InvalidRequest: the file cannot be read, is too large, or its import failed.
        TargetError: the deployment's files are not known.
    """
    jobs, objects = transfer_wiring.import_jobs(_with_files(deployment)), transfer_wiring.parts(deployment).objects
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InvalidRequest(f"{path.name}: cannot be read: {error.strerror}") from None
    if size > MAX_UPLOAD:
        raise InvalidRequest(f"{path.name}: has {size:,} bytes; a job takes {MAX_UPLOAD:,} at most")
    job, _ = jobs.make(None, chatbot, options, dry=dry)
    print_note("Uploading.")
    objects.put(job.key, path)
    job = jobs.begin(chatbot, job.id)
    print_note(f"The import {job.id} is under way.")
    with progress("Importing", None) as step:
        shown = 0
        while not job.ended:
            time.sleep(ASK_SECONDS)
            job = jobs.read(chatbot, job.id)
            step(job.progress.done - shown)
            shown = job.progress.done
    if job.status == FAILED:
        raise InvalidRequest(f"{path.name}: {job.failure}")
    return job.progress


def _with_files(deployment: Deployment) -> Deployment:
    if not deployment.settings.files_bucket or not deployment.settings.files_queue_url:
        raise TargetError("Where the deployment keeps files is not known: name its stack with --stack.")
    return deployment
