"""Digests: what a rule matched within a window of the wall clock, gathered until the window ends.

A digest counts its matches in the transactions that note them, so its count is exact. It is closed before it is read;
a match that comes later goes into the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from confab.domain.notices import MAX_MENTIONS, Mention
from confab.notify.runs import KEPT
from confab.storage import notice_keys
from confab.storage.clocks import index_time
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Action, Change

_CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a digest holds.

    Attributes:
        mentions: of its matches, at most ``MAX_MENTIONS``, the earliest first.
        count: how many matches there are.
        closed: whether it takes no more.
    """

    mentions: Sequence[Mention] = ()
    count: int = 0
    closed: bool = False


class DigestStore:
    """Gathers matches, and gives what was gathered.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    @staticmethod
    def name(rule_id: str, ends: datetime) -> str:
        """The digest of a rule whose window ends at a time."""
        return notice_keys.digest_item(rule_id, index_time(ends))

    def read(self, chatbot_id: str, digest: str) -> Gathered | None:
        """What a digest holds by now; None when it has no match yet."""
        item = self._table.get((notice_keys.runs(chatbot_id), digest), consistent=True)
        return None if item is None else _gathered(item)

    def gather(
        self, chatbot_id: str, digest: str, mention: Mention, at: datetime, also: Sequence[Action], *, named: bool
    ) -> None:
        """Count a match, in one transaction with what notes it.

        Args:
            at: when it was found.
            also: what notes the match, on the condition that nobody did.
            named: whether the digest names its conversation.

        Raises:
            ConditionFailed: the digest is closed, or the match was noted.
        """
        place = "#".join([index_time(at), mention.conversation_id, mention.match])
        change = Change(
            (notice_keys.runs(chatbot_id), digest),
            sets={"expiresAt": _expiry(at)},
            adds={"count": 1},
            joins={"mentions": frozenset([place])} if named else {},
            equals={_CLOSED: None},
        )
        self._table.commit([change, *also])

    def close(self, chatbot_id: str, digest: str, now: datetime) -> Gathered:
        """Let a digest take no more matches, and give what it holds; any number of times the same."""
        key = notice_keys.runs(chatbot_id), digest
        change = Change(key, sets={_CLOSED: True}, defaults={"expiresAt": _expiry(now)}, equals={_CLOSED: None})
        with suppress(ConditionFailed):
            self._table.change(change)
        item = self._table.get(key, consistent=True)
        return Gathered(closed=True) if item is None else _gathered(item)


def _expiry(now: datetime) -> int:
    """When the table may forget a digest: not before its runs."""
    return int((now + KEPT + timedelta(days=1)).timestamp())


def _gathered(item: Item) -> Gathered:
    places = (place.split("#") for place in sorted(item.get("mentions", ())))
    mentions = [Mention(conversation_id, match) for _, conversation_id, match in places]
    return Gathered(mentions[:MAX_MENTIONS], item.get("count", 0), _CLOSED in item)
