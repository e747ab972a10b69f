"""Of which version the table's data is, and how far ``confab migrate`` has come with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from confab.platform.data_version import FOUND_SINCE, VERSION
from confab.platform.errors import NewerData, Unavailable
from confab.storage import keys
from confab.storage.table import Table
from confab.storage.writes import Put

ITEM: Final = "SCHEMA"


@dataclass(frozen=True, slots=True)
class DataState:
    """How things stand with the table's data.

    Attributes:
        version: what all of it is, or is read as; 0 where nothing says so.
        position: how far a migration that is not finished has come; empty for its beginning.
    """

    version: int = 0
    position: str = ""


def new_table() -> Put:
    """What a table says of itself before anything is stored in it."""
    return _marker(DataState(VERSION))


def _marker(state: DataState) -> Put:
    item = {"pk": keys.data_version(), "sk": ITEM, "version": state.version, "position": state.position}
    return Put(item, only_if_absent=False)


class DataMarker:
    """The mark in the one table.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._current = False

    def read(self) -> DataState:
        """How things stand."""
        item = self._table.get((keys.data_version(), ITEM), consistent=True)
        return DataState() if item is None else DataState(item["version"], item["position"])

    def note(self, state: DataState) -> None:
        """Say how things stand from now on."""
        self._table.put(_marker(state).item)

    def require_current(self) -> None:
        """Check that whatever is looked for can be found. It is asked once by a warm function.

        Raises:
            Unavailable: some of the data is of an earlier version, or of a later one.
        """
        if self._current:
            return
        version = self.read().version
        if version > VERSION:
            raise NewerData
        if version < FOUND_SINCE:
            raise Unavailable(
                "Some data is of an earlier version, in which not all that belongs to a user can be found; "
                "the operator has to run `confab migrate` first."
            )
        self._current = True
