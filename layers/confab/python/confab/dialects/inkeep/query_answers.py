"""The answers of the query language, in the types that the official client takes (inkeep.md, sections 7 and 8)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from confab.dialects.export.cells import cell, line, text_cell
from confab.dialects.fields import iso
from confab.dialects.pages import fitting
from confab.query.ask import MAX_ROWS, Counted, Found
from confab.query.compiler import Output
from confab.query.views import EVENTS, JSON, LIST, View

if TYPE_CHECKING:
    from confab.dialects.inkeep import answers

MAX_KEYS: Final = 200
"""How many columns a field of JSON becomes in an export."""
_TEXTS: Final = (".userId", ".supportAgentName", ".supportAgentEmail", ".identificationType", ".userType")
"""Values of JSON that the client takes as text alone."""


def query_answer(found: Found, view: View) -> answers.QueryPage:
    """A page of rows. A row has no key for what is not there, because the client takes hardly a null."""
    rows = list(fitting(_row(found.columns, row, view) for row in found.rows))
    answer: answers.QueryPage = {
        "status": "ok",
        "data": {"result": rows, "total": found.total, "pageSize": MAX_ROWS, "count": len(rows)},
    }
    if found.as_of is not None:
        answer["asOf"] = iso(found.as_of)
    return answer


def _row(columns: Sequence[Output], row: Sequence[Any], view: View) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for column, value in zip(columns, row, strict=True):
        taken = _of_json(column.name, value, view) if column.kind == JSON else value
        if taken is not None:
            shown[column.name] = taken
    return shown


def _of_json(name: str, value: Any, view: View) -> Any:
    """A value of JSON as the client takes it: properties of events are texts."""
    if view is EVENTS:
        if isinstance(value, dict) and "." not in name:
            return {key: _text(each) for key, each in value.items() if each is not None}
        return _text(value)
    return _text(value) if name.endswith(_TEXTS) else value


def _text(value: Any) -> str | None:
    """A value of JSON as text; one of an object or a list is JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def listed_answer(found: Counted) -> answers.QueryResults:
    """Keys or values."""
    return {"results": [text for text, _ in found.texts]}


def top_searches_answer(found: Counted) -> answers.TopSearches:
    """What was searched for most often; the client takes the number of times as text alone."""
    result: list[answers.TopSearch] = [{"search_query": text, "count": str(times)} for text, times in found.texts]
    return {"data": {"result": result, "total": found.total}}


def weekly_users_answer(found: Counted) -> answers.WeeklyUsers:
    """Users by week; the client takes their number as text alone."""
    result: list[answers.WeekOfUsers] = [{"week": week, "unique_users": str(users)} for week, users in found.texts]
    return {"data": {"result": result, "total": found.total}}


def as_of_header(as_of: datetime | None) -> Mapping[str, str]:
    """The header that says up to when what was stored is in an answer."""
    return {} if as_of is None else {"x-as-of": iso(as_of)}


def csv_lines(found: Found) -> Iterator[str]:
    """The rows as CSV. A field of JSON is a column for each of its keys, unless one column is asked for."""
    keys = {
        number: _keys(row[number] for row in found.rows)
        for number, column in enumerate(found.columns)
        if column.kind == JSON and not column.as_text
    }
    yield line(text_cell(name) for name in _names(found.columns, keys))
    for row in found.rows:
        yield line(cell(value) for value in _cells(found.columns, row, keys))


def _keys(values: Iterator[Any]) -> list[str]:
    """The keys of objects in a column, as they come first; none for a column that has another value."""
    keys: dict[str, None] = {}
    for value in values:
        if isinstance(value, dict):
            keys.update(dict.fromkeys(value))
        elif value is not None:
            return []
    return list(keys)[:MAX_KEYS]


def _names(columns: Sequence[Output], keys: Mapping[int, Sequence[str]]) -> Iterator[str]:
    for number, column in enumerate(columns):
        yield from (f"{column.name}.{key}" for key in keys[number]) if keys.get(number) else (column.name,)


def _cells(columns: Sequence[Output], row: Sequence[Any], keys: Mapping[int, Sequence[str]]) -> Iterator[Any]:
    for number, (column, value) in enumerate(zip(columns, row, strict=True)):
        if keys.get(number):
            yield from (_written((value or {}).get(key)) for key in keys[number])
        elif column.kind == LIST:
            yield None if value is None else "; ".join(map(str, value))
        else:
            yield _written(value)


def _written(value: Any) -> Any:
    return _text(value) if isinstance(value, dict | list) else value
