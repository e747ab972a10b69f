"""Exports that are too large to be answered with: kept for a while where only who knows the address gets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from confab.facts.exports import FOLDER, SECONDS
from confab.platform.objects import Objects

CONTENT_TYPE: Final = "text/csv; charset=utf-8"


class KeepExport:
    """Keeps a file in the bucket with the copies; the archive removes it within half an hour.

    Args:
        objects: gives a bucket.
        bucket: its name.
        new_id: makes ids that nobody can guess.
    """

    def __init__(self, objects: Callable[[str], Objects], bucket: str, new_id: Callable[[], str]) -> None:
        self._objects = objects
        self._bucket = bucket
        self._new_id = new_id

    def __call__(self, text: str) -> str:
        """Keep a file; the address under which it can be had for a quarter of an hour.

        Raises:
            Unavailable: the bucket did not answer.
        """
        objects, key = self._objects(self._bucket), f"{FOLDER}{self._new_id()}.csv"
        objects.put_text(key, text, CONTENT_TYPE)
        return objects.address(key, SECONDS)
