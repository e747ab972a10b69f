"""The behaviour and the outcome of an assistant's reply, by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.text import Parsed, overlap

VERBOSE_WORDS: Final = 180
SAME_REPLY: Final = 0.85
INFORMING_WORDS: Final = 6
GIVES: Final = frozenset({"done", "steps"})
_ASKING: Final = frozenset(
    {("let", "us"), ("let", "me"), ("could", "you"), ("can", "you"), ("tell", "us"), ("tell", "me")}
)

_WAY: Final = (
    "support|team|website|site|page|link|app|form|number|hotline|store|center|centre|department|email|phone|office|"
    "specialist|agent|representative|chat|dm|help|customer|form|portal|settings|article|line"
)
_SELF: Final = "i|we|us|it|this|that|they|app|service|product|team|which"
_OFFER: Final = (
    "offer|have|support|do|provide|sell|stock|carry|ship|accept|allow|cover|deliver|include|serve|make|handle|offered|"
    "supported|provided|available|help|process|list|operate|supports|offers|has|does|provides|accepts|allows|covers|"
    "includes|handles|delivers|ships|sells"
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
        f"not something|anything _ {_SELF} _ {_OFFER}",
        f"{_SELF} do|does|did|can not currently|yet|presently|actually|directly? {_OFFER}",
        f"do|does not currently|yet|presently|actually {_OFFER}",
        "is|are|was|were not currently|yet|presently|directly? available|supported|possible|offered|included|an|in|"
        "part",
        "no plans|way|option|options|possibility|longer|current|immediate to|for|of|available|offered|supported|plans",
        f"{_SELF} have no _ {_OFFER}|plans|way|option|information|access|record|update",
        "not an option|possible|feasible|permitted|in",
        "currently|temporarily unavailable",
        "against our|the policy|policies|rules",
        "out of our|my hands|scope|control",
        "out of stock",
        "sold out",
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
        "transferred|escalated|escalating _ team|agent|specialist|to|ticket|this",
        "an|a human|live agent will|shortly",
        "agent|specialist|colleague will be|contact|reach|get|take",
    ),
    "agrees": ("are absolutely|completely|totally? right", "you are right", "great|excellent|good question|point"),
    "done": (
        "has|have been _ cancelled|canceled|booked|refunded|reset|updated|changed|sent|processed|confirmed|scheduled|"
        "added|made|placed|issued|reserved|removed|deleted|resolved|fixed|completed|purchased|approved|set|transferred",
        "i|we have _ cancelled|canceled|booked|refunded|reset|updated|changed|sent|processed|confirmed|scheduled|added|"
        "placed|issued|reserved|removed|deleted|resolved|fixed|completed|purchased|set",
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
    "asks_details": (
        "can|could|would|will|may|might you _ tell|share|provide|send|let|confirm|give|describe|elaborate|clarify|"
        "check|"
        "specify|explain|dm|message|include|help|advise|forward|show|attach|verify",
        "let us|me know _ what|which|if|how|when|where|more|your|the|whether|whereabouts|who",
        "please? provide|share|specify|describe|confirm|include|attach|tell|send _ us|me|your|the|a|an|more|any|"
        "which|what",
        "tell us|me more|what|which|about|your",
        "may|can|could i|we _ have|get|ask|know|see|take",
        "we|i need|require|will your|the|a|an|more|some|to _ details|number|information|name|email|id|know|version",
        "what is|are|was|were|does|do|did|happens|happened|kind|type|error|device|version|model|browser|exactly|"
        "time|email",
        "which _ version|device|app|model|browser|country|account|email|plan|order|one|game|platform|are|is|do|"
        "store|carrier",
        "are|is|have|has|do|did|does|were|was you|this|it|there|that _ tried|using|seeing|getting|able|have|on|"
        "still|happen|"
        "happening|get|see|mean|using|trying|any|receive|received|contacted|noticed|restarted|signed|logged|checked|"
        "the",
        "when|where|how did|do|does|are|is|long|many|often",
        "have you",
        "for|on|in which",
        "more details|information|info|specifics|context",
        "order|account|case|reference|serial|booking|ticket|confirmation|model number",
    ),
    "acknowledges": (
        "investigating|investigate|looking into|it|this",
        "look|looking|looked into|at",
        "investigating|reviewing|fixing|checking",
        "aware of|that",
        "working|work on|to|hard|with",
        "will _ post|share|update|provide|send|give _ update|updates|news|you|soon|shortly|asap",
        "keep you posted|updated|informed",
        "have|has been? noted|logged|recorded|registered|received|flagged|reported|escalated|documented",
        "noted|logged|flagged|registered it|this|that|your|the|for|and|$",
        "pass|passed|passing|forward|forwarded|forwarding|share|shared|sharing|relay|relayed|send|sent it|this|that|"
        "your|the|"
        "these _ along|on|to|feedback|team|developers|over|up|with",
        "thanks|thank you? for _ letting|reporting|flagging|bringing|raising|heads|feedback|suggestion|sharing|"
        "patience|"
        "contacting|reaching|report|information|info|details|note|message",
        "will|shall get|look|check|review|respond|reply|be|follow|come|investigate|find|consider|take|let|see|do|try",
        "under review|investigation",
        "we|i hear|understand|appreciate|get you|your|that|how|the",
        "get|getting back to you",
        "be|stay|in touch|contact",
        "on it",
        "bear|bearing with us|me",
        "hang tight|on|in",
        "give us|me a|some|one moment|minute|second|time|while",
        "one moment",
        "stay tuned",
        "shortly|soon",
        "hope to have|fix|resolve|get",
        "expect|expected|should be|to _ back|fixed|resolved|restored|soon",
        "let|letting _ team|developers|engineers|them know",
        "your feedback|suggestion|request|report|case is|was|has|helps|means|been",
    ),
    "informs": (
        "is|are|was|were|will|can|costs|takes|opens|closes|starts|ends|has|have|includes|means|comes|depends|happens "
        "_ the|a|an|by|at|from|to|in|on|for|until|when|because|if|only|#|available|due|located|open|free|included|from",
        "this|that|it is|happens|means|depends|should|may|might|could because|due|when|if|a|an|the|expected|normal|"
        "only|be",
        "because|since|due to|the|of|our|it|that|your",
        "yes|yep|indeed|correct|absolutely|definitely|sure",
        "you will|are|have|get|need|may|must|might|receive",
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
    def asks(self) -> bool:
        """Whether it asks the user something."""
        return self.parsed.questions > 0 or "asks_details" in self.cues

    @property
    def inquires(self) -> bool:
        """Whether it asks for what it needs to go on, not only whether there is anything else."""
        asks = self.parsed.questions > 0 or "please" in self.words
        return "asks_details" in self.cues and (asks or not _ASKING.isdisjoint(pairwise(self.words)))

    @property
    def sends_away(self) -> bool:
        """Whether it sends the user to another channel, in place of going on here."""
        return "redirect" in self.cues and not self.parsed.questions

    @property
    def will_act(self) -> bool:
        """Whether it says that somebody does something about it."""
        return not {"team", "investigating", "looking", "working", "pass", "passed", "update"}.isdisjoint(self.words)

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
    gives = bool(cues & GIVES)
    lost = bool(cues & {"cannot", "unsure"}) and not gives and "offers" not in cues and not reply.parsed.questions
    says_sorry_only = words < 12 and cues <= {"apology", "informs"} and "apology" in cues and not reply.parsed.questions
    rules = (
        ("over_apologizing", reply.apologies >= 2 or says_sorry_only),
        ("robotic", reply.repeated >= SAME_REPLY or "not_understood" in cues),
        ("asking", reply.inquires and "handover" not in cues and not reply.sends_away),
        ("redirecting", "handover" in cues or ("redirect" in cues and not gives)),
        ("yes_man", corrected and "agrees" in cues and "done" not in cues),
        ("verbose", words > VERBOSE_WORDS),
        ("dodging", lost and not ("acknowledges" in cues and reply.will_act)),
        ("helpful", cheered or gives),
        ("asking", reply.inquires),
        ("acknowledged", "acknowledges" in cues),
        ("helpful", "informs" in cues and words >= INFORMING_WORDS),
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
    inquires = reply.inquires and not reply.sends_away
    sent_on = bool(cues & {"redirect", "handover"}) and not inquires
    gives = bool(cues & GIVES)
    failed = "cannot" in cues and not gives and not inquires
    rules = (
        ("incorrect", corrects),
        ("deflected", sent_on and (failed or not (cheered or gives))),
        ("capability_failure", failed or "not_understood" in cues),
        ("partially_resolved", sent_on and not troubled),
        ("other", troubled and gives),
        ("fully_resolved", "done" in cues and not troubled),
        ("fully_resolved", cheered and not inquires and "acknowledges" not in cues),
        ("pending", inquires),
        ("partially_resolved", "steps" in cues and not troubled),
        ("pending", "acknowledges" in cues),
        ("partially_resolved", "informs" in cues and len(reply.words) >= INFORMING_WORDS and not troubled),
    )
    return next((name for name, holds in rules if holds), "other")
