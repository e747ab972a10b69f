"""The compiler: a query, checked against the columns of its view, as SQL with escaped literals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from confab.platform.errors import UnprocessableEntity
from confab.query.conditions import Conditions
from confab.query.language import Aggregate, Field, Group, Item, Order, Query, TimeUnit
from confab.query.parts import Part, Parts, fault
from confab.query.targets import Target
from confab.query.views import JSON, View

MAX_STATEMENT: Final = 250_000
"""Characters of a statement: Athena takes 262,144 bytes at most."""


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer.

    Attributes:
        kind: what it holds (``views``).
        as_text: whether an export has its JSON as one column.
    """

    name: str
    kind: str
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query as SQL.

    Attributes:
        statement: gives the rows; its columns are ``c0``, ``c1`` and so on, in the order of ``outputs``.
        count: gives how many rows there are without a limit.
    """

    statement: str
    count: str
    outputs: tuple[Output, ...]


def compile_query(query: Query, view: View, source: str, target: Target, limit: int) -> Compiled:
    """A query as SQL for an engine.

    Args:
        source: a SELECT that gives the view's rows with its columns.
        limit: the most rows that are given.

    Raises:
        UnprocessableEntity: it asks for what the view has not; the message names where.
    """
    parts = Parts(view, target)
    wanted = list(_distinct([*_selected(query, parts, view), *_groups(query.group_by, parts)]))
    grouped = bool(query.group_by) or any(part.figure for part in wanted)
    columns, order = _ordered(query.order_by, wanted, parts, view, grouped=grouped)
    keys = [str(number) for number, part in enumerate(columns, 1) if not part.figure]
    group_by = f" GROUP BY {', '.join(keys)}" if grouped and keys else ""
    select = ", ".join(f"{part.sql} AS c{number}" for number, part in enumerate(columns))
    where = Conditions(view, target).where(query.where, query.text)
    head = f"WITH source AS ({source}), found AS (SELECT {select} FROM source WHERE {where}{group_by}) "
    shown = [number for number, part in enumerate(columns) if part.shown]
    listed = ", ".join(f"c{number}" for number in shown)
    by = f" ORDER BY {', '.join(order)}" if order else ""
    statement = f"{head}SELECT {listed} FROM found{by} LIMIT {limit}"
    if len(statement) > MAX_STATEMENT:
        raise UnprocessableEntity("where: has too many values for one query")
    outputs = tuple(Output(columns[number].name, columns[number].kind, columns[number].as_text) for number in shown)
    return Compiled(statement, f"{head}SELECT count(*) FROM found", outputs)


def _selected(query: Query, parts: Parts, view: View) -> list[Part]:
    """What is selected; where nothing is, the groups, and without any all columns."""
    items: Sequence[Item] = query.select
    if not items and not query.group_by:
        items = [Field(name) for name in view.columns]
    made = {Field: parts.field, Aggregate: parts.figure, TimeUnit: parts.time_unit}
    return [made[type(item)](item, f"select.{number}") for number, item in enumerate(items)]  # type: ignore[operator]


def _groups(groups: Sequence[Group], parts: Parts) -> list[Part]:
    return [
        replace(parts.group(group.field, f"groupBy.{number}"), shown=group.shown) for number, group in enumerate(groups)
    ]


def _distinct(parts: Iterable[Part]) -> Iterable[Part]:
    """Each expression once, shown if it is asked for anywhere, under a name of its own."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        known = found.get((part.name, part.sql), part)
        found[part.name, part.sql] = replace(known, shown=known.shown or part.shown)
    names: dict[str, int] = {}
    for part in found.values():
        names[part.name] = names.get(part.name, 0) + 1
        yield part if names[part.name] == 1 else replace(part, name=f"{part.name}_{names[part.name]}")


def _ordered(
    orders: Sequence[Order], wanted: Sequence[Part], parts: Parts, view: View, *, grouped: bool
) -> tuple[list[Part], list[str]]:
    """The columns, with those that rows are ordered by alone, and the order.

    Rows without an order of their own, and equal ones, come newest first; groups come by their keys.
    """
    columns = list(wanted)

    def position(part: Part) -> int:
        same = (number for number, column in enumerate(columns) if column.sql == part.sql)
        number = next(same, len(columns))
        if number == len(columns):
            columns.append(replace(part, shown=False))
        return number

    by: list[str] = []
    for number, order in enumerate(orders):
        part = next((part for part in wanted if part.name == order.column), None) or parts.named(order.column)
        if part is None or (part.figure != grouped and part not in wanted):
            raise fault(f"orderBy.{number}.field", f"is no column of this query: {order.column}")
        by += _by(parts.target, part, position(part), descending=order.descending)
    if grouped:
        keys = [(number, part) for number, part in enumerate(columns) if not part.figure]
        return columns, by + [each for number, part in keys for each in _by(parts.target, part, number)]
    newest, ids = parts.field(Field(view.time), ""), parts.field(Field("id"), "")
    by += [*_by(parts.target, newest, position(newest), descending=True), *_by(parts.target, ids, position(ids))]
    return columns, by


def _by(target: Target, part: Part, number: int, *, descending: bool = False) -> list[str]:
    """Values inside of JSON are ordered as numbers, and those that are none as text after them."""
    direction = "DESC NULLS LAST" if descending else "ASC NULLS LAST"
    column = f"c{number}"
    numbers = [target.number_of(target.parsed(column))] if part.kind == JSON else []
    return [f"{each} {direction}" for each in (*numbers, column)]
