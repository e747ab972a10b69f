"""The intent of a user's message: one name out of a readable list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.text import Parsed

_BOOKABLE: Final = (
    "table|room|rooms|hotel|flight|flights|ticket|tickets|appointment|reservation|taxi|cab|train|bus|car|seat|seats|"
    "restaurant|house|event|visit|trip|ride|place"
)
_ORDERED: Final = "order|reservation|booking|flight|appointment|delivery|purchase|trip|ticket|tickets|return"
_MEDIA: Final = "song|songs|music|movie|movies|film|video|album|playlist|track|it"

_PLACE: Final = "store|branch|office|station|stop|airport|hotel|restaurant|theater|theatre|place|nearest|closest"

SHORT_WORDS: Final = 8

# Earlier names win: what is asked for counts before how it is said.
_TABLE: Final[Mapping[str, Sequence[str]]] = {
    "request_refund": (
        "refund|refunds|refunded|refunding|reimbursed|reimbursement|chargeback",
        "money|payment back",
        "want|give|get|return _ money back",
    ),
    "cancel_order": (f"cancel|cancelling|canceling _ {_ORDERED}", f"{_ORDERED} _ cancelled|canceled"),
    "account_access": (
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
    "return_item": ("return|exchange|replace|replacement|returning|exchanging _ item|it|product|order|this|them|for",),
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
        "directions|located|location",
        "the|their|its|your|full address",
        "where is|are it|that|they",
        f"where is|are _ {_PLACE}",
    ),
    "feature_request": (
        "feature request",
        "please|should|could you? add",
        "would be nice|great if",
        "wish you|it|there|i",
    ),
    "find": (
        "find|search|looking|look|show|recommend|suggest|suggestions|recommendations|discover",
        "something|anything else|different|similar",
        "any|what|which other|else",
    ),
    "how_to": ("how do|can|to|should|could|would", "what steps|do i do"),
}
_ACTS: Final = (
    ("wants_human", "speak_to_human"),
    ("cancels", "cancel_account"),
)
_TROUBLE: Final = (
    ("fails", "report_problem"),
    ("correction", "correct_assistant"),
    ("told_before", "correct_assistant"),
    ("waits", "chase_answer"),
)
_LATE: Final = (
    ("mocks", "complain"),
    ("threatens", "complain"),
    ("disgust", "complain"),
    ("gives_up", "give_up"),
    ("solved", "confirm_solved"),
    ("confused", "ask_clarification"),
)
_TALK: Final[Mapping[str, Sequence[str]]] = {
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


class IntentReader:
    """Names the intent of user messages."""

    def __init__(self) -> None:
        self._phrases = Phrases({**_TABLE, **_TALK})
        self._rank = {name: rank for rank, name in enumerate(_TABLE)}

    def name(self, parsed: Parsed, acts: frozenset[str]) -> str:
        """The intent of a message whose dialogue acts are known; ``other`` when nothing tells."""
        for act, intent in _ACTS:
            if act in acts:
                return intent
        found = set(self._phrases.names(parsed))
        asked = min(found & self._rank.keys(), key=self._rank.__getitem__, default=None)
        if asked is not None and self._rank[asked] < self._rank["ask_price"]:
            return asked
        for act, intent in _TROUBLE:
            if act in acts:
                return intent
        if asked is not None:
            return asked
        for act, intent in _LATE:
            if act in acts:
                return intent
        return _small_talk(parsed, acts, found)


def _small_talk(parsed: Parsed, acts: frozenset[str], talk: set[str]) -> str:
    short = len(parsed.words) <= SHORT_WORDS
    brief = short or "give_feedback" not in talk
    rules = (
        ("end_conversation", "end_conversation" in talk),
        ("thank", "thanks" in acts),
        ("ask_information", parsed.questions > 0),
        ("greet", "greet" in talk and short),
        ("decline", "declines" in acts and brief),
        ("confirm", bool(acts & {"accepts", "pleased"}) and brief),
        ("give_feedback", "give_feedback" in talk),
        ("give_information", bool(parsed.words)),
    )
    return next((name for name, holds in rules if holds), "other")
