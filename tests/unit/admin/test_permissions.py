"""Permissions: all are known, roles are made of them, and a key covers exactly what it holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from confab.platform import credentials
from confab.platform.credentials import API, PERMISSIONS, ROLES, WEB, ApiKey, includes
from hypothesis import given
from hypothesis import strategies as st

GRANTS = st.one_of(
    st.sampled_from(sorted(PERMISSIONS)),
    st.sampled_from(sorted(PERMISSIONS)).flatmap(
        lambda name: st.integers(0, len(name)).map(lambda length: name[:length] + "*")
    ),
)


def _key(permissions: list[str], kind: str = API) -> ApiKey:
    return ApiKey(
        id="k",
        hash="",
        prefix="",
        name="k",
        workspace_id="w",
        chatbot_id="*",
        permissions=permissions,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        kind=kind,
    )


def test_given_every_constant_that_is_a_permission_when_listed_then_it_is_known() -> None:
    constants = {value for name, value in vars(credentials).items() if name.isupper() and isinstance(value, str)}
    assert {value for value in constants if re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", value)} == PERMISSIONS


def test_given_every_role_when_read_then_each_of_its_permissions_means_something() -> None:
    for grants in ROLES.values():
        assert all(any(includes(grant, known) for known in PERMISSIONS) for grant in grants)


@given(st.lists(GRANTS, min_size=1, max_size=5), GRANTS, st.sampled_from([API, WEB]))
def test_a_key_that_covers_another_allows_all_that_it_means(held: list[str], grant: str, kind: str) -> None:
    key = _key(held, kind)
    meant = {name for name in PERMISSIONS if includes(grant, name)}
    if key.covers(grant):
        assert all(key.allows(name) for name in meant)
    if not grant.endswith("*"):
        assert key.covers(grant) == key.allows(grant)


@given(st.lists(GRANTS, min_size=1, max_size=5), GRANTS)
def test_a_covered_prefix_covers_new_permissions_too(held: list[str], grant: str) -> None:
    if grant.endswith("*") and _key(held).covers(grant):
        assert _key(held).allows(grant[:-1] + "something.new")
