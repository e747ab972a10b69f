"""Corrections: what people say instead of what an analyzer found, and how far both agree.

A correction is a score of source ``human`` on a finding. The analysis never changes it. What the analyzer says of the
same message or conversation is compared with it whenever the conversation is counted, so the figures follow both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from confab.domain.labels import LABELS, label_of
from confab.domain.message import ASSISTANT, USER
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES, MessageResult
from confab.domain.scores import BOOLEAN, CATEGORICAL, HUMAN, Score, Value, bucket_of, escaped, plain

LABEL: Final = "label"
INTENT: Final = "intent"
TOPIC: Final = "topic"
FLAG: Final = "flag"
BEHAVIOUR: Final = "behaviour"
OUTCOME: Final = "outcome"
FLAG_PREFIX: Final = f"{FLAG}:"
"""A flag is a finding of its own, raised or not: ``flag:churn_risk``."""
NOTHING: Final = "none"
"""What stands for a finding that the analyzer did not make."""
CONVERSATION: Final = "conversation"
KINDS: Final[Mapping[str, Sequence[str]]] = {
    USER: (LABEL, INTENT, TOPIC, FLAG),
    ASSISTANT: (BEHAVIOUR, OUTCOME),
    CONVERSATION: (OUTCOME, LABEL, TOPIC, FLAG),
}
"""What may be corrected, by the role of a message, and of a conversation."""
_WORDS: Final[Mapping[tuple[str, str], Sequence[str]]] = {
    (USER, LABEL): LABELS,
    (CONVERSATION, LABEL): LABELS,
    (ASSISTANT, BEHAVIOUR): BEHAVIOURS,
    (ASSISTANT, OUTCOME): MESSAGE_OUTCOMES,
    (CONVERSATION, OUTCOME): CONVERSATION_OUTCOMES,
}
AGREED: Final = "AGREE#"
"""What the names of the statistics begin with that compare the analyzer with people."""
REVIEWED: Final = "REVIEW#"
"""What the names of the statistics begin with that compare two people with one another."""
COUNT: Final = "n"


class NotAFinding(Exception):
    """No such finding is made of what is corrected, or not with such a value; the text says what is."""


@dataclass(frozen=True, slots=True)
class Overall:
    """What was found in a conversation as a whole.

    Attributes:
        label: of the mean score; None when nothing has a score.
        topics: ids.
    """

    label: str | None
    topics: Sequence[str]
    flags: Sequence[str]
    outcome: str | None


@dataclass(frozen=True, slots=True, order=True)
class Comparison:
    """Two values for the same finding.

    Attributes:
        day: of the later correction, an ISO date.
        on: ``user`` or ``assistant`` for a message of that role, or ``conversation``.
        finding: as a correction names it.
        first: what the analyzer says, or the first reviewer.
        second: what the reviewer says, or the second one.
    """

    day: str
    on: str
    finding: str
    first: str
    second: str

    def statistic(self, prefix: str) -> str:
        """The name of its statistic.

        Args:
            prefix: ``AGREED`` or ``REVIEWED``.
        """
        parts = (self.day, self.on, self.finding, self.first, self.second)
        return prefix + "#".join(map(escaped, parts))

    @classmethod
    def of(cls, statistic: str) -> Comparison:
        """What a statistic compares, by its name."""
        _, *parts = statistic.split("#")
        return cls(*map(plain, parts))


def kind_of(finding: str) -> str:
    """The kind of a finding: flags are of one kind."""
    return FLAG if finding.startswith(FLAG_PREFIX) else finding


def check_correction(finding: str, on: str, data_type: str, value: Value) -> None:
    """Check that a correction is of something that the analysis says.

    Args:
        on: the role of the message, or ``conversation``.

    Raises:
        NotAFinding: it is not.
    """
    kind = kind_of(finding)
    kinds = KINDS.get(on, ())
    if kind not in kinds or finding == FLAG:
        named = ", ".join(f"{FLAG_PREFIX}<name>" if each == FLAG else each for each in kinds)
        raise NotAFinding(f"finding: of {_named(on)} these can be corrected: {named or 'none'}.")
    if kind == FLAG:
        if finding.removeprefix(FLAG_PREFIX) not in FLAGS:
            raise NotAFinding(f"finding: the flags are {', '.join(FLAGS)}.")
        if data_type != BOOLEAN:
            raise NotAFinding("value: a flag is corrected with true or false.")
        return
    if data_type != CATEGORICAL:
        raise NotAFinding(f"value: the {kind} is corrected with a word.")
    words = _WORDS.get((on, kind))
    if words is not None and value not in (*words, NOTHING):
        raise NotAFinding(f"value: the {kind} of {_named(on)} is one of {', '.join((*words, NOTHING))}.")


def _named(on: str) -> str:
    return "a conversation" if on == CONVERSATION else f"a message of the role {on}"


def judged_value(score: Score, on: str, result: MessageResult | None, overall: Overall) -> str:
    """What the analyzer says of what a correction is about, as the correction would write it.

    Of topics, which are several, it is the corrected one where that is among them, else the first.
    """
    kind = kind_of(score.finding or "")
    if kind == FLAG:
        flags = overall.flags if on == CONVERSATION else (result.flags if result else ())
        return bucket_of(BOOLEAN, (score.finding or "").removeprefix(FLAG_PREFIX) in flags)
    if kind == TOPIC:
        topics = overall.topics if on == CONVERSATION else (result.topics if result else ())
        return str(score.value) if score.value in topics else next(iter(topics), NOTHING)
    if on == CONVERSATION:
        return (overall.label if kind == LABEL else overall.outcome) or NOTHING
    if result is None:
        return NOTHING
    if kind == LABEL:
        return NOTHING if result.score is None else label_of(result.score)
    return {INTENT: result.intent, BEHAVIOUR: result.behaviour, OUTCOME: result.outcome}.get(kind) or NOTHING


def corrections(scores: Iterable[Score]) -> list[Score]:
    """The corrections among scores, in the order in which they were given."""
    found = [score for score in scores if score.finding is not None and score.source == HUMAN]
    return sorted(found, key=lambda score: (score.updated_at, score.id))


def on_of(score: Score) -> str:
    """What a correction is on: findings of the two roles do not meet, but for what only users' messages have."""
    if score.message_key is None:
        return CONVERSATION
    return ASSISTANT if kind_of(score.finding or "") in KINDS[ASSISTANT] else USER


