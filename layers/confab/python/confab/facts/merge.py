"""Merges the tails of a month into its base, and removes what counts no more.

Each step leaves files of which a reader finds every conversation once, in its newest version, and nothing that was
deleted; so a crash leaves nothing to repair, and two that merge at a time do no harm.

- Only tails of a certain age are merged. No tail of an earlier time can come any more (``tails.TAIL_LIFE``), so what a
  merge leaves out as deleted or replaced cannot come back.
- The base's number says which tails it holds. It is stored whole, then it counts; what it replaces is removed later,
  when nobody reads it any more.
- The base of a month of which nothing is left says so by its name. It goes when it is all that there is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from confab.facts.files import FactFile, FactFiles, MonthFiles, by_month, to_millis
from confab.facts.parquet import FactWriter
from confab.facts.schema import PREFIX, VIEWS, base_name, month_folder
from confab.facts.tails import TAIL_LIFE

SETTLED: Final = timedelta(minutes=5)
"""The age from which on a tail may be merged: more than ``TAIL_LIFE`` and the time that storing a file takes."""
OLD: Final = timedelta(minutes=25)
"""The age at which a tail is merged: what was replaced or deleted is in no base after that."""
MANY: Final = 20
"""So many tails are merged whatever their age."""
GRACE: Final = timedelta(minutes=5)
"""How long what a base has replaced stays: longer than a query takes."""
assert TAIL_LIFE * 2 < SETTLED

Place = tuple[str, str, str]
"""A view, a chatbot and a month."""


@dataclass(slots=True)
class Merged:
    """What a run has done.

    Attributes:
        merged: how many bases were made, or months found to be empty.
        removed: how many files were removed.
        waiting: how many months there was no time for.
        errors: what failed, by place.
    """

    merged: int = 0
    removed: int = 0
    waiting: int = 0
    errors: dict[Place, Exception] = field(default_factory=dict)


class MergeTails:
    """Merges what is due.

    Args:
        files: the bucket.
        writer: writes files.
        folder: where files are put together.
        has_time: whether there is time for another month.
        now: the clock.
    """

    def __init__(
        self,
        files: FactFiles,
        writer: FactWriter,
        folder: Path,
        *,
        has_time: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._files = files
        self._writer = writer
        self._folder = folder
        self._has_time = has_time
        self._now = now

    def __call__(self, folder: str = f"{PREFIX}/") -> Merged:
        """Merge and remove what is due, the oldest first; a month that fails is left to the next run.

        Args:
            folder: only what stands under it.
        """
        done = Merged()
        months = by_month(self._files.under(folder))
        for place, month in sorted(months.items(), key=lambda each: _urgency(each[1])):
            if not self._has_time():
                done.waiting += self._due(month)
                continue
            try:
                self._remove_replaced(month, done)
                if self._due(month):
                    self.merge(place, month)
                    done.merged += 1
            except Exception as error:
                done.errors[place] = error
        return done

    def _due(self, month: MonthFiles) -> bool:
        settled = self._settled(month)
        return bool(settled) and (len(settled) > MANY or settled[0].time <= self._now() - OLD)

    def _settled(self, month: MonthFiles) -> list[FactFile]:
        return [tail for tail in month.tails if tail.time <= self._now() - SETTLED]

    def _remove_replaced(self, month: MonthFiles, done: Merged) -> None:
        if month.base is None or month.base.modified_at > self._now() - GRACE:
            return
        gone = [month.base] if month.base.is_empty and not month.tails and not month.replaced else month.replaced
        self._files.delete(gone)
        done.removed += len(gone)

    def merge(self, place: Place, month: MonthFiles) -> None:
        """Make the base that holds all settled tails of a month.

        Raises:
            ObjectGone: another one has merged them meanwhile.
        """
        until = self._now() - SETTLED
        tails = [tail for tail in month.tails if tail.time <= until]
        view, chatbot_id, name = place
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(dir=self._folder))
        try:
            paths = [folder / f"{number}.parquet" for number in range(len(tails))]
            for tail, path in zip(tails, paths, strict=True):
                self._files.fetch(tail, path)
            base = None
            if month.base is not None and not month.base.is_empty:
                base = folder / "base.parquet"
                self._files.fetch(month.base, base)
            target = folder / "merged.parquet"
            empty = self._writer.merge(VIEWS[view], base, paths, target) == 0
            key = month_folder(view, chatbot_id, name) + base_name(to_millis(until), empty=empty)
            self._files.put(key, target)
            self._take_back(key, {file.key for file in month.counting})
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _take_back(self, base: str, sources: Collection[str]) -> None:
        """Remove a base that was just made if all that it was made from is gone: the chatbot was deleted meanwhile."""
        present = {file.key: file for file in self._files.under(base.rpartition("/")[0] + "/")}
        if base in present and not present.keys() & set(sources):
            self._files.delete([present[base]])


def _urgency(month: MonthFiles) -> datetime:
    """The time of the oldest tail, or of the base where there is none."""
    return month.counting[0].time if not month.tails else month.tails[0].time
