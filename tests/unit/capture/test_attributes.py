"""What a request says of somebody, as a change of the row."""

from __future__ import annotations

from typing import Any

import pytest
from confab.dialects.chatcaptain.models import Contact
from confab.dialects.inkeep.mapping import ATTRIBUTE_FIELDS
from confab.dialects.openbat.parts import Organization, User
from confab.storage.attributes import FIELDS, FORMER_USER, attribute_change
from confab.storage.writes import Change

KEY = ("CONV#b#c", "HEAD")
ANN = {"user.id": "ann", "user.name": "Ann", "user.plan": "pro", "session.device": "phone"}


def _change(groups: Any, row: Any, **defaults: Any) -> Change:
    change = Change(KEY, defaults=defaults)
    attribute_change(groups, row).apply_to(change)
    assert not set(change.sets) & set(change.removes)
    return change


def _after(row: dict[str, Any], groups: Any, *, known: bool = True, **defaults: Any) -> dict[str, Any]:
    """The row without its key after a change that was made for it."""
    after = _change(groups, row if known else None, **defaults).applied(row)
    return {name: value for name, value in after.items() if name not in ("pk", "sk", FORMER_USER)}


def test_every_field_of_a_dialect_goes_with_its_group() -> None:
    assert set(User.model_fields) | set(Contact.model_fields) | set(ATTRIBUTE_FIELDS) == set(FIELDS["user"])
    assert set(Organization.model_fields) == set(FIELDS["organization"])


@pytest.mark.parametrize(
    ("row", "said", "after"),
    [
        (ANN, {"user": {"id": "ann", "plan": "free"}}, {**ANN, "user.plan": "free"}),
        (ANN, {"user": {"plan": "free"}}, {**ANN, "user.plan": "free"}),
        (ANN, {"user": {"id": "bob"}}, {"user.id": "bob", "session.device": "phone"}),
        ({"user.name": "Ann"}, {"user": {"id": "ann"}}, {"user.name": "Ann", "user.id": "ann"}),
        (ANN, {"user": {"id": None}}, {"session.device": "phone"}),
        (ANN, {"user": {"id": None, "name": "Guest"}}, {"user.name": "Guest", "session.device": "phone"}),
        ({"organization.id": "a", "organization.mrr": 5}, {"organization": {"id": "b"}}, {"organization.id": "b"}),
        ({"session.id": "s", "custom.a": 1}, {"session": {"id": None}, "custom": {"a": None}}, {}),
        ({"custom.id": "1", "custom.a": 1}, {"custom": {"id": "2"}}, {"custom.id": "2", "custom.a": 1}),
    ],
)
def test_given_a_row_when_somebody_is_named_then_only_what_is_about_them_stays(row: Any, said: Any, after: Any) -> None:
    assert _after(row, said) == after


def test_given_a_row_that_was_not_read_then_the_change_expects_nobody_else() -> None:
    change = _change({"user": {"id": "ann", "name": "Ann"}, "organization": {"id": "acme"}}, None)
    assert not change.removes
    assert all(change.allowed_by(row) for row in ({}, ANN, {"organization.id": "acme"}))
    assert not any(change.allowed_by(row) for row in ({"user.id": "bob"}, {**ANN, "organization.id": "other"}))


def test_a_change_of_person_holds_only_while_the_former_one_is_there() -> None:
    change = _change({"user": {"id": "bob"}}, ANN)
    assert change.allowed_by(ANN)
    assert not change.allowed_by({**ANN, "user.id": "eve"})
    assert not change.allowed_by({})


def test_given_a_field_that_came_meanwhile_then_it_goes_with_the_former_user_too() -> None:
    change = _change({"user": {"id": "bob"}}, ANN)
    assert change.applied({**ANN, "user.email": "ann@example.com"})["user.id"] == "bob"
    assert "user.email" in change.removes


@pytest.mark.parametrize("known", [True, False])
def test_the_row_remembers_a_cleared_field_that_profiles_show(known: bool) -> None:
    after = _after(ANN, {"user": {"id": "ann", "name": None, "createdAt": None}}, known=known)
    assert after == {**ANN, "user.name": None}


def test_given_a_contact_that_is_forgotten_then_the_channels_id_stands_for_it_again() -> None:
    row = {"user.id": "ann", "user.name": "Ann", "c.providerId": "+49"}
    after = _after(row, {"user": {"id": None}}, known=False, **{"user.id": "+49"})
    assert after == {"user.id": "+49", "c.providerId": "+49"}
    assert _after({**after, "user.name": "Ann"}, {"user": {"id": "ann"}}) == row


def test_the_former_contacts_name_and_picture_go_and_a_title_stays() -> None:
    row = {**ANN, "c.photoUrl": "https://e.com/ann.png"}
    assert _after({**row, "c.name": "Ann"}, {"user": {"id": "bob"}}) == {"user.id": "bob", "session.device": "phone"}
    assert _after({**row, "c.name": "Order 7"}, {"user": {"id": "bob"}})["c.name"] == "Order 7"


@pytest.mark.parametrize(
    ("said", "alters"),
    [
        ({}, False),
        ({"user": {"id": "ann", "name": "Ann"}}, False),
        ({"user": {"email": None}}, False),
        ({"user": {"name": None}}, True),
        ({"user": {"id": "bob"}}, True),
        ({"user": {"id": None}}, True),
        ({"organization": {"id": None}}, False),
    ],
)
def test_given_what_a_row_says_already_then_nothing_alters_it(said: Any, alters: bool) -> None:
    assert attribute_change(said, ANN).alters(ANN) is alters
