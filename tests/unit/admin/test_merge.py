"""Merging settings, and the paths that an audit entry names."""

from __future__ import annotations

from typing import Any

import pytest
from confab.domain.audit import changed_paths
from confab.domain.merge import json_bytes, json_depth, merged
from hypothesis import given
from hypothesis import strategies as st

PLAIN = st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=3), st.lists(st.integers(0, 3), max_size=2))
NAMES = st.sampled_from("abc")
OBJECTS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(NAMES, PLAIN, max_size=3),
    lambda below: st.dictionaries(NAMES, st.one_of(PLAIN, below), max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 2, "b": 3}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": 2, "c": None}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 1}, {"x": None}, {"a": 1}),
    ],
)
def test_a_merge_joins_objects_removes_nulls_and_replaces_the_rest(
    before: dict[str, Any], patch: dict[str, Any], after: dict[str, Any]
) -> None:
    assert merged(before, patch) == after


@given(OBJECTS, OBJECTS)
def test_merging_a_patch_twice_changes_nothing_and_keeps_the_input(
    before: dict[str, Any], patch: dict[str, Any]
) -> None:
    copy = merged(before, {})
    once = merged(before, patch)
    assert merged(once, patch) == once
    assert before == copy
    assert json_depth(once) <= max(json_depth(before), json_depth(patch))


@given(OBJECTS, OBJECTS)
def test_a_comparison_names_the_paths_that_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    paths = changed_paths(before, after)
    assert (paths == []) == (before == after)
    assert sorted(paths) == sorted(changed_paths(after, before))
    for path in paths:
        assert _at(before, path) != _at(after, path)


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize(("value", "depth"), [(1, 0), ({}, 1), ([], 1), ({"a": 1}, 1), ({"a": {"b": [1]}}, 3)])
def test_given_a_value_when_measured_then_every_object_and_list_is_a_level(value: Any, depth: int) -> None:
    assert json_depth(value) == depth


def test_given_text_beyond_ascii_when_measured_then_its_bytes_count() -> None:
    assert json_bytes({"ä": "€"}) == len('{"ä":"€"}'.encode())
