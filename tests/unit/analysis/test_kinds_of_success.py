"""What counts as a success: the matter itself, after an answer, and nothing that only resembles it."""

from __future__ import annotations

import pytest

from tests.support.said import mood, said, talk

ELSEWHERE = [
    "The scanner worked perfectly until the last patch and now every scan is empty.",
    "It works great on my laptop but not on the tablet.",
    "All my other devices work fine, only this camera refuses to connect.",
    "The heating worked fine yesterday, today it is stone cold and nothing happens.",
    "It used to work well. Since the upgrade the map stays blank.",
    "Video works fine in Chrome but never loads in Firefox.",
    "Your competitor's app works great, yours freezes on start.",
    "The old version worked like a dream and this one crashes.",
    "Everything else works fine, only the printer keeps jamming.",
    "It works for my wife but not for me.",
    "The website works fine, but the app does not open.",
]
SOLVED = [
    "It works now, thanks!",
    "That fixed it.",
    "All sorted now, cheers",
    "The second suggestion did the trick",
    "Restarting worked, everything is back up",
    "yes that solved my problem",
    "it finally works again",
    "Problem solved, thank you so much",
    "ok that did it",
    "Got it working now",
]
NOT_YET = [
    "Does it work on Linux?",
    "Will this work with my old phone?",
    "I hope it works",
    "How does the export work?",
    "It should work with both, right?",
    "Please get it working",
    "When will it be fixed?",
    "Can you make it work for two users?",
    "I need this resolved by Friday",
    "Let me know if that works for you",
]


@pytest.mark.parametrize("line", ELSEWHERE)
def test_what_works_elsewhere_is_a_problem_here(line: str) -> None:
    found = talk(line)
    assert (mood(line), found.messages[0].intent, found.conversation.outcome) == ("bad", "report_problem", "open")


@pytest.mark.parametrize("line", ELSEWHERE)
def test_what_works_elsewhere_resolves_nothing_after_a_reply(line: str) -> None:
    assert talk("My device is broken", "< Please restart it.", line).conversation.outcome != "resolved"


@pytest.mark.parametrize("line", SOLVED)
def test_a_success_after_an_answer_resolves(line: str) -> None:
    found = talk("My upload fails", "< Please choose a smaller file.", line)
    assert (found.conversation.outcome, found.conversation.state) == ("resolved", "solved")
    assert found.conversation.first_bad_turn is None


@pytest.mark.parametrize("line", NOT_YET)
def test_a_success_that_is_hoped_for_or_asked_about_resolves_nothing(line: str) -> None:
    assert talk("My upload fails", "< Please choose a smaller file.", line).conversation.outcome != "resolved"
    assert said(line).intent != "confirm_solved"


@pytest.mark.parametrize(
    "line",
    [
        "Which cable do I need for the second monitor, thank you",
        "thanks",
        "Great service so far!",
        "Love the new look, how do I turn on dark mode?",
        "No complaints whatsoever",
        "It works now",
        "Perfect, I will take two",
        "Where do I find my invoice? Cheers",
        "Wow, two hours in the queue and then you cut me off. Lovely.",
        "How can I close my account?",
        "I want to cancel my subscription",
        "Forget it",
    ],
)
def test_nothing_is_resolved_or_abandoned_before_an_answer(line: str) -> None:
    found = talk(line).conversation
    assert (found.outcome, found.state) == ("open", "unanswered")


@pytest.mark.parametrize(
    "line", ["How can I close my account?", "How do I cancel my membership?", "Please delete my account"]
)
def test_whoever_asks_how_to_leave_may_leave(line: str) -> None:
    assert "churn_risk" in said(line).flags


@pytest.mark.parametrize(
    "opening",
    [
        "My download stops at 90 percent.",
        "This is useless, I have been waiting for days!",
        "The invoice is wrong",
        "Your app crashed again and I lost everything",
        "I never received my order",
        "I am fed up with these errors",
        "Nobody answers my emails",
        "The screen stays black",
        "Charged twice!!",
        "worst update ever",
    ],
)
def test_the_reason_for_contact_is_no_bad_turn(opening: str) -> None:
    found = talk(opening, "< Please restart the app.", "thanks, that helped").conversation
    assert (found.first_bad_turn, found.arrived_upset) == (None, True)
    assert "Went wrong" not in found.summary


@pytest.mark.parametrize(
    "later",
    [
        "It still fails",
        "That is not what I asked",
        "You are useless",
        "Nothing changed",
        "I already told you that twice",
    ],
)
def test_trouble_after_a_reply_is_the_first_bad_turn(later: str) -> None:
    found = talk("Where is my invoice?", "< Look under Billing.", later).conversation
    assert (found.first_bad_turn, found.arrived_upset) == ("m:2", False)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (("Where is my invoice?",), "unanswered"),
        (("Where is my invoice?", "< Look under Billing."), "answered"),
        (("Where is my invoice?", "< Which month do you need?"), "waiting_for_user"),
        (("The site is down", "< We are looking into it and will update you."), "waiting_for_answer"),
        (("The site is down", "< Hm.", "forget it"), "gave_up"),
        (("The site is down", "< Try again.", "it works now"), "solved"),
        (("Where is my invoice?", "< Look under Billing.", "There is nothing there"), "unanswered"),
        ((), None),
    ],
)
def test_whose_turn_it_is_follows_from_the_course(lines: tuple[str, ...], state: str | None) -> None:
    assert talk(*lines).conversation.state == state


@pytest.mark.parametrize(
    "reply",
    ["< We are looking into it.", "< I cannot help with that.", "< Please send us a DM with your e-mail address."],
)
def test_thanks_for_no_answer_yet_resolve_nothing(reply: str) -> None:
    assert talk("My upload fails", reply, "ok thanks").conversation.outcome != "resolved"
