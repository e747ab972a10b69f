"""Reading conversations and figures (``GET /api/v1/…``, ``/v1/insights/…``), and the answer to paths of nobody."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.analysis.people import People
from confab.deployment import Deployment, entry_point
from confab.dialects.export.formats import FORMATS
from confab.dialects.insights.conversation_analysis import analysis_answer
from confab.dialects.insights.conversations import search_answer
from confab.dialects.insights.figures import flags_answer, outcomes_answer, topics_answer
from confab.dialects.insights.figures import overview_answer as period_answer
from confab.dialects.insights.people import people_answer, person_answer
from confab.dialects.insights.queries import (
    ExportQuery,
    OverviewQuery,
    PeopleQuery,
    PeriodQuery,
    Query,
    SearchQuery,
    TopicsQuery,
)
from confab.dialects.insights.routes import ROUTES
from confab.dialects.openbat.analysis_status import status_answer
from confab.dialects.openbat.analytics import overview_answer, sentiment_answer
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.queries import ConversationQuery, ListQuery, SentimentQuery, require_period
from confab.dialects.openbat.queries import OverviewQuery as AllTimeQuery
from confab.dialects.openbat.reading import list_answer, transcript_answer
from confab.dialects.openbat.reconcile import ReconcileBody, reconciled
from confab.dialects.openbat.review import ReviewQuery, review_answer
from confab.dialects.openbat.routes import READING, REVIEW
from confab.dialects.pages import Pages
from confab.dialects.scores.building import agreement_answer, figures_answer, page_answer
from confab.dialects.scores.models import AgreementQuery, FiguresQuery, ScoresQuery
from confab.dialects.scores.routes import READS
from confab.platform.errors import ExportTooLarge
from confab.platform.http import Handler, HttpFunction
from confab.platform.request_body import parse
from confab.reading import wiring
from confab.reports import wiring as reports_wiring
from confab.scores import wiring as scores_wiring
from confab.scores.read import last_days
from confab.serving import http_function
from confab.storage import wiring as storage_wiring
from confab.storage.score_lists import ScoreFilter


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, error_body, (*READING, *REVIEW, *READS, *ROUTES), takes_sessions=True)
    _conversations(http, deployment)
    _analytics(http, deployment)
    _figures(http, deployment)
    _people(http, deployment)
    _search(http, deployment)
    _export(http, deployment)
    _reconcile(http, deployment)
    _scores(http, deployment)
    return http.handler()


def _conversations(http: HttpFunction, deployment: Deployment) -> None:
    conversations, status = wiring.conversations(deployment), wiring.analysis_status(deployment)

    @http.serves
    def list_conversations() -> Response[Any]:
        key = http.caller()
        query = parse(ListQuery, http.query)
        require_period(query.since, query.until)
        scope = ("list", key.workspace_id, key.chatbot_id, query.chatbotId or "", f"{query.since}", f"{query.until}")
        pages = Pages(deployment.cursors, scope)
        page = conversations.page(
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

    @http.serves
    def get_conversation(conversation_id: str) -> Response[Any]:
        key, query = http.caller(), parse(ConversationQuery, http.query)
        pages = Pages(deployment.cursors, ("transcript", key.workspace_id, query.chatbotId or "", conversation_id))
        span = pages.span(query)
        transcript = conversations.transcript(key, conversation_id, span, query.chatbotId)
        return http.answer(pages.linked(*transcript_answer(transcript, span)))

    @http.serves
    def get_analysis_status(conversation_id: str) -> Response[Any]:
        key, query = http.caller(), parse(ConversationQuery, http.query)
        pages = Pages(deployment.cursors, ("status", key.workspace_id, query.chatbotId or "", conversation_id))
        span = pages.span(query)
        found = status(key, conversation_id, query.chatbotId, span)
        return http.answer(pages.linked(*status_answer(found, span)))


def _analytics(http: HttpFunction, deployment: Deployment) -> None:
    figures, review = wiring.figures(deployment), reports_wiring.review(deployment)

    @http.serves
    def review_chatbot() -> Response[Any]:
        key, query = http.caller(), parse(ReviewQuery, http.query)
        window = query.window(deployment.now())
        found = review(deployment.chatbots.meant(key, query.chatbotId), window, window.before)
        return http.answer(review_answer(found))

    @http.serves
    def get_overview() -> Response[Any]:
        key = http.caller()
        query = parse(AllTimeQuery, http.query)
        return http.answer(overview_answer(figures.overview(key, query.chatbotId)))

    @http.serves
    def get_sentiment() -> Response[Any]:
        key = http.caller()
        query = parse(SentimentQuery, http.query)
        return http.answer(sentiment_answer(figures.days(key, query.chatbotId, query.days)))


def _figures(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, figures, topics = deployment.chatbots, wiring.figures(deployment), wiring.topics(deployment)

    @http.serves
    def list_topics() -> Response[Any]:
        key = http.caller()
        query = parse(TopicsQuery, http.query)
        return http.answer(topics_answer(topics(chatbots.meant(key, query.chatbotId), query.weeks, query.limit)))

    @http.serves
    def get_period() -> Response[Any]:
        key = http.caller()
        query = parse(OverviewQuery, http.query)
        chatbot = chatbots.meant(key, query.chatbotId)
        waiting = deployment.conversations.count_uncounted([chatbot.id])
        return http.answer(period_answer(figures.period(chatbot.id, 2 * query.days), max(waiting, 0)))

    @http.serves
    def list_flags() -> Response[Any]:
        key = http.caller()
        query = parse(PeriodQuery, http.query)
        return http.answer(flags_answer(figures.period(chatbots.meant(key, query.chatbotId).id, query.days)))

    @http.serves
    def list_outcomes() -> Response[Any]:
        key = http.caller()
        query = parse(PeriodQuery, http.query)
        return http.answer(outcomes_answer(figures.period(chatbots.meant(key, query.chatbotId).id, query.days)))


def _people(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, people = deployment.chatbots, People(storage_wiring.people(deployment))

    def page_of(group: str) -> Response[Any]:
        key = http.caller()
        query = parse(PeopleQuery, http.query)
        chatbot, since = chatbots.meant(key, query.chatbotId), query.since
        pages = Pages(deployment.cursors, (group, chatbot.id, *([] if since is None else [since.isoformat()])))
        page = people.page(chatbot.id, group, pages.mark(query), query.limit, since)
        total = None if since is None else people.count(chatbot.id, group, since, query.countTo)
        return http.answer(pages.linked(people_answer(group, page.people, total), page.position))

    def one_of(group: str, person_id: str) -> Response[Any]:
        key = http.caller()
        chatbot = chatbots.meant(key, parse(Query, http.query).chatbotId)
        return http.answer(person_answer(group, people.one(chatbot.id, group, person_id)))

    @http.serves
    def list_users() -> Response[Any]:
        return page_of("user")

    @http.serves
    def get_user(user_id: str) -> Response[Any]:
        return one_of("user", user_id)

    @http.serves
    def list_organizations() -> Response[Any]:
        return page_of("organization")

    @http.serves
    def get_organization(organization_id: str) -> Response[Any]:
        return one_of("organization", organization_id)


def _search(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, search = deployment.chatbots, wiring.search(deployment)
    conversation_analysis = wiring.conversation_analysis(deployment)

    @http.serves
    def find_conversations() -> Response[Any]:
        key = http.caller()
        query = parse(SearchQuery, http.query)
        chatbot, filters = chatbots.meant(key, query.chatbotId), query.filters()
        pages = Pages(deployment.cursors, ("search", chatbot.id, *map(repr, astuple(filters))))
        found = search(chatbot, filters, pages.mark(query), query.limit)
        return http.answer(pages.linked(search_answer(found), found.position))

    @http.serves
    def get_analysis(conversation_id: str) -> Response[Any]:
        key, query = http.caller(), parse(ConversationQuery, http.query)
        pages = Pages(deployment.cursors, ("analysis", key.workspace_id, query.chatbotId or "", conversation_id))
        span = pages.span(query)
        analysis = conversation_analysis(key, conversation_id, span, query.chatbotId)
        return http.answer(pages.linked(*analysis_answer(analysis, span)))


def _export(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, export = deployment.chatbots, wiring.export(deployment)

    @http.serves
    def export_conversations() -> Response[Any]:
        key = http.caller()
        query = parse(ExportQuery, http.query)
        chatbot, form = chatbots.meant(key, query.chatbotId), FORMATS[query.format]
        text = export.text(chatbot, query.filters(), form, deployment.deadline.has_time)
        answer = http.file(text, form.content_type, f"conversations.{form.extension}")
        if answer is None:
            raise ExportTooLarge(chatbot.id)
        return answer


def _reconcile(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, compare = deployment.chatbots, wiring.reconcile(deployment)

    @http.serves
    def reconcile() -> Response[Any]:
        key = http.caller()
        body = http.body(ReconcileBody)
        chatbot = chatbots.meant(key, body.chatbotId)
        return http.answer(reconciled(list(compare(chatbot, body.claims(), deployment.deadline.has_time))))


def _scores(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, read = deployment.chatbots, scores_wiring.read_scores(deployment)

    @http.serves
    def list_scores() -> Response[Any]:
        key, query = http.caller(), parse(ScoresQuery, http.query)
        require_period(query.since, query.until)
        wanted = ScoreFilter(name=query.name, source=query.source, since=query.since, until=query.until)
        asked = (query.chatbotId or "", query.conversationId or "", *map(repr, astuple(wanted)))
        pages = Pages(deployment.cursors, ("scores", key.workspace_id, key.chatbot_id, *asked))
        page = read.page(
            key,
            wanted,
            limit=query.limit,
            conversation_id=query.conversationId,
            chatbot_id=query.chatbotId,
            position=pages.position(query),
        )
        return http.answer(pages.linked(page_answer(page.scores), page.position))

    @http.serves
    def score_figures() -> Response[Any]:
        key, query = http.caller(), parse(FiguresQuery, http.query)
        chatbot, (first, last) = chatbots.meant(key, query.chatbotId), last_days(deployment.now(), query.days)
        return http.answer(figures_answer(first, last, read.figures(chatbot.id, first, last, query.name)))

    @http.serves
    def get_agreement() -> Response[Any]:
        key, query = http.caller(), parse(AgreementQuery, http.query)
        chatbot, (first, last) = chatbots.meant(key, query.chatbotId), last_days(deployment.now(), query.days)
        return http.answer(agreement_answer(first, last, read.agreement(chatbot.id, first, last)))


__getattr__ = entry_point(globals(), build)
