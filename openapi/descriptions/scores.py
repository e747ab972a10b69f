"""Scores and corrections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import TIME, Described

_TYPE: Final = Described("`NUMERIC`, `BOOLEAN`, `CATEGORICAL` or `TEXT`; the value's own when absent.", "NUMERIC")
_VALUE: Final = Described("A number, true or false, a category, or a text, as the type says.", 4)
_SOURCE: Final = Described(
    "Who gives it: the user, a person of the team, a program, or a model that judges.", "end_user"
)
_FINDING: Final = Described(
    "What of the analysis it corrects: `label`, `intent`, `topic`, `behaviour`, `outcome` or `flag:<name>`.", "outcome"
)

SCORES: Final[Mapping[str, Described]] = {
    "ScoreBody.id": Described("The caller's own id: the same id again is the same score, also with another value."),
    "ScoreBody.conversationId": Described("The caller's own id of the conversation, or the service's.", "chat-42"),
    "ScoreBody.messageId": Described("The caller's own id of the message, or the service's; absent for all.", "m-1"),
    "ScoreBody.name": Described("What is scored; may be left out with a finding.", "helpfulness"),
    "ScoreBody.metadata": Described("What else is kept of it.", {"run": "2026-01"}),
    "ScoreBody.createdAt": Described("When it was given; now when absent.", TIME),
    "GivenScore.id": Described("The score's id.", "rating-1"),
    "GivenScore.name": Described("What is scored.", "helpfulness"),
    "GivenScore.messageId": Described("The id of the message as it was sent; null for the conversation.", "m-1"),
    "GivenScore.metadata": Described("What else is kept of it.", {"run": "2026-01"}),
    "GivenScore.createdAt": Described("When it was given first: ISO 8601 in UTC.", TIME),
    "dataType": _TYPE,
    "ScoreBody.value": _VALUE,
    "GivenScore.value": _VALUE,
    "source": _SOURCE,
    "finding": _FINDING,
    "FindingAgreement.finding": Described("The kind of finding; all flags are one kind.", "outcome"),
    "author": Described("Who gives it, as the caller names them: reviewers are told apart by it.", "ann"),
    "comment": Described("Why.", "It named the wrong plan."),
    "readOnly": Described("Whether it is feedback, which is changed only as that."),
    "index": Described("Which one of the list, counted from 0.", 0),
    "RefusedScore.status": Described("The status that it would have been answered with by itself.", 422),
    "RefusedScore.message": Described("What is wrong with it."),
    "StoredScores.data": Described("Those that were stored."),
    "StoredScores.errors": Described("Those that were not stored, each with the reason."),
    "ScorePage.data": Described("The scores, the newest first."),
    "getApiV1Scores.conversationId": Described("Only those of this conversation and its messages.", "chat-42"),
    "getApiV1Scores.name": Described("Only those of this name.", "helpfulness"),
    "getApiV1Scores.from": Described("Only those given then or later; a day begins at midnight UTC.", TIME),
    "getApiV1Scores.to": Described("Only those given before; a day is in the period.", TIME),
    "getV1InsightsScores.name": Described("Only those of this name.", "helpfulness"),
    "ScoreFigures.scores": Described("By name and type, those of most scores first."),
    "NamedScores.name": Described("What is scored.", "helpfulness"),
    "NamedScores.count": Described("How many scores there are.", 20),
    "mean": Described("The mean of the numbers; null for other types.", 3.8),
    "NamedScores.sources": Described("How many each source gave."),
    "end_user": Described("How many users gave.", 20),
    "human": Described("How many people of the team gave.", 20),
    "api": Described("How many programs gave.", 20),
    "evaluator": Described("How many models gave that judge.", 20),
    "buckets": Described("How often each value was given; numbers by their first digit and magnitude."),
    "ScoreBucket.value": Described("The value; of numbers the one that is nearest to 0.", "4"),
    "ScoreBucket.count": Described("How many scores there are.", 20),
    "ScoreDay.count": Described("How many scores there are.", 20),
    "Agreement.findings": Described("By what was corrected."),
    "on": Described("Whose messages, or conversations.", "conversation"),
    "judged": Described("The analysis (first) against people (second)."),
    "reviewed": Described("One person (first) against another one (second) who corrected the same."),
    "Agreed.count": Described("How many comparisons there are.", 20),
    "share": Described("The share of equal values, 0 to 1; null when there are none.", 0.85),
    "kappa": Described("Cohen's kappa: 1 for full agreement, 0 for chance; null where it says nothing.", 0.7),
    "table": Described("The confusion table: how often each pair of values was given, the most frequent first."),
    "first": Described("What the first side says.", "resolved"),
    "second": Described("What the second side says.", "unresolved"),
    "ConfusedPair.count": Described("How often.", 20),
    "getV1InsightsConversations.score": Described("With a score of this name, on it or on a message.", "helpfulness"),
    "getV1InsightsConversations.scoreValue": Described(
        "With a score of this name and value; a number by its first digit and magnitude: `0.8`, `4`.", "4"
    ),
    "corrections": Described("What people say instead of what the analysis found."),
    "Correction.id": Described("The score's id."),
    "Correction.value": _VALUE,
    "Removed.scores": Described("How many scores were removed.", 2),
    "ImportJob.scores": Described("How many scores were stored, or are stored already.", 2),
    "ConversationLine.scores": Described("Scores of the conversation and of its messages; absent when there are none."),
    "ContinuationLine.scores": Described("Further scores; absent when there are none."),
}
