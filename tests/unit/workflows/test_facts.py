"""What conditions are compared with, and since when it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import MessageResult
from confab.storage.row import NO_ROW
from confab.workflows.facts import last_event, messages_since, of_conversation, of_message
from confab.workflows.match import window_end
from confab.workflows.source_store import Committed
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONVERSATION = Conversation(
    id="c",
    chatbot_id="b",
    external_id=None,
    dialect="openbat",
    kind="organic",
    created_at=NOW,
    first_message_at=NOW,
    last_message_at=NOW,
    message_count=2,
    version=1,
    attributes={
        "user": {"id": "u", "plan": "free"},
        "organization": {"id": 7, "name": "Acme", "plan": "pro"},
        "custom": {"cart": 42.5, "returning": True},
    },
    sentiment=-0.7,
    outcome="unresolved",
    topics=("refund",),
    flags=("churn_risk",),
)


class Known(Committed):
    """A conversation without a table."""

    @property
    def conversation(self) -> Conversation:
        return CONVERSATION


def message(key: str, role: str = USER, created: datetime = NOW, stored: datetime = NOW) -> Message:
    return Message(key=key, role=role, content="", created_at=created, stored_at=stored)


def known(*messages: Message, feedback: tuple[Feedback, ...] = ()) -> Committed:
    results = {
        each.key: MessageResult(key=each.key, score=-0.8, intent="complaint", topics=["refund"])
        if each.role == USER
        else MessageResult(key=each.key, behaviour="dodging", outcome="deflected")
        for each in messages
    }
    return Known(NO_ROW, messages, results, feedback, None, {})


def test_the_facts_of_a_conversation_are_those_of_any_of_its_messages() -> None:
    facts = of_conversation(known(message("i:a"), message("i:b", ASSISTANT)))
    assert facts == {
        **{"sentiment.score": [-0.7], "sentiment.label": ["Very Negative"], "outcome": ["unresolved"]},
        **{"topic": ["refund"], "flag": ["churn_risk"], "intent": ["complaint"], "behaviour": ["dodging"]},
        **{"feedback": [], "messages": [2], "plan": ["free", "pro"], "organization": ["7", "Acme"]},
        **{"custom.cart": [42.5], "custom.returning": [True]},
    }


def test_the_facts_of_a_message_are_its_own() -> None:
    given_ = Feedback(id="f", kind="negative", message_id="b", created_at=NOW, updated_at=NOW, body={})
    asked, answered = message("i:a"), message("i:b", ASSISTANT)
    committed = known(asked, answered, feedback=(given_,))
    of_user = of_message(committed, asked, committed.results["i:a"])
    assert (of_user["sentiment.score"], of_user["outcome"], of_user["feedback"]) == ([-0.8], ["unresolved"], [])
    reply = of_message(committed, answered, committed.results["i:b"])
    assert (reply["behaviour"], reply["outcome"], reply["feedback"]) == (["dodging"], ["deflected"], ["negative"])


def test_messages_from_before_and_messages_of_others_do_not_count() -> None:
    before = message("i:before", stored=NOW - HOUR, created=NOW - HOUR)
    imported = message("i:imported", created=NOW - 1000 * HOUR)
    slow_clock = message("i:slow", created=NOW - timedelta(minutes=4))
    reply, unjudged = message("i:reply", ASSISTANT), message("i:unjudged")
    committed = known(before, imported, slow_clock, reply, message("i:now"), unjudged)
    committed = replace(committed, results={k: v for k, v in committed.results.items() if k != "i:unjudged"})
    found = [each.key for each, _ in messages_since(committed, "user_message", NOW)]
    assert found == ["i:slow", "i:now"]
    assert [each.key for each, _ in messages_since(committed, "assistant_message", NOW)] == ["i:reply"]


def test_what_an_import_stores_happened_when_it_was_written() -> None:
    imported = message("i:imported", created=NOW - 1000 * HOUR)
    assert last_event(known(imported)) == imported.created_at
    assert last_event(known(imported, message("i:now"))) == NOW
    later = Feedback(id="f", kind="positive", message_id="x", created_at=NOW, updated_at=NOW + HOUR, body={})
    assert last_event(known(imported, feedback=(later,))) == NOW + HOUR
    assert last_event(known()) is None


@given(at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), minutes=st.sampled_from([5, 15, 60]))
def test_a_window_ends_at_the_next_boundary_of_the_wall_clock(at: datetime, minutes: int) -> None:
    now, window = at.replace(tzinfo=UTC), timedelta(minutes=minutes)
    ends = window_end(now, window)
    assert now < ends <= now + window
    assert ends.timestamp() % window.total_seconds() == 0
