"""What a conversation contributes, and the difference between two contributions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.labels import LABELS, label_of
from confab.domain.message import Message
from confab.domain.results import MessageResult
from confab.domain.statistics import contribution_of, difference, person_statistic
from confab.storage.counting import CountingState
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
DAY = timedelta(days=1)
COUNTERS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5), min_size=1)
CONTRIBUTIONS = st.dictionaries(st.sampled_from(["TOTAL", "DAY#1", "DAY#2"]), COUNTERS)


def _conversation(kind: str = "organic") -> Conversation:
    return Conversation(
        id="c",
        chatbot_id="b",
        external_id=None,
        dialect="openbat",
        kind=kind,
        created_at=NOW,
        first_message_at=None,
        last_message_at=None,
        message_count=0,
        version=1,
    )


def _message(key: str, role: str, hours: int = 0) -> Message:
    return Message(key=key, role=role, content="x", created_at=NOW + timedelta(hours=hours), stored_at=NOW)


def test_each_day_counts_its_messages_and_the_first_day_the_conversation() -> None:
    messages = [_message("a", "user"), _message("b", "assistant", 2), _message("c", "user", 3)]
    message_results = {"a": MessageResult(key="a", score=-0.75), "c": MessageResult(key="c", score=0.2)}
    analysed = AnalysedConversation(conversation=_conversation(), messages=messages, message_results=message_results)
    assert contribution_of(analysed) == {
        "TOTAL": {"conversations": 1, "messages": 3},
        "ALL": {
            "conversations": 1,
            "messages": 3,
            "sentimentSum": -550,
            "sentimentCount": 2,
            "label:Very Negative": 1,
            "label:Positive": 1,
        },
        "DAY#2026-03-01": {
            "conversations": 1,
            "messages": 1,
            "sentimentSum": -750,
            "sentimentCount": 1,
            "label:Very Negative": 1,
            "h23": 1,
        },
        "DAY#2026-03-02": {"messages": 2, "sentimentSum": 200, "sentimentCount": 1, "label:Positive": 1},
    }


def test_given_a_probe_when_counted_then_it_stays_out_of_the_days() -> None:
    analysed = AnalysedConversation(
        conversation=_conversation("probe"), messages=[_message("a", "user")], message_results={}
    )
    assert contribution_of(analysed) == {"TOTAL": {"conversations": 1, "messages": 1}}


def test_given_all_that_can_be_known_when_counted_then_it_counts_in_its_places() -> None:
    conversation = replace(_conversation(), attributes={"user": {"id": 7}, "organization": {"id": "acme"}})
    messages = [_message("a", "user"), _message("b", "assistant", 1), _message("c", "user", 2)]
    message_results = {
        "a": MessageResult(key="a", score=-0.75, topics=["refund", "delivery"], flags=["churn_risk"]),
        "b": MessageResult(key="b", behaviour="dodging", outcome="deflected"),
        "c": MessageResult(key="c", score=0.25, topics=["refund"], flags=["churn_risk", "urgent_request"]),
    }
    given = Feedback(id="f", kind="negative", message_id="b", created_at=NOW + DAY, updated_at=NOW + DAY, body={})
    analysed = AnalysedConversation(
        conversation=conversation,
        messages=messages,
        message_results=message_results,
        outcome="unresolved",
        feedback=[given],
    )
    counts = contribution_of(analysed)
    whole = {
        "conversations": 1,
        "messages": 3,
        "sentimentSum": -500,
        "sentimentCount": 2,
        "label:Very Negative": 1,
        "label:Positive": 1,
        "flag:churn_risk": 2,
        "flag:urgent_request": 1,
        "flagged:churn_risk": 1,
        "flagged:urgent_request": 1,
        "outcome:unresolved": 1,
    }
    everywhere = {**whole, "feedback:negative": 1, "reply:deflected": 1, "behaviour:dodging": 1}
    assert counts["ALL"] == everywhere
    assert person_statistic("USER#", "7") not in counts, "a user's figures are those of the conversations"
    assert counts[person_statistic("ORG#", "acme")] == everywhere
    assert counts["DAY#2026-03-02"]["feedback:negative"] == 1
    assert counts["DAY#2026-03-01"]["outcome:unresolved"] == 1
    about_refunds = {name: n for name, n in whole.items() if name != "messages"}
    assert counts["TOPIC#2026-W09#refund"] == {**about_refunds, "messages": 2}
    assert counts["TOPIC#2026-W09#delivery"]["messages"] == 1
    assert analysed.search_terms == {
        ("all", ""),
        ("user", "7"),
        ("organization", "acme"),
        ("topic", "refund"),
        ("topic", "delivery"),
    }


def test_a_state_that_was_counted_before_days_had_hours_agrees_with_a_recount() -> None:
    analysed = AnalysedConversation(
        conversation=_conversation(), messages=[_message("a", "user")], message_results={}, outcome="open"
    )
    now = CountingState(contribution_of(analysed), frozenset({("all", "")}), "t")
    day = dict(now.contribution["DAY#2026-03-01"])
    assert day.pop("h23") == 1
    then = replace(now, contribution={**now.contribution, "DAY#2026-03-01": day})
    wrong = replace(now, contribution={**now.contribution, "DAY#2026-03-01": {**day, "conversations": 2}})
    other_hour = replace(now, contribution={**now.contribution, "DAY#2026-03-01": {**day, "h22": 1}})
    assert then.agrees(now)
    assert now.agrees(now)
    assert not any(state.agrees(now) for state in (wrong, other_hour, replace(now, time="u")))


@given(CONTRIBUTIONS, CONTRIBUTIONS)
def test_adding_the_difference_gives_the_new_contribution(old: dict, new: dict) -> None:
    for statistic, counters in difference(new, old).items():
        for counter, amount in counters.items():
            assert amount
            before = old.get(statistic, {}).get(counter, 0)
            assert before + amount == new.get(statistic, {}).get(counter, 0)
    assert difference(new, new) == {}


def test_scores_at_the_cut_offs_have_the_documented_labels() -> None:
    scores = [0.6, 0.2, -0.199, -0.599, -0.6]
    assert [label_of(score) for score in scores] == list(LABELS)
    assert label_of(0.599) == "Positive"
    assert label_of(0.199) == "Neutral"
    assert label_of(-0.2) == "Negative"
