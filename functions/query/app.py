"""The query language of the Inkeep dialect (``/query/…``), and what else is asked of the facts: SQL, gaps, search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from confab.deployment import Deployment, entry_point
from confab.dialects.export.cells import CONTENT_TYPE
from confab.dialects.inkeep.errors import RULES
from confab.dialects.inkeep.errors import error_body as problem
from confab.dialects.inkeep.query_answers import (
    as_of_header,
    csv_lines,
    listed_answer,
    query_answer,
    top_searches_answer,
    weekly_users_answer,
)
from confab.dialects.inkeep.query_models import (
    PropertyKeysBody,
    PropertyValuesBody,
    QueryBody,
    StatisticsQuery,
    ThreadsQueryBody,
    view_of,
    where_of,
)
from confab.dialects.inkeep.routes import QUERY
from confab.dialects.insights.asking import (
    GapsQuery,
    SqlBody,
    TextQuery,
    gaps_answer,
    matches_answer,
    sql_answer,
)
from confab.dialects.insights.routes import ASKING
from confab.dialects.openbat.errors import error_body
from confab.dialects.pages import Pages
from confab.domain.topics import by_id
from confab.platform.credentials import ApiKey
from confab.platform.http import Handler, HttpFunction
from confab.platform.request_body import parse
from confab.query import wiring
from confab.query.engine import Scope
from confab.query.views import CONVERSATIONS, EVENTS, FEEDBACK, THREADS, VIEWS, View
from confab.reading.conversations import reached_chatbots
from confab.serving import http_function
from confab.storage import wiring as storage_wiring

QUERIES: Final = "/query/"


def build(deployment: Deployment) -> Handler:
    """The function's handler: two dialects, whose paths tell them apart."""
    inkeep = http_function(deployment, problem, QUERY, RULES)
    _queries(inkeep, deployment)
    _exports(inkeep, deployment)
    _properties(inkeep, deployment)
    _searches(inkeep, deployment)
    insights = http_function(deployment, error_body, ASKING, takes_sessions=True)
    _sql(insights, deployment)
    _gaps(insights, deployment)
    _search(insights, deployment)
    of_inkeep, of_insights = inkeep.handler(), insights.handler()

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return (of_inkeep if event["rawPath"].startswith(QUERIES) else of_insights)(event, context)

    return handle


def _scopes(deployment: Deployment) -> Callable[[ApiKey, str | None], Scope]:
    def scope(key: ApiKey, chatbot_id: str | None) -> Scope:
        chatbots = reached_chatbots(deployment.credentials, key, chatbot_id)
        return Scope(key.workspace_id, tuple(sorted(chatbots)))

    return scope


def _queries(http: HttpFunction, deployment: Deployment) -> None:
    ask, scope = wiring.ask(deployment), _scopes(deployment)

    def answer(view: View, model: type[QueryBody]) -> Response[Any]:
        key = http.caller()
        found = ask(scope(key, None), view, http.body(model).asked())
        return http.answer(query_answer(found, view), headers=as_of_header(found.as_of))

    @http.serves
    def query_conversations() -> Response[Any]:
        return answer(CONVERSATIONS, QueryBody)

    @http.serves
    def query_events() -> Response[Any]:
        return answer(EVENTS, QueryBody)

    @http.serves
    def query_feedback() -> Response[Any]:
        return answer(FEEDBACK, QueryBody)

    @http.serves
    def query_threads() -> Response[Any]:
        return answer(THREADS, ThreadsQueryBody)


def _exports(http: HttpFunction, deployment: Deployment) -> None:
    ask, scope, keep = wiring.ask(deployment), _scopes(deployment), wiring.keep_export(deployment)

    def answer(view: View, model: type[QueryBody]) -> Response[Any]:
        key = http.caller()
        found = ask(scope(key, None), view, http.body(model).asked(), whole=True)
        text = "".join(csv_lines(found))
        file = http.file(text, CONTENT_TYPE, f"{view.name}.csv")
        # A client that is told to see another place gets it without its key; 307 would have it repeat the POST there.
        answered = file or http.elsewhere(keep(text), CONTENT_TYPE)
        answered.headers.update(as_of_header(found.as_of))
        return answered

    @http.serves
    def export_conversations() -> Response[Any]:
        return answer(CONVERSATIONS, QueryBody)

    @http.serves
    def export_events() -> Response[Any]:
        return answer(EVENTS, QueryBody)

    @http.serves
    def export_feedback() -> Response[Any]:
        return answer(FEEDBACK, QueryBody)

    @http.serves
    def export_threads() -> Response[Any]:
        return answer(THREADS, ThreadsQueryBody)


