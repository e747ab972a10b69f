"""Secrets of the deployment's own, made when they are first needed and kept in the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from confab.platform.cache import Cache
from confab.storage import keys
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item

ITEM: Final = "SECRET"
MAX_CACHED_SECRETS: Final = 16
PRIVACY: Final = "privacy"
"""Name of the deployment's secret that marks and digests are keyed by and receipts signed with."""


class SecretStore:
    """Secrets by name; each is read once by a warm function.

    Args:
        table: the one table.
        new: makes a secret.
    """

    def __init__(self, table: Table, new: Callable[[], bytes]) -> None:
        self._table = table
        self._new = new
        self._kept: Cache[str, bytes] = Cache(MAX_CACHED_SECRETS)

    def __call__(self, name: str) -> bytes:
        """The secret of a name. Of functions that make it side by side, all get the one that came first."""
        return self._kept.of(name, lambda: self._read(name))

    def _read(self, name: str) -> bytes:
        key = keys.secret(name), ITEM
        found = self._table.get(key, consistent=True)
        if found is None:
            made: Item = {"pk": key[0], "sk": key[1], "secret": self._new()}
            try:
                self._table.put_if_absent(made)
                found = made
            except ConditionFailed as failed:
                assert failed.found is not None
                found = failed.found
        secret: bytes = found["secret"]
        return secret
