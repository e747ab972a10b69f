"""The SQL of the engines that compiled queries run on: how each writes literals, times, lists and values in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

Scalar = str | int | float | bool | None
_MAX_WHOLE: Final = 2**63 - 1
_MAX_NUMBER: Final = 1.7e308
Predicate = Callable[[str], str]
"""Makes a condition of an expression."""


def quoted(text: str) -> str:
    """A literal. No stored text has a NUL, which some engines take for the end of the statement."""
    return "'" + text.replace("\0", "\ufffd").replace("'", "''") + "'"


class Target(Protocol):
    """What the compiler asks of an engine; expressions are SQL text, and all values come as literals."""

    def number(self, value: float) -> str:
        """A number as a literal."""
        ...

    def time(self, value: datetime) -> str:
        """A time as a literal, in UTC and without a zone."""
        ...

    def milliseconds(self, time: str) -> str:
        """A time as milliseconds since 1970."""
        ...

    def list_has(self, items: str, value: str) -> str:
        """Whether a list has a value."""
        ...

    def list_text(self, items: str) -> str:
        """A list as JSON text."""
        ...

    def parsed(self, column: str) -> str:
        """A column of JSON text as JSON."""
        ...

    def at(self, document: str, path: Sequence[str]) -> str:
        """The JSON that a path leads to; NULL for none."""
        ...

    def json_text(self, document: str) -> str:
        """JSON as text."""
        ...

    def text_of(self, document: str) -> str:
        """A string without its quotes, other JSON as text; NULL for JSON's null."""
        ...

    def number_of(self, document: str) -> str:
        """JSON as a number; NULL for what is none."""
        ...

    def equals(self, document: str, value: Scalar) -> str:
        """Whether JSON is this very string, number, boolean or null."""
        ...

    def is_object(self, document: str) -> str:
        """Whether JSON is an object."""
        ...

    def is_array(self, document: str) -> str:
        """Whether JSON is an array."""
        ...

    def keys(self, document: str) -> str:
        """The keys of an object, as a list."""
        ...

    def has_key(self, document: str, key: str) -> str:
        """Whether JSON is an object with a key."""
        ...

    def keys_within(self, document: str, keys: Sequence[str]) -> str:
        """Whether an object has no other keys than these."""
        ...

    def any_element(self, document: str, name: str, condition: Predicate) -> str:
        """Whether a condition holds for an element of an array, which goes by a name in it."""
        ...


class DuckDB:
    """DuckDB, where JSON is text that its functions read. Paths are JSON pointers, which any key fits in."""

    def number(self, value: float) -> str:
        return _number(value)

    def time(self, value: datetime) -> str:
        return f"TIMESTAMP {quoted(_naive(value))}"

    def milliseconds(self, time: str) -> str:
        return f"epoch_ms({time})"

    def list_has(self, items: str, value: str) -> str:
        return f"list_contains({items}, {value})"

    def list_text(self, items: str) -> str:
        return f"CAST(to_json({items}) AS VARCHAR)"

    def parsed(self, column: str) -> str:
        return column

    def at(self, document: str, path: Sequence[str]) -> str:
        pointer = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)
        return f"json_extract({document}, {quoted(pointer)})"

    def json_text(self, document: str) -> str:
        return f"CAST({document} AS VARCHAR)"

    def text_of(self, document: str) -> str:
        return f"json_extract_string({document}, '$')"

    def number_of(self, document: str) -> str:
        return f"TRY_CAST({self.text_of(document)} AS DOUBLE)"

    def equals(self, document: str, value: Scalar) -> str:
        kind, text = f"json_type({document})", self.text_of(document)
        if value is None:
            return f"{kind} = 'NULL'"
        if isinstance(value, bool):
            return f"({kind} = 'BOOLEAN' AND {text} = '{json.dumps(value)}')"
        if isinstance(value, str):
            return f"({kind} = 'VARCHAR' AND {text} = {quoted(value)})"
        number = f"{self.number_of(document)} = {self.number(value)}"
        return f"({kind} NOT IN ('VARCHAR', 'BOOLEAN', 'NULL', 'OBJECT', 'ARRAY') AND {number})"

    def is_object(self, document: str) -> str:
        return f"json_type({document}) = 'OBJECT'"

    def is_array(self, document: str) -> str:
        return f"json_type({document}) = 'ARRAY'"

    def keys(self, document: str) -> str:
        return f"json_keys({document})"

    def has_key(self, document: str, key: str) -> str:
        return f"list_contains({self.keys(document)}, {quoted(key)})"

    def keys_within(self, document: str, keys: Sequence[str]) -> str:
        known = ", ".join(map(quoted, keys))
        others = f"list_filter({self.keys(document)}, lambda key: NOT list_contains([{known}], key))"
        return f"len({others}) = 0"

    def any_element(self, document: str, name: str, condition: Predicate) -> str:
        elements = f"""from_json({document}, '["JSON"]')"""
        return f"len(list_filter({elements}, lambda {name}: {condition(name)})) > 0"


