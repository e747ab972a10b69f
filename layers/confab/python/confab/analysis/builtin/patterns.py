"""Regular expressions that are compiled when they are first used: a start needs none of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator


class Pattern:
    """A regular expression, compiled at its first use; args as for ``re.compile``."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern = pattern
        self._flags = flags

    @functools.cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern, self._flags)

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As ``re.Pattern.sub``."""
        return self._compiled.sub(by, text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As ``re.Pattern.finditer``."""
        return self._compiled.finditer(text)

    def begins(self, text: str) -> bool:
        """Whether a text begins so."""
        return self._compiled.match(text) is not None
