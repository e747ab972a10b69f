"""Which language a message is in, by its script and its most common words; None when these do not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Final

from confab.analysis.builtin.foreign import heard
from confab.analysis.builtin.words import section

WORDS_READ: Final = 80
HEARD: Final = 2
SIGNS_READ: Final = 1_000
_LEAD: Final = 1.5
_NO_SET: Final = -1

_LANGUAGES: Final = ("en", "es", "fr", "de", "it", "pt", "nl", "sv", "da", "pl", "tr", "id")
_SCRIPTS: Final = (
    ("\u3040", "\u30ff", "ja"),
    ("\uac00", "\ud7af", "ko"),
    ("\u4e00", "\u9fff", "zh"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u0590", "\u05ff", "he"),
    ("\u0370", "\u03ff", "el"),
    ("\u0900", "\u097f", "hi"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0400", "\u04ff", "ru"),
)
_USUAL: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 .,!?\u2018\u2019\u201c\u201d\u2026\u2013")
_FIRST_SIGN: Final = min(low for low, _, _ in _SCRIPTS)
_MARKS: Final = {"ru": ("uk", frozenset("іїєґ")), "ar": ("fa", frozenset("پچژگ"))}


def _owners() -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """For each common word the place of its languages among all such sets; a shared word weighs less in each."""
    owners: dict[str, tuple[str, ...]] = {}
    for language in _LANGUAGES:
        for word in section(f"language:{language}"):
            owners[word] = (*owners.get(word, ()), language)
    sets = list(dict.fromkeys(owners.values()))
    places = {languages: place for place, languages in enumerate(sets)}
    return {word: places[languages] for word, languages in owners.items()}, sets


class LanguageGuesser:
    """Guesses the language of messages."""

    def __init__(self) -> None:
        self._owner, self._sets = _owners()

    def guess(self, text: str, words: Sequence[str]) -> str | None:
        """The ISO 639-1 code of a message, None when unsure.

        Args:
            text: the message.
            words: its words in lower case, contractions opened.
        """
        if not text.isascii():
            by_script = _by_script(text[:SIGNS_READ])
            if by_script is not None:
                return by_script
        # Most common words belong to the same few sets of languages, so these are counted and not the words.
        counts = Counter(map(self._owner.get, words[:WORDS_READ], repeat(_NO_SET)))
        unknown = counts.pop(_NO_SET, 0)
        totals: dict[str, float] = {}
        for place, count in counts.items():
            languages = self._sets[place]
            for language in languages:
                totals[language] = totals.get(language, 0.0) + count / len(languages)
        read = min(len(words), WORDS_READ)
        found = _leader(totals, read, read - unknown)
        if found == "en" or (found is None and totals.get("en", 0.0) >= 1.0):
            return found
        # Where common words do not tell, or tell of a rarer language, the words of mood and trouble may.
        more = heard(words[:WORDS_READ])
        if max(more.values()) < HEARD:
            return found
        totals = {name: totals.get(name, 0.0) + more.get(name, 0) for name in {*totals, *more}}
        return _leader(totals, read, read) or found


def _leader(totals: Mapping[str, float], read: int, known: int) -> str | None:
    """The language that leads by enough words; None for none."""
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or not read:
        return None
    best, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    enough = score >= 1.0 and known / read >= 0.15 and (known >= 2 or read <= 3)
    return best if enough and score >= second * _LEAD else None


def _by_script(text: str) -> str | None:
    """The language of the first script that fills a third of the letters, by the code points that tell."""
    signs = {char for char in set(text.lower()) - _USUAL if char >= _FIRST_SIGN}
    present = [entry for entry in _SCRIPTS if any(entry[0] <= char <= entry[1] for char in signs)]
    letters = [char for char in text.lower() if char.isalpha()] if present else ()
    for low, high, language in present if letters else ():
        share = sum(low <= char <= high for char in letters) / len(letters)
        if share < (0.1 if language == "ja" else 0.34):
            continue
        special = _MARKS.get(language)
        if special is not None and any(char in special[1] for char in letters):
            return special[0]
        return language
    return None
