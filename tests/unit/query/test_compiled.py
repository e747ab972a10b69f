"""Compiled SQL, run by DuckDB, answers as a plain evaluator over the same rows does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import duckdb
import pytest
from confab.query.compiler import compile_query
from confab.query.language import (
    AGGREGATIONS,
    COMPARISONS,
    OPERATORS,
    UNITS,
    Aggregate,
    Condition,
    Every,
    Field,
    Group,
    Order,
    Query,
    Some,
    TimeUnit,
)
from confab.query.targets import DUCKDB
from confab.query.values import decoded, plain
from confab.query.views import BOOLEAN, JSON, LIST, NUMBER, TEXT, THREADS, TIME
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.evaluated import evaluated, name_of

VIEW = THREADS
TYPES = {TEXT: "VARCHAR", NUMBER: "BIGINT", BOOLEAN: "BOOLEAN", TIME: "TIMESTAMP", JSON: "JSON", LIST: "VARCHAR[]"}
WORDS = ["", "a", "b", "B", "é", "it's", "100%", "a_b", "ä\\", "1", "true", "null", '"']
KEYS = ["a", "b", "a/b", "c~d", 'e"f', "1", "g.h"]
texts = st.sampled_from(WORDS)
numbers = st.integers(-3, 3)
times = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.none())
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(KEYS), inner, max_size=2)),
    max_leaves=5,
)
objects = st.dictionaries(st.sampled_from(KEYS), values, max_size=3)
OF_KIND: dict[str, st.SearchStrategy[Any]] = {
    TEXT: texts,
    NUMBER: numbers,
    BOOLEAN: st.booleans(),
    TIME: times,
    JSON: objects,
    LIST: st.lists(texts, max_size=2),
}
COLUMNS = ["id", "question", "subject", "messagesCount", "isClear", "firstMessageTime", "languages", "properties"]
PLAIN = [name for name in COLUMNS if VIEW.columns[name] not in (JSON, LIST)]
rows = st.lists(
    st.fixed_dictionaries(
        {
            name: st.uuids().map(str) if name == "id" else st.one_of(st.none(), OF_KIND[VIEW.columns[name]])
            for name in COLUMNS
        }
    ),
    max_size=6,
    unique_by=lambda row: row["id"],
)
paths = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2).map(tuple)
plain_fields = st.sampled_from(PLAIN).map(Field)
inside = paths.map(lambda path: Field("properties", path))
fields = st.one_of(plain_fields, inside)
units = st.builds(TimeUnit, st.sampled_from(UNITS), st.sampled_from([None, "firstMessageTime"]))


@st.composite
def figures(draw: st.DrawFn) -> Aggregate:
    function = draw(st.sampled_from(AGGREGATIONS))
    if function in ("count", "countDistinct"):
        return Aggregate(function, draw(st.one_of(st.none(), fields)))
    numeric = st.one_of(st.none(), st.sampled_from([Field("messagesCount"), Field("isClear")]), inside)
    field = draw(numeric)
    if function in ("min", "max") and field is None:
        field = draw(st.sampled_from([None, Field("firstMessageTime")]))
    return Aggregate(function, field)


def _sent(kind: str, value: Any) -> Any:
    return value.isoformat() + "+00:00" if kind == TIME else value


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from(COLUMNS))
    kind = VIEW.columns[name]
    if kind == JSON:
        return draw(_json_conditions(name))
    if kind == LIST:
        operator = draw(st.sampled_from(["arrayContains", "isNull", "isNotNull"]))
        return Condition(name, operator, draw(st.one_of(texts, st.lists(texts, max_size=2))))
    operator = draw(st.sampled_from([*COMPARISONS, "in", "notIn", "isNull", "isNotNull"]))
    one = OF_KIND[kind].map(lambda value: _sent(kind, value))
    if operator in ("in", "notIn"):
        return Condition(name, operator, draw(st.lists(one, max_size=2)))
    return Condition(name, operator, draw(st.one_of(st.none(), one) if operator in ("eq", "neq") else one))


@st.composite
def _json_conditions(draw: st.DrawFn, name: str) -> Condition:
    operator = draw(st.sampled_from([operator for operator in OPERATORS if operator != "arrayContains"]))
    compared = operator in COMPARISONS or operator in ("in", "notIn")
    some_keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2)
    comparable = st.one_of(st.booleans(), numbers, texts)
    value: Any = draw(
        st.lists(scalars, max_size=2)
        if operator in ("in", "notIn")
        else st.one_of(st.none(), comparable)
        if operator in ("eq", "neq")
        else comparable
        if compared
        else st.sampled_from(KEYS)
        if operator == "jsonHasKey"
        else some_keys
        if operator.startswith("jsonHas")
        else objects
        if operator in ("jsonContains", "jsonArrayContainsObject")
        else values
    )
    if compared or draw(st.booleans()):
        value = {"path": list(draw(paths)), "value": value}
    elif isinstance(value, dict) and set(value) <= {"path", "value"}:
        value = {**value, "z": 1}
    return Condition(name, operator, value)


filters = st.recursive(
    conditions(),
    lambda inner: st.builds(
        lambda kind, each: kind(tuple(each)), st.sampled_from([Every, Some]), st.lists(inner, max_size=3)
    ),
    max_leaves=4,
)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    grouped = draw(st.booleans())
    items: list[Any] = draw(st.lists(st.one_of(fields, units), min_size=1, max_size=2))
    groups: list[Group] = []
    if grouped:
        items = draw(st.lists(st.one_of(figures(), fields, units), min_size=1, max_size=3))
        groups = [Group(field, draw(st.booleans())) for field in draw(st.lists(fields, max_size=2))]
        if all(not group.shown for group in groups) and not items:
            items = [Aggregate("count")]
    seen: dict[str, Any] = {}
    for item in items:
        seen.setdefault(name_of(item, VIEW), item)
    items = list(seen.values())
    groups = list({group.field: group for group in groups}.values())
    names = [name_of(item, VIEW) for item in items]
    orders = draw(st.lists(st.builds(Order, st.sampled_from(names), st.booleans()), max_size=2))
    text = draw(st.sampled_from(["", "a", "É", "a b"]))
    return Query(select=items, group_by=groups, where=draw(filters), order_by=orders, text=text)


def _row() -> str:
    columns = ", ".join(f'CAST(? AS {TYPES[VIEW.columns[name]]}) AS "{name}"' for name in COLUMNS)
    others = [name for name in VIEW.columns if name not in COLUMNS]
    empty = ", ".join(f'CAST(NULL AS {TYPES[VIEW.columns[name]]}) AS "{name}"' for name in others)
    return f"SELECT {columns}, {empty}"


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute(f"CREATE TABLE facts AS SELECT * FROM ({_row()}) WHERE FALSE", [None] * len(COLUMNS))
    return connection


def answered(query: Query, found: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """What DuckDB answers."""
    connection = _connection()
    connection.execute("DELETE FROM facts")
    for row in found:
        sent = [
            json.dumps(row[name]) if name == "properties" and row[name] is not None else row[name] for name in COLUMNS
        ]
        connection.execute(f"INSERT INTO facts {_row()}", sent)
    compiled = compile_query(query, VIEW, "SELECT * FROM facts", DUCKDB, 1000)
    given_rows = connection.execute(compiled.statement).fetchall()
    assert connection.execute(compiled.count).fetchall() == [(len(given_rows),)]
    return [
        [decoded(output.kind, plain(value)) for output, value in zip(compiled.outputs, row, strict=True)]
        for row in given_rows
    ]


def _comparable(value: Any) -> Any:
    value = plain(value)
    return float(round(value, 9)) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(queries(), rows)
def test_compiled_queries_answer_as_a_plain_evaluator(query: Query, found: list[dict[str, Any]]) -> None:
    expected = [[_comparable(value) for value in row] for row in evaluated(query, VIEW, found)]
    assert [[_comparable(value) for value in row] for row in answered(query, found)] == expected
