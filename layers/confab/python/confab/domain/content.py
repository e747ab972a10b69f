"""The content of a channel's message, and the part of it that counts as its text (chatcaptain.md, "Messages")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from confab.domain.channel_media import BODY, TEXT, kind_of, media_of, media_parts
from confab.domain.extras import attachments_of, tools_of
from confab.domain.media import label_of
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.message_bounds import TOOLS
from confab.domain.message_forms import TOOL

FROM_USER: Final = "user"
FROM_BOT: Final = "bot"
FROM_AGENT: Final = "agent"
SENDERS: Final = (FROM_USER, FROM_BOT, FROM_AGENT)

NOTE: Final = "note"
"""Type and role of what agents write to one another: the analysis judges users and assistants alone."""

AGENT_MARK: Final = "agent"

SESSION_GAP: Final = timedelta(hours=24)
MAX_BUTTON: Final = 256
PREVIEW_BYTES: Final = 300
PREVIEW_CHARACTERS: Final = 200

_TEXT_PLACES: Final = (
    ("file", "caption"),
    ("file", "transcript"),
    ("template", "body"),
    ("email", "body"),
    ("transcription", "text"),
    ("selectedButton", "label"),
    ("note", "text"),
)

Content = Mapping[str, Any]


def text_of(content: Content) -> str:
    """The text of a message: its own, else the first that a part brings along; empty when none does."""
    if isinstance(content.get("text"), str) and content["text"]:
        return str(content["text"])
    for part, name in _TEXT_PLACES:
        inside = content.get(part)
        if isinstance(inside, Mapping) and isinstance(inside.get(name), str) and inside[name]:
            return str(inside[name])
    return ""


def button_of(content: Content) -> dict[str, str] | None:
    """The button that a message presses, by its payload or value and its label; either stands for the other.

    None where none of them is a text: parts are the channel's own, and may be anything.
    """
    pressed = content.get("selectedButton")
    texts = (
        {name: text for name, text in pressed.items() if isinstance(text, str)} if isinstance(pressed, Mapping) else {}
    )
    label = texts.get("label")
    chosen = texts.get("payload") or texts.get("value") or label
    return {"id": chosen[:MAX_BUTTON], "name": (label or chosen)[:MAX_BUTTON]} if chosen else None


def role_of(sender: str, kind: str, content: Content) -> str:
    """The role that a message has in the shared model."""
    if kind == NOTE or ("note" in content and not content.get("text")):
        return NOTE
    return USER if sender == FROM_USER else ASSISTANT


def sender_of(message: Message) -> str:
    """Who sent a message, whichever dialect it came in."""
    if message.extras.get(AGENT_MARK) is True or message.role == NOTE:
        return FROM_AGENT
    return FROM_USER if message.role == USER else FROM_BOT


def type_of(message: Message) -> str:
    """The type of a message: the one that it was sent with, else what its content is."""
    said = message.extras.get(BODY, {}).get("type")
    return said or (message.role if message.role in (NOTE, TOOL) else kind_of(content_of(message)))


def content_of(message: Message) -> dict[str, Any]:
    """The content object of a message; of one of another dialect its text, its media and its tools."""
    body = message.extras.get(BODY, {})
    if "content" in body:
        return dict(body["content"])
    tools = tools_of(message)
    parts = {**media_parts(attachments_of(message)), **({TOOLS: list(tools)} if tools else {})}
    return {TEXT: message.content, **parts} if message.content or not parts else parts


def with_content(message: Message, content: Content) -> Message:
    """A message with another content; what else came with it stays."""
    body = {name: value for name, value in message.extras.get(BODY, {}).items() if name != "content"}
    text = text_of(content)
    if dict(content) != {TEXT: text}:
        body["content"] = dict(content)
    extras = {name: value for name, value in message.extras.items() if name != BODY}
    role = role_of(sender_of(message), body.get("type", TEXT), content)
    said = {**extras, **({BODY: body} if body else {})}
    return replace(message, role=role, content=text, extras=said, origin=None)


def preview_of(key: str, content: Content) -> dict[str, Any]:
    """What a conversation's row keeps of its last message: the content when that is short, else its first words.

    Where there are none, a mark such as ``[image]`` names what it is.
    """
    if len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()) <= PREVIEW_BYTES:
        return {"key": key, "content": dict(content)}
    words = text_of(content)[:PREVIEW_CHARACTERS]
    return {"key": key, "text": words or label_of(media_of(content)) or f"[{kind_of(content)}]"}


def begins_session(last: datetime | None, now: datetime) -> bool:
    """Whether a message opens a new session: the conversation was silent for a day."""
    return last is not None and now - last >= SESSION_GAP
