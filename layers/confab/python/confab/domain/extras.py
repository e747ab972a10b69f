"""The parts of a message other than its text, the same for every dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confab.domain.channel_media import BODY, media_of
from confab.domain.fingerprints import HISTORY_EXTRAS
from confab.domain.media import ATTACHMENTS
from confab.domain.message import USER, Message
from confab.domain.message_bounds import TOOLS
from confab.domain.message_forms import form_of, known_role
from confab.domain.message_parts import ShapeError

CALL: Final = "call"
"""The group of a message's extras that says which call of a model made it: model, tokens, duration."""


def tools_of(message: Message) -> Sequence[Mapping[str, Any]]:
    """The tool calls and results of a message: ``id``, ``name``, ``input``, ``output``, ``error`` where known."""
    return list(message.extras.get(TOOLS) or _logged(message).get(TOOLS, ()))


def attachments_of(message: Message) -> Sequence[Mapping[str, Any]]:
    """The media of a message: ``type``, and ``name``, ``url``, ``mimeType``, ``id``, ``digest`` where known."""
    own = message.extras.get(ATTACHMENTS) or _logged(message).get(ATTACHMENTS)
    return list(own or media_of(message.extras.get(BODY, {}).get("content", {})))


def _logged(message: Message) -> Mapping[str, Any]:
    """What belongs to a message of a logged history, which keeps its shape as it was sent."""
    own = message.extras.get(HISTORY_EXTRAS)
    if not own:
        return {}
    role = message.role if known_role(message.role) else USER
    try:
        form = form_of({"content": message.content, **own, "role": role})
    except ShapeError:
        return {}
    return form.extras if form else {}
