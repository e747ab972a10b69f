"""Answers of responders: the first one that is accepted for a delivery counts, whatever comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from confab.domain.message import Draft
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.blobs import blob_items, read_blob
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item, Place
from confab.storage.writes import Delete, Put


@dataclass(frozen=True, slots=True)
class Answer:
    """A responder's first accepted answer to one delivery.

    Attributes:
        messages: what it wants to say.
        error: what was wrong with it; None when nothing was.
        at: when it came.
    """

    messages: Sequence[Draft]
    error: str | None
    at: datetime


class AnswerStore:
    """Keeps one answer for each delivery, in the partition of its conversation.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, place: Place, webhook_id: str) -> Answer | None:
        """What a responder has answered to a delivery; None when nothing was taken yet."""
        pk = keys.conversation(*place)
        item = self._table.get((pk, keys.answer_item(webhook_id)), consistent=True)
        return self._read(item) if item else None

    def claim(self, place: Place, webhook_id: str, answer: Answer) -> Answer:
        """Take an answer, unless another was taken for the same delivery; the one that counts.

        Raises:
            Unavailable: the table did not take it.
        """
        base: Item = {
            "pk": keys.conversation(*place),
            "sk": keys.answer_item(webhook_id),
            "at": to_micros(answer.at),
            "st": to_micros(answer.at),
        }
        said = [{"role": each.role, "content": each.content, "extras": each.extras} for each in answer.messages]
        head, *rest = blob_items(base, {"messages": said, "error": answer.error})
        try:
            if rest:
                self._table.transact([Put(head), *(Put(item, only_if_absent=False) for item in rest)])
            else:
                self._table.put_if_absent(head)
        except (ConditionFailed, TransactionRefused) as refused:
            first = self.get(place, webhook_id)
            if first is None:
                raise Unavailable("The answer could not be taken; try again.") from refused
            return first
        return answer

    def forget(self, place: Place, webhook_id: str) -> None:
        """Take an answer back whose conversation turned out to be gone."""
        pk = keys.conversation(*place)
        sk = keys.answer_item(webhook_id)
        with suppress(ConditionFailed):
            self._table.delete_if(Delete((pk, sk)))
        for item in self._table.query(pk, f"{keys.blob_prefix(sk)}#"):
            self._table.delete((pk, item["sk"]))

    def _read(self, item: Item) -> Answer:
        further = (
            self._table.query(item["pk"], f"{keys.blob_prefix(item['sk'])}#", consistent=True)
            if "chunks" in item
            else ()
        )
        body = read_blob(item, {part["sk"]: part for part in further})
        return Answer([Draft(**said) for said in body["messages"]], body["error"], from_micros(item["at"]))
