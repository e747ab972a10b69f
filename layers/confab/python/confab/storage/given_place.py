"""Where something stands that somebody gave to a conversation: feedback or a score."""

from __future__ import annotations

from dataclasses import dataclass

from confab.storage import keys
from confab.storage.values import Item, Key, Place


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """A conversation, and a name in the conversation's partition."""

    chatbot_id: str
    conversation_id: str
    name: str

    @classmethod
    def of(cls, entry: Item) -> GivenPlace:
        """The place of an item, or of what an entry that an index has of it is about."""
        return cls(*keys.split_conversation(entry["pk"]), entry["sk"])

    @property
    def conversation(self) -> Place:
        """The ids of the chatbot and of the conversation."""
        return self.chatbot_id, self.conversation_id

    @property
    def key(self) -> Key:
        """The key of its item."""
        return keys.conversation(*self.conversation), self.name
