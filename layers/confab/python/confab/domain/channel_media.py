"""The type of a channel's message, and the media in its content (chatcaptain.md, "Messages")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from confab.domain.media import MAX_KIND, attachment_of, first_text
from confab.domain.message_bounds import TOOLS
from confab.domain.message_forms import TOOL

BODY: Final = "chatcaptain"
"""The group of a message's extras that holds what came with it and is not its text, role or time."""
TEXT: Final = "text"
FILE: Final = "file"
FILES: Final = "files"
"""Further media of a message besides its file."""

_SHOWN: Final = ("file", "image", "audio", "video", "voice", "sticker", "document", "location", "contact", "contacts")
_ASKING: Final = ("reaction", "template", "buttons", "email", "voiceHangup", "voiceTransfer", "agentHandover")
_WORDS: Final = frozenset({"text", "selectedButton", "transcription", "note", *_ASKING} - {"reaction"})
"""Parts that are no media."""
_PLACE: Final = ("latitude", "longitude")


def kind_of(content: Mapping[str, Any]) -> str:
    """The type of a message that was sent without one: the name of the part that it is about, else ``text``."""
    said = first_text(content, "type")
    named = said or next((name for name in (*_SHOWN, *_ASKING) if content.get(name)), None)
    if named is None and not content.get(TEXT):
        named = TOOL if content.get(TOOLS) else next((name for name, _ in _media(content)), None)
    return (named or TEXT)[:MAX_KIND]


def media_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The media of a content: files, places, contacts, reactions, and parts that the contract does not know."""
    return [_medium(name, part) for name, part in _media(content)]


def media_parts(media: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Media of another dialect as parts of a content: the first as the file, the others besides it."""
    found = [dict(medium) for medium in media]
    return {**({FILE: found[0]} if found else {}), **({FILES: found[1:]} if found[1:] else {})}


def _media(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in content.items():
        if isinstance(part, Mapping) and name not in _WORDS:
            yield name, part
        elif name == FILES and isinstance(part, list):
            yield from ((FILE, each) for each in part if isinstance(each, Mapping))


def _medium(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """A part as an attachment; a reaction is named by its emoji, a place keeps where it is."""
    medium = attachment_of((first_text(part, "type") if name == FILE else None) or name, part)
    emoji = first_text(part, "emoji")
    if emoji is not None:
        medium.setdefault("name", emoji[:MAX_KIND])
    for axis in _PLACE:
        value = part.get(axis)
        if isinstance(value, int | float) and not isinstance(value, bool):
            medium[axis] = value
    return medium
