"""The views of the facts: their columns, and where their files are."""

from __future__ import annotations

import pytest
from confab.facts import schema
from confab.facts.schema import COMMON, TYPES, VIEWS, View

views = pytest.mark.parametrize("view", VIEWS.values(), ids=list(VIEWS))


@views
def test_columns_have_names_of_their_own_types_that_exist_and_a_doc(view: View) -> None:
    names = [column.name for column in view.columns]
    assert len(names) == len(set(names))
    assert all(column.type in TYPES and column.doc.endswith(".") for column in view.columns)


@views
def test_every_view_begins_with_what_tells_whether_a_row_counts(view: View) -> None:
    assert tuple(view.columns[: len(COMMON)]) == COMMON
    assert not {"version", "deleted", "month", "active_at"} & {column.name for column in view.shown}


@views
def test_a_view_is_ordered_by_a_time_that_people_see(view: View) -> None:
    assert view.column(view.order).type == schema.TIMESTAMP
    assert view.column(view.order) in view.shown


def test_a_column_that_a_view_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        schema.EVENTS.column("content")


def test_names_of_bases_sort_by_their_numbers() -> None:
    assert sorted([schema.base_name(10), schema.base_name(9)]) == [schema.base_name(9), schema.base_name(10)]


def test_files_stand_under_their_view_chatbot_and_month() -> None:
    folder = schema.month_folder("events", "b", "2026-11")
    assert folder == "facts/v1/events/chatbot=b/month=2026-11/"
    assert folder.startswith(schema.chatbot_folder("events", "b"))
