"""Which language a message is in, by its script and its most common words; None when these do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from confab.analysis.builtin.words import section

WORDS_READ: Final = 80
_LEAD: Final = 1.5

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
_MARKS: Final = {"ru": ("uk", frozenset("іїєґ")), "ar": ("fa", frozenset("پچژگ"))}


def _weights() -> dict[str, dict[str, float]]:
    """For each common word its languages; a word that several languages share weighs less in each."""
    owners: dict[str, list[str]] = {}
    for language in _LANGUAGES:
        for word in section(f"language:{language}"):
            owners.setdefault(word, []).append(language)
    return {word: dict.fromkeys(found, 1.0 / len(found)) for word, found in owners.items()}


class LanguageGuesser:
    """Guesses the language of messages."""

    def __init__(self) -> None:
        self._weights = _weights()

    def guess(self, text: str, words: Sequence[str]) -> str | None:
        """The ISO 639-1 code of a message, None when unsure.

        Args:
            text: the message.
            words: its words in lower case, contractions opened.
        """
        if not text.isascii():
            by_script = _by_script(text[:1_000])
            if by_script is not None:
                return by_script
        totals: dict[str, float] = {}
        hits = 0
        for word in words[:WORDS_READ]:
            found = self._weights.get(word)
            if found is None:
                continue
            hits += 1
            for language, weight in found.items():
                totals[language] = totals.get(language, 0.0) + weight
        if not totals:
            return None
        ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
        best, score = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        read = min(len(words), WORDS_READ)
        enough = score >= 1.0 and hits / read >= 0.15 and (hits >= 2 or read <= 3)
        return best if enough and score >= second * _LEAD else None


def _by_script(text: str) -> str | None:
    """The language of the first script that fills a third of the letters, by the code points that tell."""
    letters = [char for char in text.lower() if char.isalpha()]
    if not letters:
        return None
    for low, high, language in _SCRIPTS:
        share = sum(low <= char <= high for char in letters) / len(letters)
        if share < (0.1 if language == "ja" else 0.34):
            continue
        special = _MARKS.get(language)
        if special is not None and any(char in special[1] for char in letters):
            return special[0]
        return language
    return None
