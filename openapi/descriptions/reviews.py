"""Reviews: a window of time against the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import TIME, Described

REVIEWS: Final[Mapping[str, Described]] = {
    "windowMinutes": Described("How many minutes before now the window begins.", 1440),
    "Review.from": Described("When the window began.", TIME),
    "Review.to": Described("When the window ended; it is not included.", TIME),
    "Review.previousFrom": Described("When the window before began, which ends where this one begins.", TIME),
    "Review.basis": Described(
        "`conversations`: the figures are of the conversations that began in the window, each of which was read. "
        "`days`: there were too many, so the figures are of the whole UTC days from `from` to `to`.",
        "conversations",
    ),
    "Review.totals": Described("The figures, each with that of the window before."),
    "Review.outcomes": Described("How conversations ended, the most frequent outcome first."),
    "Review.flags": Described("The flags that were raised, the most frequent first."),
    "Review.issues": Described("Behaviours of replies that can be improved, the most frequent first."),
    "Review.topics": Described("The five topics where better answers would help most."),
    "Review.newTopics": Described("Topics that were found for the first time in the window."),
    "Review.examples": Described("Up to three conversations that went wrong."),
    "ReviewTotals.conversations": Described("Conversations that began."),
    "ReviewTotals.messages": Described("Messages."),
    "ReviewTotals.avgSentiment": Described("The mean score of the users' messages."),
    "negativeRate": Described("The share of negative messages among the users' messages."),
    "ReviewTotals.resolutionRate": Described("The share of resolved conversations among those that ended."),
    "escalationRate": Described("The share of escalated conversations among those that ended."),
    "unansweredRate": Described("The share of replies that were deflections, failures or incorrect."),
    "feedbackNegativeRate": Described("The share of negative feedback."),
    "ComparedFigure.value": Described("The figure of the window; null where there is nothing to make it of.", 0.25),
    "ComparedFigure.previous": Described("The figure of the window before.", 0.2),
    "ComparedFigure.change": Described("By how much it changed; null where one of the two is null.", 0.05),
    "ComparedFigure.sample": Described("How many things the figure was made of.", 40),
    "ReviewedOutcome.previous": Described("The same of the window before.", 3),
    "ReviewedFlag.previous": Described("The same of the window before.", 3),
    "ReviewedIssue.previous": Described("The same of the window before.", 3),
    "ReviewedTopic.previous": Described("The same of the window before.", 3),
    "ReviewedOutcome.outcome": Described("How the conversations ended.", "resolved"),
    "ReviewedOutcome.count": Described("How many conversations.", 12),
    "ReviewedFlag.flag": Described("The flag.", "churn_risk"),
    "ReviewedFlag.count": Described("In how many conversations it was raised.", 4),
    "ReviewedIssue.behaviour": Described("The behaviour.", "dodging"),
    "ReviewedIssue.count": Described("How many replies.", 4),
    "ReviewExample.firstBadTurn": Described("The user's message at which it went wrong; null when none is known."),
    "ReviewExample.reply": Described("The assistant's answer to that message; null when there is none."),
    "BadTurn.externalId": Described("The caller's own id of the message; null when it has none.", "m-1"),
    "BadTurn.text": Described("How the message begins.", "This is useless."),
    "BadTurn.reasoning": Described("Why it has its score."),
    "BadReply.text": Described("How the message begins.", "Please see our website."),
    "BadReply.behaviour": Described("The behaviour of the reply.", "dodging"),
    "BadReply.outcome": Described("What the reply achieved.", "deflected"),
}
