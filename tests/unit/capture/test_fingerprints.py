"""What messages are recognised by: stable, keyed, and the same before and after redaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from confab.domain.fingerprints import HISTORY_EXTRAS, Fingerprints
from confab.domain.message import Draft

EARLIER = ["735707f7c733e19365e388d8", "29561ef97761b48437386e56", "9cd5817c013984260659445c"]
"""Digests of a text, of a logged tool call and of a channel's file, as they stand in tables."""
KEYED = Fingerprints(lambda: b"key")
OTHER = Fingerprints(lambda: b"another key")


def test_a_draft_is_identified_by_id_then_time_then_system_text() -> None:
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


def test_a_message_without_digests_is_compared_without_the_secret() -> None:
    def never() -> bytes:
        raise AssertionError

    fingerprints = Fingerprints(never)
    first = Draft(role="user", content="x", id="m", extras={"tools": [1]})
    assert fingerprints.own_key(first) == "i:m"
    assert fingerprints.same(first, replace(first, id=None))
    assert not fingerprints.same(first, replace(first, extras={}))


def test_a_redacted_message_is_recognised_as_the_one_that_was_sent() -> None:
    sent = Draft(role="user", content="me@here.org", sent_at=datetime(2026, 1, 1, tzinfo=UTC), extras={"tools": [1]})
    redacted = replace(sent, content="[email]", extras={}, origin=KEYED.origin(sent))
    assert KEYED.own_key(redacted) == KEYED.own_key(sent)
    assert KEYED.said(redacted) == KEYED.said(sent)
    assert KEYED.same(redacted, sent)
    assert not KEYED.same(redacted, replace(sent, content="you@here.org"))
    assert not KEYED.same(redacted, replace(redacted, origin=None))


def test_tool_calls_tell_contents_apart_and_dates_do_not() -> None:
    def history(**own: object) -> bytes:
        return KEYED.said(Draft(role="assistant", content="x", extras={HISTORY_EXTRAS: own}))

    assert history(createdAt="2026-01-01") == history()
    assert history(tool_calls=[{"id": "1"}]) != history()
    assert history(content=[{"type": "text", "text": "x"}]) != history()


def test_calls_and_media_tell_messages_without_words_apart() -> None:
    def said(role: str = "assistant", content: str = "", **extras: object) -> bytes:
        return KEYED.said(Draft(role=role, content=content, extras=extras))

    first, second = ({"id": name, "name": "f", "input": {}} for name in ("a", "b"))
    assert said(tools=[first]) != said(tools=[second])
    assert said(tools=[first]) == said(tools=[{**first, "output": 1}])
    assert said("tool", "ok", tools=[{"id": "a"}]) != said("tool", "ok", tools=[{"id": "b"}])
    assert said("user", "this?", attachments=[{"type": "image", "digest": "1"}]) != said(
        "user", "this?", attachments=[{"type": "image", "digest": "2"}]
    )


def test_given_a_text_with_tools_when_recognised_then_the_tools_may_come_later() -> None:
    with_tools = Draft(role="assistant", content="x", extras={"tools": [{"id": "a", "name": "f"}]})
    assert KEYED.said(with_tools) == KEYED.said(Draft(role="assistant", content="x"))


def test_given_the_shapes_of_earlier_versions_then_their_digests_are_as_they_were() -> None:
    plain = Draft(role="user", content="hello")
    history = Draft(role="assistant", content="", extras={HISTORY_EXTRAS: {"tool_calls": [{"id": "1"}]}})
    channel = Draft(role="user", content="", extras={"chatcaptain": {"content": {"file": {"url": "u"}}}})
    assert [KEYED.said(each).hex() for each in (plain, history, channel)] == EARLIER
