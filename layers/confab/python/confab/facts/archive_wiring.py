"""Puts together who writes the copies of conversations: only functions with DuckDB's layer import this."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from confab.deployment import Deployment, shared
from confab.facts.archive import Archive
from confab.facts.catch_up import CatchUp
from confab.facts.compare import CompareFacts
from confab.facts.deferred import DeferredCopies
from confab.facts.exports import RemoveExports
from confab.facts.merge import MergeTails
from confab.facts.parquet import FactWriter
from confab.facts.scratch import process_folder
from confab.facts.source_store import FactSource
from confab.facts.tails import Tails
from confab.facts.wiring import files, reader
from confab.storage.lists import ConversationLists
from confab.storage.visibility import NO_RETENTION

ENGINE_SHARE: Final = 4
"""The engine takes at most one part in so many of a function's memory for each of its threads, and has two."""


@cache
def _folder() -> Path:
    return process_folder("confab-archive")


@shared
def source(deployment: Deployment) -> FactSource:
    """Reads what the facts are made of."""
    return FactSource(deployment.table)


@shared
def writer(deployment: Deployment) -> FactWriter:
    """Writes files."""
    memory_mb = deployment.settings.memory_mb
    return FactWriter(_folder() / "engine", **({"memory_mb": memory_mb // ENGINE_SHARE} if memory_mb else {}))


@shared
def deferred(deployment: Deployment) -> DeferredCopies:
    """The notes of large conversations that are to be copied."""
    return DeferredCopies(deployment.objects(deployment.settings.facts_bucket))


@shared
def catch_up(deployment: Deployment) -> CatchUp:
    """Copies large conversations."""
    return CatchUp(deferred(deployment), archive(deployment), deployment.deadline.has_time)


@shared
def archive(deployment: Deployment) -> Archive:
    """Copies conversations that changed."""
    tails = Tails(files(deployment), writer(deployment), _folder(), new_id=deployment.new_timed_id, now=deployment.now)
    return Archive(
        source(deployment),
        tails,
        files(deployment),
        deferred(deployment),
        deployment.table.pool.map,
        has_time=deployment.deadline.has_time,
        now=deployment.now,
    )


@shared
def compare(deployment: Deployment) -> CompareFacts:
    """Compares copies with conversations, and makes them again."""
    lists = ConversationLists(deployment.table, NO_RETENTION)
    stored, copied = source(deployment), reader(deployment)
    return CompareFacts(lists, stored, copied, writer(deployment), archive(deployment), deferred(deployment))


@shared
def merge(deployment: Deployment) -> MergeTails:
    """Merges the files of copies."""
    return MergeTails(
        files(deployment),
        writer(deployment),
        _folder(),
        has_time=deployment.deadline.has_time,
        now=deployment.now,
    )


@shared
def remove_exports(deployment: Deployment) -> RemoveExports:
    """Removes the files of exports that nobody can get any more."""
    return RemoveExports(deployment.objects(deployment.settings.facts_bucket), now=deployment.now)
