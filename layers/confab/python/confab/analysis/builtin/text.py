"""Cuts a message into words and sentences, once, for every rule that reads it."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from itertools import accumulate, compress, count
from operator import add, not_
from typing import Final, NamedTuple

from confab.analysis.builtin.quoted import own_words

HEAD: Final = 6_000
TAIL: Final = 2_000
WORD_LENGTH: Final = 40

# Taken out before words are cut, at equal length so that places stay what they are. Every alternative begins with a
# letter of its own, so that the search skips all other places at once.
_SKIPPED: Final = re.compile(r"https?://\S+|www\.\S+|@\w+|&(?:amp|lt|gt|quot);")
_SKIP_SIGNS: Final = ("://", "www.", "@", "&")

# A piece is what stands between blanks. What only parts words is blanked first, except that the signs of faces stay
# where a message holds one; so most pieces are plain words, and only the others are looked into.
_PARTING: Final = '\t\r\n.!?,"#$%&+>@^{}~'
_FACE_EYES: Final = ":;=<"
_FACE_PARTS: Final = f"{_FACE_EYES}-()[]/\\|*"
_TYPOGRAPHIC: Final = "\u2013\u2014\u201c\u201d\u201e\u00ab\u00bb\u2022"
_MARKS: Final = {"'": "\u2019\u2018\u02bc\u00b4`", ".": "\u2026\u3002", "!": "\uff01", "?": "\uff1f"}

_SENTENCE_END: Final = re.compile(r"(?:[!?\n]|\.(?!\d))+")

# Inside a piece: words, faces, other signs. One pass and no repetition inside repetition, so that the time is linear in
# its length.
_TOKEN: Final = re.compile(r"(\w[\w']*)|(?<!\w)(?:[:;=]'?-?[()\[\]DPpoO/\\|*]|<3|</3)|[^\w\s\x00-\x7f]")
_WORD_KIND: Final = 1
_PICTURES: Final = (("\u2600", "\u27bf"), ("\u2b50", "\u2b50"), ("\U0001f300", "\U0001faff"))
PIECE_LENGTH: Final = 24
CACHED_PIECES: Final = 8_192

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
    "havnt": ("have", "not"),
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
        questions, exclamations: number of marks, those inside links left out.
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
        return (word[:-3], "not") if word != "n't" else ("not",)
    stem, mark, rest = word.rpartition("'")
    if not stem:
        return (rest or word,)
    if rest == "s":
        return (stem, "is") if stem in _IS else (stem,)
    tail = _SHORT.get(mark + rest)
    return (stem, tail) if tail and stem else (word,)


def parse(text: str) -> Parsed:
    """Cut a message into words and sentences.

    Of a message longer than ``HEAD + TAIL`` characters the first ``HEAD`` and the last ``TAIL`` are read: what people
    feel stands at the ends, what they paste stands between.
    """
    cut = _Cut([], [], [], [])
    if len(text) <= HEAD + TAIL:
        plain = _plain(own_words(text))
        _cut(plain, 0, cut)
    else:
        plain = _plain(own_words(f"{text[:HEAD]}\n{text[-TAIL:]}"))
        _cut(plain[:HEAD], 0, cut)
        _cut(plain[-TAIL:], len(text) - TAIL, cut)
    return Parsed(text, *cut, plain.count("?"), plain.count("!"))


class _Cut(NamedTuple):
    """Words, their places, and sentences, as far as they are cut."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[Sentence]


class _Token(NamedTuple):
    """A part of a piece: its words, and where in the piece it stands."""

    words: Sequence[str]
    start: int
    end: int


def _cut(plain: str, offset: int, cut: _Cut) -> None:
    """Add the words and sentences of a stretch that stands ``offset`` characters into the message.

    Plain words are added by runs, which is much faster than one by one.
    """
    words, starts, ends, sentences = cut
    written = _parted(plain).split(" ")
    begins = list(compress(map(add, accumulate(map(len, written), initial=offset), count()), written))
    pieces = list(filter(None, written))
    stops = list(map(add, begins, map(len, pieces)))
    lower = list(map(str.lower, pieces))
    if max(map(len, lower), default=0) > WORD_LENGTH:
        lower = [piece[:WORD_LENGTH] for piece in lower]
    first = len(words)
    done = 0
    special = {*places_of(lower, _OPENED), *compress(count(), map(not_, map(str.isalnum, pieces)))}
    for at in sorted(special):
        if done < at:
            words += lower[done:at]
            starts += begins[done:at]
            ends += stops[done:at]
        done = at + 1
        begin = begins[at]
        for opened, start, end in _tokens(pieces[at]):
            words += opened
            starts += [begin + start] * len(opened)
            ends += [begin + end] * len(opened)
    words += lower[done:]
    starts += begins[done:]
    ends += stops[done:]
    for mark in _SENTENCE_END.finditer(plain):
        last = bisect_left(starts, offset + mark.start(), first)
        if last > first:
            sentences.append(Sentence(first, last, starts[first], offset + mark.end()))
            first = last
    if len(words) > first:
        sentences.append(Sentence(first, len(words), starts[first], ends[-1]))


def _tokens(piece: str) -> Sequence[_Token]:
    """What a piece that is no plain word is made of; short ones are remembered, as they come again and again."""
    return _remembered(piece) if len(piece) <= PIECE_LENGTH else _looked_into(piece)


def _looked_into(piece: str) -> Sequence[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(piece):
        token = match.group()
        if match.lastindex == _WORD_KIND:
            bare = token.rstrip("'")
            found.append(_Token(open_contraction(bare[:WORD_LENGTH].lower()), match.start(), match.start() + len(bare)))
        elif token.isascii() or _is_picture(token):
            found.append(_Token((token.lower(),), *match.span()))
    return found


_remembered = functools.lru_cache(maxsize=CACHED_PIECES)(_looked_into)


def _is_picture(sign: str) -> bool:
    return any(first <= sign <= last for first, last in _PICTURES)


def _plain(text: str) -> str:
    """The text with one kind of apostrophe and marks, without addresses and mentions, every character in its place."""
    plain = text
    for mark, others in _MARKS.items():
        for other in others:
            plain = plain.replace(other, mark)
    if any(sign in plain for sign in _SKIP_SIGNS):
        return _SKIPPED.sub(lambda match: " " * len(match.group()), plain)
    return plain


def _parted(plain: str) -> str:
    """The text with blanks for what only parts words."""
    parted = plain
    has_face = any(sign in plain for sign in _FACE_EYES)
    for sign in _PARTING if has_face else _PARTING + _FACE_PARTS:
        parted = parted.replace(sign, " ")
    if not parted.isascii():
        for sign in _TYPOGRAPHIC:
            parted = parted.replace(sign, " ")
    return parted


def places_of(words: Sequence[str], wanted: Container[str]) -> Iterator[int]:
    """Where words stand that are wanted."""
    return compress(range(len(words)), map(wanted.__contains__, words))


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Share of common words, 0 to 1 (Jaccard); 0 when both are empty."""
    common = len(left & right)
    union = len(left) + len(right) - common
    return common / union if union else 0.0
