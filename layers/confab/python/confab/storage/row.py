"""A conversation's row as it was read: use cases ask it in the domain's words, and only stores look at its item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from confab.domain.conversation import Attributes, Conversation, SentAttributes
from confab.domain.limits import Given
from confab.storage import keys
from confab.storage.attributes import FORMER_USER, attribute_change
from confab.storage.captured import LONG
from confab.storage.clocks import optional_time
from confab.storage.conversation_row import (
    ACTIVE,
    COUNTED_AT,
    ERASING,
    EXPIRED,
    MESSAGES,
    PEOPLE,
    WEB,
    read_attributes,
    read_head,
)
from confab.storage.given import read_given
from confab.storage.values import Item, Place


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation's row at one moment; false where there was none.

    Attributes:
        item: the row as the table has it, for stores alone; empty where there was none.
    """

    item: Item = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.item)

    @property
    def conversation(self) -> Conversation:
        """The conversation that the row describes.

        Raises:
            KeyError: there is no row, or it is the bare row of a conversation that is being erased.
        """
        return read_head(self.item)

    @property
    def place(self) -> Place:
        """The ids of the chatbot and of the conversation."""
        return keys.split_conversation(self.item["pk"])

    @property
    def erasing(self) -> bool:
        """Whether the conversation is being erased."""
        return ERASING in self.item

    @property
    def expiring(self) -> bool:
        """Whether the conversation is being erased for its age."""
        return EXPIRED in self.item

    @property
    def begun(self) -> bool:
        """Whether the row describes a conversation; the bare row of one that is being erased does not."""
        return "dialect" in self.item

    @property
    def began_at(self) -> datetime | None:
        """When the conversation began (UTC); None where the row describes none."""
        return optional_time(self.item.get("createdAt"))

    @property
    def last_alive_at(self) -> datetime | None:
        """When the last message was written, else when the conversation began (UTC); None where there is none."""
        return optional_time(self.item.get("lastAt", self.item.get("createdAt")))

    @property
    def active_at(self) -> datetime | None:
        """When the last message or change came, by the functions' own clock (UTC); None where nobody noted it."""
        return optional_time(self.item.get(ACTIVE))

    @property
    def waits(self) -> bool:
        """Whether the conversation waits for the consumer."""
        return "pendingSince" in self.item

    @property
    def long(self) -> bool:
        """Whether the consumer may read the new messages of the conversation alone (``storage.captured``)."""
        return int(self.item.get(MESSAGES, 0)) >= LONG

    @property
    def counted_at(self) -> datetime | None:
        """When the consumer last read the messages (UTC); None for never."""
        return optional_time(self.item.get(COUNTED_AT))

    @property
    def counted(self) -> bool:
        """Whether the statistics of people have counted the conversation."""
        return PEOPLE in self.item

    @property
    def web(self) -> bool:
        """Whether a browser's key began the conversation."""
        return WEB in self.item

    @property
    def given(self) -> Given:
        """How much feedback and how many events the conversation has."""
        return read_given(self.item)

    @property
    def attributes(self) -> Attributes:
        """What is known of user, organization, session, custom and client."""
        return read_attributes(self.item)

    @property
    def user_moved(self) -> bool:
        """Whether the large fields were logged about an earlier user than the one that the row names."""
        return FORMER_USER in self.item

    def changed_by(self, attributes: SentAttributes) -> bool:
        """Whether the row would be another one with these changes of its attributes."""
        return attribute_change(attributes, self.item).alters(self.item)


NO_ROW: Final = ConversationRow()
"""Where there is no conversation."""
