"""The answer of ``GET /api/v1/review``: what happened lately, against the time before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, cast

from pydantic import BaseModel, ConfigDict, Field

from confab.reports.contents import contents_of
from confab.reports.review import Review
from confab.reports.windows import Window

if TYPE_CHECKING:
    from confab.dialects.openbat import review_answers

MAX_MINUTES = 43_200


class ReviewQuery(BaseModel):
    """The query of ``GET /api/v1/review``."""

    model_config = ConfigDict(extra="ignore")

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    windowMinutes: Annotated[int, Field(ge=1, le=MAX_MINUTES)] = 1440

    def window(self, now: datetime) -> Window:
        """The window that it asks for, which ends now."""
        return Window(now - timedelta(minutes=self.windowMinutes), now)


def review_answer(review: Review) -> review_answers.Review:
    """The answer of a review: the same that a report says, with texts."""
    return cast("review_answers.Review", contents_of(review, texts=True))
