"""Topics of a chatbot: subjects of its users' messages, each under an id that never changes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

MAX_ID: Final = 64
MAX_OF_A_CONVERSATION: Final = 5
"""Topics of a whole conversation: those that most of its messages have."""

MAX_FOUND: Final = 300
"""Topics in use that are found in a chatbot's conversations; the operator's own come on top."""
IN_USE: Final = timedelta(weeks=13)
"""How long a topic is in use after it last came up."""

_NOT_IN_AN_ID: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a chatbot.

    Attributes:
        name: what people read; it may change.
        phrases: what stands for it in messages, for a topic that the operator declared.
        parent_id: the declared topic that it stands below; None for none.
        seen_at: when a topic that was found last came up, to the week.
    """

    id: str
    name: str
    phrases: Sequence[str] = ()
    parent_id: str | None = None
    seen_at: datetime | None = field(default=None, compare=False)


def topic_id(words: Iterable[str]) -> str:
    """The id of a topic that its words make: readable, and the same for the same words in any order.

    Args:
        words: base forms, so that other forms of a word make the same topic.
    """
    parts = sorted({_NOT_IN_AN_ID.sub("-", word.casefold()).strip("-") for word in words} - {""})
    name = "-".join(parts)
    if len(name) <= MAX_ID:
        return name
    return f"{name[: MAX_ID - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def by_id(*groups: Iterable[Topic]) -> dict[str, Topic]:
    """Topics by their ids; of two with the same id that of the later group."""
    return {topic.id: topic for group in groups for topic in group}


def main_topics(counts: Mapping[str, int]) -> tuple[str, ...]:
    """The topics of a conversation: the most frequent first, then the first to come up.

    Args:
        counts: how many of its messages have each topic, by id, the first to come up first.
    """
    return tuple(topic for topic, _ in Counter(counts).most_common(MAX_OF_A_CONVERSATION))
