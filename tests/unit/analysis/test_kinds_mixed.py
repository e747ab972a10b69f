"""Moods of all kinds of sentence, in no order: what must change beside what must stay."""

from __future__ import annotations

import pytest

from tests.support.said import mood

SAID = [
    ("bad", "The mic worked great last week, now nobody hears me."),
    ("bad", "Bluetooth works with my car but not with the headset."),
    ("bad", "All the other stations play without problems, only yours drops out."),
    ("bad", "Printing works from Word, just not from your app."),
    ("bad", "I have rung you six times."),
    ("bad", "I've been standing in line for two hours."),
    ("bad", "Today is the 9th and the fridge was to be delivered on the 5th."),
    ("calm", "My flight is on Tuesday, can I add a bag?"),
    ("bad", "Not one of your staff has called me back"),
    ("bad", "Nothing gets done here"),
    ("good", "You can't beat this price"),
    ("good", "I have nothing but good things to say"),
    ("bad", "It would be easier if the error said what is wrong"),
    ("bad", "Superb: the new release wipes the settings. A+"),
    ("bad", "Great, just great. Eleven days and no router."),
    ("good", "Great, the new release keeps my settings. A+"),
    ("calm", "Which plasters help against severe burns?"),
    ("calm", "Do you have a documentary on serial killers?"),
    ("calm", "How can I appeal a ban for harassment?"),
    ("bad", "Your courier is a liar and a thief"),
    ("calm", "I can not find the receipt, could you tell me where it is?"),
    ("calm", "Could you check my router please? It keeps dropping out."),
    ("bad", "I am so tired of this rubbish"),
    ("calm", "My name is Hope Love"),
    ("calm", "Is the SLA for P1 the same as for P2?"),
    ("calm", "We use an LTS release on our QA box"),
    ("bad", "You removed my whole function, I only asked for a rename"),
    ("bad", "There's no parameter called timeout, you are making things up"),
    ("bad", "Why does it keep editing files outside the folder"),
    ("good", "looks great, merge"),
    ("good", "perfect, tests are green"),
    ("bad", "Lovely weather, shame about your service"),
    ("bad", "meine Bestellung ist immer noch nicht da"),
    ("bad", "personne ne répond au téléphone"),
    ("bad", "todavía no me han devuelto el dinero"),
    ("good", "Super Service, vielen Dank!"),
    ("bad", "返金がまだです。ひどい"),
    ("good", "Thanks, you solved it in two minutes"),
    ("calm", "Thanks in advance for looking into it"),
    ("calm", "What's the difference between hate speech and spam?"),
    ("calm", "Please cancel order 123"),
    ("bad", "Cancel everything, I'm done with you"),
    ("calm", "How do I kill a process?"),
    ("calm", "What is the death benefit of the policy?"),
    ("bad", "Ok so 3 weeks ago I returned the shoes and you still owe me the money"),
    ("good", "It works like a charm now"),
    ("calm", "Does it work offline?"),
    ("bad", "The camera used to work until you pushed that update"),
    ("good", "🎉🎉"),
    ("bad", ":("),
]


@pytest.mark.parametrize(("expected", "line"), SAID)
def test_a_sentence_has_the_mood_that_a_reader_hears(expected: str, line: str) -> None:
    assert mood(line) == expected
