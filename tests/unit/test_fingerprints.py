"""What messages are recognised by: stable, keyed, and the same before and after redaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from confab.domain.fingerprints import LOGGED, Fingerprints
from confab.domain.message import Draft

KEYED = Fingerprints(lambda: b"key")
OTHER = Fingerprints(lambda: b"another key")


def test_given_a_draft_when_asked_for_its_key_then_id_time_and_system_text_identify_in_that_order() -> None:
    time = datetime(2026, 1, 1, tzinfo=UTC)
    with_all = Draft(role="system", content="x", id="m", sent_at=time)
    assert KEYED.own_key(with_all) == "i:m"
    timed = KEYED.own_key(Draft(role="user", content="x", sent_at=time))
    assert timed is not None and timed.startswith("t:")
    assert timed != KEYED.own_key(Draft(role="assistant", content="x", sent_at=time))
    system = KEYED.own_key(Draft(role="system", content="x"))
    assert system is not None and system.startswith("s:")
    assert KEYED.own_key(Draft(role="user", content="x")) is None


def test_given_the_digest_of_a_text_when_the_key_is_unknown_then_it_cannot_be_made() -> None:
    draft = Draft(role="user", content="x", sent_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert KEYED.said(draft) != OTHER.said(draft)
    assert KEYED.whole(draft) != OTHER.whole(draft)
    assert KEYED.own_key(draft) != OTHER.own_key(draft)


def test_given_a_message_without_digests_when_compared_then_the_key_is_not_asked_for() -> None:
    def never() -> bytes:
        raise AssertionError

    fingerprints = Fingerprints(never)
    first = Draft(role="user", content="x", id="m", extras={"tools": [1]})
    assert fingerprints.own_key(first) == "i:m"
    assert fingerprints.same(first, replace(first, id=None))
    assert not fingerprints.same(first, replace(first, extras={}))


def test_given_a_redacted_message_when_asked_then_it_answers_as_the_one_that_was_sent() -> None:
    sent = Draft(role="user", content="me@here.org", sent_at=datetime(2026, 1, 1, tzinfo=UTC), extras={"tools": [1]})
    redacted = replace(sent, content="[email]", extras={}, origin=KEYED.origin(sent))
    assert KEYED.own_key(redacted) == KEYED.own_key(sent)
    assert KEYED.said(redacted) == KEYED.said(sent)
    assert KEYED.same(redacted, sent)
    assert not KEYED.same(redacted, replace(sent, content="you@here.org"))
    assert not KEYED.same(redacted, replace(redacted, origin=None))


def test_given_parts_of_content_when_recognised_then_tool_calls_count_and_dates_do_not() -> None:
    def logged(**own: object) -> bytes:
        return KEYED.said(Draft(role="assistant", content="x", extras={LOGGED: own}))

    assert logged(createdAt="2026-01-01") == logged()
    assert logged(tool_calls=[{"id": "1"}]) != logged()
    assert logged(content=[{"type": "text", "text": "x"}]) != logged()
