"""Events of an HTTP API as the resolver takes them: paths decoded once, and text that any dialect can answer with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from confab.platform.bodies import text_of


def as_text(event: dict[str, Any]) -> dict[str, Any]:
    """The event with U+FFFD in the place of what no text holds, in path, query and headers."""
    groups = {name: event.get(name) or {} for name in ("headers", "queryStringParameters")}
    plain = {name: {text_of(key): text_of(value) for key, value in group.items()} for name, group in groups.items()}
    return {**event, **plain, "rawPath": text_of(event.get("rawPath", ""))}


def with_one_tail(event: dict[str, Any], tails: Sequence[str]) -> dict[str, Any]:
    """The event with what follows one of these prefixes as one percent-encoded segment, whoever decoded it before.

    An HTTP API passes a path on in which every escape is decoded but ``%25``, slashes included; a function address
    passes it on as it was sent. In both a literal per cent sign stands as ``%25``, so decoding once is right for both.
    """
    path = event.get("rawPath", "")
    for prefix in tails:
        found = re.match(re.escape(prefix).replace(r"\*", "[^/]+") + "(?=.)", path)
        if found is not None:
            return {**event, "rawPath": found[0] + quote(text_of(unquote(path[found.end() :])), safe="")}
    return event
