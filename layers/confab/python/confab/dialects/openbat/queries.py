"""The query parameters of OpenBat's reads; they are text, so they are converted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from confab.dialects.pages import TranscriptQuery
from confab.domain.times import DAY, read_time
from confab.platform.cursors import MAX_CURSOR
from confab.platform.errors import Fault, InvalidRequest

_PLUS_LOST: Final = re.compile(r"(T[0-9:.,]+) ([0-9]{2}:?[0-9]{2})")
"""A time whose offset's plus was sent as it is, which stands for a blank in a query."""


def _time(value: Any) -> datetime:
    return read_time(_PLUS_LOST.sub(r"\1+\2", value) if isinstance(value, str) else value)


def _end(value: Any) -> datetime:
    """A time, or for a day alone its end, so that the day is in the period."""
    end = _time(value)
    return end + timedelta(days=1) if isinstance(value, str) and DAY.fullmatch(value.strip()) else end


def require_period(since: datetime | None, until: datetime | None) -> None:
    """Check that a period is not empty.

    Raises:
        InvalidRequest: it is.
    """
    if since is not None and until is not None and since >= until:
        raise InvalidRequest.at(Fault("to", "must be later than from"))


Since = Annotated[datetime, BeforeValidator(_time)]
Until = Annotated[datetime, BeforeValidator(_end)]
ListLimit = Annotated[int, Field(ge=1, le=100)]


class ListQuery(BaseModel):
    """The query of ``GET /api/v1/conversations``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    limit: ListLimit = 20
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None
    since: Since | None = Field(default=None, alias="from")
    until: Until | None = Field(default=None, alias="to")


class ConversationQuery(TranscriptQuery):
    """The query of what is read of one conversation; without ``chatbotId`` whichever chatbot has it is meant."""

    chatbotId: Annotated[str, Field(min_length=1)] | None = None


class OverviewQuery(BaseModel):
    """The query of ``GET /api/v1/analytics/overview``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)] | None = None


class SentimentQuery(BaseModel):
    """The query of ``GET /api/v1/analytics/sentiment``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=365)] = 30
