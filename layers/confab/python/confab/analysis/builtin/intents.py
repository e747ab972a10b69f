"""The intent of a user's message: one name out of a readable list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.acts import TROUBLE
from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.text import Parsed
from confab.analysis.builtin.words import section

_BOOKABLE: Final = (
    "table|room|rooms|hotel|flight|flights|ticket|tickets|appointment|reservation|taxi|cab|train|bus|car|seat|seats|"
    "restaurant|house|event|visit|trip|ride|place"
)
_ORDERED: Final = "order|reservation|booking|flight|appointment|delivery|purchase|trip|ticket|tickets|return"
_MEDIA: Final = "song|songs|music|movie|movies|film|video|album|playlist|track|it"

_PLACE: Final = "store|branch|office|station|stop|airport|hotel|restaurant|theater|theatre|place|nearest|closest"

SHORT_WORDS: Final = 8
MILD_SCORE: Final = 0.2

# Earlier names win: what is asked for counts before how it is said.
_TABLE: Final[Mapping[str, Sequence[str]]] = {
    "request_refund": (
        "refund|refunds|refunded|refunding|reimbursed|reimbursement|chargeback",
        "money|payment back",
        "want|give|get|return _ money back",
    ),
    "cancel_order": (f"cancel|cancelling|canceling _ {_ORDERED}", f"{_ORDERED} _ cancelled|canceled"),
    "account_access": (
        "get|getting|got|let|be back in|into",
        "get|getting|go|let _ in|into _ account|profile|channel|page|dashboard|portal|game|app|inbox|email|it",
        "can not get in",
        "someone|somebody|stranger|hacker _ in|into|using|on my|our account|profile|channel|email",
        "logged|kicked|locked|shut out",
        "account|profile|channel|email _ restore|recover|retrieve",
        "account|profile|channel|page|username|email|gmail|inbox _ stolen|hacked|compromised|taken|hijacked|locked|"
        "disabled|"
        "deleted|terminated|removed|gone|recover|recovery|recovered|access|restore|breached|deactivated|frozen",
        "stole|stolen|hacked|hijacked|compromised|recover|restore|regain|retrieve|lost|unlock|reactivate _ "
        "account|profile|channel|access|page|username",
        "lost|lose|no|need|regain|denied|restore access",
        "access _ account|profile|email|channel",
        "help|assist|assistance|trouble|problem|problems|issue|issues _ account|profile|login",
        "two|2|# factor|fa|step",
        "2fa|otp",
        "authenticator|captcha",
        "log|logging|sign|signing in|into|on",
        "login|logon|password|passcode|locked|lockout",
        "reset|recover|hacked|suspended|disabled|banned|verify _ account|password|channel",
        "account _ hacked|suspended|disabled|banned|locked|blocked",
        "verification|security code",
    ),
    "track_order": (
        "track|tracking",
        "where is|are _ order|package|parcel|delivery|item|items|stuff",
        "order|package|parcel|delivery|item _ late|arrive|arrived|delivered|delayed|shipped|status|missing",
        "when will|does|is _ arrive|delivered|delivery|come|ship",
    ),
    "return_item": (
        "want|like|need|how|can|may|wish|trying to|i|we|do? i? return|exchange|returning this|these|my|the|it|them|"
        "a|an",
        "return|exchange|replace|replacement|returning|exchanging _ item|it|product|order|this|them|for",
    ),
    "billing_question": (
        "charged|overcharged|billed|invoice|bill|billing|charges|receipt",
        "payment|card _ failed|declined|method|pending|rejected",
    ),
    "ask_price": (
        "how much|what is|are|does|do|would _ cost|costs|price|prices|fee|fees|rent",
        "price|prices|pricing|cost|costs|fare|fares",
        "how much is|are|for",
        "how expensive",
    ),
    "make_booking": (
        f"book|reserve|reserving|booking _ {_BOOKABLE}",
        f"get|buy|need|want|purchase|make|schedule _ {_BOOKABLE}",
        "make|schedule|set a|an appointment|reservation|booking|visit",
        "book|reserve it|one|that|them|me",
    ),
    "change_booking": (
        "change|reschedule|move|modify|switch|postpone _ booking|reservation|appointment|date|time|flight|order|to",
    ),
    "update_details": ("update|change|edit|correct _ address|email|name|phone|number|details|profile|card|plan",),
    "buy": (
        "want|like|ready|going to buy|purchase|order|upgrade|subscribe",
        "sign up",
        "upgrade my|to",
        "add to cart|basket",
    ),
    "transfer_money": ("transfer|send|wire|move _ money|dollars|funds|savings|checking|account|balance",),
    "check_balance": ("balance",),
    "play_media": (
        f"^ play|watch|listen|stream|rent _ {_MEDIA}",
        f"want|like|love|can|could|please|let|to|me|i play|watch|listen|stream|rent _ {_MEDIA}",
        "^ play|watch|listen",
    ),
    "check_weather": ("weather|forecast|humidity|temperature|rain",),
    "get_directions": (
        "directions|located",
        "your|store|shop|nearest|exact|office location|locations",
        "the|their|its|your|full address",
        "where is|are it|that|they",
        f"where is|are _ {_PLACE}",
    ),
    "feature_request": (
        "feature request",
        "please|should|must you|we? add|use|bring|introduce|implement|include|consider|support|offer|allow|create|"
        "release|get",
        "could|can|should you please? make|add|bring|introduce|implement|include|support _ easier|possible|better|"
        "it|option|a",
        "give|bring us|me|back _ ability|option|feature|way|choice",
        "would be nice|great if",
        "wish you|it|there|i",
    ),
    "find": (
        "find|search|recommend|suggest|suggestions|recommendations|discover",
        "looking|look|searching for",
        "show me|us",
        "something|anything different|similar|cheaper",
        "any|what|which other|else",
    ),
    "how_to": (
        "how do|can|to|should|could|would|might i|we|you|one|a|the|my|someone",
        "how to",
        "what steps|do i do",
        "which|what _ do|should|would|can|must i need|use|buy|choose|pick|take|get|select|do",
        "can|may|could|should|do i|we _ move|change|switch|rename|share|copy|export|import|merge|split|add|remove|"
        "delete|set|"
        "turn|use|connect|combine|sort|filter|print|save|edit|hide|lock|undo|restore|transfer|link|upload|download|"
        "sync|"
        "schedule|invite|assign|archive|convert|disable|enable|install|open|create|make|replace|attach|insert",
        "is|any there|way|possible a|any? way|to|possibility",
        "what is the best|right|correct|easiest|proper|quickest way",
        "way|ways to",
        "steps|instructions|guide|tutorial to|for|on",
        "show|teach|explain|tell|walk me|us how|through",
        "know how to",
    ),
}
_BEFORE_QUESTIONS: Final = section("before questions")
_ASKS_WITHIN: Final = frozenset(
    {
        ("wondering", "if"),
        ("wondering", "whether"),
        ("wonder", "if"),
        ("know", "if"),
        ("know", "whether"),
        ("know", "how"),
        ("tell", "me"),
        ("let", "me"),
        ("advise", "on"),
        ("which", "one"),
        ("curious", "if"),
        ("know", "what"),
        ("know", "why"),
        ("know", "where"),
        ("know", "when"),
        ("do", "i"),
        ("should", "i"),
        ("can", "i"),
        ("may", "i"),
        ("could", "you"),
        ("can", "you"),
        ("would", "you"),
        ("is", "there"),
        ("are", "there"),
        ("any", "idea"),
        ("any", "ideas"),
        ("how", "do"),
        ("how", "can"),
        ("how", "to"),
        ("why", "is"),
        ("why", "do"),
        ("why", "does"),
        ("what", "is"),
        ("what", "are"),
        ("what", "do"),
        ("where", "do"),
        ("where", "can"),
    }
)
_TROUBLE: Final = (
    ("unheard", "chase_answer"),
    ("fails", "report_problem"),
    ("overdue", "chase_answer"),
    ("waits", "chase_answer"),
    ("told_before", "chase_answer"),
)
_LATE: Final = (
    ("threatens", "complain"),
    ("disgust", "complain"),
    ("mocks", "complain"),
    ("if_only", "complain"),
    ("correction", "report_problem"),
    ("rates_low", "give_feedback"),
    ("gives_up", "give_up"),
    ("solved", "confirm_solved"),
    ("confused", "ask_clarification"),
)
_TALK: Final[Mapping[str, Sequence[str]]] = {
    "ask_help": (
        "help|assist me|us|needed|required|with|please",
        "please|can|could|need|want|any|some|for|your help|assistance|advice|support",
        "help $",
        "advise|advice please|on",
        "sos",
        "please fix|solve|resolve|check|repair|do|look",
        "fix|solve|resolve this|it|that please|asap|now",
    ),
    "greet": ("^ hi|hello|hey|greetings|howdy|hola|bonjour|hallo", "^ good morning|afternoon|evening|day"),
    "end_conversation": (
        "bye|goodbye",
        "that is|will be? all",
        "nothing else",
        "^ no _ thanks|thank",
        "have a good|nice|great",
        "all i need|needed|wanted",
    ),
    "give_feedback": (
        "i really? love|loved|like|liked|enjoy|enjoyed|hate|hated|dislike|think|thought|prefer",
        "it is|was so|very|really|pretty|too",
    ),
}


_QUESTION_WORDS: Final = section("question words")
_WANTS_PERSON: Final = frozenset({"wants_human", "asks_person"})


class Asked(NamedTuple):
    """What the intent of a message depends on besides its words.

    Attributes:
        acts: its dialogue acts.
        score: its mood.
        question: whether the assistant's message before it asks something.
        offer: whether that one offers or asks something that can be declined.
        first: whether no assistant's message comes before it.
        wordless: whether it consists of signs alone.
        dropped: intents that its words do not stand for.
    """

    acts: frozenset[str]
    score: float
    question: bool = False
    offer: bool = False
    first: bool = True
    wordless: bool = False
    dropped: frozenset[str] = frozenset()


class IntentReader:
    """Names the intent of user messages."""

    def __init__(self) -> None:
        self._phrases = Phrases({**_TABLE, **_TALK})
        self._rank = {name: rank for rank, name in enumerate(_TABLE)}

    def name(self, parsed: Parsed, asked: Asked) -> str:
        """The intent of a message; ``other`` when nothing tells."""
        found = set(self._phrases.names(parsed)) - asked.dropped
        wish = min(found & self._rank.keys(), key=self._rank.__getitem__, default=None)
        named = self._by_act(parsed, asked, wish)
        if named is None:
            named = _first(_LATE, asked.acts)
        return _small_talk(parsed, asked, found) if named is None else named

    def _by_act(self, parsed: Parsed, asked: Asked, wish: str | None) -> str | None:
        """The intent by what is asked for, or by the trouble that is reported; None when there is neither."""
        acts = asked.acts
        rules = (
            (_of_signs(asked), asked.wordless),
            ("give_feedback", "lauds" in acts and not acts & TROUBLE),
            ("speak_to_human", bool(acts & _WANTS_PERSON)),
            ("cancel_account", bool(acts & {"cancels", "asks_leave"})),
            (wish, wish is not None and self._rank[wish] < self._rank["ask_price"]),
            ("correct_assistant", "correction" in acts and ("you" in parsed.words or not asked.first)),
            (_first(_TROUBLE, acts), True),
        )
        return next((name for name, holds in rules if holds and name is not None), wish)


def _first(table: Sequence[tuple[str, str]], acts: frozenset[str]) -> str | None:
    return next((intent for act, intent in table if act in acts), None)


def _of_signs(asked: Asked) -> str:
    """A sign is an answer to what the assistant asked or did, else an opinion."""
    if asked.score >= MILD_SCORE:
        return "give_feedback" if asked.first else "confirm"
    return "give_feedback" if asked.score <= -MILD_SCORE else "other"


def _small_talk(parsed: Parsed, asked: Asked, talk: set[str]) -> str:
    acts = asked.acts
    short = len(parsed.words) <= SHORT_WORDS
    brief = short or "give_feedback" not in talk
    asks = parsed.questions > 0 or _is_question(parsed)
    lively = bool(acts & {"excited", "lauds", "pleased"}) or "give_feedback" in talk
    rules = (
        ("end_conversation", "end_conversation" in talk and not asks),
        ("ask_help", "ask_help" in talk and short),
        ("ask_information", asks and "give_feedback" not in talk),
        ("ask_help", "ask_help" in talk),
        ("thank", "thanks" in acts),
        ("ask_information", asks),
        ("greet", "greet" in talk and short),
        ("decline", "declines" in acts and brief and asked.offer),
        ("confirm", "approves" in acts or (bool(acts & {"accepts", "pleased"}) and brief and not asked.first)),
        ("give_information", asked.question and bool(parsed.words)),
        ("report_problem", asked.score <= -MILD_SCORE),
        ("give_feedback", lively or asked.score >= MILD_SCORE),
        ("give_information", not asked.first and asked.offer and bool(parsed.words)),
    )
    return next((name for name, holds in rules if holds), "other")


def _is_question(parsed: Parsed) -> bool:
    """Whether a sentence opens as a question does, with or without its mark; "so" and a greeting may come first."""
    for sentence in parsed.sentences:
        words = parsed.words[sentence.first : sentence.last]
        at = next((place for place, word in enumerate(words) if word not in _BEFORE_QUESTIONS), len(words))
        if at + 1 < len(words) and words[at] in _QUESTION_WORDS and words[at + 1] != "not":
            return True
    return not _ASKS_WITHIN.isdisjoint(zip(parsed.words, parsed.words[1:], strict=False))
