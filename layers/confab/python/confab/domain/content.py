"""What a message of a channel holds, and what of it counts as its text (chatcaptain.md, "Messages")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from confab.domain.message import ASSISTANT, USER, Message

FROM_USER: Final = "user"
FROM_BOT: Final = "bot"
FROM_AGENT: Final = "agent"
SENDERS: Final = (FROM_USER, FROM_BOT, FROM_AGENT)

NOTE: Final = "note"
"""Type and role of what agents write to one another: the analysis judges users and assistants alone."""
TEXT: Final = "text"

AGENT_MARK: Final = "agent"
BODY: Final = "chatcaptain"
"""The group of a message's extras that holds what came with it and is not its text, role or time."""

SESSION_GAP: Final = timedelta(hours=24)
LONGEST_BUTTON: Final = 256
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
    return {"id": chosen[:LONGEST_BUTTON], "name": (label or chosen)[:LONGEST_BUTTON]} if chosen else None


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


def content_of(message: Message) -> dict[str, Any]:
    """The content object of a message; of one that has its text alone, that text."""
    body = message.extras.get(BODY, {})
    return dict(body["content"]) if "content" in body else {TEXT: message.content}


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
    """What a conversation's row keeps of its last message: the content when that is short, else its first words."""
    if len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()) <= PREVIEW_BYTES:
        return {"key": key, "content": dict(content)}
    return {"key": key, "text": text_of(content)[:PREVIEW_CHARACTERS]}


def begins_session(last: datetime | None, now: datetime) -> bool:
    """Whether a message opens a new session: the conversation was silent for a day."""
    return last is not None and now - last >= SESSION_GAP
