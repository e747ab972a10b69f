"""The query parameters of OpenBat's reads; they are text, so they are converted."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ListLimit = Annotated[int, Field(ge=1, le=100)]


class ListQuery(BaseModel):
    """The query of ``GET /api/v1/conversations``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: str | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    limit: ListLimit = 20


class OverviewQuery(BaseModel):
    """The query of ``GET /api/v1/analytics/overview``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: str | None = None


class SentimentQuery(BaseModel):
    """The query of ``GET /api/v1/analytics/sentiment``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=365)] = 30
