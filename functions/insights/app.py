"""Reading conversations and figures (``GET /api/v1/…``, ``/v1/insights/…``), and the answer to paths of nobody."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
from confab.dialects.insights.conversations import found_answer
from confab.dialects.insights.figures import flags_answer, outcomes_answer, topics_answer
from confab.dialects.insights.judgements import judgements_answer
from confab.dialects.insights.people import person_answer
from confab.dialects.insights.queries import PageQuery, PeriodQuery, Query, SearchQuery, TopicsQuery
from confab.dialects.openbat.analytics import overview_answer, sentiment_answer
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.queries import ListQuery, OverviewQuery, SentimentQuery, require_period
from confab.dialects.openbat.reading import list_answer, transcript_answer
from confab.dialects.pages import Pages, TranscriptQuery
from confab.platform.credentials import READ
from confab.platform.http import Handler, HttpFunction, HttpRules, parse
from confab.reading.conversation_analysis import ReadJudgements
from confab.reading.conversations import Reading
from confab.reading.figures import Measuring
from confab.reading.search import FindConversations
from confab.reading.search_index import FacetStore
from confab.reading.topics import RankTopics
from confab.storage.statistics import StatisticsStore

INSIGHTS: Final = "/v1/insights"
GROUPS: Final = {"user": f"{INSIGHTS}/users", "organization": f"{INSIGHTS}/organizations"}
RULES: Final = HttpRules(tails=tuple(f"{path}/" for path in GROUPS.values()))
"""Ids of users and organizations are the caller's: they may hold anything, slashes included."""


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"), RULES)
    statistics = StatisticsStore(composition.table)
    reading = Reading(
        composition.conversations, composition.walks, composition.credentials, statistics, now=composition.now
    )
    _conversations(http, composition, reading)
    measuring = Measuring(statistics, composition.credentials, now=composition.now)
    _analytics(http, measuring)
    _figures(http, composition, statistics, measuring)
    for group, path in GROUPS.items():
        _people(http, composition, group, path)
    _search(http, composition, reading)
    return http.handler()


def _conversations(http: HttpFunction, composition: Composition, reading: Reading) -> None:
    @http.app.get("/api/v1/conversations")
    def conversations() -> Response[Any]:
        key = http.caller(READ)
        query = parse(ListQuery, http.query)
        require_period(query.since, query.until)
        scope = ("list", key.workspace_id, key.chatbot_id, query.chatbotId or "", f"{query.since}", f"{query.until}")
        pages = Pages(composition.cursors, scope)
        page = reading.page(
            key,
            query.chatbotId,
            page=query.page,
            limit=query.limit,
            position=pages.position(query),
            since=query.since,
            until=query.until,
        )
        ends = page.position.parts if page.position else None
        return http.answer(pages.linked(list_answer(page, query.page, query.limit), ends))

    @http.app.get("/api/v1/conversations/<conversation_id>")
    def conversation(conversation_id: str) -> Response[Any]:
        key, query = http.caller(READ), parse(TranscriptQuery, http.query)
        pages = Pages(composition.cursors, ("transcript", key.workspace_id, conversation_id))
        span = pages.span(query)
        return http.answer(pages.linked(*transcript_answer(reading.transcript(key, conversation_id, span), span)))


def _analytics(http: HttpFunction, measuring: Measuring) -> None:
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


def _figures(http: HttpFunction, composition: Composition, statistics: StatisticsStore, measuring: Measuring) -> None:
    chatbots = composition.chatbots
    rank = RankTopics(
        statistics,
        composition.topic_store,
        FacetStore(composition.table),
        composition.conversations,
        now=composition.now,
    )

    @http.app.get(f"{INSIGHTS}/topics")
    def topics() -> Response[Any]:
        key = http.caller(READ)
        query = parse(TopicsQuery, http.query)
        return http.answer(topics_answer(rank(chatbots.meant(key, query.chatbotId), query.weeks, query.limit)))

    @http.app.get(f"{INSIGHTS}/flags")
    def flags() -> Response[Any]:
        key = http.caller(READ)
        query = parse(PeriodQuery, http.query)
        return http.answer(flags_answer(measuring.period(chatbots.meant(key, query.chatbotId).id, query.days)))

    @http.app.get(f"{INSIGHTS}/outcomes")
    def outcomes() -> Response[Any]:
        key = http.caller(READ)
        query = parse(PeriodQuery, http.query)
        return http.answer(outcomes_answer(measuring.period(chatbots.meant(key, query.chatbotId).id, query.days)))


def _people(http: HttpFunction, composition: Composition, group: str, path: str) -> None:
    chatbots, people, cursors = composition.chatbots, composition.people, composition.cursors

    @http.app.get(path)
    def list_people() -> Response[Any]:
        key = http.caller(READ)
        query = parse(PageQuery, http.query)
        chatbot = chatbots.meant(key, query.chatbotId)
        scope = (group, chatbot.id)
        (before,) = cursors.read(scope, query.cursor) if query.cursor else (None,)
        page = people.page(chatbot.id, group, before, query.limit)
        answer: dict[str, Any] = {f"{group}s": [person_answer(group, person) for person in page.people]}
        if page.position is not None:
            answer["nextCursor"] = cursors.write(scope, [page.position])
        return http.answer(answer)

    @http.app.get(f"{path}/<wanted>")
    def get_person(wanted: str) -> Response[Any]:
        key = http.caller(READ)
        chatbot = chatbots.meant(key, parse(Query, http.query).chatbotId)
        return http.answer(person_answer(group, people.one(chatbot.id, group, unquote(wanted))))


def _search(http: HttpFunction, composition: Composition, reading: Reading) -> None:
    chatbots, cursors = composition.chatbots, composition.cursors
    find = FindConversations(FacetStore(composition.table), composition.conversations, composition.topic_store)
    read_judgements = ReadJudgements(reading, chatbots, composition.topic_store)

    @http.app.get(f"{INSIGHTS}/conversations")
    def search() -> Response[Any]:
        key = http.caller(READ)
        query = parse(SearchQuery, http.query)
        chatbot, filters = chatbots.meant(key, query.chatbotId), query.filters()
        scope = ("search", chatbot.id, *map(repr, astuple(filters)))
        (position,) = cursors.read(scope, query.cursor) if query.cursor else (None,)
        found = find(chatbot, filters, position, query.limit)
        answer = found_answer(found)
        if found.position is not None:
            answer["nextCursor"] = cursors.write(scope, [found.position])
        return http.answer(answer)

    @http.app.get(f"{INSIGHTS}/conversations/<conversation_id>/analysis")
    def analysis(conversation_id: str) -> Response[Any]:
        key, query = http.caller(READ), parse(TranscriptQuery, http.query)
        pages = Pages(composition.cursors, ("analysis", key.workspace_id, conversation_id))
        span = pages.span(query)
        return http.answer(pages.linked(*judgements_answer(read_judgements(key, conversation_id, span), span)))


__getattr__ = entry_point(globals(), build)
