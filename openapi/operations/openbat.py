"""OpenBat's operations."""

from __future__ import annotations

from typing import Any, Final

from confab.dialects.openbat.capture import CaptureBody
from confab.dialects.openbat.parts import CALLER_HEADERS, SENT_HEADERS
from confab.dialects.openbat.queries import ListQuery, OverviewQuery, SentimentQuery
from confab.dialects.openbat.track import TrackBody
from confab.dialects.pages import TranscriptQuery
from confab.platform.credentials import CAPTURE, READ
from pydantic import BaseModel

from openapi.answers.openbat import Captured, ConversationPage, Overview, SentimentOverTime, Tracked, Transcript
from openapi.operation import OPENBAT, TRACK, Dialect, Operation

_CLIENT: Final = (*SENT_HEADERS, *CALLER_HEADERS)


def _adding(route: str, summary: str, dialect: Dialect, answer: Any, body: type[BaseModel]) -> Operation:
    return Operation("POST", route, summary, dialect, CAPTURE, {200: answer}, (body,), headers=_CLIENT, fills=True)


OPERATIONS: Final = (
    *(
        Operation(
            "POST",
            route,
            "Capture messages",
            OPENBAT,
            CAPTURE,
            {200: Captured},
            (CaptureBody,),
            headers=_CLIENT,
            fills=True,
        )
        for route in ("/api/v1/capture", "/v1/capture")
    ),
    Operation(
        "POST",
        "/v1/track",
        "Track a transcript",
        TRACK,
        CAPTURE,
        {200: Tracked},
        (TrackBody,),
        headers=_CLIENT,
        fills=True,
    ),
    Operation(
        "GET", "/api/v1/conversations", "List conversations", OPENBAT, READ, {200: ConversationPage}, query=ListQuery
    ),
    Operation(
        "GET",
        "/api/v1/conversations/{id}",
        "Read a conversation",
        OPENBAT,
        READ,
        {200: Transcript},
        query=TranscriptQuery,
    ),
    Operation(
        "GET", "/api/v1/analytics/overview", "Figures of all time", OPENBAT, READ, {200: Overview}, query=OverviewQuery
    ),
    Operation(
        "GET",
        "/api/v1/analytics/sentiment",
        "Sentiment by day",
        OPENBAT,
        READ,
        {200: SentimentOverTime},
        query=SentimentQuery,
    ),
)
