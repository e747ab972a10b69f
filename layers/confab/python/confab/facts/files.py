"""The files of the facts in their bucket: what is there, and which of it counts (``facts.schema`` has the layout)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from confab.facts.schema import EMPTY, PREFIX, chatbot_folder
from confab.platform.objects import Objects

BASE: Final = "base-"
TAIL: Final = "tail-"
ENDING: Final = ".parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFile:
    """A file of facts, as its bucket lists it.

    Attributes:
        modified_at: when it was written (UTC), by the bucket's clock.
    """

    key: str
    size: int
    etag: str
    modified_at: datetime

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return self.key.rpartition("/")[2]

    @property
    def view(self) -> str:
        return self.key.removeprefix(f"{PREFIX}/").split("/")[0]

    @property
    def chatbot_id(self) -> str:
        return self.key.split("/chatbot=")[1].split("/")[0]

    @property
    def month(self) -> str:
        """The month of its conversations, ``YYYY-MM``."""
        return self.key.split("/month=")[1].split("/")[0]

    @property
    def is_base(self) -> bool:
        return self.name.startswith(BASE)

    @property
    def is_empty(self) -> bool:
        """Whether it has no rows, because nothing is left of its month."""
        return self.name.endswith(EMPTY + ENDING)

    @property
    def time(self) -> datetime:
        """Of a base, until when it holds what tails say; of a tail, when the reading of its conversations began."""
        stem = self.name.removesuffix(ENDING)
        if self.is_base:
            return from_millis(int(stem.removeprefix(BASE).removesuffix(EMPTY)))
        return from_millis(UUID(stem.removeprefix(TAIL)).int >> 80)


@dataclass(frozen=True, slots=True)
class MonthFiles:
    """The files of a month of a view.

    Attributes:
        base: the one that counts; None for none.
        tails: those that the base does not hold, the earliest first.
        replaced: files that count no more.
    """

    base: FactFile | None
    tails: Sequence[FactFile]
    replaced: Sequence[FactFile]

    @property
    def counting(self) -> list[FactFile]:
        """The files that count."""
        return [*([] if self.base is None else [self.base]), *self.tails]

    @property
    def readable(self) -> list[FactFile]:
        """The files that count and have rows."""
        return [file for file in self.counting if not file.is_empty]

    @property
    def modified_at(self) -> datetime:
        """When the last of those that count was written (UTC)."""
        return max(file.modified_at for file in self.counting)

    @property
    def as_of(self) -> datetime:
        """Up to when the archive's readings are in these files (UTC)."""
        return max(file.time for file in self.counting)


def month_files(files: Iterable[FactFile]) -> MonthFiles:
    """What counts of the files of one month of one view; there must be one at least.

    The base of the highest number holds all tails up to its time, whether they are still there or not.
    """
    ordered = sorted(files, key=lambda file: (file.time, file.name))
    base = next((file for file in reversed(ordered) if file.is_base), None)
    tails = [file for file in ordered if not file.is_base and (base is None or file.time > base.time)]
    counting = {file.key for file in tails} | ({base.key} if base is not None else set())
    return MonthFiles(base, tails, [file for file in ordered if file.key not in counting])


def by_month(files: Iterable[FactFile]) -> dict[tuple[str, str, str], MonthFiles]:
    """Files by view, chatbot and month."""
    groups: dict[tuple[str, str, str], list[FactFile]] = defaultdict(list)
    for file in files:
        groups[file.view, file.chatbot_id, file.month].append(file)
    return {place: month_files(group) for place, group in groups.items()}


def from_millis(millis: int) -> datetime:
    """A time in milliseconds since 1970 (UTC)."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)


def to_millis(time: datetime) -> int:
    """The inverse of ``from_millis``, rounded down."""
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


class FactFiles:
    """The bucket with the files.

    Args:
        objects: the bucket.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def of_chatbot(self, view: str, chatbot_id: str) -> list[FactFile]:
        """All files of a view of a chatbot."""
        return list(self.under(chatbot_folder(view, chatbot_id)))

    def under(self, folder: str) -> Iterator[FactFile]:
        """The files whose keys begin with a text, in the order of their keys; the listing is consistent."""
        for each in self._objects.under(folder):
            if each.key.endswith(ENDING):
                yield FactFile(key=each.key, size=each.size, etag=each.etag, modified_at=each.modified_at)

    def chatbots(self, view: str) -> list[str]:
        """The ids of the chatbots that have files of a view."""
        return self._objects.folders(chatbot_folder(view, "").rstrip("/"))

    def fetch(self, file: FactFile, path: Path) -> None:
        """Write a file's content to a path.

        Raises:
            ObjectGone: it is no longer there: another one has replaced it.
        """
        self._objects.fetch(file.key, path)

    def put(self, key: str, path: Path) -> None:
        """Store a file."""
        self._objects.put(key, path)

    def delete(self, files: Sequence[FactFile]) -> None:
        """Remove files; those that are gone already are no error."""
        self._objects.delete([file.key for file in files])