class Athena:
    """Athena engine 3 (Trino), where JSON is a type of its own."""

    def number(self, value: float) -> str:
        return _number(value)

    def time(self, value: datetime) -> str:
        return f"TIMESTAMP {quoted(_naive(value))}"

    def milliseconds(self, time: str) -> str:
        return f"CAST(to_unixtime({time}) * 1000 AS BIGINT)"

    def list_has(self, items: str, value: str) -> str:
        return f"contains({items}, {value})"

    def list_text(self, items: str) -> str:
        return f"json_format(CAST({items} AS JSON))"

    def parsed(self, column: str) -> str:
        return f"json_parse({column})"

    def at(self, document: str, path: Sequence[str]) -> str:
        steps = "".join('["' + key.replace("\\", "\\\\").replace('"', '\\"') + '"]' for key in path)
        return f"json_extract({document}, {quoted('$' + steps)})"

    def json_text(self, document: str) -> str:
        return f"json_format({document})"

    def text_of(self, document: str) -> str:
        scalar = f"json_extract_scalar({document}, '$')"
        return f"COALESCE({scalar}, NULLIF(json_format({document}), 'null'))"

    def number_of(self, document: str) -> str:
        return f"TRY_CAST(json_extract_scalar({document}, '$') AS DOUBLE)"

    def equals(self, document: str, value: Scalar) -> str:
        text = f"json_format({document})"
        if value is None or isinstance(value, bool):
            return f"{text} = '{json.dumps(value)}'"
        if isinstance(value, str):
            return f"(substr({text}, 1, 1) = '\"' AND json_extract_scalar({document}, '$') = {quoted(value)})"
        return f"(regexp_like({text}, '^[-0-9]') AND {self.number_of(document)} = {self.number(value)})"

    def is_object(self, document: str) -> str:
        return f"substr(json_format({document}), 1, 1) = '{{'"

    def is_array(self, document: str) -> str:
        return f"substr(json_format({document}), 1, 1) = '['"

    def keys(self, document: str) -> str:
        return f"map_keys(TRY_CAST({document} AS MAP(VARCHAR, JSON)))"

    def has_key(self, document: str, key: str) -> str:
        return f"contains({self.keys(document)}, {quoted(key)})"

    def keys_within(self, document: str, keys: Sequence[str]) -> str:
        known = f"CAST(ARRAY[{', '.join(map(quoted, keys))}] AS ARRAY(VARCHAR))"
        return f"cardinality(array_except({self.keys(document)}, {known})) = 0"

    def any_element(self, document: str, name: str, condition: Predicate) -> str:
        return f"any_match(TRY_CAST({document} AS ARRAY(JSON)), {name} -> {condition(name)})"


def _number(value: float) -> str:
    if isinstance(value, int) and abs(value) <= _MAX_WHOLE:
        return str(value)
    return f"CAST({quoted(repr(max(min(value, _MAX_NUMBER), -_MAX_NUMBER) * 1.0))} AS DOUBLE)"


def _naive(time: datetime) -> str:
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


DUCKDB: Final = DuckDB()
ATHENA: Final = Athena()


def is_scalar(value: Any) -> bool:
    """Whether a value of JSON is neither an object nor an array."""
    return value is None or isinstance(value, str | int | float | bool)
