"""Files of facts on a function's own disk, each fetched once while it counts.

A chatbot has a folder of its own, so that a query can be held to it. What the bucket no longer lists for a chatbot is
removed when the chatbot is queried again, and what nobody has asked for in a while with the next query of anybody: so
erased data does not outlive its files here by more than that.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from confab.facts.files import FactFile, FactFiles

MAX_BYTES: Final = 2_000_000_000
FETCHES: Final = 16
"""How many files are fetched side by side."""
IDLE: Final = timedelta(minutes=15)
"""After how long a file that nobody asked for is removed."""
_UNFINISHED: Final = ".part"


class FactCache:
    """The files of facts on this disk.

    Args:
        files: where they come from.
        folder: where they stand; it is made when it is first needed.
        now: the clock.
        max_bytes: how much they take at most; what one query needs is never removed for it.
    """

    def __init__(
        self, files: FactFiles, folder: Path, *, now: Callable[[], datetime], max_bytes: int = MAX_BYTES
    ) -> None:
        self._files = files
        self._folder = folder
        self._now = now
        self._max_bytes = max_bytes

    def folder(self, chatbot_id: str) -> Path:
        """Where the files of a chatbot stand."""
        return self._folder / f"chatbot={chatbot_id}"

    def hold(
        self,
        wanted: Collection[FactFile],
        counting: Collection[FactFile],
        chatbots: Collection[str],
        views: Collection[str],
    ) -> dict[str, Path]:
        """Have files on this disk; their paths by key.

        Args:
            wanted: those that are needed.
            counting: all that count of these chatbots and views; others of them are removed here.

        Raises:
            ObjectGone: one has been replaced since it was listed.
        """
        paths = {file.key: self._path(file) for file in wanted}
        self._forget({self._path(file) for file in counting}, chatbots, views)
        lacking = [file for file in wanted if not paths[file.key].exists()]
        self._make_room(sum(file.size for file in lacking), set(paths.values()))
        with ThreadPoolExecutor(FETCHES) as pool:
            list(pool.map(self._fetch, lacking))
        now = self._now().timestamp()
        for path in paths.values():
            os.utime(path, (now, now))
        return paths

    def _path(self, file: FactFile) -> Path:
        return self.folder(file.chatbot_id) / file.view / file.month / f"{file.etag}-{file.name}"

    def _fetch(self, file: FactFile) -> None:
        path = self._path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + _UNFINISHED)
        self._files.fetch(file, unfinished)
        unfinished.rename(path)

    def _forget(self, kept: Collection[Path], chatbots: Collection[str], views: Collection[str]) -> None:
        """Remove what counts no more, and what nobody has asked for in a while."""
        since = (self._now() - IDLE).timestamp()
        for path in self._present():
            _, chatbot, view, *_ = (".", *path.relative_to(self._folder).parts)
            listed = chatbot.removeprefix("chatbot=") in chatbots and view in views
            if path not in kept and (listed or path.stat().st_mtime < since):
                path.unlink(missing_ok=True)

    def _make_room(self, more: int, kept: Collection[Path]) -> None:
        """Remove what was used least recently, as far as there is too much."""
        present = sorted(self._present(), key=lambda path: path.stat().st_mtime)
        size = more + sum(path.stat().st_size for path in present)
        for path in present:
            if size <= self._max_bytes:
                return
            if path not in kept:
                size -= path.stat().st_size
                path.unlink(missing_ok=True)

    def _present(self) -> Iterable[Path]:
        return [path for path in self._folder.rglob("*") if path.is_file()]

    def clear(self) -> None:
        """Remove everything."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder)
