"""Identities: stable, distinct, and within the limits of a table key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from confab.domain.identity import (
    channel_conversation_id,
    conversation_id,
    digest,
    external_key,
    position_digest,
    position_key,
)
from confab.platform.ids import timed_id
from hypothesis import given
from hypothesis import strategies as st

BOT = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"


@given(st.text(min_size=1, max_size=256), st.text(min_size=1, max_size=256))
def test_given_two_ids_when_they_differ_then_so_do_their_conversations(one: str, two: str) -> None:
    assert (conversation_id(BOT, one) == conversation_id(BOT, two)) == (one == two)
    assert conversation_id(BOT, one) != conversation_id(OTHER, one)
    assert UUID(conversation_id(BOT, one)).version == 5


def test_channels_whose_parts_join_alike_have_different_conversations() -> None:
    assert channel_conversation_id(BOT, "a", "b,c") != channel_conversation_id(BOT, "a,b", "c")
    assert channel_conversation_id(BOT, "a", "b") != conversation_id(BOT, "a")


@given(st.text(min_size=1, max_size=256))
def test_given_any_id_when_made_a_key_then_it_fits_the_table(external_id: str) -> None:
    assert len(f"MSG#{external_key(external_id)}".encode()) <= 1024


def test_a_callers_id_that_looks_like_ours_stays_apart_from_it() -> None:
    placed = position_key(3, digest("user", "x"))
    assert external_key(placed.removeprefix("n:")) != placed
    assert external_key(placed) != placed
    assert position_digest(placed) == (3, digest("user", "x"))
    assert position_digest(external_key("3-abc")) is None


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(9000, 1, 1)))
def test_ids_a_microsecond_apart_sort_by_time(moment: datetime) -> None:
    first = moment.replace(tzinfo=UTC)
    earlier, later = timed_id(first, 2**62 - 1), timed_id(first + timedelta(microseconds=1), 0)
    assert earlier < later
    assert UUID(earlier).version == UUID(later).version == 7
    assert int(earlier.replace("-", "")[:12], 16) == (first - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )
