"""Items of which a chatbot may have so many: their number stands in an item that changes with them."""

from __future__ import annotations

from typing import Final

from confab.storage import notice_keys
from confab.storage.writes import Change

_COUNT: Final = "COUNT"


def one_more(chatbot_id: str, name: str, most: int) -> Change:
    """What counts a new item, on condition that there are fewer than ``most``.

    Args:
        name: what is counted.
    """
    return Change((notice_keys.notified(chatbot_id), _COUNT), adds={name: 1}, below={name: most})


def one_less(chatbot_id: str, name: str) -> Change:
    """What counts an item that goes."""
    return Change((notice_keys.notified(chatbot_id), _COUNT), adds={name: -1})
