"""Limits of a message's parts other than its text: longer parts are cut, and a note says so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from confab.domain.media import ATTACHMENTS, MAX_ATTACHMENTS

TOOLS: Final = "tools"
REASONING: Final = "reasoning"
MAX_TOOLS: Final = 20
MAX_BYTES: Final = 32 * 1024
"""Tools and reasoning together stay below this, as JSON."""
CUT: Final = "…"

_LONG: Final = ("input", "output")
_MIN_PIECE: Final = 64
"""Bytes that every cut value may have, however many there are."""


def bounded(extras: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Tools, reasoning and attachments within their limits, and notes of what was cut, in words for the caller.

    The longest inputs and outputs are cut first; a cut JSON value becomes the beginning of its text.
    """
    kept, notes = dict(extras), []
    for group, most in ((TOOLS, MAX_TOOLS), (ATTACHMENTS, MAX_ATTACHMENTS)):
        found = kept.get(group, ())
        if len(found) > most:
            notes.append(f"of {len(found)} {group} the first {most} were kept")
            kept[group] = list(found[:most])
    if not fits(kept):
        notes.append(f"tool inputs, tool outputs and reasoning were cut to {MAX_BYTES} bytes together")
        kept |= _cut(kept)
    return kept, notes


def fits(extras: Mapping[str, Any]) -> bool:
    """Whether tools and reasoning are small enough together."""
    counted = {name: extras[name] for name in (TOOLS, REASONING) if name in extras}
    return not counted or _size(counted) < MAX_BYTES


def _cut(extras: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its long values cut to one length, the greatest with which all fit."""
    tools, reasoning = extras.get(TOOLS, ()), extras.get(REASONING)
    long = [_size(tool[name]) for tool in tools for name in _LONG if name in tool]
    long += [_size(reasoning)] if reasoning is not None else []
    rest = _size({name: extras[name] for name in (TOOLS, REASONING) if name in extras}) - sum(long)
    most = _shared(long, MAX_BYTES - 1 - rest)
    cut: dict[str, Any] = {}
    if tools:
        cut[TOOLS] = [
            {name: _shortened(value, most) if name in _LONG else value for name, value in tool.items()}
            for tool in tools
        ]
    if reasoning is not None:
        cut[REASONING] = _shortened(reasoning, most)
    return cut


def _shared(sizes: Sequence[int], room: int) -> int:
    """The greatest length to which values of these sizes may be cut so that they share the room."""
    left = len(sizes)
    for size in sorted(sizes):
        if size * left > room:
            break
        room -= size
        left -= 1
    return max(room // max(left, 1), _MIN_PIECE)


def _shortened(value: Any, most: int) -> Any:
    """A JSON value of at most so many bytes; a longer one as the beginning of its text."""
    if _size(value) <= most:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        if _size(text[:middle] + CUT) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low] + CUT


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
