"""The query parameters of the insights reads; they are text, so they are converted."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ListLimit = Annotated[int, Field(ge=1, le=100)]


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


class PeopleQuery(Query):
    """The query of ``GET /v1/insights/users`` and ``/organizations``."""

    limit: ListLimit = 20
    cursor: str | None = None
