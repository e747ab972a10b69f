"""What is asked of the facts: SQL of people, content gaps and the search in messages, with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from confab.dialects.fields import Identifier, Request, iso
from confab.dialects.insights.conversations import row_answer, topics_of
from confab.dialects.insights.queries import PageQuery, Query, RowQuery
from confab.dialects.openbat.queries import ListLimit, Since, Until, require_period
from confab.dialects.pages import fitting
from confab.domain.conversation import Conversation
from confab.domain.topics import Topic
from confab.platform.errors import Fault, InvalidRequest
from confab.query.gaps import Gap, Gaps
from confab.query.search import Matches, Wanted
from confab.query.sql import MAX_STATEMENT, SqlAnswer

if TYPE_CHECKING:
    from confab.dialects.insights import asking_answers as answers

CUSTOM: Final = "custom."
"""What the parameter of a custom field begins with."""
MAX_CUSTOM: Final = 10
Value = Annotated[str, Field(min_length=1, max_length=256)]
Words = Annotated[str, Field(max_length=1000)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Score = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SqlBody(Request):
    """The body of ``POST /v1/insights/sql``."""

    sql: Annotated[str, Field(min_length=1, max_length=MAX_STATEMENT)]
    chatbotId: Identifier | None = None


class GapsQuery(Query):
    """The query of ``GET /v1/insights/gaps``."""

    days: Annotated[int, Field(ge=1, le=365)] = 30
    since: Since | None = Field(default=None, alias="from")
    until: Until | None = Field(default=None, alias="to")
    limit: ListLimit = 20

    def period(self, now: datetime) -> tuple[datetime, datetime]:
        """The period that is meant: up to now, and that many days long, unless it says otherwise.

        Raises:
            InvalidRequest: the period is empty.
        """
        until = self.until or now
        since = self.since or until - timedelta(days=self.days)
        require_period(since, until)
        return since, until


class TextQuery(RowQuery, PageQuery):
    """The query of ``GET /v1/insights/search``; custom fields are parameters such as ``custom.plan``."""

    text: Words = ""
    intent: Identifier | None = None
    tag: Identifier | None = None
    plan: Value | None = None
    industry: Value | None = None
    device: Value | None = None
    country: Value | None = None
    language: Value | None = None
    feedback: Literal["positive", "negative"] | None = None
    min_messages: Count | None = Field(default=None, alias="minMessages")
    max_messages: Count | None = Field(default=None, alias="maxMessages")
    min_sentiment: Score | None = Field(default=None, alias="minSentiment")
    max_sentiment: Score | None = Field(default=None, alias="maxSentiment")
    min_duration: Seconds | None = Field(default=None, alias="minDuration")
    max_duration: Seconds | None = Field(default=None, alias="maxDuration")

    def wanted(self, parameters: Mapping[str, str]) -> Wanted:
        """What conversations must have.

        Args:
            parameters: all of the request, among which are the custom fields.

        Raises:
            InvalidRequest: the period is empty, or there are too many custom fields.
        """
        require_period(self.since, self.until)
        custom = {name.removeprefix(CUSTOM): value for name, value in parameters.items() if name.startswith(CUSTOM)}
        if len(custom) > MAX_CUSTOM:
            raise InvalidRequest.at(Fault(CUSTOM, f"at most {MAX_CUSTOM} custom fields can be filtered by"))
        given: dict[str, Any] = self.model_dump()
        return Wanted(
            text=self.text,
            since=self.since,
            until=self.until,
            values={name: given[name] for name in _VALUES if given[name] is not None},
            least=_bounds(given, "min_"),
            most=_bounds(given, "max_"),
            feedback=self.feedback,
            custom=custom,
        )


_VALUES: Final = (
    *("user", "organization", "channel", "topic", "flag", "intent", "tag", "label", "outcome", "dialect"),
    *("plan", "industry", "device", "country", "language"),
)


def _bounds(given: Mapping[str, Any], prefix: str) -> dict[str, float]:
    return {
        name.removeprefix(prefix): value
        for name, value in given.items()
        if name.startswith(prefix) and value is not None
    }


def sql_answer(answered: SqlAnswer) -> answers.SqlRows:
    """The rows of a statement."""
    found = answered.found
    rows = list(fitting(found.rows))
    return {
        "columns": [{"name": name, "type": kind} for name, kind in zip(found.columns, found.types, strict=True)],
        "rows": rows,
        "count": len(rows),
        "truncated": found.cut or len(rows) < len(found.rows),
        "asOf": iso(answered.as_of),
    }


def gaps_answer(found: Gaps, period: tuple[datetime, datetime], topics: Mapping[str, Topic]) -> answers.ContentGaps:
    """The gaps of a period."""
    since, until = period
    return {
        "from": iso(since),
        "to": iso(until),
        "questions": found.questions,
        "unanswered": found.unanswered,
        "gaps": [_gap(gap, topics) for gap in found.gaps],
        "asOf": iso(found.as_of),
    }


def _gap(gap: Gap, topics: Mapping[str, Topic]) -> answers.ContentGap:
    return {
        "subject": next(iter(topics_of([gap.subject] if gap.subject else [], topics)), None),
        "users": gap.users,
        "questions": gap.questions,
        "conversations": gap.conversations,
        "asked": gap.asked,
        "reasons": gap.reasons,
        "lastAskedAt": gap.last_asked_at,
        "examples": [
            {
                "question": each.question,
                "answer": each.answer,
                "conversationId": each.conversation_id,
                "askedAt": each.asked_at,
                "reason": each.reason,
            }
            for each in gap.examples
        ],
    }


def matches_answer(
    found: Matches, rows: Mapping[tuple[str, str], Conversation], topics: Mapping[str, Topic]
) -> answers.MatchedConversations:
    """A page of conversations, without the cursor; those that are gone since are left out."""
    shown: list[answers.MatchedConversation] = []
    for match in found.matches:
        row = rows.get((match.chatbot_id, match.conversation_id))
        if row is not None:
            one: answers.MatchedConversation = {**row_answer(row, topics), "match": None}
            if match.message_id is not None and match.snippet is not None:
                one["match"] = {"messageId": match.message_id, "snippet": match.snippet}
            shown.append(one)
    return {"conversations": shown, "remaining": found.total, "asOf": iso(found.as_of)}
