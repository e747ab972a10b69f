"""The bodies of the query language (inkeep.md, section 7) as models. Unknown keys are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from confab.dialects.fields import Request
from confab.dialects.openbat.queries import Since
from confab.query import language
from confab.query.language import Aggregate, Condition, Every, Filter, Group, Item, Order, Query, Some, TimeUnit
from confab.query.views import CONVERSATIONS, EVENTS, FEEDBACK, THREADS, View

MAX_ITEMS: Final = 100
MAX_FILTERS: Final = 200
Name = Annotated[str, Field(min_length=1, max_length=256)]
Path = Annotated[list[Annotated[str, Field(max_length=256)]], Field(max_length=32)]


class FieldItem(Request):
    """A field, or a value inside of one that holds JSON."""

    type: Literal["field"]
    field: Name
    path: Path | str | None = None
    mode: Literal["unpack", "json"] | None = None

    def asked(self) -> Item:
        return language.Field(self.field, _path(self.path), as_text=self.mode == "json")


class AggregationItem(Request):
    """A figure."""

    type: Literal["aggregation"]
    aggregation: Literal["sum", "count", "countDistinct", "avg", "min", "max"]
    field: Name | None = None
    path: Path | str | None = None

    def asked(self) -> Item:
        field = None if self.field is None else language.Field(self.field, _path(self.path))
        return Aggregate(self.aggregation, field)


class TimeItem(Request):
    """A unit of time."""

    type: Literal["time"]
    timeUnit: Literal["hour", "day", "week", "month"]
    field: Name | None = None

    def asked(self) -> Item:
        return TimeUnit(self.timeUnit, self.field)


SelectItem = Annotated[FieldItem | AggregationItem | TimeItem, Field(discriminator="type")]


class GroupItem(Request):
    """A field by which rows are grouped."""

    field: Name
    path: Path | str | None = None
    includeInSelect: bool | None = True

    def asked(self) -> Group:
        return Group(language.Field(self.field, _path(self.path)), shown=self.includeInSelect is not False)


class ConditionBody(Request):
    """A comparison."""

    field: Name
    operator: Literal[
        "eq",
        "neq",
        "gt",
        "gte",
        "lt",
        "lte",
        "in",
        "notIn",
        "arrayContains",
        "jsonContains",
        "jsonContainedBy",
        "jsonHasKey",
        "jsonHasAnyKey",
        "jsonHasAllKeys",
        "jsonArrayContainsObject",
        "isNull",
        "isNotNull",
    ]
    value: Any = None


class Where(Request):
    """A filter: one of its three keys; without any it lets everything through."""

    condition: ConditionBody | None = None
    every: Annotated[list[Where], Field(max_length=MAX_FILTERS)] | None = Field(default=None, alias="and")
    some: Annotated[list[Where], Field(max_length=MAX_FILTERS)] | None = Field(default=None, alias="or")

    def filter(self) -> Filter:
        """The filter; several keys all count."""
        found: list[Filter] = []
        if self.condition is not None:
            found.append(Condition(self.condition.field, self.condition.operator, self.condition.value))
        if self.every is not None:
            found.append(Every(tuple(each.filter() for each in self.every)))
        if self.some is not None:
            found.append(Some(tuple(each.filter() for each in self.some)))
        return found[0] if len(found) == 1 else Every(tuple(found))


class OrderItem(Request):
    """A column by which rows are ordered."""

    field: Name
    direction: Literal["asc", "desc"] | None = "asc"


class QueryBody(Request):
    """The body of ``POST /query/conversations``, ``/query/events`` and ``/query/feedback``, and of their exports."""

    select: Annotated[list[SelectItem], Field(max_length=MAX_ITEMS)] | None = None
    groupBy: Annotated[list[GroupItem], Field(max_length=MAX_ITEMS)] | None = None
    where: Where | None = None
    orderBy: Annotated[list[OrderItem], Field(max_length=MAX_ITEMS)] | None = None
    notes: Annotated[str, Field(max_length=80)] | None = None

    def asked(self) -> Query:
        """The query."""
        return Query(
            select=[each.asked() for each in self.select or ()],
            group_by=[each.asked() for each in self.groupBy or ()],
            where=where_of(self.where),
            order_by=[Order(each.field, each.direction == "desc") for each in self.orderBy or ()],
            text=self._text(),
        )

    def _text(self) -> str:
        return ""


class ThreadsQueryBody(QueryBody):
    """The body of ``POST /query/semantic-threads`` and of its export."""

    query: Annotated[str, Field(max_length=1000)] | None = None

    def _text(self) -> str:
        return self.query or ""


ViewName = Literal["events_view", "conversations_view", "semantic_threads_view", "feedback_view"]


_VIEWS: Final = {
    "events_view": EVENTS,
    "conversations_view": CONVERSATIONS,
    "semantic_threads_view": THREADS,
    "feedback_view": FEEDBACK,
}


def view_of(name: str) -> View:
    """The view that a body names."""
    return _VIEWS[name]


class PropertyKeysBody(Request):
    """The body of ``POST /query/property-keys``."""

    field: Literal["properties", "userProperties"]
    views: list[ViewName] | None = None
    where: Where | None = None


class PropertyValuesBody(PropertyKeysBody):
    """The body of ``POST /query/property-values``."""

    key: Annotated[str, Field(min_length=1, max_length=256)]
    limit: Annotated[int, Field(ge=1, le=1000)] | None = 100


class StatisticsQuery(BaseModel):
    """The query of ``GET /query/top-search-queries`` and ``/query/weekly-search-users``."""

    model_config = ConfigDict(extra="ignore")

    after: Since | None = None
    project_id: Annotated[str, Field(min_length=1, max_length=1024)] | None = None


def where_of(where: Where | None) -> Filter:
    """The filter of a body; without one everything passes."""
    return Every(()) if where is None else where.filter()


def _path(path: list[str] | str | None) -> tuple[str, ...]:
    """The keys of a path; one that is a string is one key."""
    if isinstance(path, str):
        return (path,) if path else ()
    return tuple(path or ())
