"""What a message asks for, whatever its form; and what replies are."""

from __future__ import annotations

import pytest

from tests.support.said import mood, said, talk


@pytest.mark.parametrize(
    ("line", "intents"),
    [
        ("how can i get back into my page", {"account_access"}),
        ("my account got hacked", {"account_access"}),
        ("someone stole my username", {"account_access"}),
        ("a stranger is in my profile", {"account_access"}),
        ("can anyone help me out here", {"ask_help"}),
        ("please help me with my account", {"account_access"}),
        ("i lost access to my channel", {"account_access"}),
        ("what do i do to recover my profile", {"account_access"}),
        ("why is the sound so quiet", {"ask_information", "report_problem"}),
        ("where do i see my points", {"ask_information", "how_to"}),
        ("why does it cost more now", {"ask_information", "ask_price"}),
        ("how long does it take", {"ask_information"}),
        ("can somebody tell me what this means", {"ask_information"}),
        ("wondering if you ship to Norway", {"ask_information", "track_order"}),
        ("please help", {"ask_help"}),
        ("need some assistance with my printer", {"ask_help", "report_problem"}),
        ("any idea when the store opens", {"ask_information"}),
        ("which size should i take", {"how_to", "ask_information"}),
        ("is there a way to merge two lists", {"how_to"}),
    ],
)
def test_questions_without_a_mark_and_pleas_have_an_intent(line: str, intents: set[str]) -> None:
    assert said(line).intent in intents


@pytest.mark.parametrize(
    "line", ["It is a Pixel 6", "the blue one", "Ann Lee, 12 High Street", "version 4.2", "since May"]
)
def test_information_is_given_only_in_answer_to_a_question(line: str) -> None:
    assert said("It crashes", "< Which one is it?", line).intent == "give_information"
    assert said(line).intent != "give_information"


@pytest.mark.parametrize(
    ("line", "wrong", "topic"),
    [
        ("My earbuds do not stay charged overnight.", "billing_question", "billing"),
        ("The phone is charging but the screen stays black.", "billing_question", "billing"),
        ("Can I change the folder of a note?", "change_booking", "booking"),
        ("How do I move a file to another drive?", "change_booking", "booking"),
        ("The book about Rome is great, who wrote it?", "make_booking", "booking"),
        ("My graphics card failed after the update", "billing_question", "payment"),
        ("The function returns null, is that right?", "return_item", "return"),
        ("Sort the list in alphabetical order please", "track_order", "order"),
        ("You have not addressed my question", "update_details", "address"),
        ("Do the headphones have noise cancelling?", "cancel_order", "cancellation"),
        ("My power bank does not work", "check_balance", "bank account"),
        ("The table has three columns, how do I add one?", "make_booking", "booking"),
        ("Any update on my case?", "update_details", "update"),
        ("They are price gouging water in your marketplace", "ask_price", ""),
        ("The log file says connection reset", "account_access", "login"),
        ("There is no sign of my parcel", "account_access", "account"),
    ],
)
def test_a_word_in_its_other_sense_names_neither_intent_nor_topic(line: str, wrong: str, topic: str) -> None:
    found = said(line)
    assert found.intent != wrong
    assert topic not in found.topics


@pytest.mark.parametrize(
    ("line", "intent", "topic"),
    [
        ("I was charged twice this month", "billing_question", "billing"),
        ("Can I move my appointment to Monday?", "change_booking", "appointment"),
        ("I want to book a table for two", "make_booking", "booking"),
        ("I want to return these shoes", "return_item", "return"),
        ("Please cancel my order", "cancel_order", "cancellation"),
        ("Please update my address", "update_details", "address"),
        ("What is my account balance?", "check_balance", "bank account"),
        ("My payment card was declined", "billing_question", "payment"),
        ("How much does the plan cost?", "ask_price", "pricing"),
        ("I can't log in", "account_access", "login"),
        ("Where is my parcel?", "track_order", "delivery"),
    ],
)
def test_a_word_in_its_usual_sense_still_does(line: str, intent: str, topic: str) -> None:
    found = said(line)
    assert (found.intent, topic in found.topics) == (intent, True)


