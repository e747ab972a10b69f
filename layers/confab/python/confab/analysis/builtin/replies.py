"""The behaviour and the outcome of an assistant's reply, by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.text import Parsed, overlap

VERBOSE_WORDS: Final = 180
SAME_REPLY: Final = 0.85

_WAY: Final = (
    "support|team|website|site|page|link|app|form|number|hotline|store|center|centre|department|email|phone|office|"
    "specialist|agent|representative|chat|dm|help|customer|form|portal|settings|article|line"
)
_HINTS: Final = "steps|tips|instructions|recommendations|suggestions|troubleshooting"
REPLY_CUES: Final[Mapping[str, Sequence[str]]] = {
    "apology": ("sorry|apologies|apologize|apologise|apologizes|regret",),
    "cannot": (
        "i|we can|could not _ help|find|do|access|process|complete|answer|assist|see|locate|provide|offer|book|make",
        "i|we am|are|was|were not able|allowed|permitted|authorized|trained|equipped",
        "i|we am|are|was|were unable|failed to?",
        "do not have access|permission|information|that|any|enough|the",
        "not supported|possible|available",
        "beyond|outside my|the scope|capabilities|ability",
        "something went wrong",
        "as an ai",
        "failed to",
        "there are|is|was|were no|not|none",
        "no results|matches|available|availability",
        "unfortunately",
        "did|could not go|find|get|succeed",
    ),
    "not_understood": (
        "did|do not _ understand|catch|get that|your|you|what|the",
        "can|could you please? rephrase|repeat|say",
        "not sure i|what you understand|mean",
        "please choose|select from|one|an",
    ),
    "unsure": ("am not sure", "do not know", "it depends", "might|may want to", "hard to say", "not certain"),
    "redirect": (
        f"contact|call|email|visit|message|reach _ {_WAY}",
        "reach out to",
        "send us|me a|an|your? dm|direct|private|message|email|note|tweet",
        "submit|create|open|file|raise a|an|your? _ request|ticket|report|case|form|feedback",
        "follow us|up with",
        "chat|call|text|ring with? us",
        "dm us|me",
        "via dm|email|phone|chat",
        "get in touch with",
        f"refer|redirect|see|check|review _ {_WAY}",
        "follow|click|use _ link|form|page",
        "please call|email|visit|contact",
        "check out",
        "join us",
        "meet us",
        "link|article|guide below|here",
    ),
    "handover": (
        "transferring|connecting|transfer|connect you",
        "transferred|escalated|escalating|forwarded|forwarding|passed|raised _ team|agent|specialist|to|ticket|this",
        "an|a human|live agent will|shortly",
        "agent|specialist|colleague will be|contact|reach|get|take",
    ),
    "agrees": ("are absolutely|completely|totally? right", "you are right", "great|excellent|good question|point"),
    "done": (
        "has|have been _ cancelled|canceled|booked|refunded|reset|updated|changed|sent|processed|confirmed|scheduled|"
        "added|made|placed|issued|reserved|removed|deleted|resolved|fixed|completed|purchased|approved|set|transferred",
        "i|we have _ cancelled|canceled|booked|refunded|reset|updated|changed|sent|processed|confirmed|scheduled|added|"
        "made|placed|issued|reserved|removed|deleted|resolved|fixed|completed|purchased|set",
        "is|are|was|were|your|successfully _ booked|refunded|confirmed|scheduled|reserved|made|purchased|completed|"
        "successful|successfully",
        "all set|done",
        "^ done",
    ),
    "steps": (
        "here is|are|you",
        "you can|could|should|will",
        "go to",
        "try _ to|and|the|this|these|that|following|again",
        "try|tried|trying|recommend restarting|logging|clearing|updating|reinstalling|resetting|checking|recovering",
        "if|already trying|tried|try",
        "first|step",
        "make sure",
        f"{_HINTS} here|below|in|at|on|outlined|listed|to|for|that",
        f"following|these|some {_HINTS}",
        "follow|use|complete _ steps|instructions|tips|guide",
    ),
    "offers": ("would|do you like|want", "shall|should i|we", "how|what about", "can|may i _ help|assist|do"),
    "confirms": (
        "please confirm",
        "is that correct|right|ok|okay|accurate",
        "can|could you confirm",
        "just to confirm",
    ),
    "asks_opinion": (
        "do|did you not? _ like|liked|enjoy|enjoyed|dislike|hate|love|think|feel|prefer",
        "you _ liked|enjoyed|disliked|hated|loved",
        "what about it|that|this|them|the|you",
        "^ why not?",
        "why is|do|did|was|that",
        "have|ever you ever? seen|watched|read|heard|played|visited",
        "favorite|favourite",
        "what|which kind|kinds|type|types|sort|genre|genres of? _ you like|enjoy|watch|into|prefer",
        "tell|say _ more|why",
        "elaborate|describe|explain",
        "your opinion|opinions|taste|thoughts|experience",
    ),
    "asks_dislike": ("not like|enjoy", "dislike|disliked|hate", "why not"),
    "closing": ("anything else", "have a great|good|nice|wonderful|lovely", "welcome", "goodbye|bye", "enjoy your|the"),
}


class Reply(NamedTuple):
    """An assistant's reply, read.

    Attributes:
        cues: names out of ``REPLY_CUES``.
        apologies: how often it says sorry.
        repeated: highest overlap with the assistant's earlier replies, 0 to 1.
    """

    parsed: Parsed
    cues: frozenset[str]
    apologies: int
    repeated: float

    @property
    def words(self) -> Sequence[str]:
        """The words of the reply."""
        return self.parsed.words


def read_reply(parsed: Parsed, phrases: Phrases, earlier: Sequence[frozenset[str]]) -> Reply:
    """Read a reply in the light of the word sets of the assistant's earlier ones."""
    names = phrases.names(parsed)
    own = frozenset(parsed.words)
    repeated = max((overlap(own, words) for words in earlier), default=0.0) if len(own) > 2 else 0.0
    return Reply(parsed, frozenset(names), names.count("apology"), repeated)


