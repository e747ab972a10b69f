"""Deleting conversations and chatbots again after a restore, if they were deleted after the restored state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from confab.erasure.chatbot import SIDE_BY_SIDE
from confab.erasure.receipt import deletion_value
from confab.erasure.record_store import DeletionRecordStore
from confab.storage.values import Place

Record = Mapping[str, Any]
"""The record of a deletion as JSON (``erasure.receipt.deletion_value``)."""


Chatbots = Callable[[], Mapping[str, Sequence[str]]]
"""Gives the chatbots of the restored table, by workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDeletions:
    """Records by the action that each needs.

    Attributes:
        chatbots: those that are there again.
        conversations: those that are there again, and since when each was deleted.
        gone: those that are not there, and of which this table has no record.
        foreign: what names the records that another deployment signed, or that were changed.
    """

    chatbots: Sequence[str]
    conversations: Mapping[Place, datetime]
    gone: Mapping[Place, datetime]
    foreign: Sequence[str]


class ReapplyDeletions:
    """Applies records of deletions to a restored table.

    Args:
        records: of the table as it was restored.
        chatbots: gives its chatbots by workspace.
        erase: erases a conversation; whether there was one.
        delete_chatbot: deletes a chatbot; the sweep erases what it leaves.
        is_genuine: whether this deployment signed a record.
        secret: gives the secret that records are signed with.
    """

    def __init__(
        self,
        records: DeletionRecordStore,
        chatbots: Chatbots,
        erase: Callable[[str, str], bool],
        delete_chatbot: Callable[[None, str], None],
        is_genuine: Callable[[Record], bool],
        secret: Callable[[], bytes],
    ) -> None:
        self._records = records
        self._chatbots = chatbots
        self._erase = erase
        self._delete_chatbot = delete_chatbot
        self._is_genuine = is_genuine
        self._secret = secret

    def records_of(self, table: DeletionRecordStore) -> Iterator[Record]:
        """All records that a table has of the chatbots and workspaces of this one, signed."""
        secret = self._secret()
        for workspace, chatbots in self._chatbots().items():
            for chatbot, at in table.chatbots(workspace).items():
                yield deletion_value(secret, chatbot, None, at)
            for chatbot in chatbots:
                for conversation, at in table.conversations(chatbot).items():
                    yield deletion_value(secret, chatbot, conversation, at)

    def due(self, records: Iterable[Record]) -> DueDeletions:
        """What some records are about that may be in this table again."""
        there = {chatbot for chatbots in self._chatbots().values() for chatbot in chatbots}
        chatbots: list[str] = []
        foreign: list[str] = []
        deleted: dict[Place, datetime] = {}
        for record in records:
            if not self._is_genuine(record):
                foreign.append(f"{record.get('chatbotId', '')}/{record.get('conversationId', '')}".rstrip("/"))
            elif record["chatbotId"] in there:
                if "conversationId" in record:
                    deleted[record["chatbotId"], record["conversationId"]] = datetime.fromisoformat(record["deletedAt"])
                else:
                    chatbots.append(record["chatbotId"])
        deleted = self._unknown({place: at for place, at in deleted.items() if place[0] not in chatbots})
        begun = self._records.begun(list(deleted))
        # One that began only after that deletion is another conversation of the same id.
        again = {place: at for place, at in deleted.items() if place in begun and begun[place] <= at}
        gone = {place: at for place, at in deleted.items() if place not in begun}
        return DueDeletions(chatbots=chatbots, conversations=again, gone=gone, foreign=foreign)

    def _unknown(self, deleted: Mapping[Place, datetime]) -> dict[Place, datetime]:
        """Those deletions that this table has not seen."""
        own = {
            (chatbot, conversation): at
            for chatbot in {chatbot for chatbot, _ in deleted}
            for conversation, at in self._records.conversations(chatbot).items()
        }
        return {place: at for place, at in deleted.items() if place not in own or own[place] < at}

    def apply(self, due: DueDeletions, step: Callable[[int], None] = lambda _: None) -> None:
        """Delete again what is due; each deletion leaves a record of its own. It can be done again after a crash.

        Args:
            step: is told of each conversation and chatbot.
        """
        for chatbot in due.chatbots:
            self._delete_chatbot(None, chatbot)
            step(1)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for _ in pool.map(lambda place: self._erase(*place), due.conversations):
                step(1)
            list(pool.map(self._records.keep, due.gone, due.gone.values()))
