"""Facts of a world's chatbots, written as files into a bucket in memory."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confab.facts import archive_wiring, schema
from confab.facts import wiring as facts_wiring
from confab.facts.cache import FactCache
from confab.facts.exports import RemoveExports
from confab.facts.files import FactFiles
from confab.facts.parquet import FactWriter, written_row
from confab.facts.reading import FactReader
from confab.platform.ids import timed_id
from confab.platform.objects import Objects
from confab.query import wiring as query_wiring
from confab.query.exports import KeepExport

from tests.support.bucket import MemoryBucket
from tests.support.deployment import LocalDeployment


class FactsShelf:
    """Facts that a world's query function reads.

    Attributes:
        bucket: what was written.
        at: when files are written from here on, and so what answers say as of.
    """

    def __init__(self, world: LocalDeployment, folder: Path) -> None:
        self.at = world.now()
        self._world, self._folder = world, folder
        self.bucket = MemoryBucket(lambda: self.at)
        objects = Objects(self.bucket, "facts")
        self._files = FactFiles(objects)
        self._writer = FactWriter(folder)
        self._numbers = itertools.count()
        cache = FactCache(self._files, folder / "cache", now=world.now)
        deployment = world.deployment
        deployment.shared[facts_wiring.reader] = FactReader(self._files, cache, lambda _: None)
        deployment.shared[archive_wiring.remove_exports] = RemoveExports(objects, now=lambda: self.at)
        deployment.shared[query_wiring.keep_export] = KeepExport(lambda _: objects, "facts", deployment.new_id)

    def put(self, view: str, chatbot_id: str, *rows: Mapping[str, Any]) -> None:
        """Write rows of a view as a file: columns that they lack are empty, and each is a conversation of its own
        unless it names one.
        """
        made = schema.VIEWS[view]
        lists = {column.name: [] for column in made.columns if column.type == schema.LIST}
        common = {
            **lists,
            "chatbot_id": chatbot_id,
            "version": 1,
            "deleted": False,
            "month": "2026-11",
            "active_at": datetime(2026, 11, 1, tzinfo=UTC),
        }
        if view in ("conversations", "messages", "threads", "feedback"):
            common |= {"kind": "organic", "project_id": chatbot_id}
        written = [
            written_row(made, {**common, "conversation_id": f"{row.get('id', next(self._numbers))}", **row})
            for row in rows
        ]
        lines, target = self._folder / "lines", self._folder / "target"
        lines.write_bytes(b"".join(written))
        self._writer.write(made, lines, max(map(len, written)), target)
        name = schema.tail_name(timed_id(self.at, next(self._numbers)))
        self._files.put(schema.month_folder(view, chatbot_id, "2026-11") + name, target)
