"""The query parameters of the insights reads; they are text, so they are converted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from confab.dialects.fields import Identifier, read_time
from confab.dialects.openbat.queries import ListLimit
from confab.domain.filters import Filters
from confab.domain.insight import CONVERSATION_OUTCOMES
from confab.domain.labels import LABELS
from confab.platform.errors import Fault, InvalidRequest

DIALECTS: Final = ("openbat", "inkeep", "chatcaptain")
FILTERS: Final = {field.name for field in fields(Filters)}
_DAY_ALONE: Final = len("2026-03-01")


def _end(value: Any) -> datetime:
    """A time, or for a day alone its end, so that the day is in the period."""
    end = read_time(value)
    return end + timedelta(days=1) if len(value) <= _DAY_ALONE else end


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return check


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


class PageQuery(Query):
    """The query of ``GET /v1/insights/users`` and ``/organizations``."""

    limit: ListLimit = 20
    cursor: str | None = None


class SearchQuery(PageQuery):
    """The query of ``GET /v1/insights/conversations``."""

    since: Annotated[datetime, BeforeValidator(read_time)] | None = Field(default=None, alias="from")
    until: Annotated[datetime, BeforeValidator(_end)] | None = Field(default=None, alias="to")
    user: Identifier | None = None
    organization: Identifier | None = None
    channel: Identifier | None = None
    topic: Identifier | None = None
    flag: Identifier | None = None
    label: Annotated[str, AfterValidator(_one_of(LABELS))] | None = None
    outcome: Annotated[str, AfterValidator(_one_of(CONVERSATION_OUTCOMES))] | None = None
    dialect: Annotated[str, AfterValidator(_one_of(DIALECTS))] | None = None
    text: Identifier | None = None

    def filters(self) -> Filters:
        """The filters that it names.

        Raises:
            InvalidRequest: the period is empty.
        """
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise InvalidRequest.at(Fault("to", "must be later than from"))
        return Filters(**self.model_dump(include=FILTERS))
