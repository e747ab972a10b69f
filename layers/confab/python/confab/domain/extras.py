"""What belongs to a message beside its text, whichever dialect it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from confab.domain.fingerprints import LOGGED
from confab.domain.message import Message
from confab.domain.message_bounds import TOOLS
from confab.domain.message_forms import form_of
from confab.domain.message_parts import ShapeError


def tools_of(message: Message) -> Sequence[Mapping[str, Any]]:
    """The tool calls and results of a message: ``id``, ``name``, ``input``, ``output``, ``error`` where known."""
    return list(message.extras.get(TOOLS) or _logged(message).get(TOOLS, ()))


def _logged(message: Message) -> Mapping[str, Any]:
    """What belongs to a message of a logged history, which keeps its shape as it was sent."""
    own = message.extras.get(LOGGED)
    if not own:
        return {}
    try:
        form = form_of({"content": message.content, **own, "role": message.role})
    except ShapeError:
        return {}
    return form.beside if form else {}
