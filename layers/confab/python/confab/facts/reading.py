"""Reading the facts: which files a query needs, fetched onto this disk, and the SQL that makes the views of them.

    snapshot = reader.open([chatbot_id], views=["conversations"], since=since)
    snapshot.sql["conversations"]     a SELECT over local files, for CREATE VIEW or FROM (...)
    snapshot.folders                  all that the SQL reads: nothing else need be allowed
    snapshot.as_of                    what the answer says

A snapshot is a set of files that never change, so all statements over it see the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from confab.facts.cache import FactCache
from confab.facts.files import FactFiles, MonthFiles, by_month
from confab.facts.schema import CONVERSATIONS, VIEWS
from confab.facts.sql import shown_rows, stored_rows
from confab.platform.errors import Unavailable
from confab.platform.objects import ObjectGone

ATTEMPTS: Final = 3
LISTINGS: Final = 16
"""How many folders are listed side by side."""
SLACK: Final = timedelta(hours=1)
"""How far the clocks of callers, functions and the bucket may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The facts of some chatbots at one moment.

    Attributes:
        sql: by view, a SELECT of its rows with the columns that ``facts.schema`` shows. Its files are on this disk.
        folders: where those files stand, a folder for each chatbot.
        as_of: up to when what was counted is in it (UTC), as far as the archive has come; None where nothing is.
        files: how many files it has.
        size: their size, in bytes.
    """

    sql: Mapping[str, str]
    folders: Sequence[Path]
    as_of: datetime | None
    files: int
    size: int


class FactReader:
    """Opens the facts of chatbots.

    Args:
        files: the bucket.
        cache: the files on this disk.
        cutoff: by chatbot, the time (UTC) up to which what was last active has expired; None for never.
    """

    def __init__(self, files: FactFiles, cache: FactCache, cutoff: Callable[[str], datetime | None]) -> None:
        self._files = files
        self._cache = cache
        self._cutoff = cutoff

    def open(
        self,
        chatbot_ids: Collection[str],
        views: Collection[str] = tuple(VIEWS),
        since: datetime | None = None,
        *,
        stored: bool = False,
    ) -> Snapshot:
        """The facts as they stand.

        Args:
            views: those that are needed, by name.
            since: nothing older than this is asked for (UTC): by ``first_message_at`` of conversations, by the time of
                messages, threads, feedback and events. The rows may be older all the same: it only saves files.
            stored: whether the SQL gives the columns and rows that files have, with those of what has expired.

        Raises:
            Unavailable: files were replaced again and again while they were fetched.
        """
        for _ in range(ATTEMPTS):
            with suppress(ObjectGone):
                return self._open(chatbot_ids, views, since, stored=stored)
        raise Unavailable("The copies of conversations changed while they were read; try again.")

    def _open(
        self, chatbot_ids: Collection[str], views: Collection[str], since: datetime | None, *, stored: bool
    ) -> Snapshot:
        with ThreadPoolExecutor(LISTINGS) as pool:
            places = [(view, chatbot_id) for view in views for chatbot_id in chatbot_ids]
            listed = [
                file for files in pool.map(lambda place: self._files.of_chatbot(*place), places) for file in files
            ]
        months = by_month(listed)
        counting = [file for month in months.values() for file in month.readable]
        needed = {place: month for place, month in months.items() if since is None or _may_hold(place, month, since)}
        wanted = [file for month in needed.values() for file in month.readable]
        paths = self._cache.hold(wanted, counting, chatbot_ids, views)
        expired = {chatbot_id: self._cutoff(chatbot_id) for chatbot_id in chatbot_ids}
        cutoffs = {chatbot_id: cutoff for chatbot_id, cutoff in expired.items() if cutoff is not None}

        def sql_of(view: str) -> str:
            bases, tails = _paths(view, needed, paths)
            return stored_rows(VIEWS[view], bases, tails) if stored else shown_rows(VIEWS[view], bases, tails, cutoffs)

        return Snapshot(
            sql={view: sql_of(view) for view in views},
            folders=[self._cache.folder(chatbot_id) for chatbot_id in sorted(chatbot_ids)],
            as_of=max((month.as_of for month in months.values()), default=None),
            files=len(wanted),
            size=sum(file.size for file in wanted),
        )


def _may_hold(place: tuple[str, str, str], month: MonthFiles, since: datetime) -> bool:
    """Whether a month may have rows of a time or later: no time of a row is later than its file was written."""
    view, _, began = place
    earliest = since - SLACK
    if view == CONVERSATIONS.name and began < f"{earliest:%Y-%m}":
        return False
    return month.modified_at >= earliest


def _paths(
    view: str, months: Mapping[tuple[str, str, str], MonthFiles], paths: Mapping[str, Path]
) -> tuple[list[Path], list[Path]]:
    """The bases and the tails of a view."""
    own = [month for (of, _, _), month in sorted(months.items()) if of == view]
    bases = [paths[month.base.key] for month in own if month.base is not None and not month.base.is_empty]
    return bases, [paths[tail.key] for month in own for tail in month.tails]
