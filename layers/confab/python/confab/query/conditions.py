"""The conditions of a query as SQL: what each operator means for what a field holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from confab.query.containment import contained, contains
from confab.query.language import Condition, Filter, Some
from confab.query.parts import fault, named
from confab.query.targets import Target, is_scalar, quoted
from confab.query.views import BOOLEAN, JSON, LIST, NUMBER, TEXT, TIME, View

MAX_VALUES: Final = 1000
MAX_WORDS: Final = 20
_WORD: Final = re.compile(r'"([^"]*)"|(\S+)')
_COMPARED: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_HAS_KEYS: Final = {"jsonHasKey": " AND ", "jsonHasAnyKey": " OR ", "jsonHasAllKeys": " AND "}


class Conditions:
    """Writes the conditions of queries to a view."""

    def __init__(self, view: View, target: Target) -> None:
        self._view = view
        self._target = target

    def where(self, filters: Filter, text: str) -> str:
        """All conditions of a query.

        Args:
            text: words that rows must contain; those in quotation marks as they stand.

        Raises:
            UnprocessableEntity: a condition compares what cannot be compared; the message names where.
        """
        return self._filter(filters, "where") + "".join(f" AND {each}" for each in self._words(text))

    def _words(self, text: str) -> list[str]:
        columns = [named(name) for name in self._view.texts]
        return [
            "(" + " OR ".join(f"strpos(lower({column}), lower({quoted(word)})) > 0" for column in columns) + ")"
            for word in words_of(text)
        ]

    def _filter(self, filters: Filter, at: str) -> str:
        if isinstance(filters, Condition):
            return f"COALESCE({self._condition(filters, f'{at}.condition')}, FALSE)"
        some = isinstance(filters, Some)
        word, empty = (" OR ", "FALSE") if some else (" AND ", "TRUE")
        each = [
            self._filter(each, f"{at}.{'or' if some else 'and'}.{number}")
            for number, each in enumerate(filters.filters)
        ]
        return f"({word.join(each)})" if each else empty

    def _condition(self, condition: Condition, at: str) -> str:
        kind = self._view.columns.get(condition.field)
        if kind is None:
            raise fault(f"{at}.field", f"must be one of {', '.join(self._view.columns)}")
        column = named(condition.field)
        if kind == JSON:
            return self._json(condition, column, at)
        if condition.operator in ("isNull", "isNotNull"):
            return f"{column} IS {'NOT ' if condition.operator == 'isNotNull' else ''}NULL"
        if kind == LIST:
            return self._list(condition, column, at)
        return self._plain(condition, kind, column, at)

    def _plain(self, condition: Condition, kind: str, column: str, at: str) -> str:
        operator, value = condition.operator, condition.value
        if operator in ("in", "notIn"):
            values = [self._literal(kind, each, at) for each in _listed(value, at)]
            known = f"{column} IN ({', '.join(values)})" if values else "FALSE"
            return known if operator == "in" else f"NOT COALESCE({known}, FALSE)"
        if operator in ("eq", "neq"):
            literal = "NULL" if value is None else self._literal(kind, value, at)
            return f"{column} IS {'NOT ' if operator == 'eq' else ''}DISTINCT FROM {literal}"
        if operator not in _COMPARED:
            raise fault(f"{at}.operator", f"{operator} is not for {condition.field}")
        return f"{column} {_COMPARED[operator]} {self._literal(kind, value, at)}"

    def _list(self, condition: Condition, column: str, at: str) -> str:
        if condition.operator != "arrayContains":
            raise fault(f"{at}.operator", f"{condition.operator} is not for the list {condition.field}")
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        each = [self._target.list_has(column, self._literal(TEXT, value, at)) for value in _listed(values, at)]
        return "(" + (" AND ".join(each) or f"{column} IS NOT NULL") + ")"

    def _json(self, condition: Condition, column: str, at: str) -> str:
        operator, value = condition.operator, condition.value
        path, value = _inside(value)
        document = self._target.parsed(column)
        if path:
            document = self._target.at(document, path)
        if operator in ("isNull", "isNotNull"):
            text = self._target.text_of(document) if path else column
            return f"{text} IS {'NOT ' if operator == 'isNotNull' else ''}NULL"
        if operator in _HAS_KEYS:
            keys = value if isinstance(value, list) and operator != "jsonHasKey" else [value]
            if not all(isinstance(key, str) for key in keys) or not keys:
                raise fault(f"{at}.value", "must be a key, or a list of keys")
            has = [f"COALESCE({self._target.has_key(document, key)}, FALSE)" for key in _listed(keys, at)]
            return "(" + _HAS_KEYS[operator].join(has) + ")"
        if operator == "jsonContains":
            return self._contains(document, value, at, of_array=bool(path))
        if operator == "jsonContainedBy":
            return contained(self._target, document, _json_value(value, at))
        if operator in ("jsonArrayContainsObject", "arrayContains"):
            return self._contains(document, value if isinstance(value, list) else [value], at)
        if not path:
            raise fault(f"{at}.value", f"must have path and value for {operator} on {condition.field}")
        return self._scalar(operator, document, value, at)

    def _contains(self, document: str, value: Any, at: str, *, of_array: bool = False) -> str:
        value = _json_value(value, at)
        itself = contains(self._target, document, value)
        if of_array and is_scalar(value):
            return f"({itself} OR {contains(self._target, document, [value])})"
        return itself

    def _scalar(self, operator: str, document: str, value: Any, at: str) -> str:
        """A comparison with a value inside of JSON: with a number as a number, with anything else as text."""
        if operator in ("in", "notIn"):
            each = [f"COALESCE({self._scalar('eq', document, one, at)}, FALSE)" for one in _listed(value, at)]
            known = "(" + (" OR ".join(each) or "FALSE") + ")"
            return known if operator == "in" else f"NOT {known}"
        if not is_scalar(value):
            raise fault(f"{at}.value.value", f"must be text, a number or a boolean for {operator}")
        expression, literal = self._target.text_of(document), "NULL"
        if isinstance(value, bool):
            literal = quoted(str(value).lower())
        elif isinstance(value, int | float):
            expression, literal = self._target.number_of(document), self._literal(NUMBER, value, at)
        elif isinstance(value, str):
            literal = quoted(value)
        if operator in ("eq", "neq"):
            return f"{expression} IS {'NOT ' if operator == 'eq' else ''}DISTINCT FROM {literal}"
        return f"{expression} {_COMPARED[operator]} {literal}"

    def _literal(self, kind: str, value: Any, at: str) -> str:
        literal = self._written(kind, value)
        if literal is None:
            raise fault(f"{at}.value", f"must be {_EXPECTED[kind]}")
        return literal

    def _written(self, kind: str, value: Any) -> str | None:
        if kind == BOOLEAN:
            return str(value).upper() if isinstance(value, bool) else None
        if kind == NUMBER:
            fits = isinstance(value, int | float) and not isinstance(value, bool) and str(value) != "nan"
            return self._target.number(value) if fits else None
        if not isinstance(value, str):
            return None
        if kind == TIME:
            time = time_of(value)
            return None if time is None else self._target.time(time)
        return quoted(value)


_EXPECTED: Final[Mapping[str, str]] = {
    TEXT: "text",
    NUMBER: "a number",
    BOOLEAN: "true or false",
    TIME: "a time in ISO 8601",
}


def words_of(text: str) -> list[str]:
    """The words of a search; what stands in quotation marks is one."""
    found = (phrase or word for phrase, word in _WORD.findall(text))
    return [word for word in found if word.strip()][:MAX_WORDS]


def time_of(value: Any) -> datetime | None:
    """A time that a query names (UTC); None for what is none."""
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _listed(value: Any, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise fault(f"{at}.value", "must be a list")
    if len(value) > MAX_VALUES:
        raise fault(f"{at}.value", f"must have at most {MAX_VALUES} values")
    return value


def _inside(value: Any) -> tuple[list[str], Any]:
    """The path and the value of ``{path, value}``; any other value has no path."""
    if isinstance(value, dict) and set(value) <= {"path", "value"} and isinstance(value.get("path"), list):
        path = value["path"]
        if path and all(isinstance(key, str) for key in path):
            return path, value.get("value")
    return [], value


def _json_value(value: Any, at: str) -> Any:
    """A value of JSON that may be compared.

    Raises:
        UnprocessableEntity: it has too many values.
    """
    found, left = [value], MAX_VALUES
    while found:
        each = found.pop()
        left -= 1
        if left < 0:
            raise fault(f"{at}.value", f"must have at most {MAX_VALUES} values")
        if isinstance(each, dict):
            found.extend(each.values())
        elif isinstance(each, list):
            found.extend(each)
    return value
