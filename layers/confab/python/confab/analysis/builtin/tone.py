"""How a user's message is meant as a whole: politely, in mockery of what it praises, or by a sign alone."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final

from confab.analysis.builtin.acts import ENTHUSIASM
from confab.analysis.builtin.phrases import Hit
from confab.analysis.builtin.text import Parsed
from confab.analysis.builtin.words import section

POLITE_LIMIT: Final = -0.6
"""The lowest sum of valences of a report that is made politely."""
POLITE_SHARE: Final = 0.3
"""How much of the trained layer counts in one."""
MOCKERY: Final = -1.6
MOCKERY_WORDS: Final = 30
_LOUD: Final = 3
_OPENING: Final = 3
HARSH: Final = frozenset(
    {
        "told_before",
        "unheard",
        "mocks",
        "disgust",
        "threatens",
        "gives_up",
        "cancels",
        "repeats_self",
        "overdue",
        "waits",
        "rates_low",
    }
)
ANGER: Final = HARSH - {"overdue", "waits"}
_MILD: Final = frozenset({"fails", "confused", "urgent", "wants_human", "asks_person", "asks_leave"})
_FAILURES: Final = frozenset(
    {"fails", "waits", "unheard", "told_before", "disgust", "overdue", "mocks", "repeats_self"}
)
_HONEST: Final = frozenset({"solved", "courtesy", "lauds", "accepts_help", "excited", "if_only"})
_BUT: Final = frozenset(
    {"but", "however", "although", "though", "except", "still", "hope", "hopefully", "despite", "please"}
)
_PLEAS: Final = frozenset(
    {"please", "kindly", "thanks", "appreciate", "grateful", "thank", "wondering", "sorry", "excuse"}
)
_MODALS: Final = frozenset(
    {"could", "can", "would", "will", "may", "is", "are", "do", "does", "how", "where", "what", "which"}
)
_ASKS: Final = frozenset(
    (one, other)
    for one in ("would", "could", "can", "will", "is", "are", "do", "how", "any", "where", "may")
    for other in (
        "you",
        "there",
        "someone",
        "i",
        "we",
        "it",
        "do",
        "can",
        "anyone",
        "somebody",
        "idea",
        "ideas",
        "advice",
    )
)
PRAISES: Final = frozenset(
    f"{ENTHUSIASM}|good|cool|congratulations|congrats|bravo|cheers|love|loved|loving|best|beautiful|impressive|genius|"
    "clever|fast|quick|quickly|efficient|smart|superb|stellar|splendid|magnificent|terrific|outstanding|marvellous|"
    "marvelous|delightful|charming|neat|impressed|applause|kudos|thanks|thrilled|glorious|top|fabulous|incredible".split(
        "|"
    )
)


def is_polite(parsed: Parsed, acts: AbstractSet[str]) -> bool:
    """Whether a message without angry words reports trouble and asks for help."""
    if not acts & _MILD or acts & HARSH or parsed.exclamations > 1:
        return False
    letters = [sign for sign in parsed.text if sign.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) > len(letters) / 2:
        return False
    words = parsed.words
    loud = sum(word.isupper() and len(word) > _LOUD for word in parsed.text.split())
    if parsed.questions > _LOUD or loud > 1:
        return False
    if not _PLEAS.isdisjoint(words):
        return True
    if not parsed.questions:
        return False
    asks = any(words[sentence.first] in _MODALS for sentence in parsed.sentences)
    return asks or not _ASKS.isdisjoint(pairwise(words))


def mocks_failure(parsed: Parsed, acts: AbstractSet[str], praised: bool) -> bool:
    """Whether praise stands beside a failure, a long wait or a count of failures and nothing sets them apart."""
    if not praised or not acts & _FAILURES or acts & _HONEST or len(parsed.words) > MOCKERY_WORDS:
        return False
    if parsed.questions or not _BUT.isdisjoint(parsed.words):
        return "mocks" in acts
    return True


def has_praise(parsed: Parsed, hits: Sequence[Hit]) -> bool:
    """Whether the message praises: by a word that opens a sentence or closes it, a phrase, or a mark out of ten."""
    if any(hit.name in ("pleased", "rates_high") for hit in hits):
        return True
    words = parsed.words
    for sentence in parsed.sentences:
        opening = words[sentence.first : min(sentence.first + _OPENING, sentence.last)]
        if not PRAISES.isdisjoint((*opening, words[sentence.last - 1])):
            return True
    return False


def is_sign_alone(parsed: Parsed) -> bool:
    """Whether a message has no words but signs and numbers: emoji, faces."""
    return not any(word[0].isalpha() for word in parsed.words)


def asks_calmly(parsed: Parsed, acts: AbstractSet[str]) -> bool:
    """Whether a wish for a person, or to leave, is a question about how, not a complaint."""
    if acts & (HARSH - {"cancels"} | {"fails", "correction"}):
        return False
    words = parsed.words
    pressing = section("pressing")
    return pressing.isdisjoint(words) and (parsed.questions > 0 or not _PLEAS.isdisjoint(words))
