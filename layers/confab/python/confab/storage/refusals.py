"""The table's refusals as exceptions of ours, and items as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from confab.platform.data_version import require_known
from confab.platform.errors import Unavailable
from confab.storage.values import Item, from_attributes

CONFLICT: Final = "TransactionConflict"
"""DynamoDB's reason for refusing a write whose item another transaction holds."""
CONDITION: Final = "ConditionalCheckFailed"
"""DynamoDB's reason for refusing a transaction of which a condition does not hold."""
_NOW_UNAVAILABLE: Final = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "TransactionInProgressException",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    }
)


class ConditionFailed(Exception):
    """A write's condition did not hold.

    Attributes:
        found: the item that stood there, when the write asked for it.
        numbers: which actions of a transaction it was, where somebody asks.
    """

    def __init__(self, found: Item | None = None, numbers: Sequence[int] = ()) -> None:
        super().__init__("the condition did not hold")
        self.found = found
        self.numbers = numbers


class TransactionRefused(Exception):
    """A transaction wrote nothing.

    Attributes:
        reasons: DynamoDB's code for each action, ``None`` for those that were fine.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


class Throttled(Unavailable):
    """A transaction wrote nothing because the table is busy."""


class ItemTooLarge(Exception):
    """An update would make an item larger than the table can hold (400 KB)."""


def read_item(attributes: Mapping[str, Any]) -> Item:
    """An item as it is stored.

    Raises:
        NewerData: it is of a version that this code does not know.
    """
    item = from_attributes(attributes)
    require_known(item)
    return item


@contextmanager
def translated() -> Iterator[None]:
    """Turn the SDK's exceptions into ours; what is left is a fault of the service."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "ConditionalCheckFailedException":
            found: Any = error.response.get("Item")
            raise ConditionFailed(read_item(found) if found else None) from error
        if code == "TransactionCanceledException":
            reasons: Any = error.response.get("CancellationReasons", [])
            codes = [reason.get("Code", "None") for reason in reasons]
            if any("item size" in str(reason.get("Message", "")).lower() for reason in reasons):
                raise ItemTooLarge from error
            if _NOW_UNAVAILABLE.intersection(codes):
                raise Throttled("The table is busy; try again.") from error
            raise TransactionRefused(codes) from error
        if code in ("TransactionConflictException", "ReplicatedWriteConflictException"):
            raise TransactionRefused([CONFLICT]) from error
        if code == "ValidationException" and "item size" in str(error).lower():
            raise ItemTooLarge from error
        if code in _NOW_UNAVAILABLE:
            raise Unavailable("The table is busy; try again.") from error
        raise
    except BotoCoreError as error:
        raise Unavailable("The table did not answer; try again.") from error
