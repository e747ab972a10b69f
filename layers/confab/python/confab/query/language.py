"""The query language: what is selected, grouped, filtered and ordered (inkeep.md, section 7), free of its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

AGGREGATIONS: Final = ("sum", "count", "countDistinct", "avg", "min", "max")
UNITS: Final = ("hour", "day", "week", "month")
COMPARISONS: Final = ("eq", "neq", "gt", "gte", "lt", "lte")
JSON_OPERATORS: Final = (
    "jsonContains",
    "jsonContainedBy",
    "jsonHasKey",
    "jsonHasAnyKey",
    "jsonHasAllKeys",
    "jsonArrayContainsObject",
)
OPERATORS: Final = (*COMPARISONS, "in", "notIn", "arrayContains", *JSON_OPERATORS, "isNull", "isNotNull")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a view, or a value inside of one that holds JSON.

    Attributes:
        path: the keys that lead to the value; none for the whole field.
        as_text: whether an export has the JSON as one column of text, in place of a column for each key.
    """

    name: str
    path: tuple[str, ...] = ()
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A figure over the rows of a group.

    Attributes:
        function: one of ``AGGREGATIONS``.
        field: what it is about; None for the view's own.
    """

    function: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """The hour, day, week or month that a time is in.

    Attributes:
        field: a field that holds times; None for the view's own.
    """

    unit: str
    field: str | None = None


Item = Field | Aggregate | TimeUnit


@dataclass(frozen=True, slots=True)
class Group:
    """A field by which rows are grouped.

    Attributes:
        shown: whether it is a column of the answer.
    """

    field: Field
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a value, which is as JSON has it."""

    field: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Every:
    """All of the filters hold; without any, always."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the filters holds; without any, never."""

    filters: tuple[Filter, ...]


Filter = Condition | Every | Some


@dataclass(frozen=True, slots=True)
class Order:
    """A column by which rows are ordered."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a view.

    Attributes:
        text: words that rows must contain, for views that have texts; empty for any.
    """

    select: Sequence[Item] = ()
    group_by: Sequence[Group] = ()
    where: Filter = Every(())
    order_by: Sequence[Order] = ()
    text: str = ""
