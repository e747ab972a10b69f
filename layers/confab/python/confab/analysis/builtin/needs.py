"""The need of a user in their own words: the sentence that names it, cut to a headline."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from confab.analysis.builtin.patterns import Pattern
from confab.analysis.builtin.phrases import Hit
from confab.analysis.builtin.quoted import own_words
from confab.analysis.builtin.text import Parsed, Sentence
from confab.analysis.builtin.words import section

HEADLINE: Final = 90
"""The most characters of a headline."""
LONG_SENTENCE: Final = 45
_SHORT_OF_WORDS: Final = 3
_SHORT_WORD: Final = 4
_CONTENT: Final = 6
_TELLS: Final = frozenset(
    {"fails", "waits", "overdue", "correction", "disgust", "wants_human", "cancels", "if_only", "buys"}
)
_ASIDE: Final = frozenset({"thanks", "courtesy", "greets", "wishes"})
_OUT: Final = Pattern(
    r"https?:\s?//\S+|www\.\S+|\b[\w.+-]+@[\w-]+\.\w[\w.]*|[@#](?=\w)\w*|&(?:amp|lt|gt|quot);|\+?\d[\d ()/-]{7,}\d"
)
_MEANT: Final = Pattern(r"(?<=[\w)])\s+(?:https?:|www\.)\S*$")
_LEADS: Final = Pattern(
    r"^(?:\W*(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|greetings|yo|ok(?:ay)?|so|well|and|"
    r"but|also|"
    r"um+|uh+|oh|please|pls|plz|sorry|excuse me|thanks|thank you|guys|team|everyone|all|there|sir|madam|folks|support|"
    r"i (?:just |only )?(?:wanted|want|would like|'d like) to (?:ask|know|report)(?: you)?(?: if| whether)?|"
    r"i(?: was|'m| am) (?:just )?wondering(?: if| whether)?|just wondering(?: if)?|quick question|question|"
    r"can you (?:please )?tell me|could you (?:please )?tell me|do you know|i have a question(?: about)?|"
    r"hope you(?: are|'re) (?:well|fine|ok))\b[\s,.:;!-]*)+",
    re.IGNORECASE,
)
_EDGES: Final = " \t\r\n-–—,;:|*_~•>\"'“”«»…."
_SPACES: Final = Pattern(r"\s+")


def need_of(parsed: Parsed, hits: Sequence[Hit], topics: Collection[str]) -> str:
    """The sentence of a message that says most of what its author needs, as a headline; "" when none does.

    Args:
        parsed: the message.
        hits: the dialogue acts found in it.
        topics: names of its topics.
    """
    own = own_words(parsed.text) if len(parsed.text) < LONG_TEXT else parsed.text
    named = {word for topic in topics for word in topic.split()}
    ranked = sorted(parsed.sentences, key=lambda sentence: -_says(parsed, sentence, hits, named))
    for sentence in ranked:
        headline = shortened(own[sentence.start : sentence.end])
        if len(headline.split()) >= _SHORT_OF_WORDS:
            return headline
    return shortened(own) if parsed.sentences else ""


LONG_TEXT: Final = 8_000


def _says(parsed: Parsed, sentence: Sentence, hits: Sequence[Hit], named: set[str]) -> float:
    words = parsed.words[sentence.first : sentence.last]
    within = {hit.name for hit in hits if sentence.first <= hit.first < sentence.last}
    score = 2.0 * bool(within & _TELLS) - 1.5 * bool(within & _ASIDE and len(words) < 8)
    score += 1.5 * ("?" in parsed.text[sentence.start : sentence.end])
    score += 1.5 * bool(named.intersection(words))
    score += 1.0 * bool(section("needs").intersection(words))
    score += min(sum(len(word) > _SHORT_WORD for word in words), _CONTENT) / _CONTENT * 2
    score -= 1.0 * (len(words) < 4) + 0.5 * (len(words) > LONG_SENTENCE)
    return score - 0.05 * sentence.first / max(1, len(parsed.words))


def shortened(text: str) -> str:
    """A stretch of a message as a headline: without addresses and greetings, cut between words at ``HEADLINE``."""
    plain = _SPACES.sub(" ", _OUT.sub(" ", _MEANT.sub("", text))).strip(_EDGES)
    bare = _LEADS.sub("", plain).strip(_EDGES)
    plain = bare if len(bare.split()) >= _SHORT_OF_WORDS else plain
    plain = plain[:1].upper() + plain[1:]
    if len(plain) <= HEADLINE:
        return plain
    cut = plain[: HEADLINE - 1]
    head = cut.rpartition(" ")[0]
    return (head if len(head) > HEADLINE // 2 else cut).rstrip(_EDGES) + "…"
