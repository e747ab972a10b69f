"""What a statement that a person wrote may say: one SELECT over the views, with functions that compute and no others.

DuckDB's own parser reads it, and every part of what it read must be known here. What is not is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

import duckdb

from confab.platform.errors import InvalidRequest
from confab.query.functions import CLASSES, FUNCTIONS, NODES, TABLE_FUNCTIONS
from confab.query.sql import MAX_STATEMENT

MAX_PARTS: Final = 20_000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_BUILT_IN: Final = ("duckdb_", "pragma_", "sqlite_", "pg_", "information_schema")
_REFUSED_NODES: Final = {
    "RECURSIVE_CTE_NODE": "recursion",
    "SHOW_REF": "SHOW, DESCRIBE and SUMMARIZE",
    "PARAMETER": "parameters",
}


def check_statement(statement: str, views: Collection[str]) -> None:
    """Let a statement through that is one SELECT over the views.

    Raises:
        InvalidRequest: it is anything else, or uses what is not let through; the message says what.
    """
    if len(statement) > MAX_STATEMENT:
        raise InvalidRequest(f"sql: must have at most {MAX_STATEMENT:,} characters")
    try:
        statements = duckdb.extract_statements(statement)
    except duckdb.Error as error:
        raise InvalidRequest(f"sql: {str(error).splitlines()[0][:300]}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InvalidRequest("sql: must be one SELECT statement")
    _Check(_parsed(statement), views).run()


def _parsed(statement: str) -> Any:
    with duckdb.connect(config={"threads": "1", "enable_external_access": "false"}) as connection:
        found = connection.execute("SELECT json_serialize_sql(?)", [statement]).fetchone()
    try:
        read = json.loads(found[0]) if found else {"error": True}
    except RecursionError as error:
        raise InvalidRequest("sql: has too many levels") from error
    if read["error"]:
        raise InvalidRequest("sql: must be one SELECT statement, without PIVOT")
    return read["statements"]


class _Check:
    def __init__(self, statements: Any, views: Collection[str]) -> None:
        self._statements = statements
        self._tables = {view.casefold() for view in views}

    def run(self) -> None:
        nodes = list(_nodes(self._statements))
        if len(nodes) > MAX_PARTS:
            raise InvalidRequest("sql: is too long")
        for node in nodes:
            self._note_names(node)
        for node in nodes:
            self._check(node)

    def _note_names(self, node: dict[str, Any]) -> None:
        """Know the names that WITH gives: those of nothing that DuckDB has itself, wherever they hold."""
        for entry in (node.get("cte_map") or {}).get("map", ()):
            name = str(entry["key"])
            if not _NAME.fullmatch(name) or name.casefold().startswith(_BUILT_IN):
                raise InvalidRequest(f"sql: WITH cannot name {name[:64]!r}")
            self._tables.add(name.casefold())

    def _check(self, node: dict[str, Any]) -> None:
        kind, of = node.get("type"), node.get("class")
        for each in (kind, of):
            if isinstance(each, str) and each in _REFUSED_NODES:
                raise InvalidRequest(f"sql: must be one SELECT statement, without {_REFUSED_NODES[each]}")
        if of is not None:
            if of not in CLASSES:
                raise InvalidRequest("sql: has an expression that is not let through")
            if "function_name" in node:
                self._function(node, FUNCTIONS)
        elif isinstance(kind, str) and kind not in NODES and not kind.endswith("_TYPE_INFO"):
            raise InvalidRequest("sql: must be one SELECT statement")
        if kind == "BASE_TABLE":
            self._table(node)
        if kind == "TABLE_FUNCTION":
            self._function(node["function"], TABLE_FUNCTIONS)

    def _table(self, node: dict[str, Any]) -> None:
        name = str(node["table_name"])
        if node["schema_name"] or node["catalog_name"] or node.get("at_clause") or name.casefold() not in self._tables:
            raise InvalidRequest(f"sql: there is no view {name[:64]!r}; there are {', '.join(sorted(self._tables))}")

    @staticmethod
    def _function(node: dict[str, Any], known: Collection[str]) -> None:
        name = str(node.get("function_name", "")).casefold()
        if name not in known or node.get("schema") or node.get("catalog"):
            raise InvalidRequest(f"sql: the function {name[:64]!r} is not let through")


def _nodes(parsed: Any) -> Iterator[dict[str, Any]]:
    """Every object of what the parser read."""
    left = [parsed]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)
