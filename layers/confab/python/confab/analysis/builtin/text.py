"""Cuts a message into words and sentences, once, for every rule that reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

HEAD: Final = 6_000
TAIL: Final = 2_000
WORD_LENGTH: Final = 40

_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})

# Blanked out before words are cut, at equal length so that places stay what they are.
_SKIPPED: Final = re.compile(r"(?:https?://|www\.)\S+|@\w+|&(?:amp|lt|gt|quot);")
_SKIP_SIGNS: Final = ("://", "www.", "@", "&")

# One pass, one alternative per kind and no nested repetition, so that the time is linear in the length of the message.
_TOKEN: Final = re.compile(
    r"(\w+(?:'\w+)*)"
    r"|([.!?\u2026\u3002\uff01\uff1f]+|\n+)"
    r"|((?<!\w)(?:[:;=]'?-?[()\[\]DPpoO/\\|*]|<3|</3)|[\u2600-\u27bf\u2b50\U0001f300-\U0001faff])"
)
_END_KIND: Final = 2

_WHOLE: Final = {
    "cannot": ("can", "not"),
    "cant": ("can", "not"),
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "wont": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "aint": ("is", "not"),
    "i'm": ("i", "am"),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "wheres": ("where", "is"),
    "youre": ("you", "are"),
    "dunno": ("do", "not", "know"),
    "u": ("you",),
    "ur": ("your",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "tks": ("thanks",),
    "thnx": ("thanks",),
    "ty": ("thanks",),
    "tysm": ("thanks",),
    "yep": ("yes",),
    "yup": ("yes",),
    "yeah": ("yes",),
    "okay": ("ok",),
    "nope": ("no",),
    "nah": ("no",),
    "wanna": ("want", "to"),
    "gonna": ("going", "to"),
    "gotta": ("got", "to"),
}
_OPENED: Final = _WHOLE | {
    f"{verb}nt": (verb, "not")
    for verb in ("do", "does", "did", "is", "was", "are", "were", "has", "have", "had", "would", "could", "should")
}
_SHORT: Final = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
_IS: Final = frozenset(
    {"it", "that", "this", "what", "where", "who", "how", "when", "why", "there", "here", "he", "she", "everything"}
)


class Sentence(NamedTuple):
    """A sentence: a range of words and the stretch of the message they stand in (end exclusive)."""

    first: int
    last: int
    start: int
    end: int


class Parsed(NamedTuple):
    """A message cut into words.

    Attributes:
        text: the message as it came.
        words: lower case, contractions opened ("don't" is "do", "not"), addresses and mentions left out; a word
            is cut at ``WORD_LENGTH`` characters.
        starts, ends: where each word stands in ``text``; the parts of a contraction share one place.
        sentences: in order, together holding every word once.
        questions, exclamations: number of marks.
    """

    text: str
    words: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    sentences: Sequence[Sentence]
    questions: int
    exclamations: int


def open_contraction(word: str) -> tuple[str, ...]:
    """The words behind a lower-case word: ``("do", "not")`` for "don't" or "dont", else the word itself."""
    known = _OPENED.get(word)
    if known is not None:
        return known
    if "'" not in word:
        return (word,)
    if word.endswith("n't"):
        return word[:-3], "not"
    stem, mark, rest = word.rpartition("'")
    if rest == "s":
        return (stem, "is") if stem in _IS else (stem,)
    tail = _SHORT.get(mark + rest)
    return (stem, tail) if tail and stem else (word,)


def parse(text: str) -> Parsed:
    """Cut a message into words and sentences.

    Of a message longer than ``HEAD + TAIL`` characters the first ``HEAD`` and the last ``TAIL`` are read: what people
    feel stands at the ends, what they paste stands between.
    """
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[Sentence] = []
    plain = _plain(text)
    first = 0
    pieces = [(0, len(plain))] if len(plain) <= HEAD + TAIL else [(0, HEAD), (len(plain) - TAIL, len(plain))]
    for begin, stop in pieces:
        for match in _TOKEN.finditer(plain, begin, stop):
            start, end = match.span()
            if match.lastindex == _END_KIND:
                if len(words) > first:
                    sentences.append(Sentence(first, len(words), starts[first], end))
                    first = len(words)
                continue
            lower = match.group()[:WORD_LENGTH].lower()
            if "'" not in lower and lower not in _OPENED:
                words.append(lower)
                starts.append(start)
                ends.append(end)
                continue
            opened = open_contraction(lower)
            words += opened
            starts += [start] * len(opened)
            ends += [end] * len(opened)
        if len(words) > first:
            sentences.append(Sentence(first, len(words), starts[first], ends[-1]))
            first = len(words)
    return Parsed(text, words, starts, ends, sentences, text.count("?"), text.count("!"))


def _plain(text: str) -> str:
    """The text with one kind of apostrophe and without addresses and mentions, every character in its place."""
    plain = text if text.isascii() and "`" not in text else text.translate(_APOSTROPHES)
    if any(sign in plain for sign in _SKIP_SIGNS):
        return _SKIPPED.sub(lambda match: " " * len(match.group()), plain)
    return plain


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Share of common words, 0 to 1 (Jaccard); 0 when both are empty."""
    union = len(left | right)
    return len(left & right) / union if union else 0.0