@pytest.mark.parametrize(
    ("line", "urgent", "expected"),
    [
        ("Can't wait for the next release", False, "good"),
        ("I can't wait to try it", False, "good"),
        ("We cannot wait for the concert!", False, "good"),
        ("I can't wait any longer", True, "bad"),
        ("She answered immediately and was lovely", False, "good"),
        ("He hung up immediately", False, "bad"),
        ("I need this immediately", True, None),
        ("Please call me back urgently", True, None),
        ("The pump stopped right away", False, None),
        ("Fix it right now", True, None),
    ],
)
def test_haste_is_told_from_joy_and_from_the_past(line: str, urgent: bool, expected: str | None) -> None:
    assert ("urgent_request" in said(line).flags) == urgent
    assert expected is None or mood(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "That method does not exist, you invented it",
        "Why did you remove my comments?",
        "You hallucinated that reference",
        "There is no such option",
        "You changed files I did not ask you to touch",
        "You made that function up",
        "Why are you rewriting my config",
        "That package isn't real",
        "You deleted half the file",
        "This citation is fabricated",
        "I never said that",
        "put my imports back",
        "you broke the tests",
    ],
)
def test_a_developers_correction_is_one(line: str) -> None:
    found = talk("How do I sort it?", "< Use list.arrange().", line)
    assert (
        mood("How do I sort it?", "< Use list.arrange().", line),
        found.messages[2].intent,
        found.messages[1].outcome,
    ) == (
        "bad",
        "correct_assistant",
        "incorrect",
    )


@pytest.mark.parametrize(
    "line",
    [
        "lgtm",
        "LGTM, merge it",
        "looks good to me",
        "ship it",
        "approved",
        "Nice catch!",
        "all tests pass now",
        "spot on",
    ],
)
def test_a_developers_approval_is_one(line: str) -> None:
    lines = ("Fix the parser", "< I changed the loop.", line)
    assert (mood(*lines), said(*lines).topics) == ("good", ())
    assert said(*lines).intent in {"confirm", "confirm_solved"}


@pytest.mark.parametrize(
    "line",
    [
        "Why did the tests fail?",
        "Does this function exist in version 2?",
        "Can you delete the old tests?",
        "Add a test",
    ],
)
def test_a_developers_request_is_no_correction(line: str) -> None:
    assert said("Hi", "< Hello.", line).intent != "correct_assistant"


@pytest.mark.parametrize(
    ("reply", "behaviour", "outcome"),
    [
        ("We do not currently offer that, but I will share the idea with the team.", None, "capability_failure"),
        ("This is not something our app supports at the moment.", None, "capability_failure"),
        ("We don't ship to Norway yet.", None, "capability_failure"),
        ("There is no way to export that.", None, "capability_failure"),
        ("We are aware of this and are working on a fix.", "acknowledged", "pending"),
        ("Thanks for reporting this, our engineers are looking into it.", "acknowledged", "pending"),
        ("We will get back to you shortly.", "acknowledged", "pending"),
        ("Noted, I passed it on to the team.", "acknowledged", "pending"),
        (
            "Could you tell us which version you use? Release notes are here: https://x.example/notes",
            "asking",
            "pending",
        ),
        ("Which browser are you using? See also https://x.example/status", "asking", "pending"),
        ("What happens when you press the button?", "asking", "pending"),
        ("Please let us know your order number so that we can check.", "asking", "pending"),
        ("Please contact our support team by email.", "redirecting", "deflected"),
        ("Visit our website for more.", "redirecting", "deflected"),
        ("Done, I cancelled your order.", "helpful", "fully_resolved"),
        ("Go to Settings and tap Reset.", "helpful", "partially_resolved"),
        ("The shop is open from nine to five on weekdays.", "helpful", "partially_resolved"),
        ("Blue is a colour.", "other", "other"),
    ],
)
def test_replies_are_named_by_what_they_do(reply: str, behaviour: str | None, outcome: str) -> None:
    found = talk("Can I do that?", f"< {reply}").messages[1]
    assert found.outcome == outcome
    assert behaviour is None or found.behaviour == behaviour


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Hello team, my invoice for March shows the wrong VAT number. Thanks in advance!", ("invoice", "VAT")),
        ("Hi! I just wanted to ask whether the museum opens on Sunday", ("museum", "Sunday")),
        ("@acme my racing wheel disconnects in the menu https://t.example/x", ("racing wheel",)),
        ("Good morning. The export of my calendar stops halfway. I tried it twice.", ("export", "calendar")),
        ("thanks", ()),
        ("So I bought a fridge last week and the door does not close properly, what can I do?", ("fridge", "door")),
        ("What does this mean?\n```\nraise ValueError('x')\n```", ("What does this mean",)),
        ("Could you please tell me how to rename a shared folder", ("rename", "folder")),
        ("Thank you for the quick answer. The refund has still not reached my bank.", ("refund", "bank")),
        ("Where is order 4711?", ("order",)),
    ],
)
def test_a_headline_and_a_summary_name_the_need_in_the_users_words(line: str, words: tuple[str, ...]) -> None:
    found = talk(line).conversation
    assert len(found.headline) <= 90
    assert all(word.lower() in found.headline.lower() for word in words)
    assert found.headline in found.summary
    assert "wants: thank" not in found.summary.lower() and "give information" not in found.summary


def test_a_long_need_is_cut_between_words() -> None:
    headline = talk("My washing machine " + "keeps leaking water onto the kitchen floor " * 5).conversation.headline
    assert len(headline) <= 90 and headline.endswith("…")
