"""Cursors: what was written is read back, and nothing else is taken."""

from __future__ import annotations

import pytest
from confab.platform.cursors import Cursors
from confab.platform.errors import InvalidRequest
from hypothesis import given
from hypothesis import strategies as st

SCOPE = ("conversations", "bot", "contact", "")
text = st.text(st.characters(codec="utf-8"), max_size=40)


@given(scope=st.lists(text, max_size=4), position=st.lists(text, min_size=1, max_size=3))
def test_given_any_position_when_written_then_it_is_read_back_in_its_own_list_only(
    scope: list[str], position: list[str]
) -> None:
    cursors = Cursors(lambda: b"secret")
    cursor = cursors.write(scope, position)
    assert cursors.read(scope, cursor) == position
    for other in ([*scope, "x"], ["x", *scope], [*scope, ""]):
        with pytest.raises(InvalidRequest):
            cursors.read(other, cursor)
    with pytest.raises(InvalidRequest):
        Cursors(lambda: b"other").read(scope, cursor)


@given(place=st.integers(0, 200), sign=st.sampled_from("Aaz09-_.=x"))
def test_given_one_character_changed_when_read_then_it_is_refused(place: int, sign: str) -> None:
    cursors = Cursors(lambda: b"secret")
    cursor = cursors.write(SCOPE, ["000001795315389025#01a20122"])
    place %= len(cursor)
    changed = cursor[:place] + sign + cursor[place + 1 :]
    if changed != cursor:
        with pytest.raises(InvalidRequest):
            cursors.read(SCOPE, changed)


@pytest.mark.parametrize("cursor", ["", ".", "a", "a.b", "a.b.c", "ä.ö", "%%%.%%%", "W10.", "x" * 5000])
def test_given_something_else_when_read_then_it_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        Cursors(lambda: b"secret").read(SCOPE, cursor)
