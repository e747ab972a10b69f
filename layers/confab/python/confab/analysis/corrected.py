"""Compares an analyzer with what people said instead: corrections as a labelled set."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from confab.analysis.analyzer import Analyzer
from confab.domain.corrections import CONVERSATION, TOPIC, Overall, judged_value, kind_of
from confab.domain.labels import label_of
from confab.domain.message import TICK, USER, Message
from confab.domain.scores import BOOLEAN, CATEGORICAL, HUMAN, Score, bucket_of

_START: Final = datetime(2020, 1, 1, tzinfo=UTC)

Pairs = Counter[tuple[str, str]]
"""How often the analyzer said the first and a person the second."""
Progress = Callable[[int], None]


class BadCorrections(ValueError):
    """A line cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class CorrectedTalk:
    """A conversation with corrections.

    Attributes:
        corrections: each with the role of its message, or ``conversation``.
    """

    messages: Sequence[Message]
    corrections: Sequence[tuple[str, Score]]


def read_corrected(lines: Iterable[str]) -> list[CorrectedTalk]:
    """Read corrected conversations, as ``confab scores corrections`` writes them: a JSON object a line.

    A line is ``{"messages": [{"role", "content"}], "corrections": [{"message", "finding", "value"}]}``; ``message`` is
    the place of the message, counted from 0, or null for the conversation.

    Raises:
        BadCorrections: a line is something else.
    """
    return [_talk(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def compare(
    analyzer: Analyzer, talks: Sequence[CorrectedTalk], progress: Progress | None = None
) -> dict[tuple[str, str], Pairs]:
    """What an analyzer says against what people say, by what it is on and the kind of finding.

    Topics are left out: their ids are a chatbot's own.

    Args:
        progress: called with 1 after each conversation.
    """
    found: defaultdict[tuple[str, str], Pairs] = defaultdict(Counter)
    for talk in talks:
        analysis = analyzer.analyse(talk.messages, frozenset(message.key for message in talk.messages))
        results = {result.key: result for result in analysis.messages}
        roles = {message.key: message.role for message in talk.messages}
        of_users = [result for result in analysis.messages if roles.get(result.key) == USER]
        moods = [result.score for result in of_users if result.score is not None]
        overall = Overall(
            label=label_of(sum(moods) / len(moods)) if moods else None,
            topics=(),
            flags=sorted({flag for result in of_users for flag in result.flags}),
            outcome=analysis.conversation.outcome,
        )
        for on, score in talk.corrections:
            kind = kind_of(score.finding or "")
            if kind == TOPIC:
                continue
            judged = judged_value(score, on, results.get(score.message_key or ""), overall)
            found[on, kind][judged, bucket_of(score.data_type, score.value)] += 1
        if progress is not None:
            progress(1)
    return dict(found)


def _talk(number: int, line: str) -> CorrectedTalk:
    try:
        value: Any = json.loads(line)
        messages = [_message(place, each) for place, each in enumerate(value["messages"])]
        return CorrectedTalk(messages, [_correction(messages, each) for each in value["corrections"]])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise BadCorrections(f"line {number}: no conversation with messages and corrections ({error})") from None


def _message(place: int, sent: Mapping[str, Any]) -> Message:
    role, content = sent["role"], sent["content"]
    if not isinstance(role, str) or not isinstance(content, str):
        raise ValueError("a message has a role and a content")
    at = _START + TICK * place
    return Message(key=f"m:{place}", role=role, content=content, created_at=at, stored_at=at)


def _correction(messages: Sequence[Message], sent: Mapping[str, Any]) -> tuple[str, Score]:
    place, finding, value = sent.get("message"), sent["finding"], sent["value"]
    if not isinstance(finding, str) or not isinstance(value, bool | str):
        raise ValueError("a correction has a finding and a value")
    message = None if place is None else messages[place]
    score = Score(
        id="",
        name=finding,
        data_type=BOOLEAN if isinstance(value, bool) else CATEGORICAL,
        value=value,
        source=HUMAN,
        created_at=_START,
        updated_at=_START,
        message_key=None if message is None else message.key,
        finding=finding,
    )
    return CONVERSATION if message is None else message.role, score
