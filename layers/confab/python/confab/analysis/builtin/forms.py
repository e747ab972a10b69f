"""Forms of words: under which form the forms of a word fall together, and how a noun is named."""

from __future__ import annotations

import functools
from typing import Final

from confab.analysis.builtin.subjects import IRREGULAR
from confab.analysis.builtin.words import section

SUBJECT_LENGTH: Final = 24
CACHED_WORDS: Final = 16_384
_VOWELS: Final = frozenset("aeiouy")
_RESTORES_E: Final = (
    *("c", "v", "z", "u", "rg", "dg", "ng", "ag", "eg", "ug", "at", "id"),
    *("iz", "is", "os", "us", "ur", "ir", "as", "in", "let"),
)
_KEEPS: Final = ("tain", "join", "main", "gain", "train", "plain", "bring", "ring", "long", "lain", "urn", "begin")


@functools.lru_cache(maxsize=CACHED_WORDS)
def base_form(word: str) -> str:
    """The form under which the forms of a word fall together: "refunds", "refunded" and "refunding" are "refund"."""
    if word in IRREGULAR or len(word) <= 3 or not word.isascii():
        return IRREGULAR.get(word, word)
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return base_form(word[:-1])
    return _without_ending(word)


def _without_ending(word: str) -> str:
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 and not _VOWELS.isdisjoint(stem):
            return _whole(stem)
    return word


@functools.lru_cache(maxsize=CACHED_WORDS)
def subject(word: str) -> str:
    """The base form of a word that can be a subject, "" of any other."""
    if not 3 <= len(word) <= SUBJECT_LENGTH or not word.isalpha():
        return ""
    base = base_form(word)
    return base if section("filler").isdisjoint((word, base)) else ""


def noun_form(word: str) -> str:
    """A noun as a topic is named: one of many; endings that belong to the noun stay ("supplies", "charging")."""
    return word if word.endswith(("ing", "ed")) else base_form(word)


def _whole(stem: str) -> str:
    """A stem without its ending as a word: "charg" is "charge", "stopp" is "stop"."""
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsfz":
        return stem[:-1]
    if stem.endswith(_RESTORES_E) and not stem.endswith(_KEEPS):
        return stem + "e"
    return stem
