"""Complaints without an angry word: counts, waits, dates, nobody, praise of a failure, praise under a negation."""

from __future__ import annotations

import pytest

from tests.support.said import mood, said

COUNTS = [
    "I have emailed you five times about this.",
    "This is my third message.",
    "I've called 4 times already.",
    "We reported it twice and heard nothing.",
    "I already spoke to three different agents.",
    "Ten calls later and still no technician.",
    "I have been passed between four departments.",
    "For the sixth time: my name is spelled wrong.",
    "I opened two tickets, both were ignored.",
    "It's the second time this week that I have to ask.",
    "How many more emails must I send?",
]
WAITS = [
    "I have been on hold for an hour.",
    "We've been waiting since 9 this morning.",
    "40 minutes in the queue and counting.",
    "Three weeks without internet now.",
    "It has been two months and nobody called.",
    "I sent the form ten days ago and still nothing.",
    "Been sitting on the phone for half an hour.",
    "Day 12 without a reply.",
    "Two hours on the line.",
    "The queue has not moved for 45 minutes.",
]
OVERDUE = [
    "Today is Thursday and the package was due on Tuesday.",
    "The technician was supposed to come yesterday.",
    "My order should have arrived last week.",
    "You promised a call back by Monday.",
    "It's already the 20th and the refund was promised for the 12th.",
    "The delivery was scheduled for yesterday and nobody came.",
    "They said within 24 hours, that was on Friday.",
    "The estimated delivery date has passed.",
    "My replacement was meant to be here on Saturday.",
    "Your agent told me it would be fixed by Wednesday.",
]
PLAIN_NUMBERS = [
    "The package arrived on Tuesday, where do I leave feedback?",
    "I take it three times a day, is that safe?",
    "My appointment is on Monday, can I move it?",
    "We have been customers for ten years.",
    "I ordered two days ago, can I still change the colour?",
    "The course takes three weeks, right?",
    "Please remind me twice a week.",
    "How many times can I use the voucher?",
    "The meeting was scheduled for Monday, which room is it in?",
    "I need it by Friday, is that possible?",
    "Is there a flight on Sunday at 10?",
    "The invoice is due on the 5th, where do I pay?",
    "It came within two days",
]
NOBODY = [
    "Nobody replies to my messages",
    "No one picks up the phone",
    "noone is helping me here",
    "There is no reply from your team",
    "Not a single answer so far",
    "no one's responding",
    "Nobody cares, it seems",
    "I get no response from anyone",
    "You ignore all my emails",
    "Still no word from support",
    "Is anybody there?",
]
NOTHING = [
    "Nothing happens when I press the button",
    "Nothing works no matter what I try",
    "I do not think the reward ever arrived",
    "I never got the voucher",
    "Nothing helped so far",
    "I have yet to receive the code",
    "I don't believe it was ever delivered",
    "Whatever I do, nothing changes",
    "Nothing I try makes a difference and nothing loads",
    "The reward never came",
]
NOTHING_WRONG = [
    "Nothing else, thank you",
    "No one else uses this account",
    "Nothing to add from my side",
    "Is there nothing cheaper?",
    "Nobody but me has the password",
    "None of the above applies to me",
]
MOCKERY = [
    "Lovely update: it erases all my notes. Five stars.",
    "Great job, the payment page crashes for everyone.",
    "Wow, that was fast. It only took three weeks.",
    "Oh great, another 'please be patient'. Week five.",
    "Love how the app logs me out every five minutes.",
    "Brilliant, the sync just overwrote my whole calendar.",
    "Impressive: four crashes in one hour.",
    "Congratulations, you lost my luggage twice.",
    "10/10 for losing my order.",
    "Fantastic service, only two hours on hold.",
    "Bravo, the new version deletes every draft.",
    "Super, yet another outage.",
    "Thanks for hanging up on me after an hour.",
    "Interesting how you always forget the discount.",
]
HONEST = [
    "Great app, it deletes spam automatically.",
    "Brilliant, it removes all the duplicates",
    "Wow, that was quick, thank you!",
    "Perfect, it only took two minutes",
    "Great job, everything works again",
    "Five stars, it never crashed in three years",
    "Love it, my battery lasts for days",
    "Amazing support, they answered within an hour",
    "Excellent, the error is gone",
    "Great, thanks for fixing it so fast",
]
LAUDED = [
    "Can't complain about anything",
    "No complaints from me",
    "I couldn't be happier",
    "You can't go wrong with this one",
    "Nothing to fault here",
    "Never had a problem with you",
    "It went without a hitch",
    "I cannot praise the team enough",
    "Hard to beat this service",
    "It could not have been easier",
    "Never disappoints",
    "Zero complaints",
]
CONDITIONAL = [
    "It wouldn't be so bad if the app told me why it failed",
    "It would be less frustrating if somebody had told me",
    "I would love it if it actually worked",
    "It would have been nice to be told",
    "If only you answered",
    "I wish it worked",
    "You could have warned me",
    "I would recommend it if it did not crash",
    "This would be great if it loaded",
    "It would be useful if the search actually found anything",
]
COURTEOUS = [
    "It would be great if you could send the form",
    "I would be grateful if you could check",
    "It would be nice to have a dark mode",
    "I'd appreciate it if you could tell me the price",
    "Would it be possible to change the date?",
]


@pytest.mark.parametrize("line", [*COUNTS, *WAITS, *OVERDUE])
def test_counts_waits_and_dates_tell_trouble(line: str) -> None:
    assert mood(line) == "bad"


@pytest.mark.parametrize("line", PLAIN_NUMBERS)
def test_numbers_and_dates_without_trouble_are_calm(line: str) -> None:
    assert mood(line) != "bad"


@pytest.mark.parametrize("line", NOBODY)
def test_nobody_answers_is_a_complaint(line: str) -> None:
    found = said(line)
    assert (mood(line), found.intent, "frustrated_user" in found.flags) == ("bad", "chase_answer", True)


@pytest.mark.parametrize("line", NOTHING)
def test_nothing_happens_is_a_problem(line: str) -> None:
    assert (mood(line), said(line).intent) == ("bad", "report_problem")


@pytest.mark.parametrize("line", NOTHING_WRONG)
def test_nothing_more_is_no_complaint(line: str) -> None:
    assert mood(line) != "bad"


@pytest.mark.parametrize("line", ["no", "not really", "No, I don't want that", "something cheaper"])
def test_only_an_offer_or_a_question_is_declined(line: str) -> None:
    assert said("I need a hotel", "< Would you like the Grand Hotel?", line).intent in ("decline", "find")
    assert said(line).intent != "decline"


@pytest.mark.parametrize("line", MOCKERY)
def test_praise_of_a_failure_is_mockery(line: str) -> None:
    assert mood(line) == "bad"


@pytest.mark.parametrize("line", HONEST)
def test_praise_of_a_success_stays_praise(line: str) -> None:
    assert mood(line) == "good"


@pytest.mark.parametrize("line", LAUDED)
def test_praise_under_a_negation_is_praise(line: str) -> None:
    assert (mood(line), said(line).intent) == ("good", "give_feedback")


@pytest.mark.parametrize("line", ["The upload does not work, no fault code", "It won't start, no error message at all"])
def test_a_failure_without_a_code_is_no_praise(line: str) -> None:
    assert mood(line) == "bad"


@pytest.mark.parametrize("line", CONDITIONAL)
def test_praise_under_a_condition_is_a_complaint(line: str) -> None:
    assert mood(line) == "bad"


@pytest.mark.parametrize("line", COURTEOUS)
def test_a_courteous_condition_is_calm(line: str) -> None:
    assert mood(line) != "bad"
