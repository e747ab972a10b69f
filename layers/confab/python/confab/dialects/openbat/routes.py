"""OpenBat's routes (openbat.md)."""

from __future__ import annotations

from functools import partial
from typing import Final

from confab.platform.credentials import CAPTURE as MAY_CAPTURE
from confab.platform.credentials import READ
from confab.platform.routes import QUERY_WEIGHT, Route

_HEADERS: Final = "openbat.parts.CLIENT_HEADERS"


def _read(path: str, handler: str, summary: str, answer: str, query: str) -> Route:
    return Route("GET", path, "reading", handler, READ, summary, {200: answer}, query=query)


_capture = partial(
    Route,
    "POST",
    function="capture",
    handler="capture",
    permission=MAY_CAPTURE,
    summary="Capture messages",
    answers={200: "Captured"},
    bodies=("openbat.capture.CaptureBody",),
    headers=_HEADERS,
    fills=True,
)

CAPTURE: Final = (_capture("/api/v1/capture"), _capture("/v1/capture"))
TRACK: Final = (
    Route(
        "POST",
        "/v1/track",
        "track",
        "track",
        MAY_CAPTURE,
        "Track a transcript",
        {200: "Tracked"},
        bodies=("openbat.track.TrackBody",),
        headers=_HEADERS,
        fills=True,
    ),
)
READING: Final = (
    _read(
        "/api/v1/conversations",
        "list_conversations",
        "List conversations",
        "ConversationPage",
        "openbat.queries.ListQuery",
    ),
    _read(
        "/api/v1/conversations/{id}",
        "get_conversation",
        "Read a conversation",
        "Transcript",
        "openbat.queries.ConversationQuery",
    ),
    _read(
        "/api/v1/conversations/{id}/analysis-status",
        "get_analysis_status",
        "Await a conversation's analysis",
        "AnalysisStatus",
        "openbat.queries.ConversationQuery",
    ),
    _read(
        "/api/v1/analytics/overview",
        "get_overview",
        "Figures of all time",
        "Overview",
        "openbat.queries.OverviewQuery",
    ),
    _read(
        "/api/v1/analytics/sentiment",
        "get_sentiment",
        "Sentiment by day",
        "SentimentOverTime",
        "openbat.queries.SentimentQuery",
    ),
    Route(
        "POST",
        "/api/v1/reconcile",
        "reading",
        "reconcile",
        READ,
        "Compare a list of messages with what is stored",
        {200: "Reconciled"},
        bodies=("openbat.reconcile.ReconcileBody",),
    ),
)
REVIEW: Final = (
    _read(
        "/api/v1/review", "review_chatbot", "Review a window of time", "Review", "openbat.review.ReviewQuery"
    )._replace(weight=QUERY_WEIGHT),
)
