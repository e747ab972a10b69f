"""Where a conversation is found by its contact and its channel: a small item in a partition of each.

The row keeps what its entries are, packed into one short attribute, and row and entries change in one transaction:
so they always agree, and whoever moves or removes them needs to read the row alone.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from confab.storage import keys
from confab.storage.clocks import index_time
from confab.storage.values import Item, Key
from confab.storage.writes import Action, Delete, Put

GRAIN: Final = timedelta(minutes=1)
"""How far a conversation's last change must be from what its entries say before the consumer moves them."""
_DIGEST_BYTES: Final = 16


def digest_of(identifier: str) -> str:
    """A contact's or channel's id as a part of a key."""
    digest = hashlib.sha256(identifier.encode()).digest()[:_DIGEST_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a conversation.

    Attributes:
        time: what they are ordered by, as an index time.
        contact, channel: digests of the two ids; empty for none.
    """

    time: str
    contact: str = ""
    channel: str = ""

    @classmethod
    def at(cls, time: datetime, contact_id: str | None, channel_id: str | None) -> Entries:
        """The entries that a conversation should have."""
        contact, channel = (digest_of(each) if each else "" for each in (contact_id, channel_id))
        return cls(index_time(time), contact, channel)

    @classmethod
    def unpacked(cls, packed: str | None) -> Entries | None:
        """The entries that a row says it has."""
        return cls(*packed.split("|")) if packed else None

    @property
    def packed(self) -> str | None:
        """As the row keeps them; None when there is nothing to find."""
        return f"{self.time}|{self.contact}|{self.channel}" if self.contact or self.channel else None

    def keys(self, chatbot_id: str, conversation_id: str) -> list[Key]:
        """The keys of the items."""
        sk = f"{self.time}#{conversation_id}"
        found = [(keys.contact(chatbot_id, self.contact), sk)] if self.contact else []
        return [*found, (keys.channel(chatbot_id, self.channel), sk)] if self.channel else found

    def items(self, chatbot_id: str, conversation_id: str) -> list[Item]:
        """The items; each names the channel, so that both filters together need no row."""
        return [{"pk": pk, "sk": sk, "ch": self.channel} for pk, sk in self.keys(chatbot_id, conversation_id)]

    def differs(self, before: Entries | None) -> bool:
        """Whether to move: another contact or channel, or another time by more than the grain."""
        if before is None or (before.contact, before.channel) != (self.contact, self.channel):
            return True
        return abs(int(self.time) - int(before.time)) >= GRAIN // timedelta(milliseconds=1)


def removals(place: tuple[str, str], packed: str | None) -> list[Action]:
    """What removes the entries that a row says it has."""
    entries = Entries.unpacked(packed)
    return [Delete(key) for key in entries.keys(*place)] if entries else []


def moves(place: tuple[str, str], before: str | None, after: Entries) -> list[Action]:
    """What turns the entries that a row says it has into others."""
    wanted = after.items(*place) if after.packed else []
    stay = {(item["pk"], item["sk"]) for item in wanted}
    gone = [action for action in removals(place, before) if isinstance(action, Delete) and action.key not in stay]
    return [*gone, *(Put(item, only_if_absent=False) for item in wanted)]


def conversation_of(sk: str) -> str:
    """The conversation that an entry stands for."""
    return sk.partition("#")[2]
