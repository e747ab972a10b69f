"""Reading conversations and figures (``GET /api/v1/…``), and the answer to every path that nobody serves."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
from confab.dialects.openbat.analytics import overview_answer, sentiment_answer
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.queries import ListQuery, OverviewQuery, SentimentQuery
from confab.dialects.openbat.reading import list_answer, transcript_answer
from confab.platform.credentials import READ
from confab.platform.http import Handler, parse
from confab.storage.statistics import StatisticsStore
from confab.usecases.measure import Measuring
from confab.usecases.read import Reading


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"))
    statistics = StatisticsStore(composition.table)
    reading = Reading(composition.conversations, composition.credentials, statistics)
    measuring = Measuring(statistics, composition.credentials, now=composition.now)

    @http.app.get("/api/v1/conversations")
    def conversations() -> Response[Any]:
        key = http.caller(READ)
        query = parse(ListQuery, http.query)
        page = reading.page(key, query.chatbotId, page=query.page, limit=query.limit)
        return http.answer(list_answer(page, query.page, query.limit))

    @http.app.get("/api/v1/conversations/<conversation_id>")
    def conversation(conversation_id: str) -> Response[Any]:
        return http.answer(transcript_answer(reading.transcript(http.caller(READ), conversation_id)))

    @http.app.get("/api/v1/analytics/overview")
    def overview() -> Response[Any]:
        key = http.caller(READ)
        query = parse(OverviewQuery, http.query)
        return http.answer(overview_answer(measuring.overview(key, query.chatbotId)))

    @http.app.get("/api/v1/analytics/sentiment")
    def sentiment() -> Response[Any]:
        key = http.caller(READ)
        query = parse(SentimentQuery, http.query)
        return http.answer(sentiment_answer(measuring.days(key, query.chatbotId, query.days)))

    return http.handler()


__getattr__ = entry_point(globals(), build)