def behaviour(reply: Reply, corrected: bool, cheered: bool) -> str:
    """How the assistant behaved.

    Args:
        reply: the reply.
        corrected: the user's message before it corrected the assistant.
        cheered: the user's message after it, if any, was pleased.
    """
    cues = reply.cues
    words = len(reply.words)
    gives = bool(cues & {"done", "steps"})
    lost = bool(cues & {"cannot", "unsure"}) and not gives and "offers" not in cues and not reply.parsed.questions
    says_sorry_only = words < 12 and cues == {"apology"} and not reply.parsed.questions
    rules = (
        ("over_apologizing", reply.apologies >= 2 or says_sorry_only),
        ("robotic", reply.repeated >= SAME_REPLY or "not_understood" in cues),
        ("redirecting", "handover" in cues or ("redirect" in cues and not gives)),
        ("yes_man", corrected and "agrees" in cues and "done" not in cues),
        ("verbose", words > VERBOSE_WORDS),
        ("dodging", lost),
        ("helpful", cheered or gives),
    )
    return next((name for name, holds in rules if holds), "other")


def outcome(reply: Reply, corrects: bool, cheered: bool, troubled: bool) -> str:
    """What came of the reply.

    Args:
        reply: the reply.
        corrects: the user's message after it corrects it.
        cheered: the user's message after it says thanks or that it works.
        troubled: the user's message after it reports that the trouble goes on.
    """
    cues = reply.cues
    sent_on = bool(cues & {"redirect", "handover"})
    gives = bool(cues & {"done", "steps"})
    failed = "cannot" in cues and not gives
    rules = (
        ("incorrect", corrects),
        ("deflected", sent_on and (failed or not (cheered or gives))),
        ("capability_failure", failed or "not_understood" in cues),
        ("partially_resolved", sent_on and not troubled),
        ("other", troubled),
        ("fully_resolved", cheered or "done" in cues),
        ("partially_resolved", "steps" in cues),
    )
    return next((name for name, holds in rules if holds), "other")