def _properties(http: HttpFunction, deployment: Deployment) -> None:
    ask, scope = wiring.ask(deployment), _scopes(deployment)

    def views(body: PropertyKeysBody) -> list[View]:
        return [view_of(name) for name in body.views] if body.views else list(VIEWS.values())

    @http.serves
    def query_keys() -> Response[Any]:
        key = http.caller()
        body = http.body(PropertyKeysBody)
        found = ask.keys(scope(key, None), body.field, views(body), where_of(body.where))
        return http.answer(listed_answer(found), headers=as_of_header(found.as_of))

    @http.serves
    def query_values() -> Response[Any]:
        key = http.caller()
        body = http.body(PropertyValuesBody)
        where = where_of(body.where)
        found = ask.values(scope(key, None), body.field, body.key, views(body), where, body.limit or 100)
        return http.answer(listed_answer(found), headers=as_of_header(found.as_of))


def _searches(http: HttpFunction, deployment: Deployment) -> None:
    ask, scope = wiring.ask(deployment), _scopes(deployment)

    @http.serves
    def top_searches() -> Response[Any]:
        key = http.caller()
        query = parse(StatisticsQuery, http.query)
        found = ask.top_searches(scope(key, None), query.after, query.project_id)
        return http.answer(top_searches_answer(found), headers=as_of_header(found.as_of))

    @http.serves
    def weekly_users() -> Response[Any]:
        key = http.caller()
        query = parse(StatisticsQuery, http.query)
        found = ask.weekly_users(scope(key, None), query.after, query.project_id)
        return http.answer(weekly_users_answer(found), headers=as_of_header(found.as_of))


def _sql(http: HttpFunction, deployment: Deployment) -> None:
    sql, scope = wiring.sql(deployment), _scopes(deployment)

    @http.serves
    def run_sql() -> Response[Any]:
        key = http.caller()
        body = http.body(SqlBody)
        found = sql(scope(key, body.chatbotId), body.sql)
        return http.answer(sql_answer(found), headers=as_of_header(found.as_of))


def _gaps(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, gaps, topics = deployment.chatbots, wiring.gaps(deployment), storage_wiring.topics(deployment)

    @http.serves
    def find_gaps() -> Response[Any]:
        key = http.caller()
        query = parse(GapsQuery, http.query)
        chatbot, period = chatbots.meant(key, query.chatbotId), query.period(deployment.now())
        found = gaps(Scope(chatbot.workspace_id, (chatbot.id,)), *period, query.limit)
        names = by_id(topics.found(chatbot.id), chatbot.topics)
        return http.answer(gaps_answer(found, period, names), headers=as_of_header(found.as_of))


def _search(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, search, topics = deployment.chatbots, wiring.search(deployment), storage_wiring.topics(deployment)

    @http.serves
    def search_messages() -> Response[Any]:
        key = http.caller()
        query = parse(TextQuery, http.query)
        chatbot, wanted = chatbots.meant(key, query.chatbotId), query.wanted(http.query)
        pages = Pages(deployment.cursors, ("facts", chatbot.id, repr(wanted)))
        found = search(Scope(chatbot.workspace_id, (chatbot.id,)), wanted, pages.mark(query), query.limit)
        places = [(match.chatbot_id, match.conversation_id) for match in found.matches]
        rows = dict(deployment.conversations.heads(places))
        names = by_id(topics.found(chatbot.id), chatbot.topics)
        answer = pages.linked(matches_answer(found, rows, names), found.next_mark)
        return http.answer(answer, headers=as_of_header(found.as_of))


__getattr__ = entry_point(globals(), build)
