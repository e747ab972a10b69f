"""Whom the data besides messages is about, and what is left of it without somebody."""

from __future__ import annotations

from typing import Any

import pytest
from confab.domain.persons import Person, bucket_of, buckets_in, identifiers_in, is_address
from hypothesis import given
from hypothesis import strategies as st

JANE = Person("jane", frozenset({"jane@example.com"}))
THEIRS = {"userId": "bob", "email": "jane@example.com", "name": "Bob"}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"userProperties": {"userId": "jane", "plan": "pro"}, "n": 1}, {"n": 1}),
        ({"userProperties": {"id": "jane"}}, {}),
        ({"userProperties": {"email": " JANE@example.com "}}, {}),
        ({"userProperties": {"identificationType": "jane@example.com"}}, {}),
        ({"properties": {"userId": "jane", "name": "Jane", "plan": "pro"}}, {"properties": {"plan": "pro"}}),
        ({"properties": {"user_id": "jane", "E-Mail": "x@y.z", "Full Name": "J"}}, {"properties": {}}),
        ({"properties": {"order": {"email": "jane@example.com", "n": 1}}}, {"properties": {"order": {"n": 1}}}),
        ({"properties": {"note": "jane@example.com", "n": 1}}, {"properties": {"n": 1}}),
        ({"tags": ["a", "jane@example.com", "b"]}, {"tags": ["a", "b"]}),
        (
            {"userProperties": {"userId": "bob", "supportAgentEmail": "jane@example.com", "supportAgentName": "Jane"}},
            {"userProperties": {"userId": "bob"}},
        ),
    ],
)
def test_what_is_about_the_person_goes_and_the_rest_stays(value: Any, left: Any) -> None:
    assert JANE.removed_from(value) == left


@pytest.mark.parametrize(
    "value",
    [
        {"userProperties": THEIRS},
        {"properties": {"owner": THEIRS, "id": "jane", "step": "jane"}},
        {"properties": {"text": "write to jane@example.com", "name": "Jane"}},
        {"userProperties": {"userId": "jane2", "email": "jane@example.org"}, "tags": ["jane"]},
        [],
        None,
        17,
    ],
)
def test_what_is_somebody_elses_or_says_nobody_stays_the_very_same(value: Any) -> None:
    assert JANE.removed_from(value) is value


def test_an_id_that_is_an_address_is_one() -> None:
    person = Person("jane@example.com")
    assert person.removed_from({"properties": {"by": "jane@example.com"}}) == {"properties": {}}


def test_addresses_are_learnt_from_objects_with_the_id_and_their_own_address() -> None:
    value = [
        {"userProperties": {"userId": "jane", "email": "Jane@Home.example", "supportAgentEmail": "agent@example.com"}},
        {"properties": {"contactId": "jane", "mail": "jane@work.example"}},
        {"userProperties": {"userId": "bob", "email": "bob@example.com"}},
        {"userProperties": {"email": "somebody@example.com"}},
    ]
    assert Person("jane").addresses_in(value) == {"jane@home.example", "jane@work.example"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a@b", True),
        (" a@b.example ", True),
        ("[email:9f2c41d07a5be318]", True),
        ("[email]", False),
        ("a b@c", False),
        ("write a@b", False),
        ("a@b@c", False),
        (17, False),
    ],
)
def test_an_address_is_a_whole_text(text: Any, wanted: bool) -> None:
    assert is_address(text) is wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["jane", "jane@example.com", "x", "bob", "Jane"]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(["userProperties", "userId", "id", "email", "name", "note", "properties"]),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_names_a_person_has_a_note_that_goes_with_it(value: Any) -> None:
    left = JANE.removed_from(value)
    if left is not value:
        noted = buckets_in(value)
        assert any(bucket_of(identifier) in noted for identifier in JANE.identifiers)
    assert JANE.removed_from(left) is left


@given(JSON)
def test_identifiers_are_found_at_any_depth(value: Any) -> None:
    assert identifiers_in({"properties": [value]}) == identifiers_in(value)


@given(st.text(max_size=40))
def test_a_bucket_is_one_of_4096(text: str) -> None:
    assert 0 <= int(bucket_of(text), 16) < 4096
    assert len(bucket_of(text)) == 3