def correction_statistics(
    scores: Iterable[Score], results: Mapping[str, MessageResult], overall: Overall
) -> dict[str, dict[str, int]]:
    """What the corrections of a conversation add to the statistics.

    Each correction is compared with the analysis; where two people correct the same, the first two with one another.

    Args:
        results: of the messages that have corrections, at least, by their keys.
    """
    counts: defaultdict[str, int] = defaultdict(int)
    reviews: defaultdict[tuple[str | None, str], dict[str, Score]] = defaultdict(dict)
    for score in corrections(scores):
        on, finding = on_of(score), score.finding or ""
        result = results.get(score.message_key) if score.message_key is not None else None
        said = bucket_of(score.data_type, score.value)
        judged = judged_value(score, on, result, overall)
        counts[Comparison(_day(score), on, finding, judged, said).statistic(AGREED)] += 1
        if score.reviewer is not None:
            reviews[score.message_key, finding][score.reviewer] = score
    for by_reviewer in reviews.values():
        if len(by_reviewer) < 2:
            continue
        one, other = (by_reviewer[reviewer] for reviewer in sorted(by_reviewer)[:2])
        words = [bucket_of(each.data_type, each.value) for each in (one, other)]
        day = max(_day(one), _day(other))
        counts[Comparison(day, on_of(one), one.finding or "", *words).statistic(REVIEWED)] += 1
    return {statistic: {COUNT: number} for statistic, number in counts.items()}


def _day(score: Score) -> str:
    return score.created_at.astimezone(UTC).date().isoformat()


def kappa(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """Cohen's kappa of pairs of values: 1 for full agreement, 0 for what chance would give; None where it says nothing.

    Args:
        pairs: how often each pair of a first and a second value was given.
    """
    total = sum(pairs.values())
    if not total:
        return None
    firsts: defaultdict[str, int] = defaultdict(int)
    seconds: defaultdict[str, int] = defaultdict(int)
    for (first, second), number in pairs.items():
        firsts[first] += number
        seconds[second] += number
    agreed = agreement(pairs) or 0.0
    chance = sum(firsts[word] * seconds.get(word, 0) for word in firsts) / total**2
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def agreement(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """The share of pairs of equal values, 0 to 1; None where there are none."""
    total = sum(pairs.values())
    return sum(number for (first, second), number in pairs.items() if first == second) / total if total else None
