"""Content gaps: questions that were not answered, by subject, those that most users have first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from confab.query.engine import Engine, Scope
from confab.query.job import Bounds
from confab.query.targets import quoted

THREADS: Final = "threads"
EXAMPLES: Final = 3
PATIENCE: Final = timedelta(hours=1)
"""How long after its last message a question without an answer is one that nobody answered."""
_BOUNDS: Final = Bounds(rows=1000)
_REASONS: Final = (
    ("unanswered", "NOT answered AND last_message_at < {patient}"),
    ("negative_feedback", "negative_feedback > 0"),
    ("not_confident", "answered AND is_answer_confident = FALSE"),
    ("unresolved", "answered AND conversation_outcome = 'unresolved' AND is_last"),
)
"""Why a question is a gap, the first that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question that was not answered.

    Attributes:
        conversation_id: the service's own id.
        reason: one of ``_REASONS``.
        answer: what was said all the same; None for nothing.
    """

    question: str
    answer: str | None
    conversation_id: str
    asked_at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The questions of a subject that were not answered.

    Attributes:
        subject: the id of the topic; None for questions without one.
        users: who asked, each once; a conversation whose user is unknown is a user.
        asked: how many questions of the subject there are, answered ones too.
        reasons: how many of the questions have each reason.
        last_asked_at: in ISO 8601.
    """

    subject: str | None
    users: int
    questions: int
    conversations: int
    asked: int
    reasons: dict[str, int]
    last_asked_at: str
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The gaps of a period.

    Attributes:
        questions, unanswered: how many there are in all.
        as_of: up to when what was stored is in them (UTC); None where nothing is.
    """

    gaps: Sequence[Gap]
    questions: int
    unanswered: int
    as_of: datetime | None


class FindGaps:
    """Finds content gaps.

    Args:
        engine: runs the statements; DuckDB.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, scope: Scope, since: datetime, until: datetime, limit: int) -> Gaps:
        """The gaps of what was asked in a period; ``until`` is not included.

        Greetings and thanks are no questions, and neither is what a confused user says.
        """
        head, gap = self._head(since, until), "FILTER (reason IS NOT NULL)"
        subjects = (
            f"{head} SELECT subject, count(DISTINCT coalesce(user_id, conversation_id)) {gap} AS users, "
            f"count(*) {gap} AS questions, count(DISTINCT conversation_id) {gap} AS conversations, count(*) AS asked, "
            f"{self._counted()}, max(first_message_at) {gap} AS last FROM judged GROUP BY subject "
            f"HAVING questions > 0 ORDER BY users DESC, questions DESC, subject NULLS LAST LIMIT {limit}"
        )
        totals = f"{head} SELECT count(*), count(reason) FROM judged"
        newest = "ORDER BY first_message_at DESC, id"
        examples = (
            f"{head}, latest AS (SELECT *, row_number() OVER (PARTITION BY subject, lower(trim(question)) {newest}) "
            "AS same FROM judged WHERE reason IS NOT NULL) "
            "SELECT subject, question, answer, conversation_id, first_message_at, reason FROM latest WHERE same = 1 "
            f"QUALIFY row_number() OVER (PARTITION BY subject {newest}) <= {EXAMPLES} {newest}"
        )
        answered = self._engine.run(scope, [THREADS], since, [subjects, totals, examples], _BOUNDS)
        found, ((asked, unanswered),), shown = (each.rows for each in answered.rows)
        return Gaps(
            gaps=[_gap(row, shown) for row in found], questions=asked, unanswered=unanswered, as_of=answered.as_of
        )

    def _head(self, since: datetime, until: datetime) -> str:
        target = self._engine.target
        patient = target.time(until - PATIENCE)
        reasons = " ".join(f"WHEN {holds.format(patient=patient)} THEN {quoted(name)}" for name, holds in _REASONS)
        return (
            "WITH asked AS (SELECT *, number = max(number) OVER (PARTITION BY conversation_id) AS is_last "
            "FROM threads), "
            f"judged AS (SELECT *, CASE {reasons} END AS reason FROM asked WHERE kind = 'organic' AND is_on_topic "
            f"AND coalesce(is_clear, TRUE) AND first_message_at >= {target.time(since)} "
            f"AND first_message_at < {target.time(until)})"
        )

    @staticmethod
    def _counted() -> str:
        return ", ".join(f"count(*) FILTER (reason = {quoted(name)}) AS {name}" for name, _ in _REASONS)


def _gap(row: Sequence[Any], shown: Sequence[Sequence[Any]]) -> Gap:
    subject, users, questions, conversations, asked, *reasons, last = row
    return Gap(
        subject=subject,
        users=users,
        questions=questions,
        conversations=conversations,
        asked=asked,
        reasons={name: times for (name, _), times in zip(_REASONS, reasons, strict=True) if times},
        last_asked_at=last,
        examples=[
            Example(question=question, answer=answer, conversation_id=conversation, asked_at=at, reason=reason)
            for of, question, answer, conversation, at, reason in shown
            if of == subject
        ],
    )
