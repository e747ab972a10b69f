"""Phrases of users that are no trouble: confusion, haste, success, thanks, politeness, wishes and purchases.

The phrases use the notation of ``phrases.Phrases``; contractions are already opened ("don't" is "do not").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from confab.analysis.builtin.acts import ENTHUSIASM, Cue

_RIVAL: Final = "provider|providers|company|companies|vendor|bank|carrier|airline|tool|service"

CALM_CUES: Final[Mapping[str, Cue]] = {
    "confused": Cue(
        -0.6,
        "is confused",
        (
            "do|did|still not understand|get _ how|what|why|you|it|this|that",
            "not understand $",
            "what do you mean",
            "am _ confused|lost",
            "so|very|really|this|is|all confusing",
            "not|no make|makes|making? any? sense",
            "^ huh",
            "^ what $",
            "not|no sure|idea|clue how|what|which|where|why",
            "not know how|what|which|where|why",
            "where|how do|am i even|supposed",
            "can you|please clarify|explain _ again",
        ),
        ("confused_user",),
    ),
    "urgent": Cue(
        -0.3,
        "presses for time",
        (
            "urgent|urgently|asap|emergency|immediately",
            "right now|away",
            "as soon as possible",
            "by today|tonight|tomorrow|end",
            "deadline is|today|tomorrow",
            "can not wait",
            "time sensitive|critical",
        ),
        ("urgent_request",),
        owns=False,
    ),
    "solved": Cue(
        1.6,
        "says it is solved",
        (
            "works|working|worked now|again|perfectly|fine|great|well|too|like",
            "it|everything|all works|worked",
            "that|this worked",
            "that|it|this did it|the",
            "is|was|been|got|it|now|all fixed|resolved|sorted|solved|working",
            "fixed|solved|resolved it|my|the",
            "problem|issue|all solved|fixed|resolved|sorted|gone",
            "^ sorted",
            "that|this|you helped|helps",
            "that|this is|was _ helpful",
            "i got it now|working|thanks",
            "makes sense now|thanks|thank",
        ),
    ),
    "thanks": Cue(
        1.7,
        "thanks",
        (
            "gracias|merci|danke|obrigado|obrigada|grazie|bedankt|tack|dziękuję|teşekkürler",
            "thank you|u?",
            "thanks|thankyou|thx|cheers",
            "appreciate it|that|your|the|you",
            "much appreciated",
        ),
    ),
    "courtesy": Cue(0.5, "closes with thanks", ("thanks|thank you? _ in advance",)),
    "not_bad": Cue(
        1.0,
        "finds it not bad",
        ("not bad|terrible|horrible|awful at? all?", "no problem|problems|issues|complaints|worries", "no complaints"),
    ),
    "pleased": Cue(
        1.0,
        "is pleased with the answer",
        (
            "sounds|looks|seems good|great|perfect|nice|wonderful|fine|amazing|awesome|lovely|excellent|delicious",
            f"that|this|it is|was|will|would be? {ENTHUSIASM}|good|cool",
            f"^ {ENTHUSIASM} $",
            "just what i need|needed|wanted|want",
            "that is it|all $",
            "good|great|nice|well job|work|bot|done",
            "you are the? best|great|awesome|amazing|wonderful|lifesaver",
        ),
        owns=False,
    ),
    "greets": Cue(0.0, "greets", ("good morning|afternoon|evening|night|day", "happy monday|friday|holidays|easter")),
    "wishes": Cue(
        0.0,
        "wishes for something",
        (
            f"it|that|this? would _ be {ENTHUSIASM}|good|helpful|useful|cool|appreciated if|to|when",
            "would|will|could|can be? _ appreciate|appreciated",
            "appreciate any|some|a|if",
            "any help|advice|assistance|response|info|information|update is|would|will _ appreciated",
        ),
    ),
    "declines_politely": Cue(0.4, "declines politely", ("no|not _ thanks|thank you?", "no thanks|thank you?")),
    "accepts": Cue(
        0.0,
        "accepts",
        (
            "^ yes|sure|ok",
            "^ alright|correct|exactly",
            "that is|was correct|right|fine|it",
            "that|this|which works",
            "go ahead",
            "let us do",
            "will do|work",
            "i will take",
        ),
        owns=False,
    ),
    "declines": Cue(
        0.0,
        "declines",
        (
            "^ no|not|actually",
            "no thanks|thank",
            "not interested",
            "do not want|need|like|care|think",
            "did not like|enjoy|care",
            "too expensive|early|late|far|long|much|big|small|slow",
            "something|anything|somewhere|anywhere|someone else|different|cheaper|earlier|later|closer",
            "any|some|the other|others|another",
            "instead",
            "rather",
            "change",
            "that is not",
            "i will not",
            "have not seen",
            "never seen|heard",
        ),
        owns=False,
    ),
    "buys": Cue(
        0.0,
        "shows interest in buying",
        (
            "how much is|does|do|are|would|will|for",
            "price|prices|pricing|cost _ of|for|list|plan|plans|is",
            "want|like|love|ready|going|need|able to buy|purchase|order|upgrade|subscribe",
            "upgrade to|my|our",
            "sign up",
            "free trial|demo",
            "get|send|need|want a quote",
            "discount|promo|coupon|volume code|for|pricing|available",
            "add more? seats|licenses|licences|users",
            "is|are _ in stock",
            "take|accept credit|paypal|visa",
        ),
        ("buying_signal",),
        owns=False,
    ),
    "compares": Cue(
        0.0,
        "mentions another provider",
        (
            "competitor|competitors|competition",
            "alternative|alternatives to",
            "compare|compared _ to|with",
            "better|cheaper|faster than|with|at|elsewhere",
            "versus|vs",
            f"another|other|different|rival {_RIVAL}",
            "switch|switching|switched|migrating|migrate|moving|coming to|from|over",
        ),
        ("competitor_mention",),
        owns=False,
    ),
}
