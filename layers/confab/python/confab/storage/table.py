"""The one table: plain Python values in, plain Python values out, and the table's refusals as exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage.refusals import (
    CONDITION,
    CONFLICT,
    ConditionFailed,
    ItemTooLarge,
    Throttled,
    TransactionRefused,
    read_item,
    translated,
)
from confab.storage.table_reads import TableReads
from confab.storage.values import Item, Key
from confab.storage.writes import Action, Change, Delete, Put, key_attributes, put_attributes

__all__ = ["ConditionFailed", "ItemTooLarge", "Table", "Throttled", "TransactionRefused"]

CONFLICTING: Final = Retries(8, first=0.02, cap=2.56)
COMMITTING: Final = Retries(10, first=0.02, cap=1.28)
THROTTLING: Final = Retries(5, first=0.05, cap=0.8)
TRANSACTION_ACTIONS: Final = 100


class Table(TableReads):
    """The one table of a deployment: reads (``TableReads``), single writes, and transactions.

    Args:
        client: a DynamoDB client.
        name: the table's name.
        pool: runs calls side by side.
        sleep: waits between attempts, in seconds.
    """

    def put(self, item: Item) -> None:
        """Write an item, whatever stood there."""
        self._alone(self._client.put_item, Item=put_attributes(item))

    def put_if_absent(self, item: Item) -> None:
        """Write an item where none stands.

        Raises:
            ConditionFailed: one stands there; it comes along.
        """
        self._alone(
            self._client.put_item,
            Item=put_attributes(item),
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    def put_if(self, put: Put) -> None:
        """Write an item on its condition.

        Raises:
            ConditionFailed: it did not hold; what stands there comes along.
        """
        self._alone(self._client.put_item, **put.parameters(), ReturnValuesOnConditionCheckFailure="ALL_OLD")

    def change(self, change: Change) -> Item:
        """Apply a change and return the item as it was before; empty when there was none.

        Raises:
            ConditionFailed: the change's condition did not hold; the item that stands there comes along.
            ItemTooLarge: the item would outgrow the table's limit.
        """
        parameters = change.parameters()
        if "ConditionExpression" in parameters:
            parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        answer = self._alone(self._client.update_item, **parameters, ReturnValues="ALL_OLD")
        return read_item(answer.get("Attributes", {}))

    def delete(self, key: Key) -> None:
        """Remove an item, if it is there."""
        self._alone(self._client.delete_item, Key=key_attributes(key))

    def delete_if(self, deletion: Delete) -> None:
        """Remove an item whose attributes are as expected.

        Raises:
            ConditionFailed: they are not.
        """
        self._alone(self._client.delete_item, **deletion.parameters())

    def transact(self, actions: Sequence[Action]) -> None:
        """Apply all actions or none.

        A transaction that is refused because the table is busy is tried again: the SDK does not repeat that refusal.

        Raises:
            TransactionRefused: a condition did not hold, or another transaction had one of the items.
            ItemTooLarge: an item would outgrow the table's limit.
            Unavailable: the table stayed busy, or did not answer.
        """
        parts = [self._transaction_part(action) for action in actions]
        for pause in THROTTLING.pauses(self._sleep):
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=parts)
                    return
            except TransactionRefused as refused:
                if CONFLICT in refused.reasons:
                    self._again(conflict=True)
                raise
            except Throttled:
                if pause.last:
                    raise
                self._again(conflict=False)
                pause()

    def commit(self, actions: Sequence[Action]) -> None:
        """Apply all actions or none, again while other transactions hold one of the items.

        Raises:
            ConditionFailed: a condition did not hold.
            Unavailable: the items stayed busy, or the table did not answer.
            ItemTooLarge: an item would outgrow the table's limit.
        """
        for pause in COMMITTING.pauses(self._sleep):
            try:
                self.transact(actions)
                return
            except TransactionRefused as refused:
                if CONDITION in refused.reasons:
                    raise ConditionFailed from refused
                pause()
        raise Unavailable("The items stayed busy; try again.")

    def _alone(self, call: Callable[..., Mapping[str, Any]], **parameters: Any) -> Mapping[str, Any]:
        """Make a single write, again while a transaction holds its item: the SDK does not repeat that refusal."""
        for pause in CONFLICTING.pauses(self._sleep):
            try:
                with translated():
                    return call(TableName=self._name, **parameters)
            except TransactionRefused:
                self._again(conflict=True)
                pause()
        raise Unavailable("The item stayed busy; try again.")

    def _transaction_part(self, action: Action) -> dict[str, Any]:
        word = {Change: "Update", Put: "Put", Delete: "Delete"}[type(action)]
        return {word: {"TableName": self._name, **action.parameters()}}
