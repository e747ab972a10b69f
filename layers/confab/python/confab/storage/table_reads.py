"""Reads of the one table: items, partitions, indexes, and for operators runs over the whole table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import islice
from typing import Any, Final

from confab.platform.errors import Unavailable
from confab.storage.refusals import read_item, translated
from confab.storage.values import Item, Key, from_attributes, to_attributes
from confab.storage.writes import EntryFilter, key_attributes

BATCH_GET_KEYS: Final = 100
BATCH_GET_ROUNDS: Final = 8
RETRIES: Final = "retries"
CONFLICTS: Final = "transactionConflicts"


class TableReads:
    """The one table of a deployment for those who read.

    Args:
        client: a DynamoDB client.
        name: the table's name.
        pool: runs calls side by side.
        sleep: waits between attempts, in seconds.
    """

    def __init__(self, client: Any, name: str, pool: Executor, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        self._retries: Counter[str] = Counter()
        self.pool = pool

    def take_retries(self) -> dict[str, int]:
        """How often a call was made again since this was asked last, and how often because of another transaction."""
        taken, self._retries = self._retries, Counter()
        return dict(taken)

    def _again(self, *, conflict: bool) -> None:
        self._retries.update([RETRIES, CONFLICTS] if conflict else [RETRIES])

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        """One item, or None."""
        with translated():
            answer = self._client.get_item(TableName=self._name, Key=key_attributes(key), ConsistentRead=consistent)
        return read_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key], *, consistent: bool = False) -> dict[Key, Item]:
        """The items among these keys that exist, by key.

        Raises:
            Unavailable: the table kept answering for a part only.
        """
        found: dict[Key, Item] = {}
        for start in range(0, len(keys), BATCH_GET_KEYS):
            wanted: dict[str, Any] = {"Keys": [key_attributes(key) for key in keys[start : start + BATCH_GET_KEYS]]}
            if consistent:
                wanted["ConsistentRead"] = True
            request = {self._name: wanted}
            for _ in range(BATCH_GET_ROUNDS):
                with translated():
                    answer = self._client.batch_get_item(RequestItems=request)
                for attributes in answer["Responses"].get(self._name, []):
                    item = read_item(attributes)
                    found[item["pk"], item["sk"]] = item
                request = answer.get("UnprocessedKeys") or {}
                if not request:
                    break
                self._again(conflict=False)
            else:
                raise Unavailable("The table answered for a part of the items only; try again.")
        return found

    def query(
        self,
        pk: str,
        prefix: str = "",
        *,
        consistent: bool = False,
        attributes: Sequence[str] = (),
        ahead: int | None = None,
    ) -> Iterator[Item]:
        """The items of a partition whose sort key starts with ``prefix``, in order of the sort key.

        Args:
            ahead: how many are read at a time; as many as an answer holds when None.
        """
        parameters = self._partition(pk, "begins_with(sk, :sk)", sk=prefix) if prefix else self._partition(pk)
        parameters["ConsistentRead"] = consistent
        if ahead is not None:
            parameters["Limit"] = ahead
        if attributes:
            parameters["ProjectionExpression"] = ", ".join(attributes)
        return self._pages(parameters)

    def query_between(self, pk: str, low: str, high: str, *, consistent: bool = False) -> Iterator[Item]:
        """The items of a partition whose sort key lies between two bounds, both included, in order."""
        parameters = self._partition(pk, "sk BETWEEN :low AND :high", low=low, high=high)
        return self._pages({**parameters, "ConsistentRead": consistent})

    def count_between(self, pk: str, low: str, high: str) -> int:
        """How many items of a partition have a sort key between two others, both included."""
        if low > high:
            return 0
        parameters = self._partition(pk, "sk BETWEEN :low AND :high", low=low, high=high)
        return sum(page["Count"] for page in self._answers({**parameters, "Select": "COUNT"}))

    def newest(self, pk: str, *, before: str | None, limit: int, since: str = "") -> list[Item]:
        """The last ``limit`` items of a partition whose sort key lies before another, from the last one back.

        Args:
            since: only those with a sort key of at least this.
        """
        # A condition on the sort key has two bounds only as BETWEEN, which takes the upper one in.
        ahead = limit + 1 if since and before is not None else limit
        if before is None:
            parameters = self._partition(pk, "sk >= :low", low=since) if since else self._partition(pk)
        elif since >= before:
            return []
        elif since:
            parameters = self._partition(pk, "sk BETWEEN :low AND :high", low=since, high=before)
        else:
            parameters = self._partition(pk, "sk < :high", high=before)
        run = self._pages({**parameters, "ScanIndexForward": False, "Limit": ahead})
        return list(islice((item for item in run if item["sk"] != before), limit))

    def _partition(self, pk: str, condition: str = "", **values: str) -> dict[str, Any]:
        return {
            "TableName": self._name,
            "KeyConditionExpression": f"pk = :pk AND {condition}" if condition else "pk = :pk",
            "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in {"pk": pk, **values}.items()},
        }

    def index_entries(
        self, index: str, pk: str, *, limit: int, before: str | None = None, descending: bool = True
    ) -> list[Item]:
        """The first ``limit`` entries of an index partition, in order of its sort key; keys only.

        Args:
            before: only those with a sort key below this.
        """
        return list(islice(self.index_run(index, pk, ahead=limit, before=before, descending=descending), limit))

    def index_run(
        self,
        index: str,
        pk: str,
        *,
        ahead: int,
        upto: str | None = None,
        before: str | None = None,
        descending: bool = True,
        having: EntryFilter | None = None,
    ) -> Iterator[Item]:
        """The entries of an index partition in order of its sort key.

        Args:
            ahead: how many are read at a time.
            upto: only those with a sort key of at most this.
            before: only those with a sort key below this.
            having: only those that have this; the others are read and not given.
        """
        number = index[-1]
        wanted = having.parameters() if having else {"ExpressionAttributeValues": {}}
        parameters: dict[str, Any] = {
            "TableName": self._name,
            "IndexName": index,
            "KeyConditionExpression": f"g{number}pk = :pk",
            "ScanIndexForward": not descending,
            "Limit": ahead,
            **wanted,
            "ExpressionAttributeValues": {":pk": {"S": pk}, **wanted["ExpressionAttributeValues"]},
        }
        for bound, operator in ((upto, "<="), (before, "<")):
            if bound is not None:
                parameters["KeyConditionExpression"] += f" AND g{number}sk {operator} :sk"
                parameters["ExpressionAttributeValues"][":sk"] = {"S": bound}
        return self._pages(parameters)

    def page(
        self, pk: str, start: Item | None, limit: int, *, index: str | None = None
    ) -> tuple[list[Item], Item | None]:
        """A run of a partition of the table or of an index, and where the next one begins; None at the end.

        Args:
            start: where the run before ended; None for the first one.
        """
        name = f"g{index[-1]}pk" if index else "pk"
        parameters: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": f"{name} = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "Limit": limit,
        }
        if index:
            parameters["IndexName"] = index
        if start is not None:
            parameters["ExclusiveStartKey"] = to_attributes(start)
        answer = next(self._answers(parameters))
        following = answer.get("LastEvaluatedKey")
        return list(map(read_item, answer["Items"])), from_attributes(following) if following else None

    def count_index(self, index: str, pk: str, between: tuple[str, str] | None = None, up_to: int | None = None) -> int:
        """How many entries an index partition has.

        Args:
            between: only those with a sort key between these bounds, both included.
            up_to: where to stop; a partition that has more is said to have so many.
        """
        number, values = index[-1], {":pk": {"S": pk}}
        condition = f"g{number}pk = :pk"
        if between is not None:
            low, high = between
            if low > high:
                return 0
            condition += f" AND g{number}sk BETWEEN :low AND :high"
            values |= {":low": {"S": low}, ":high": {"S": high}}
        parameters = {
            "TableName": self._name,
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "Select": "COUNT",
            **({} if up_to is None else {"Limit": up_to}),
        }
        counted = 0
        for page in self._answers(parameters):
            counted += page["Count"]
            if up_to is not None and counted >= up_to:
                return up_to
        return counted

    def scanned(self, sks: Sequence[str], start: Item | None, limit: int) -> tuple[list[Item], int, Item | None]:
        """Items with one of these sort keys in a run over the whole table, for operators: no function may.

        Args:
            start: where the run before ended; None for the first one.
            limit: how many items of any kind to look at.

        Returns:
            The items, how many were looked at, and where the next run begins; None at the end.
        """
        values = {f":sk{number}": {"S": sk} for number, sk in enumerate(sks)}
        parameters: dict[str, Any] = {
            "TableName": self._name,
            "FilterExpression": f"sk IN ({', '.join(values)})",
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "Limit": limit,
        }
        return self._scan(parameters, start)

    def scanned_keys(self, prefix: str, start: Item | None, limit: int) -> tuple[list[Item], Item | None]:
        """The keys of items whose partition begins with a prefix, in a run over the whole table, and where the next run
        begins; None at the end. It is not consistent, which costs half as much, and reads no more than keys.

        Args:
            start: where the run before ended; None for the first one.
            limit: how many items of any kind to look at; a run ends at 1 MB, too.
        """
        parameters: dict[str, Any] = {
            "TableName": self._name,
            "Select": "SPECIFIC_ATTRIBUTES",
            "ProjectionExpression": "pk, sk",
            "FilterExpression": "begins_with(pk, :prefix)",
            "ExpressionAttributeValues": {":prefix": {"S": prefix}},
            "Limit": limit,
        }
        items, _, following = self._scan(parameters, start)
        return items, following

    def _scan(self, parameters: dict[str, Any], start: Item | None) -> tuple[list[Item], int, Item | None]:
        if start is not None:
            parameters["ExclusiveStartKey"] = to_attributes(start)
        with translated():
            answer = self._client.scan(**parameters)
        following = answer.get("LastEvaluatedKey")
        items = list(map(read_item, answer["Items"]))
        return items, answer["ScannedCount"], from_attributes(following) if following else None

    def size(self) -> int:
        """How many items the table has, as of some hours ago; for operators."""
        with translated():
            return int(self._client.describe_table(TableName=self._name)["Table"].get("ItemCount", 0))

    def _pages(self, parameters: dict[str, Any]) -> Iterator[Item]:
        return (read_item(attributes) for answer in self._answers(parameters) for attributes in answer["Items"])

    def _answers(self, parameters: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        while True:
            with translated():
                answer = self._client.query(**parameters)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            parameters = {**parameters, "ExclusiveStartKey": answer["LastEvaluatedKey"]}
