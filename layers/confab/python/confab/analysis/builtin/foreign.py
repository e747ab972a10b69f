"""Messages in other languages than English: words of mood and phrases of six, marks of four more."""

from __future__ import annotations

import functools
import pkgutil
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from vader.data.lexicon import LEXICON

from confab.analysis.builtin.lexicon import Loaded
from confab.analysis.builtin.phrases import Hit, Phrases
from confab.analysis.builtin.text import Parsed
from confab.analysis.builtin.words import section

WORDED: Final = frozenset({"es", "fr", "de", "pt", "it", "nl"})
MARKED: Final = frozenset({"ja", "ar", "hi", "zh"})
JUDGED: Final = WORDED | MARKED
_REACH: Final = 3
_INVERTED: Final = -0.7
_ASK: Final = "ask"
_PRAISE: Final = "pleased"
_PRAISED: Final = 2.4
_VALENCE: Final = "valence"
_NEGATORS: Final = "negators"
_LETTERS: Final = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
_CHEERS: Final = frozenset({"solved", "pleased"})


class Foreign:
    """Reads the messages of one language.

    Args:
        language: one of ``JUDGED``.
    """

    def __init__(self, language: str) -> None:
        sections = _sections(f"lang_{language}" if language in WORDED else "lang_marks")
        self._marks: dict[str, list[str]] = {}
        self._phrases: Phrases | None = None
        self._valence: dict[str, float] = {}
        self._negators: frozenset[str] = frozenset()
        if language in WORDED:
            phrases = {name: lines for name, lines in sections.items() if name not in (_VALENCE, _NEGATORS)}
            self._phrases = Phrases(phrases)
            pairs = (entry.partition("=") for line in sections[_VALENCE] for entry in line.split())
            self._valence = {word: float(valence) for word, _, valence in pairs}
            self._negators = frozenset(word for line in sections[_NEGATORS] for word in line.split())
        else:
            own = {name.partition(" ")[2]: lines for name, lines in sections.items() if name.startswith(f"{language} ")}
            self._marks = {name: [mark for line in lines for mark in line.split("|")] for name, lines in own.items()}

    def find(self, parsed: Parsed) -> list[list[Hit]]:
        """The dialogue acts of a message, by sentence."""
        if self._phrases is not None:
            plain = parsed._replace(words=[plain_word(word) for word in parsed.words])
            return [self._settled(plain.words, hits) for hits in self._phrases.find(plain)]
        text = parsed.text.lower()
        names = [name for name, marks in self._marks.items() if any(mark in text for mark in marks)]
        drop = {_ASK, _PRAISE, "solved" if "disgust" in names else "fails" if "solved" in names else ""}
        hits = [Hit(name, 0, 1) for name in names if name not in drop]
        return [hits if place == 0 else [] for place in range(len(parsed.sentences))]

    def _praise(self, parsed: Parsed) -> list[list[Loaded]]:
        """The first mark of praise, as a word; none beside trouble."""
        text = parsed.text.lower()
        bad = any(mark in text for name in ("fails", "disgust") for mark in self._marks.get(name, ()))
        mark = next((mark for mark in self._marks.get(_PRAISE, ()) if mark in text and not bad), None)
        empty: list[list[Loaded]] = [[] for _ in parsed.sentences]
        if mark is not None and empty:
            empty[0] = [Loaded(0, mark, _PRAISED)]
        return empty

    def asks(self, parsed: Parsed) -> bool:
        """Whether a message asks something."""
        return parsed.questions > 0 or any(mark in parsed.text for mark in self._marks.get(_ASK, ()))

    def read(self, parsed: Parsed) -> list[list[Loaded]]:
        """The words that carry a mood, by sentence."""
        if self._phrases is None:
            return self._praise(parsed)
        words = [plain_word(word) for word in parsed.words]
        found: list[list[Loaded]] = []
        for sentence in parsed.sentences:
            loaded = []
            for at in range(sentence.first, sentence.last):
                valence = self._valence.get(words[at], 0.0)
                if valence:
                    reach = _REACH if valence > 0 else 1
                    negated = not self._negators.isdisjoint(words[max(sentence.first, at - reach) : at])
                    written = parsed.text[parsed.starts[at] : parsed.ends[at]]
                    loaded.append(Loaded(at, written, valence * _INVERTED if negated else valence))
            found.append(loaded)
        return found

    def _settled(self, words: Sequence[str], hits: Sequence[Hit]) -> list[Hit]:
        """Without cheers inside trouble, or behind a negator."""
        trouble = {
            at for hit in hits if hit.name not in (*_CHEERS, "thanks", "courtesy") for at in range(hit.first, hit.last)
        }
        return [
            hit
            for hit in hits
            if hit.name not in _CHEERS
            or (hit.first not in trouble and self._negators.isdisjoint(words[max(0, hit.first - 2) : hit.last]))
        ]


@functools.cache
def foreign(language: str | None) -> Foreign | None:
    """The reader of a language; None for English, and for one that has none."""
    return Foreign(language) if language is not None and language in JUDGED else None


@functools.cache
def vocabulary(language: str) -> frozenset[str]:
    """The words by which a language of ``WORDED`` is read, without accents and without words that are English too."""
    sections = _sections(f"lang_{language}")
    entries = [part for lines in sections.values() for line in lines for part in line.replace("|", " ").split()]
    words = {entry.partition("=")[0].strip("?_$^") for entry in entries}
    return frozenset(words - section("language:en") - section("english too") - LEXICON.keys())


def heard(words: Sequence[str]) -> Mapping[str, int]:
    """How many of the words each language of ``WORDED`` is read by."""
    plain = {plain_word(word) for word in words}
    return {language: len(plain & vocabulary(language)) for language in sorted(WORDED)}


@functools.lru_cache(maxsize=4_096)
def plain_word(word: str) -> str:
    """A word without accents and without an elided article ("l'app", "n'est")."""
    bare = word.rpartition("'")[2] or word
    if bare.isascii():
        return bare
    parts = unicodedata.normalize("NFD", bare.translate(_LETTERS))
    return "".join(sign for sign in parts if not unicodedata.combining(sign)) or bare


@functools.cache
def _sections(name: str) -> Mapping[str, list[str]]:
    content = pkgutil.get_data(__package__ or "", f"data/{name}.txt") or b""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in content.decode("utf-8").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line.strip():
            current.append(line.strip())
    return found
