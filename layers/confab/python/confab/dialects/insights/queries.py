"""The query parameters of the insights reads; they are text, so they are converted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from confab.dialects.fields import Identifier
from confab.dialects.openbat.queries import ListLimit, Since, Until, require_period
from confab.domain.feedback import KINDS
from confab.domain.labels import LABELS
from confab.domain.results import CONVERSATION_OUTCOMES, MESSAGE_OUTCOMES
from confab.domain.scores import MAX_CATEGORY, MAX_NAME
from confab.platform.errors import Fault, InvalidRequest
from confab.reading.filters import HOURS_OF_WEEK, Filters

DIALECTS: Final = ("openbat", "inkeep", "chatcaptain", "otlp")
EXPORTS: Final = ("csv", "jsonl", "openai", "manifest")
FILTERS: Final = {field.name for field in fields(Filters)}


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """A check that a word is one of some."""

    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return check


def _some_of(words: Sequence[str]) -> Callable[[str], str]:
    check_one = one_of(words)

    def check(text: str) -> str:
        return ",".join(dict.fromkeys(map(check_one, text.split(","))))

    return check


def _hours(text: str) -> str:
    if max(map(int, text.split(","))) >= HOURS_OF_WEEK:
        raise ValueError(f"must be hours of a UTC week, from 0 (Monday 00:00) to {HOURS_OF_WEEK - 1}")
    return text


class Query(BaseModel):
    """What all of them take; ``chatbotId`` may be left out with the key of one chatbot."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)] | None = None


class TopicsQuery(Query):
    """The query of ``GET /v1/insights/topics``."""

    weeks: Annotated[int, Field(ge=1, le=52)] = 4
    limit: ListLimit = 20


class PeriodQuery(Query):
    """The query of ``GET /v1/insights/flags`` and ``/outcomes``."""

    days: Annotated[int, Field(ge=1, le=365)] = 30


class OverviewQuery(Query):
    """The query of ``GET /v1/insights/overview``; the period before is as long."""

    days: Annotated[int, Field(ge=1, le=182)] = 30


class PageQuery(Query):
    """What lists take, which come in pages."""

    limit: ListLimit = 20
    cursor: str | None = None


class PeopleQuery(PageQuery):
    """The query of ``GET /v1/insights/users`` and ``/organizations``."""

    since: Since | None = Field(default=None, alias="from")
    countTo: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class RowQuery(Query):
    """What the rows of conversations must have."""

    since: Since | None = Field(default=None, alias="from")
    until: Until | None = Field(default=None, alias="to")
    user: Identifier | None = None
    organization: Identifier | None = None
    channel: Identifier | None = None
    topic: Identifier | None = None
    flag: Identifier | None = None
    label: Annotated[str, AfterValidator(one_of(LABELS))] | None = None
    outcome: Annotated[str, AfterValidator(one_of(CONVERSATION_OUTCOMES))] | None = None
    dialect: Annotated[str, AfterValidator(one_of(DIALECTS))] | None = None


class FilterQuery(RowQuery):
    """What conversations must have."""

    text: Identifier | None = None
    behaviour: Identifier | None = None
    reply: Annotated[str, AfterValidator(one_of(MESSAGE_OUTCOMES))] | None = None
    message_label: Annotated[str, AfterValidator(_some_of(LABELS))] | None = Field(default=None, alias="messageLabel")
    feedback: Annotated[str, AfterValidator(one_of(KINDS))] | None = None
    score: Annotated[str, Field(min_length=1, max_length=MAX_NAME)] | None = None
    score_value: Annotated[str, Field(min_length=1, max_length=MAX_CATEGORY)] | None = Field(
        default=None, alias="scoreValue"
    )
    hours: Annotated[str, Field(pattern="^[0-9]{1,3}(,[0-9]{1,3})*$"), AfterValidator(_hours)] | None = None

    def filters(self) -> Filters:
        """The filters that it names.

        Raises:
            InvalidRequest: the period is empty, or a score's value comes without its name.
        """
        require_period(self.since, self.until)
        if self.score_value is not None and self.score is None:
            raise InvalidRequest.at(Fault("score", "is required with scoreValue"))
        hours = None if self.hours is None else tuple(sorted(set(map(int, self.hours.split(",")))))
        labels = None if self.message_label is None else tuple(self.message_label.split(","))
        return Filters(**{**self.model_dump(include=FILTERS), "hours": hours, "message_label": labels})


class SearchQuery(FilterQuery, PageQuery):
    """The query of ``GET /v1/insights/conversations``."""


class ExportQuery(FilterQuery):
    """The query of ``GET /v1/insights/conversations/export``."""

    format: Annotated[str, AfterValidator(one_of(EXPORTS))] = "csv"
