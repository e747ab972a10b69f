"""Conversations as OpenAI's fine-tuning takes them: one example a line, ``{"messages": [{"role", "content"}, …]}``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from confab.dialects.export.json_lines import written
from confab.domain.chatbot import Chatbot
from confab.domain.message import ASSISTANT, SYSTEM, USER, Message
from confab.reading.export import ExportedConversation

ROLES: Final = frozenset({SYSTEM, USER, ASSISTANT})


def lines(one: ExportedConversation, _: Chatbot) -> Iterator[str]:
    """A conversation as one example; as one for each part where it is larger than any model reads.

    What a tool answered, what has no text and what follows the last reply are left out; what holds no reply to a user
    makes no example.
    """
    for part in one.parts:
        said = _example(part.messages)
        if said:
            yield written({"messages": said})


def _example(messages: Iterable[Message]) -> list[dict[str, str]]:
    said = [
        {"role": message.role, "content": message.content}
        for message in messages
        if message.role in ROLES and message.content.strip()
    ]
    while said and said[-1]["role"] != ASSISTANT:
        said.pop()
    return said if any(each["role"] == USER for each in said) else []
