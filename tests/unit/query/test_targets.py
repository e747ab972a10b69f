"""How Athena's SQL has what DuckDB has otherwise: values in JSON, for which no local engine has Athena's functions."""

from __future__ import annotations

from typing import Any

import pytest
from confab.query.conditions import Conditions
from confab.query.language import Condition
from confab.query.targets import ATHENA, quoted
from confab.query.views import CONVERSATIONS

TEXT = """json_extract_scalar(json_extract(json_parse("properties"), '$["a"]["b\\"c"]'), '$')"""
JSON = """json_format(json_extract(json_parse("properties"), '$["a"]["b\\"c"]'))"""
WHOLE = f"COALESCE({TEXT}, NULLIF({JSON}, 'null'))"
KEYS = 'map_keys(TRY_CAST(json_parse("properties") AS MAP(VARCHAR, JSON)))'


def athena(operator: str, value: Any) -> str:
    return Conditions(CONVERSATIONS, ATHENA).where(Condition("properties", operator, value), "")


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("eq", "it's", f"{WHOLE} IS NOT DISTINCT FROM 'it''s'"),
        ("neq", None, f"{WHOLE} IS DISTINCT FROM NULL"),
        ("gt", 5, f"TRY_CAST({TEXT} AS DOUBLE) > 5"),
        ("lte", 0.5, f"TRY_CAST({TEXT} AS DOUBLE) <= CAST('0.5' AS DOUBLE)"),
    ],
)
def test_a_value_inside_of_json_is_compared(operator: str, value: Any, expected: str) -> None:
    assert athena(operator, {"path": ["a", 'b"c'], "value": value}) == f"COALESCE({expected}, FALSE)"


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("jsonHasKey", "k", f"contains({KEYS}, 'k')"),
        ("jsonContainedBy", {"k": 1}, f"cardinality(array_except({KEYS}, CAST(ARRAY['k'] AS ARRAY(VARCHAR)))) = 0"),
        ("jsonContains", {"k": ["x"]}, "any_match(TRY_CAST("),
        (
            "jsonContains",
            {"k": "x"},
            """'$["k"]'), '$') = 'x'""",
        ),
        ("jsonContains", {"k": True}, "= 'true'"),
    ],
)
def test_keys_and_parts_of_json_are_asked_for(operator: str, value: Any, expected: str) -> None:
    assert expected in athena(operator, value)


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", "''", "\\'", "a\0b", "\n"])
def test_a_literal_ends_where_it_should(text: str) -> None:
    literal = quoted(text)
    assert literal.startswith("'") and literal.endswith("'") and "\0" not in literal
    assert "'" not in literal[1:-1].replace("''", "")
