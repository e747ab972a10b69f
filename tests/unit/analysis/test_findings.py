"""The findings of a conversation that got messages are those of all its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.findings import Findings, WholeNeeded, continued, findings_of
from confab.domain.message import Message
from confab.domain.results import CONVERSATION_OUTCOMES, FLAGS, MessageResult
from hypothesis import assume, event, given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
CONVERSATION = Conversation(
    id="c",
    chatbot_id="b",
    external_id=None,
    dialect="openbat",
    kind="organic",
    created_at=NOW,
    first_message_at=None,
    last_message_at=None,
    message_count=0,
    version=1,
    attributes={"user": {"id": "u"}, "organization": {"id": "o"}},
)

OUTCOMES = st.sampled_from([None, *CONVERSATION_OUTCOMES])
RESULTS = st.builds(
    MessageResult,
    key=st.just(""),
    score=st.none() | st.floats(-1, 1).map(lambda score: round(score, 3)),
    topics=st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
    flags=st.lists(st.sampled_from([*FLAGS, "own"]), max_size=2, unique=True).map(tuple),
    behaviour=st.sampled_from([None, "helpful", "dodging"]),
    outcome=st.sampled_from([None, "other", "deflected"]),
)
TURNS = st.tuples(
    st.sampled_from(["user", "assistant", "tool"]), st.none() | RESULTS, st.timedeltas(timedelta(0), timedelta(hours=9))
)


def _talk(turns: Sequence[tuple[str, MessageResult | None, timedelta]]) -> list[tuple[Message, MessageResult | None]]:
    talk: list[tuple[Message, MessageResult | None]] = []
    at = NOW
    for number, (role, result, after) in enumerate(turns):
        at += after + timedelta(seconds=1)
        key = f"m{number}"
        message = Message(key=key, role=role, content="x", created_at=at, stored_at=at, judge=number % 3 > 0)
        talk.append((message, None if result is None else replace(result, key=key)))
    return talk


def _findings(
    talk: Sequence[tuple[Message, MessageResult | None]], outcome: str | None, feedback: Sequence[Feedback] = ()
) -> Findings:
    return findings_of(
        AnalysedConversation(
            conversation=CONVERSATION,
            messages=[message for message, _ in talk],
            message_results={message.key: result for message, result in talk if result is not None},
            outcome=outcome,
            feedback=feedback,
        )
    )


@given(st.lists(TURNS, min_size=2, max_size=14), st.data(), OUTCOMES, OUTCOMES, st.booleans())
def test_going_on_finds_what_reading_all_messages_finds(
    turns: list[tuple[str, MessageResult | None, timedelta]],
    data: st.DataObject,
    was: str | None,
    now: str | None,
    rated: bool,
) -> None:
    talk = _talk(turns)
    cut = data.draw(st.integers(1, len(talk) - 1))
    feedback = (
        [Feedback(id="f", kind="positive", message_id="m0", created_at=NOW, updated_at=NOW, body={})] if rated else []
    )
    before = _findings(talk[:cut], was, feedback)
    whole = _findings(talk, was if now is None else now, feedback)
    try:
        found = continued(before, CONVERSATION, talk[cut:], now)
    except WholeNeeded:
        event("all are needed")
        assert set(whole.topics) != set(before.topics)
        return
    event("goes on")
    assume(set(whole.topics) == set(before.topics))
    assert found == replace(whole, topic_counts=found.topic_counts)
    assert list(found.topic_counts.items()) == list(whole.topic_counts.items())
    assert found.topics == whole.topics


@pytest.mark.parametrize(
    "other",
    [
        replace(CONVERSATION, kind="probe"),
        replace(CONVERSATION, attributes={"user": {"id": "another"}, "organization": {"id": "o"}}),
        replace(CONVERSATION, attributes={"user": {"id": "u"}}),
        replace(CONVERSATION, managed={"channelId": "site"}),
    ],
)
def test_all_messages_are_needed_when_the_conversation_is_another(other: Conversation) -> None:
    talk = _talk([("user", None, timedelta(0)), ("user", None, timedelta(0))])
    with pytest.raises(WholeNeeded):
        continued(_findings(talk[:1], None), other, talk[1:], None)
