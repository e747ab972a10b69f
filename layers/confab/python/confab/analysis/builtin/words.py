"""Word lists shipped as data, read once when first needed."""

from __future__ import annotations

import functools
import pkgutil
from typing import Final

WORDS_FILE: Final = "data/words.txt"


@functools.cache
def section(name: str) -> frozenset[str]:
    """The words of one list of the shipped file."""
    return frozenset(_sections().get(name, ()))


@functools.cache
def _sections() -> dict[str, list[str]]:
    content = pkgutil.get_data(__package__ or "", WORDS_FILE) or b""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in content.decode("utf-8").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current += line.split()
    return found
