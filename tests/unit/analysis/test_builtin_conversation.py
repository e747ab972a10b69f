"""The built-in analyzer on assistants' messages, topics, intents and whole conversations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from confab.analysis.builtin import BuiltinAnalyzer
from confab.analysis.builtin.features import Seen, turn_features
from confab.analysis.builtin.forms import base_form
from confab.analysis.builtin.model import BITS, MASK, BadModel, Model, load, pack, unpack
from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.text import parse
from confab.analysis.builtin.topics import phrase_key
from confab.analysis.report import BadConversation, report
from confab.domain.judged import is_judged
from confab.domain.message import ASSISTANT, SYSTEM, USER, Message
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, MESSAGE_OUTCOMES, Analysis

from tests.support.judging import transcript

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def analysed(
    *turns: tuple[str, str], taxonomy: Mapping[str, Sequence[str]] | None = None, known: Sequence[str] = ()
) -> Analysis:
    transcript = [
        Message(key=f"m:{place}", role=role, content=content, created_at=WHEN, stored_at=WHEN)
        for place, (role, content) in enumerate(turns)
    ]
    return BuiltinAnalyzer(taxonomy, known).analyse(transcript, {message.key for message in transcript})


@pytest.mark.parametrize(
    ("reply", "behaviour", "outcome"),
    [
        ("Please contact our support team by email.", "redirecting", "deflected"),
        ("Sorry, sorry, I am so sorry about that!", "over_apologizing", "other"),
        ("I cannot find your order.", "dodging", "capability_failure"),
        ("I did not understand that, please rephrase.", "robotic", "capability_failure"),
        ("Done, your order has been cancelled.", "helpful", "fully_resolved"),
        ("You can change it under Profile.", "helpful", "partially_resolved"),
        ("word " * 200, "verbose", "other"),
        ("Try these steps, or else call us.", "helpful", "partially_resolved"),
        ("Please send us an email.", "redirecting", "deflected"),
        ("Blue is a colour.", "other", "other"),
        ("So sorry about that.", "over_apologizing", "other"),
        ("Sorry, what is the number?", "asking", "pending"),
    ],
)
def test_rules_name_the_behaviour_and_outcome_that_they_can(reply: str, behaviour: str, outcome: str) -> None:
    found = analysed((USER, "Please cancel my order"), (ASSISTANT, reply)).messages[1]
    assert (found.behaviour, found.outcome) == (behaviour, outcome)
    assert found.behaviour in BEHAVIOURS
    assert found.outcome in MESSAGE_OUTCOMES
    assert found.score is None


def test_a_corrected_reply_was_incorrect() -> None:
    found = analysed((USER, "When do you open?"), (ASSISTANT, "We open at nine."), (USER, "No, that is wrong"))
    assert found.messages[1].outcome == "incorrect"


def test_agreement_without_a_remedy_is_a_yes_man() -> None:
    found = analysed(
        (USER, "It costs 5"), (ASSISTANT, "It costs 6."), (USER, "That is not right"), (ASSISTANT, "You are right!")
    )
    assert found.messages[3].behaviour == "yes_man"


@pytest.mark.parametrize(
    ("turns", "outcome"),
    [
        ((("user", "My login fails"), ("assistant", "Reset it."), ("user", "That worked, thanks!")), "resolved"),
        ((("user", "My login fails"), ("assistant", "I cannot help with that.")), "unresolved"),
        ((("user", "I want to talk to a human"), ("assistant", "Connecting you to an agent.")), "escalated"),
        ((("user", "My login fails"), ("assistant", "Hm."), ("user", "forget it")), "abandoned"),
        ((("user", "Which plans are there?"),), "open"),
        ((), "open"),
    ],
)
def test_a_conversations_outcome_is_named(turns: tuple[tuple[str, str], ...], outcome: str) -> None:
    found = analysed(*turns).conversation
    assert found.outcome == outcome
    assert found.outcome in CONVERSATION_OUTCOMES
    assert found.summary


def test_a_souring_conversation_names_its_turn_and_trend() -> None:
    found = analysed(
        (USER, "Thanks, great service so far!"),
        (ASSISTANT, "Anything else?"),
        (USER, "Where is the invoice?"),
        (ASSISTANT, "I cannot find it."),
        (USER, "This is ridiculous, you are useless"),
    ).conversation
    assert found.first_bad_turn == "m:4"
    assert found.trend == "declining"
    assert "user message 3 of 3" in found.summary


def test_one_user_message_has_no_trend() -> None:
    assert analysed((USER, "hello")).conversation.trend is None


def test_only_the_chosen_messages_come_back_in_order() -> None:
    transcript = [
        Message(key=f"m:{place}", role=role, content="hello there", created_at=WHEN, stored_at=WHEN)
        for place, role in enumerate((SYSTEM, USER, ASSISTANT, USER))
    ]
    found = BuiltinAnalyzer().analyse(transcript, {"m:0", "m:3", "m:2", "gone"})
    assert [result.key for result in found.messages] == ["m:2", "m:3"]
    assert found.provider == "builtin"


@pytest.mark.parametrize(
    "content", ["I want a refund", "where are the refunds", "Still not REFUNDED!", "money back now"]
)
def test_forms_of_a_word_are_one_topic(content: str) -> None:
    assert "refund" in analysed((USER, content)).messages[0].topics


def test_topics_of_the_taxonomy_come_first() -> None:
    found = analysed((USER, "My refund for the Trail Boots?"), taxonomy={"Footwear": ["trail boot", "sandals"]})
    assert found.messages[0].topics[:2] == ("Footwear", "refund")


def test_a_repeated_phrase_is_a_topic() -> None:
    found = analysed((USER, "My solar panel is dark"), (ASSISTANT, "Is the solar panel clean?"))
    assert found.messages[0].topics == ("solar panel",)


@pytest.mark.parametrize(
    ("asked", "answered", "topics"),
    [
        ("I dropped my racing wheels", "Is the racing wheel wet?", ("racing wheel",)),
        ("@AcmeHelp where is my Acme?", "Which acme do you mean?", ()),
        ("the acme is slow", "Restart the acme: https://help.acme.example/steps", ()),
        ("please proceed", "I cannot proceed", ()),
        ("my iphone is slow", "How old is your iPhone?", ("phone",)),
    ],
)
def test_only_things_among_repeated_words_become_topics(asked: str, answered: str, topics: tuple[str, ...]) -> None:
    assert analysed((USER, asked), (ASSISTANT, answered)).messages[0].topics == topics


def test_given_a_known_topic_when_another_form_appears_then_the_known_name_is_used() -> None:
    found = analysed((USER, "both solar panels are dark"), known=["Solar Panel"])
    assert "Solar Panel" in found.messages[0].topics


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("refunds", "refund"),
        ("refunded", "refund"),
        ("deliveries", "delivery"),
        ("closing", "close"),
        ("cancelled", "cancel"),
        ("address", "address"),
        ("bus", "bus"),
    ],
)
def test_given_a_form_when_reduced_then_the_base_form_is_readable(word: str, base: str) -> None:
    assert base_form(word) == base
    assert base_form(base) == base


def test_given_phrases_of_the_same_words_when_keyed_then_they_are_the_same() -> None:
    assert phrase_key("The Refunds") == phrase_key("refunded") == "refund"


@pytest.mark.parametrize(
    ("content", "intent"),
    [
        ("I want my money back", "request_refund"),
        ("cancel my account", "cancel_account"),
        ("please cancel my order", "cancel_order"),
        ("I can't log in", "account_access"),
        ("where is my package", "track_order"),
        ("Book a table for two", "make_booking"),
        ("the app crashed", "report_problem"),
        ("Can I talk to a human?", "speak_to_human"),
        ("hello", "greet"),
        ("thank you", "thank"),
        ("What is a llama?", "ask_information"),
        ("😀", "give_feedback"),
        ("", "other"),
        ("could that email address be used again?", "ask_information"),
        ("what is the address of the shop?", "get_directions"),
    ],
)
def test_a_messages_intent_is_named(content: str, intent: str) -> None:
    assert analysed((USER, content)).messages[0].intent == intent


def test_given_patterns_when_matched_then_gaps_options_and_anchors_hold() -> None:
    phrases = Phrases({"gap": ["cancel _ plan"], "option": ["really? bad"], "start": ["^ no"], "end": ["what $"]})

    def names(text: str) -> set[str]:
        return {hit.name for hits in phrases.find(parse(text)) for hit in hits}

    assert names("cancel my old plan") == {"gap"}
    assert names("cancel a b c d plan") == set()
    assert names("bad") == {"option"}
    assert names("no what") == {"start", "end"}
    assert names("say no what now") == set()


def turn(*words: str) -> Seen:
    return turn_features(words, (), (), questioned=False, asks=False)


def test_given_a_model_when_packed_and_read_then_it_is_the_same() -> None:
    seen = turn("5", "fine")
    weights = [0] * (1 << BITS)
    number, word, _ = seen.groups[0]
    weights[number & MASK], weights[word & MASK] = 900, -400
    model = unpack(pack(Model(weights, 0.001, -0.5, "x1")))
    rating, words = model.rate(seen)
    assert rating == pytest.approx(-0.5 + 0.5 / math.sqrt(3))
    assert words == "fine"
    assert model.version == "x1"


def test_each_feature_of_a_turn_counts_once_and_numbers_are_one() -> None:
    assert list(turn("a", "a", "b").groups[0]) == list(turn("a", "b").groups[0])
    assert turn("7", "pm") == turn("8", "pm")
    assert turn("7", "pm") != turn("pm", "7")


@pytest.mark.parametrize("content", [b"", b"x 1 1\nnonsense", pack(Model([1, 2], 1.0, 0.0, "x"))])
def test_given_a_damaged_model_when_read_then_it_is_refused(content: bytes) -> None:
    with pytest.raises(BadModel):
        unpack(content)


def test_the_shipped_model_rates_a_refusal_below_an_acceptance() -> None:
    model = load()
    assert math.isfinite(model.bias)
    assert model.rate(turn("no", "not"))[0] < model.rate(turn("perfect", "thanks"))[0]


def test_given_a_conversation_object_when_reported_then_places_and_roles_are_kept() -> None:
    turns = [("system", "You help."), ("user", "The app crashed"), ("assistant", "Sorry."), ("tool", "x")]
    messages = [{"role": role, "content": content} for role, content in turns]
    found = report({"conversationId": "c", "messages": messages}, BuiltinAnalyzer())
    assert [message["role"] for message in found["messages"]] == ["system", "user", "assistant", "tool"]
    assert found["firstBadTurn"] is None
    assert found["arrivedUpset"] is True
    assert found["headline"] == "The app crashed"
    assert found["messages"][1]["label"] == "Negative"


@pytest.mark.parametrize(
    "conversation",
    [
        None,
        [],
        {},
        {"conversationId": 5, "messages": []},
        {"conversationId": "c", "messages": [7]},
        {"conversationId": "c", "messages": [{"role": "user"}]},
        {"conversationId": "c", "messages": [{"content": "x"}]},
    ],
)
def test_given_something_else_when_reported_then_it_is_refused(conversation: object) -> None:
    with pytest.raises(BadConversation):
        report(conversation, BuiltinAnalyzer())


@pytest.mark.parametrize("content", ["", " ", "\n\t", "\u200b", "\u00a0"])
def test_messages_without_words_between_others_change_nothing(content: str) -> None:
    spoken = [(USER, "It crashes again"), (ASSISTANT, "Which version?"), (USER, "The newest")]
    talk = transcript([*spoken[:2], (USER, content), (ASSISTANT, content), spoken[2]])
    found = BuiltinAnalyzer().analyse(talk, {message.key for message in talk if is_judged(message)})
    plain = analysed(*spoken)
    assert [result.score for result in found.messages] == [result.score for result in plain.messages]
    assert [result.outcome for result in found.messages] == [result.outcome for result in plain.messages]
    assert replace(found.conversation, first_bad_turn=None) == replace(plain.conversation, first_bad_turn=None)
