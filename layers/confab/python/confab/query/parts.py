"""The parts of a query, one column of its answer each: fields, values inside of JSON, figures, units of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confab.platform.errors import Fault, UnprocessableEntity
from confab.query.language import AGGREGATIONS, UNITS, Aggregate, Field, TimeUnit
from confab.query.targets import Target
from confab.query.views import BOOLEAN, JSON, LIST, NUMBER, TEXT, TIME, View


@dataclass(frozen=True, slots=True)
class Part:
    """A column of a query's answer, as an expression.

    Attributes:
        kind: what it holds (``views``).
        figure: whether it is about all rows of a group.
        shown: whether the answer has it; others are there to group or to order by.
    """

    name: str
    sql: str
    kind: str
    figure: bool = False
    shown: bool = True
    as_text: bool = False


def fault(path: str, message: str) -> UnprocessableEntity:
    """The error of one place of a query."""
    return UnprocessableEntity(f"{path}: {message}", [Fault(path, message)])


def column_name(name: str, path: Sequence[str]) -> str:
    """The name of a field, or of a value inside of one."""
    return ".".join((name, *path))


def named(name: str) -> str:
    """A column of the view as SQL; names are the views' own, never a caller's."""
    return f'"{name}"'


class Parts:
    """Makes the parts of queries to a view.

    Attributes:
        target: the engine.
    """

    def __init__(self, view: View, target: Target) -> None:
        self._view = view
        self.target = target

    def field(self, field: Field, at: str) -> Part:
        """A field, or a value inside of one.

        Raises:
            UnprocessableEntity: the view has no such field, or it has no values inside.
        """
        kind = self.kind(field.name, f"{at}.field")
        name, column = column_name(field.name, field.path), named(field.name)
        if field.path:
            if kind != JSON:
                raise fault(f"{at}.path", f"{field.name} is not JSON")
            # JSON's null is as if nothing was there.
            inside = self.target.json_text(self.target.at(self.target.parsed(column), field.path))
            return Part(name, f"NULLIF({inside}, 'null')", JSON)
        if kind == LIST:
            return Part(name, self.target.list_text(column), LIST)
        return Part(name, column, kind, as_text=field.as_text)

    def group(self, field: Field, at: str) -> Part:
        """What rows are grouped by: a field, or a unit of time by its column's name.

        Raises:
            UnprocessableEntity: the view has neither.
        """
        unit = None if field.path else self._unit(field.name)
        return unit or self.field(field, at)

    def time_unit(self, item: TimeUnit, at: str) -> Part:
        """The hour, day, week or month of a time.

        Raises:
            UnprocessableEntity: the view has no such field, or it holds no times.
        """
        name = item.field or self._view.time
        if self.kind(name, f"{at}.field") != TIME:
            raise fault(f"{at}.field", f"{name} is not a time")
        return Part(f"{name}_{item.unit}", f"date_trunc('{item.unit}', {named(name)})", TIME)

    def figure(self, item: Aggregate, at: str) -> Part:
        """A figure.

        Raises:
            UnprocessableEntity: the view has no such field, or the figure cannot be had of it.
        """
        field, function = item.field, item.function
        if field is None:
            if function == "count":
                return Part(function, "count(*)", NUMBER, figure=True)
            own = "id" if function == "countDistinct" else self._view.measure
            if own is None:
                raise fault(f"{at}.field", f"is required for {function}")
            return Part(function, self._figure(function, Field(own), at), NUMBER, figure=True)
        name = f"{function}_{column_name(field.name, field.path)}"
        return Part(name, self._figure(function, field, at), NUMBER, figure=True)

    def named(self, name: str) -> Part | None:
        """The part that a column's name stands for; None for no such one."""
        function, _, of = name.partition("_")
        if function in AGGREGATIONS:
            try:
                return self.figure(Aggregate(function, self._field(of)), "")
            except UnprocessableEntity:
                return None
        field = self._field(name)
        return self._unit(name) or (None if field is None else self.field(field, ""))

    def kind(self, name: str, at: str) -> str:
        """What a field holds.

        Raises:
            UnprocessableEntity: the view has no such field.
        """
        kind = self._view.columns.get(name)
        if kind is None:
            raise fault(at, f"must be one of {', '.join(self._view.columns)}")
        return kind

    def _figure(self, function: str, field: Field, at: str) -> str:
        value = self.field(field, at).sql
        if function == "count":
            return f"count({value})"
        if function == "countDistinct":
            return f"count(DISTINCT {value})"
        return f"{function}({self._number(function, field, at)})"

    def _number(self, function: str, field: Field, at: str) -> str:
        kind, column = self.kind(field.name, f"{at}.field"), named(field.name)
        if field.path:
            return self.target.number_of(self.target.at(self.target.parsed(column), field.path))
        if kind == BOOLEAN:
            return f"CAST({column} AS INTEGER)"
        if kind == TIME and function in ("min", "max"):
            return self.target.milliseconds(column)
        if kind != NUMBER:
            raise fault(f"{at}.field", f"{function} takes a number, not {_SAID[kind]}")
        return column

    def _unit(self, name: str) -> Part | None:
        field, _, unit = name.rpartition("_")
        return self.time_unit(TimeUnit(unit, field), "") if unit in UNITS and field in self._view.times else None

    def _field(self, name: str) -> Field | None:
        first, *path = name.split(".")
        kind = self._view.columns.get(first)
        return Field(first, tuple(path)) if kind == JSON or (kind is not None and not path) else None


_SAID = {TEXT: "text", TIME: "a time", JSON: "JSON", LIST: "a list"}
