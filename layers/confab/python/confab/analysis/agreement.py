"""Compares an analyzer with what a person read in conversations: labels by the ids of conversations, without texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from confab.analysis.analyzer import Analyzer
from confab.domain.message import USER, Message
from confab.domain.results import RESOLVED, ConversationResult, MessageResult

MILD: Final = 0.2
COLUMNS: Final = 9
_FRUSTRATED: Final = "frustrated_user"
_EITHER: Final = "either"
_NONE: Final = "-"


class BadLabels(ValueError):
    """A line of a labels file cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class MessageLabel:
    """What a person reads in a user's message; an empty set is one that anything agrees with.

    Attributes:
        place: of the message in the conversation, from 0.
        moods: any of ``bad``, ``calm``, ``good``.
        frustrated: ``yes``, ``no`` or ``either``.
        topics: names any of which says what it is about.
    """

    place: int
    intents: frozenset[str]
    moods: frozenset[str]
    frustrated: str
    topics: frozenset[str]


@dataclass(slots=True)
class ConversationLabel:
    """What a person reads in a conversation.

    Attributes:
        first_bad: place of the first message that went wrong; None for none.
        headline: words any of which a useful headline has.
    """

    first_bad: int | None
    outcomes: frozenset[str]
    headline: frozenset[str]
    messages: list[MessageLabel] = field(default_factory=list)


class Agreement:
    """How often an analyzer agrees with the labels, by what was judged."""

    def __init__(self) -> None:
        self._right: Counter[str] = Counter()
        self._all: Counter[str] = Counter()

    def add(self, name: str, right: bool) -> None:
        """Count one judgement."""
        self._all[name] += 1
        self._right[name] += right

    @property
    def figures(self) -> dict[str, dict[str, float]]:
        """By name, how many judgements there are, how many are right, and their share."""
        return {
            name: {"of": count, "right": self._right[name], "share": round(self._right[name] / count, 3)}
            for name, count in self._all.items()
        }


def read_labels(lines: Iterable[str]) -> dict[str, ConversationLabel]:
    """Labels by the id of the conversation.

    A line is a user's message: nine columns apart by tabs (see ``bench/readings``), of which the last three stand with
    the first message of a conversation; lines that begin with ``#`` are passed over.

    Raises:
        BadLabels: a line has another form.
    """
    found: dict[str, ConversationLabel] = {}
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\r\n")
        if not bare or bare.startswith("#"):
            continue
        cells = bare.split("\t")
        if len(cells) != COLUMNS or not cells[1].isdecimal():
            raise BadLabels(f"line {number}: must have {COLUMNS} columns, the second a number")
        conversation, place, intents, moods, frustrated, topics, bad, outcomes, words = cells
        if conversation not in found:
            found[conversation] = ConversationLabel(None if bad == _NONE else int(bad), _set(outcomes), _set(words))
        label = MessageLabel(int(place), _set(intents), _set(moods), frustrated, _set(topics))
        found[conversation].messages.append(label)
    return found


def _set(cell: str) -> frozenset[str]:
    return frozenset(cell.split(",")) if cell else frozenset()


def agreement(
    analyzer: Analyzer, conversations: Mapping[str, Sequence[Message]], labels: Mapping[str, ConversationLabel]
) -> Agreement:
    """Compare an analyzer with the labels of those conversations that have some."""
    found = Agreement()
    for identity, label in labels.items():
        transcript = conversations.get(identity)
        if transcript is None:
            continue
        analysis = analyzer.analyse(transcript, {message.key for message in transcript if message.role == USER})
        results = {result.key: result for result in analysis.messages}
        _compare_whole(found, transcript, analysis.conversation, label)
        for each in label.messages:
            result = results.get(transcript[each.place].key)
            if result is not None:
                _compare(found, result, each)
    return found


def _compare_whole(
    found: Agreement, transcript: Sequence[Message], result: ConversationResult, label: ConversationLabel
) -> None:
    if result.outcome == RESOLVED:
        found.add("resolvedWhenGiven", RESOLVED in label.outcomes)
    found.add("outcome", result.outcome in label.outcomes)
    bad = None if label.first_bad is None else transcript[label.first_bad].key
    found.add("firstBadTurn", result.first_bad_turn == bad)
    found.add("headlineUseful", any(word in result.headline.lower() for word in label.headline))


def _compare(found: Agreement, result: MessageResult, label: MessageLabel) -> None:
    found.add("mood", _mood(result) in label.moods)
    found.add("intent", result.intent in label.intents)
    if label.topics:
        known = label.topics & set(result.topics)
        found.add("topics", bool(known) and 2 * len(known) >= len(result.topics))
    if label.frustrated != _EITHER:
        flagged = _FRUSTRATED in result.flags
        found.add("frustrated", flagged == (label.frustrated == "yes"))
    if _FRUSTRATED in result.flags:
        found.add("frustratedWhenGiven", label.frustrated != "no")


def _mood(result: MessageResult) -> str:
    if result.score is None:
        return ""
    return "bad" if result.score <= -MILD else "good" if result.score >= MILD else "calm"
