"""Dialogue acts: the attributes of a cue, and which acts belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

ENTHUSIASM: Final = "great|wow|perfect|nice|lovely|brilliant|awesome|fantastic|wonderful|super|excellent|amazing"


class Cue(NamedTuple):
    """A dialogue act that phrases give away.

    Attributes:
        valence: what it weighs, on the lexicon's scale (about -4 to 4); 0 when it says nothing about the mood.
        says: how a reasoning names it.
        phrases: lines in the notation of ``phrases.Phrases``.
        flags: flags of the message it raises.
        owns: whether the words inside it lose their own valence ("not bad", "thanks for nothing").
    """

    valence: float
    says: str
    phrases: Sequence[str]
    flags: Sequence[str] = ()
    owns: bool = True


# An opening of praise turns into mockery when a failure or complaint follows in the same message.
OPENERS: Final = frozenset(f"{ENTHUSIASM}|good|cool|congratulations|congrats|bravo|cheers".split("|"))
TROUBLE: Final = frozenset(
    {
        "told_before",
        "fails",
        "waits",
        "unheard",
        "overdue",
        "if_only",
        "mocks",
        "disgust",
        "threatens",
        "gives_up",
        "correction",
    }
)
CHEER: Final = frozenset({"solved", "thanks", "not_bad", "pleased", "lauds", "excited", "approves"})
# Inside these nothing cheers: a greeting, a wish or a polite no borrows the words of praise.
BORROWS_CHEER: Final = TROUBLE | {"declines_politely", "greets", "wishes", "courtesy"}
# Acts that count in full, as trouble does; the rest of the praise is weighed like any word.
FULL_PRAISE: Final = frozenset({"solved", "not_bad", "lauds", "excited", "approves", "rates_high"})
NOT_UNDER_NEGATION: Final = (CHEER - {"lauds", "excited"}) | {"urgent", "buys"}
