"""The messages that are analysed: words of users and assistants."""

from __future__ import annotations

import unicodedata
from typing import Final

from confab.domain.message import ASSISTANT, USER, Message

JUDGED_ROLES: Final = frozenset({USER, ASSISTANT})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Unicode's categories of control characters, of invisible ones and of blanks."""


def is_judged(message: Message) -> bool:
    """Whether a message gets a result: a picture alone, a tool call alone, blanks and what a tool answered do not."""
    return message.role in JUDGED_ROLES and has_words(message.content)


def has_words(text: str) -> bool:
    """Whether there is anything to read in a text; an emoji is."""
    return any(unicodedata.category(character) not in _UNSEEN for character in text)
