"""What the built-in analyzer finds in short talks, for tables of judgements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from confab.analysis.builtin import BuiltinAnalyzer
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import Analysis, MessageResult

WHEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
ANALYZER: Final = BuiltinAnalyzer()
MILD: Final = 0.2


def talk(*lines: str) -> Analysis:
    """The analysis of lines: one that begins with "< " is the assistant's, another is the user's."""
    messages = [
        Message(
            key=f"m:{place}",
            role=ASSISTANT if line.startswith("< ") else USER,
            content=line.removeprefix("< "),
            created_at=WHEN,
            stored_at=WHEN,
        )
        for place, line in enumerate(lines)
    ]
    return ANALYZER.analyse(messages, {message.key for message in messages})


def said(*lines: str) -> MessageResult:
    """The result of the last line."""
    return talk(*lines).messages[-1]


def mood(*lines: str) -> str:
    """``bad``, ``calm``, ``good`` or ``not judged``: the mood of the last line."""
    score = said(*lines).score
    if score is None:
        return "not judged"
    return "bad" if score <= -MILD else "good" if score >= MILD else "calm"
