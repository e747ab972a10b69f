"""What a query must answer, by a plain evaluator over rows in memory: no SQL, and nothing of the compiler."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any

from confab.query.language import Aggregate, Condition, Every, Field, Filter, Query, TimeUnit
from confab.query.views import JSON, TIME, View

Row = Mapping[str, Any]
_MISSING = object()


def holds(filters: Filter, row: Row, view: View) -> bool:
    """Whether a row passes."""
    if isinstance(filters, Condition):
        return _condition(filters, row, view)
    every = isinstance(filters, Every)
    return (all if every else any)(holds(each, row, view) for each in filters.filters)


def _condition(condition: Condition, row: Row, view: View) -> bool:
    kind, value, found = view.columns[condition.field], condition.value, row[condition.field]
    if kind == JSON:
        return _json_condition(condition.operator, found, value)
    if condition.operator in ("isNull", "isNotNull"):
        return (found is None) == (condition.operator == "isNull")
    if condition.operator == "arrayContains":
        return found is not None and all(each in found for each in (value if isinstance(value, list) else [value]))
    if kind == TIME:
        value = [_time(each) for each in value] if isinstance(value, list) else _time(value)
    return _compared(condition.operator, found, value)


def _compared(operator: str, found: Any, value: Any) -> bool:
    if operator == "eq":
        return bool(found == value)
    if operator == "neq":
        return bool(found != value)
    if operator in ("in", "notIn"):
        return (found in value) == (operator == "in")
    if found is None:
        return False
    return {"gt": found > value, "gte": found >= value, "lt": found < value, "lte": found <= value}[operator]


def _json_condition(operator: str, found: Any, value: Any) -> bool:
    path: list[str] = []
    if isinstance(value, dict) and set(value) <= {"path", "value"} and value.get("path"):
        path, value = value["path"], value.get("value")
    at = found if found is not None else _MISSING
    for key in path:
        at = at.get(key, _MISSING) if isinstance(at, dict) else _MISSING
    if operator in ("isNull", "isNotNull"):
        return (at is _MISSING or at is None) == (operator == "isNull")
    if operator == "jsonHasKey":
        return isinstance(at, dict) and value in at
    if operator in ("jsonHasAnyKey", "jsonHasAllKeys"):
        has = [isinstance(at, dict) and key in at for key in value]
        return any(has) if operator == "jsonHasAnyKey" else all(has)
    if operator == "jsonContains":
        scalar_in_list = bool(path) and not isinstance(value, dict | list) and isinstance(at, list)
        return _contains(at, value) or (scalar_in_list and any(_same(each, value) for each in at))
    if operator == "jsonContainedBy":
        return _contained(at, value)
    if operator in ("jsonArrayContainsObject", "arrayContains"):
        return _contains(at, value if isinstance(value, list) else [value])
    return _scalar_condition(operator, at, value)


def _scalar_condition(operator: str, at: Any, value: Any) -> bool:
    if operator in ("in", "notIn"):
        return any(_scalar_condition("eq", at, each) for each in value) == (operator == "in")
    text = (
        None if at is _MISSING or at is None else at if isinstance(at, str) else json.dumps(at, separators=(",", ":"))
    )
    if isinstance(value, bool):
        return _compared(operator, text, json.dumps(value))
    if isinstance(value, int | float):
        try:
            return _compared(operator, None if text is None else float(text), value)
        except ValueError:
            return _compared(operator, None, value)
    return _compared(operator, text, value)


def _same(found: Any, value: Any) -> bool:
    return found == value and isinstance(found, bool) == isinstance(value, bool)


def _contains(found: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(found, dict) and all(
            key in found and _contains(found[key], each) for key, each in value.items()
        )
    if isinstance(value, list):
        return isinstance(found, list) and all(any(_contains(one, each) for one in found) for each in value)
    return found is not _MISSING and _same(found, value)


def _contained(found: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(found, dict) and all(
            key in value and _contained(each, value[key]) for key, each in found.items()
        )
    if isinstance(value, list):
        return isinstance(found, list) and all(any(_contained(one, each) for each in value) for one in found)
    return found is not _MISSING and _same(found, value)


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


def value_of(field: Field, row: Row) -> Any:
    """What a row has for a field; None for nothing."""
    found = row[field.name]
    for key in field.path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _unit_of(item: TimeUnit, row: Row, view: View) -> datetime | None:
    time = row[item.field or view.time]
    if time is None:
        return None
    day = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "hour": time.replace(minute=0, second=0, microsecond=0),
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
    }[item.unit]


def _figure(item: Aggregate, rows: Sequence[Row], view: View) -> Any:
    if item.function == "count" and item.field is None:
        return len(rows)
    field = item.field or Field("id" if item.function == "countDistinct" else str(view.measure))
    values = [value for row in rows if (value := value_of(field, row)) is not None]
    if item.function == "count":
        return len(values)
    if item.function == "countDistinct":
        return len({json.dumps(value, sort_keys=True, default=str) for value in values})
    numbers = [number for value in values if (number := _number(value, field)) is not None]
    if not numbers:
        return None
    made: dict[str, Callable[[], Any]] = {
        "sum": lambda: sum(numbers),
        "avg": lambda: sum(numbers) / len(numbers),
        "min": lambda: min(numbers),
        "max": lambda: max(numbers),
    }
    return made[item.function]()


def _number(value: Any, field: Field) -> float | None:
    if isinstance(value, datetime):
        return int(value.replace(tzinfo=UTC).timestamp() * 1000)
    if not field.path:
        return int(value)
    try:
        return None if isinstance(value, bool | dict | list) else float(value)
    except ValueError:
        return None


def evaluated(query: Query, view: View, rows: Sequence[Row]) -> list[list[Any]]:
    """All rows of a query's answer, in their order; columns as selected, then the groups that are shown.

    The query selects something, orders by columns of its answer, and has no two columns of one name.
    """
    kept = [row for row in rows if holds(query.where, row, view) and _has_words(query.text, row, view)]
    items = [*query.select, *(group.field for group in query.group_by if group.field not in query.select)]
    hidden = {group.field for group in query.group_by if not group.shown and group.field not in query.select}
    grouped = bool(query.group_by) or any(isinstance(item, Aggregate) for item in items)

    def key(item: Any, row: Row) -> Any:
        return _unit_of(item, row, view) if isinstance(item, TimeUnit) else value_of(item, row)

    if grouped:
        keys = [item for item in items if not isinstance(item, Aggregate)]
        groups: dict[str, list[Row]] = {} if keys else {"": []}
        for row in kept:
            name = json.dumps([key(item, row) for item in keys], default=str) if keys else ""
            groups.setdefault(name, []).append(row)
        found = [
            {item: _figure(item, group, view) if isinstance(item, Aggregate) else key(item, group[0]) for item in items}
            for group in groups.values()
        ]
        ties = [(item, False) for item in keys]
    else:
        found = [{**{item: key(item, row) for item in items}, "time": row[view.time], "id": row["id"]} for row in kept]
        ties = [("time", True), ("id", False)]
    names = {name_of(item, view): item for item in reversed(items)}
    orders = [(names[order.column], order.descending) for order in query.order_by]
    found.sort(key=cmp_to_key(lambda one, other: _order([*orders, *ties], one, other)))
    return [[row[item] for item in items if item not in hidden] for row in found]


def _order(by: Sequence[tuple[Any, bool]], one: Mapping[Any, Any], other: Mapping[Any, Any]) -> int:
    for item, descending in by:
        inside = isinstance(item, Field) and bool(item.path)
        for first, second in zip(_sort_values(one[item], inside), _sort_values(other[item], inside), strict=True):
            if first == second:
                continue
            if first is None or second is None:
                return 1 if first is None else -1
            return (-1 if first < second else 1) * (-1 if descending else 1)
    return 0


def _sort_values(value: Any, inside: bool) -> list[Any]:
    if not inside:
        return [value]
    text = None if value is None else json.dumps(value, separators=(",", ":"))
    try:
        number = None if isinstance(value, bool | dict | list | None) else float(value)
    except ValueError:
        number = None
    return [number, text]


def name_of(item: Any, view: View) -> str:
    """The name of the column that an item becomes."""
    if isinstance(item, TimeUnit):
        return f"{item.field or view.time}_{item.unit}"
    field = item.field if isinstance(item, Aggregate) else item
    name = "" if field is None else ".".join((field.name, *field.path))
    if isinstance(item, Aggregate):
        return item.function if field is None else f"{item.function}_{name}"
    return name


def _has_words(text: str, row: Row, view: View) -> bool:
    return all(any(word.lower() in (row.get(name) or "").lower() for name in view.texts) for word in text.split())
