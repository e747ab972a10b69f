"""The fields of a managed conversation's row about its last message and the button that was pressed last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from confab.domain.content import Content, button_of, content_of, preview_of
from confab.domain.conversation import Conversation
from confab.domain.message import Message
from confab.storage.clocks import to_micros
from confab.storage.row_updates import RowChange


def showing(row: RowChange, key: str, content: Content) -> RowChange:
    """A change of the row that also shows a message, should it be the last one."""
    button = button_of(content)
    pressed = {} if button is None else {"lastButton": button}
    return replace(row, latest={"last": preview_of(key, content)}, pressed=pressed)


def shown_of(messages: Sequence[Message]) -> dict[str, Any]:
    """The managed fields that show the last message and the last button of a transcript."""
    if not messages:
        return {}
    last = messages[-1]
    fields: dict[str, Any] = {"last": preview_of(last.key, content_of(last)), "lastAt": to_micros(last.created_at)}
    for message in reversed(messages):
        button = button_of(content_of(message))
        if button is not None:
            return {**fields, "lastButton": button, "lastButtonAt": to_micros(message.created_at)}
    return fields


def shows_last(conversation: Conversation) -> bool:
    """Whether the message that the row shows is the last one; a message of another dialect may have come after it."""
    shown, last = conversation.managed.get("lastAt"), conversation.last_message_at
    return shown is None or last is None or shown >= to_micros(last)


def edited(message: Message, conversation: Conversation) -> Mapping[str, Any]:
    """The managed fields that an edited message changes on the row."""
    if conversation.managed.get("last", {}).get("key") != message.key:
        return {}
    return {"last": preview_of(message.key, content_of(message))}
