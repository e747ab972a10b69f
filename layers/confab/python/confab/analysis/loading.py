"""A conversation's items as the consumer reads them: only those it needs, and no more than its memory holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from confab.domain.feedback import Feedback
from confab.domain.message import Message
from confab.domain.scores import Score
from confab.storage import keys
from confab.storage.conversation_row import BYTES
from confab.storage.feedback_items import bare_feedback
from confab.storage.messages import is_split, item_size, message_bytes, read_message, stray_parts
from confab.storage.score_items import read_score
from confab.storage.values import Item

MESSAGE_COST: Final = 4_000
"""Bytes of memory that a message takes with its result while it is analysed, besides what it says."""
TEXT_COST: Final = 18
"""Bytes of memory for each byte of text: every word of a conversation is read before the first result is made."""
BESIDE_COST: Final = 2
"""Bytes of memory for each byte of what belongs to a message besides its text, such as an image."""
FEEDBACK_COST: Final = 1_500
"""Bytes of memory for an item of feedback without its body."""
SCORE_COST: Final = 3_000
"""Bytes of memory for a score without its body."""
OWN_BYTES: Final = 192 << 20
"""Bytes of memory that the consumer takes whatever it analyses."""
LEAST_ROOM: Final = 16 << 20


class TooLarge(Exception):
    """The conversation needs more memory than the consumer has."""


def room_of(memory_mb: int) -> int | None:
    """The bytes of memory that a conversation may need in a function; None for no bound.

    Args:
        memory_mb: of the function, in MiB; 0 where nobody says so.
    """
    return max((memory_mb << 20) - OWN_BYTES, LEAST_ROOM) if memory_mb else None


@dataclass(slots=True)
class Loading:
    """The part of a conversation that the consumer has read.

    Attributes:
        room: the bytes of memory that it may need; None for no bound.
        messages: unordered; ``finish`` adds those that are spread over parts.
        beside: results, the checkpoint, and what the conversation has added to the statistics.
        size: what the messages hold, in bytes.
    """

    room: int | None
    messages: list[Message] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    beside: list[Item] = field(default_factory=list)
    size: int = 0
    _split: list[Item] = field(default_factory=list)
    _bodies: dict[str, bytes] = field(default_factory=dict)
    _parts: list[Item] = field(default_factory=list)
    _needed: int = 0

    def expect(self, row: Item) -> None:
        """Check a conversation by what its row counts, before anything else of it is read.

        Raises:
            TooLarge: it needs more memory than there is.
        """
        self._require(MESSAGE_COST * int(row.get("messages", 0)) + BESIDE_COST * int(row.get(BYTES, 0)))

    def take(self, item: Item) -> None:
        """Take in one item.

        Raises:
            TooLarge: the conversation needs more memory than there is.
        """
        sk = item["sk"]
        if sk.startswith(keys.MESSAGE):
            if is_split(item):
                self._split.append(item)
            else:
                self._add(read_message(item))
        elif sk.startswith(keys.PART):
            self._bodies[sk] = item.pop("b")
            self._parts.append(item)
            self._need(len(self._bodies[sk]))
        elif sk.startswith(keys.FEEDBACK):
            self.feedback.append(bare_feedback(item))
            self._need(FEEDBACK_COST)
        elif sk.startswith(keys.SCORE):
            self.scores.append(read_score(item))
            self._need(SCORE_COST)
        elif sk.startswith((keys.COUNTED, keys.ANALYSIS, keys.CHECKPOINT)):
            self.beside.append(item)
            self._need(item_size(item))

    def finish(self) -> list[Item]:
        """Put the messages together that are spread over parts; the parts that no message names.

        Raises:
            TooLarge: the conversation needs more memory than there is.
        """
        for head in self._split:
            self._add(read_message(head, self._bodies))
        return stray_parts([*self._split, *self._parts])

    def _add(self, message: Message) -> None:
        size, text = message_bytes(message), len(message.content.encode())
        self.messages.append(message)
        self.size += size
        self._need(MESSAGE_COST + TEXT_COST * text + BESIDE_COST * (size - text))

    def _need(self, size: int) -> None:
        self._needed += size
        self._require(self._needed)

    def _require(self, needed: int) -> None:
        if self.room is not None and needed > self.room:
            raise TooLarge
