"""Which of the dialogue acts that phrases suggest hold in their sentence: what is said of another thing does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from confab.analysis.builtin.acts import BORROWS_CHEER, CHEER, NOT_UNDER_NEGATION, TROUBLE
from confab.analysis.builtin.phrases import Hit
from confab.analysis.builtin.text import Parsed, Sentence
from confab.analysis.builtin.tone import asks_calmly
from confab.analysis.builtin.words import section

OPENING_WORDS: Final = 3
_NEGATORS: Final = frozenset({"not", "never", "no", "nothing", "if", "until", "when", "hope", "hopefully", "unless"})
_CONTRAST: Final = section("contrast")
_REFUSALS: Final = frozenset({"not", "never", "cannot"})
_TROUBLED: Final = frozenset({"fails", "waits", "told_before", "disgust", "overdue", "correction", "if_only", "mocks"})
_NEGATION: Final = frozenset({"not", "no", "never", "nothing", "cannot", "nobody", "none", "without"})
_AS_QUESTIONS: Final = {"wants_human": "asks_person", "cancels": "asks_leave"}
_ARRIVED: Final = frozenset(["arrived", "came", "received", "got", "here", "delivered", "landed"])
_WORKS: Final = section("work of a thing")
_NOW: Final = frozenset({"now", "finally", "sorted", "again"})
_PAST: Final = frozenset({"did", "was", "were", "had"})
_WORKING: Final = frozenset(["work", "works", "worked", "working"])
_ASKING: Final = section("asking")


def settled(parsed: Parsed, found: Sequence[Sequence[Hit]]) -> list[list[Hit]]:
    """The acts that hold, sentence by sentence."""
    if not any(found):
        return [list(hits) for hits in found]
    per_sentence = [
        _in_sentence(parsed.words, sentence, hits) if hits else []
        for sentence, hits in zip(parsed.sentences, found, strict=True)
    ]
    names = {hit.name for hits in per_sentence for hit in hits}
    if "solved" in names:
        per_sentence = [_solved_of_this(parsed, at, hits, names) for at, hits in enumerate(per_sentence)]
        per_sentence = _past_trouble(parsed.words, per_sentence)
    if "overdue" in names and _has_arrived(parsed.words):
        per_sentence = _without(per_sentence, {"overdue"})
    if names & _AS_QUESTIONS.keys() and asks_calmly(parsed, names):
        per_sentence = [[_as_question(hit) for hit in hits] for hits in per_sentence]
    if names & {"thanks"} and _wants_something(parsed, per_sentence):
        return [[_as_courtesy(parsed.words, hit) for hit in hits] for hits in per_sentence]
    return per_sentence


def _past_trouble(words: Sequence[str], per_sentence: Sequence[Sequence[Hit]]) -> list[list[Hit]]:
    """Beside a success "now", a failure that is told in the past is over."""
    hits = [hit for hits in per_sentence for hit in hits]
    now = any(hit.name == "solved" and not _NOW.isdisjoint(words[hit.first : hit.last + 1]) for hit in hits)
    if not now:
        return [list(hits) for hits in per_sentence]
    return [
        [hit for hit in hits if hit.name != "fails" or _PAST.isdisjoint(_around(words, hit))] for hits in per_sentence
    ]


def _around(words: Sequence[str], hit: Hit) -> Sequence[str]:
    return words[max(0, hit.first - 1) : hit.last]


def _in_sentence(words: Sequence[str], sentence: Sentence, hits: Sequence[Hit]) -> list[Hit]:
    """No cheer inside mockery or a polite no, none under a negator ("not fixed" is a failure)."""
    hits = [hit for hit in hits if hit.name not in ("lauds", "not_bad") or _is_told_of(words, sentence, hit)]
    solved = {at for hit in hits if hit.name == "solved" for at in range(hit.first, hit.last)}
    hits = [hit for hit in hits if hit.name != "fails" or solved.isdisjoint(range(hit.first, hit.last))]
    blamed = {at for hit in hits if hit.name in BORROWS_CHEER for at in range(hit.first, hit.last)}
    lauded = {at for hit in hits if hit.name == "lauds" for at in range(hit.first, hit.last)}
    kept: list[Hit] = []
    for hit in hits:
        if hit.name in CHEER and hit.name != "lauds" and hit.first in blamed and hit.first not in lauded:
            continue
        if lauded and hit.name == "waits":
            continue
        if hit.first in lauded and hit.name in _TROUBLED | {"declines", "gives_up"}:
            continue
        rule = _RULES.get(hit.name)
        if rule is not None and not rule(words, sentence, hit):
            continue
        if hit.name in NOT_UNDER_NEGATION and hit.name != "lauds" and _negated(words, hit):
            if hit.name == "solved" and not _modal(words, hit):
                kept.append(Hit("fails", hit.first, hit.last))
        else:
            kept.append(hit)
    return kept


def _negated(words: Sequence[str], hit: Hit) -> bool:
    """Whether a negator stands in the three words before."""
    negators = _REFUSALS if hit.name == "thanks" else _NEGATORS
    return any(word in negators for word in words[max(0, hit.first - 3) : hit.first])


def _modal(words: Sequence[str], hit: Hit) -> bool:
    before = words[max(0, hit.first - 3) : hit.first]
    return any(word in ("if", "until", "when", "hope", "hopefully", "unless") for word in before)


def _solved_of_this(parsed: Parsed, at: int, hits: Sequence[Hit], names: AbstractSet[str]) -> list[Hit]:
    """Drops a success that is said of another thing, place or time; beside a contrast it is a failure."""
    kept: list[Hit] = []
    for hit in hits:
        if hit.name != "solved":
            kept.append(hit)
            continue
        elsewhere = _elsewhere(parsed, parsed.sentences[at], hit, names)
        if elsewhere is None:
            kept.append(hit)
        elif elsewhere:
            kept.append(Hit("fails", hit.first, hit.last))
    return kept


def _elsewhere(parsed: Parsed, sentence: Sentence, hit: Hit, names: AbstractSet[str]) -> bool | None:
    """None for a success of the matter itself, else whether it tells of a failure here."""
    words = parsed.words
    before = words[sentence.first : hit.first]
    within = words[hit.first : hit.last]
    after = words[hit.last : sentence.last]
    asks = parsed.text[sentence.start : sentence.end].rstrip().endswith("?") or (before and before[0] in _ASKING)
    modal = section("modal")
    if not modal.isdisjoint(before[-4:]) or (within and within[0] in modal - {"did"}):
        return False
    if asks and "now" not in within:
        return False
    rest = words[sentence.last :]
    other = not section("other things").isdisjoint((*before[-5:], *within))
    contrast = _contrasted(after) or _contrasted(rest[:14]) or bool(names & _TROUBLED)
    past = not section("earlier").isdisjoint((*within, *after[:8], *before[-3:])) and "now" not in within
    placed = bool(after) and after[0] in section("place words") and not _NEGATION.isdisjoint((*after, *rest[:8]))
    if other:
        return contrast or not _WORKING.isdisjoint(within)
    if past or placed or (contrast and not {"now", "finally", "again"} & {*before[-3:], *within, *after[:2]}):
        return True
    return None


def _contrasted(words: Sequence[str]) -> bool:
    """Whether a contrast with a negation or trouble follows."""
    for at, word in enumerate(words):
        if word in _CONTRAST:
            following = words[at : at + 8]
            return not (_NEGATION | section("trouble words")).isdisjoint(following)
    return False


def _has_arrived(words: Sequence[str]) -> bool:
    for at, word in enumerate(words):
        if word in _ARRIVED and _NEGATION.isdisjoint(words[max(0, at - 4) : at]):
            before = words[max(0, at - 3) : at]
            if {"should", "would", "supposed", "yet", "to", "when", "will"}.isdisjoint(before):
                return True
    return False


def _without(per_sentence: Sequence[Sequence[Hit]], names: Collection[str]) -> list[list[Hit]]:
    return [[hit for hit in hits if hit.name not in names] for hits in per_sentence]


def _wants_something(parsed: Parsed, cues: Sequence[Sequence[Hit]]) -> bool:
    return (
        parsed.questions > 0
        or not {"help", "please", "need", "want", "how", "which", "where"}.isdisjoint(parsed.words)
        or any(hit.name in TROUBLE for hits in cues for hit in hits)
    )


def _as_courtesy(words: Sequence[str], hit: Hit) -> Hit:
    """Thanks after a request are a formula; those that open a message, or say what for, are meant."""
    if hit.name != "thanks" or hit.first < OPENING_WORDS:
        return hit
    what_for = words[hit.last : hit.last + 2]
    meant = len(what_for) > 1 and what_for[0] == "for" and what_for[1].endswith("ing")
    return hit if meant else Hit("courtesy", hit.first, hit.last)


def _as_question(hit: Hit) -> Hit:
    return hit._replace(name=_AS_QUESTIONS.get(hit.name, hit.name))


def _is_excited(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """ "Can not wait" is joy before what one waits for, and haste before how long."""
    return words[hit.last - 1] in ("for", "to", "about") and not {"until", "any", "longer", "much"} & {
        *words[hit.last : hit.last + 4]
    }


def _is_urgent(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """Haste is asked for, not told of someone else, of a result or of the past."""
    if words[hit.first : hit.first + 3] == ["can", "not", "wait"]:
        following = words[hit.first + 3 : hit.first + 5]
        return following[:1] not in (["for"], ["to"]) or (bool(following[1:]) and following[1] in section("numbers"))
    if words[hit.first] not in ("immediately", "instantly", "right", "urgent", "urgently"):
        return True
    before = words[sentence.first : hit.first]
    if hit.first == sentence.first and words[hit.last : hit.last + 1]:
        return not _is_past(words[hit.last])
    told = any(map(_is_past, before[-4:]))
    subject = next((word for word in before if word in section("subjects of a clause")), "")
    asked = not {"please", "need", "must", "want", "asap", "now", "help", "can", "could"}.isdisjoint(before)
    return asked or not (told and subject in section("third persons") | {"i", "we"})


def _is_past(word: str) -> bool:
    return word.endswith("ed") or word in section("past verbs")


def _is_mock(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """What is got rid of rightly is no failure to mock."""
    return section("unwanted").isdisjoint(words[hit.first : min(hit.last + 5, sentence.last)])


def _is_waiting(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """A length of time that tells of a habit, a customer's faith or a thing's life is no wait."""
    within = words[sentence.first : sentence.last]
    if words[hit.first] == "still" and not {"do", "is", "are", "does", "can"}.isdisjoint(
        words[sentence.first : hit.first]
    ):
        return False
    return section("lasting").isdisjoint(within) or not section("still waiting").isdisjoint(within)


def _is_told_of(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """That there is nothing wrong is told, not asked."""
    if not _WORKS.isdisjoint(words[hit.first : hit.last + 1]):
        return False
    opening = words[sentence.first]
    return opening not in _ASKING or (opening in ("can", "could") and hit.first == sentence.first)


def _is_unheard(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """Nobody who is not needed is no complaint."""
    return {"except", "other", "but", "wrong", "cheaper"}.isdisjoint(words[hit.first : hit.last])


def _is_told(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """How often a thing may be done is asked, not told."""
    asked = words[hit.first] == "how" and not {"can", "may", "could", "is", "are"}.isdisjoint(
        words[hit.last - 1 : hit.last + 1]
    )
    daily = {"day", "daily", "per", "week"} & {*words[hit.last - 1 : hit.last + 3]} and "times" in words[
        hit.first : hit.last
    ]
    return not asked and not (daily and section("contacts").isdisjoint(words[sentence.first : sentence.last]))


def _is_failing(words: Sequence[str], sentence: Sentence, hit: Hit) -> bool:
    """A hint at no trouble, and what a program is meant to remove, are no failures."""
    before = words[max(sentence.first, hit.first - 3) : hit.first]
    inside = words[hit.first : min(hit.last + 3, sentence.last)]
    if not {"without", "never", "no", "not", "avoid", "prevent", "if", "would", "could", "should"}.isdisjoint(before):
        return "not" in words[hit.first : hit.last] or words[hit.first] in ("never", "nothing", "no")
    return words[hit.first] not in section("destroys") or section("unwanted").isdisjoint(inside)


_RULES: Final = {
    "excited": _is_excited,
    "urgent": _is_urgent,
    "mocks": _is_mock,
    "fails": _is_failing,
    "waits": _is_waiting,
    "unheard": _is_unheard,
    "told_before": _is_told,
}
