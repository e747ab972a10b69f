"""Tools for language models (``POST /mcp``): the Model Context Protocol over the use cases that the API has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from confab.admin import wiring as admin_wiring
from confab.analysis import request_wiring
from confab.deployment import Deployment, entry_point
from confab.dialects.inkeep.query_answers import query_answer
from confab.dialects.insights.asking import GapsQuery, SqlBody, TextQuery, gaps_answer, matches_answer, sql_answer
from confab.dialects.insights.conversations import search_answer
from confab.dialects.insights.figures import flags_answer, outcomes_answer, overview_answer, topics_answer
from confab.dialects.insights.judging import judged_again
from confab.dialects.insights.queries import OverviewQuery, PeriodQuery, SearchQuery, TopicsQuery
from confab.dialects.mcp import tools
from confab.dialects.mcp.errors import RULES, error_body
from confab.dialects.mcp.models import RpcMessage
from confab.dialects.mcp.protocol import (
    CALL,
    DISCOVER,
    INITIALIZE,
    LIST,
    RpcCall,
    call_of,
    discovered,
    initialized,
    listed,
    require_page,
    result_of,
)
from confab.dialects.mcp.results import MAX_RESULT, refused, told
from confab.dialects.mcp.routes import ROUTES
from confab.dialects.mcp.tools import TOOLS, tool_named, tools_of
from confab.dialects.openbat.admin import topic_row
from confab.dialects.openbat.reading import transcript_answer
from confab.dialects.pages import Pages
from confab.domain.topics import by_id
from confab.platform.credentials import ApiKey
from confab.platform.errors import ConfabError
from confab.platform.http import Handler
from confab.query import wiring as query_wiring
from confab.query.engine import Scope
from confab.query.views import CONVERSATIONS, EVENTS, FEEDBACK, THREADS, View
from confab.reading import wiring as reading_wiring
from confab.reading.conversations import reached_chatbots
from confab.serving import http_function
from confab.storage import wiring as storage_wiring

Run = Callable[[ApiKey, Any, Mapping[str, Any]], Mapping[str, Any]]
"""What a tool does, for a key, with its arguments as a model and as they were given."""
_VIEWS: Final[Mapping[str, View]] = {
    "conversations": CONVERSATIONS,
    "events": EVENTS,
    "feedback": FEEDBACK,
    "threads": THREADS,
}


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, error_body, ROUTES, RULES)
    runs = _runs(deployment)

    @http.serves
    def serve_message() -> Response[Any]:
        key = http.caller()
        require_page(http.headers, http.domain, key.origins)
        call = call_of(http.body(RpcMessage), http.headers)
        return http.accepted() if call is None else http.answer(result_of(call, _answered(call, key, runs, http.weigh)))

    return http.handler()


def _answered(call: RpcCall, key: ApiKey, runs: Mapping[str, Run], weigh: Callable[[int], None]) -> Mapping[str, Any]:
    if call.method == DISCOVER:
        return discovered()
    if call.method == INITIALIZE:
        return initialized(call)
    if call.method == LIST:
        return listed(call, [tool.listed() for tool in tools_of(key)])
    return _called(call, key, runs, weigh) if call.method == CALL else {}


def _called(call: RpcCall, key: ApiKey, runs: Mapping[str, Run], weigh: Callable[[int], None]) -> Mapping[str, Any]:
    tool = tool_named(call.params.get("name"), key, call.id)
    try:
        weigh(tool.weight)
        arguments, given = tool.parsed(call.params.get("arguments") or {})
        return told(runs[tool.name](key, arguments, given))
    except ConfabError as error:
        return refused(error)


def _runs(deployment: Deployment) -> Mapping[str, Run]:
    """What each tool does, by its name."""
    parts = (_chatbots, _figures, _conversations, _copies, _queries, _writes)
    runs = {run.__name__: run for part in parts for run in part(deployment)}
    return {tool.name: runs[tool.name] for tool in TOOLS}


def _chatbots(deployment: Deployment) -> list[Run]:
    def list_chatbots(key: ApiKey, _: tools.NoArguments, __: Mapping[str, Any]) -> Mapping[str, Any]:
        found = reached_chatbots(deployment.credentials, key, None)
        return {"chatbots": [{"id": bot.id, "name": bot.name} for bot in found.values()]}

    return [list_chatbots]


def _figures(deployment: Deployment) -> list[Run]:
    chatbots = deployment.chatbots
    figures, rank = reading_wiring.figures(deployment), reading_wiring.topics(deployment)

    def overview(key: ApiKey, query: OverviewQuery, _: Mapping[str, Any]) -> Mapping[str, Any]:
        chatbot = chatbots.meant(key, query.chatbotId)
        waiting = deployment.conversations.count_uncounted([chatbot.id])
        return overview_answer(figures.period(chatbot.id, 2 * query.days), max(waiting, 0))

    def topics(key: ApiKey, query: TopicsQuery, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return topics_answer(rank(chatbots.meant(key, query.chatbotId), query.weeks, query.limit))

    def outcomes(key: ApiKey, query: PeriodQuery, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return outcomes_answer(figures.period(chatbots.meant(key, query.chatbotId).id, query.days))

    def flags(key: ApiKey, query: PeriodQuery, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return flags_answer(figures.period(chatbots.meant(key, query.chatbotId).id, query.days))

    return [overview, topics, outcomes, flags]


def _conversations(deployment: Deployment) -> list[Run]:
    search, conversations = reading_wiring.search(deployment), reading_wiring.conversations(deployment)

    def find_conversations(key: ApiKey, query: SearchQuery, _: Mapping[str, Any]) -> Mapping[str, Any]:
        chatbot, filters = deployment.chatbots.meant(key, query.chatbotId), query.filters()
        pages = Pages(deployment.cursors, ("search", chatbot.id, *map(repr, astuple(filters))))
        found = search(chatbot, filters, pages.mark(query), query.limit)
        return pages.linked(search_answer(found), found.position)

    def get_conversation(key: ApiKey, query: tools.ConversationArguments, _: Mapping[str, Any]) -> Mapping[str, Any]:
        pages = Pages(deployment.cursors, ("transcript", key.workspace_id, query.id))
        span = pages.span(query)
        found = conversations.transcript(key, query.id, span, query.chatbotId)
        return pages.linked(*transcript_answer(found, span, MAX_RESULT))

    return [find_conversations, get_conversation]


def _copies(deployment: Deployment) -> list[Run]:
    chatbots, names = deployment.chatbots, storage_wiring.topics(deployment)
    gaps, search = query_wiring.gaps(deployment), query_wiring.search(deployment)

    def content_gaps(key: ApiKey, query: GapsQuery, _: Mapping[str, Any]) -> Mapping[str, Any]:
        chatbot, period = chatbots.meant(key, query.chatbotId), query.period(deployment.now())
        found = gaps(Scope(chatbot.workspace_id, (chatbot.id,)), *period, query.limit)
        return gaps_answer(found, period, by_id(names.found(chatbot.id), chatbot.topics))

    def search_messages(key: ApiKey, query: TextQuery, given: Mapping[str, Any]) -> Mapping[str, Any]:
        chatbot = chatbots.meant(key, query.chatbotId)
        wanted = query.wanted({name: str(value) for name, value in given.items()})
        pages = Pages(deployment.cursors, ("facts", chatbot.id, repr(wanted)))
        found = search(Scope(chatbot.workspace_id, (chatbot.id,)), wanted, pages.mark(query), query.limit)
        rows = dict(deployment.conversations.heads([(each.chatbot_id, each.conversation_id) for each in found.matches]))
        answer = matches_answer(found, rows, by_id(names.found(chatbot.id), chatbot.topics))
        return pages.linked(answer, found.next_mark)

    return [content_gaps, search_messages]


def _queries(deployment: Deployment) -> list[Run]:
    ask, sql = query_wiring.ask(deployment), query_wiring.sql(deployment)

    def scope(key: ApiKey, chatbot_id: str | None) -> Scope:
        found = reached_chatbots(deployment.credentials, key, chatbot_id)
        return Scope(key.workspace_id, tuple(sorted(found)))

    def query(key: ApiKey, body: tools.QueryArguments, _: Mapping[str, Any]) -> Mapping[str, Any]:
        view = _VIEWS[body.view]
        return query_answer(ask(scope(key, None), view, body.asked()), view)

    def run_sql(key: ApiKey, body: SqlBody, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return sql_answer(sql(scope(key, body.chatbotId), body.sql))

    return [query, run_sql]


def _writes(deployment: Deployment) -> list[Run]:
    again, taxonomy = request_wiring.judge_again(deployment), admin_wiring.taxonomy(deployment)

    def judge_again(key: ApiKey, named: tools.NamedConversation, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return judged_again(again(key, named.id))

    def add_topic(key: ApiKey, body: tools.TopicArguments, _: Mapping[str, Any]) -> Mapping[str, Any]:
        made = taxonomy.declare(
            body.chatbotId, body.name, phrases=body.phrases, parent_id=body.parentId, by=key, again=True
        )
        return topic_row(made)

    def remove_topic(key: ApiKey, named: tools.NamedTopic, _: Mapping[str, Any]) -> Mapping[str, Any]:
        taxonomy.remove(named.chatbotId, named.topicId, by=key)
        return {"removed": True, "id": named.topicId}

    return [judge_again, add_topic, remove_topic]


__getattr__ = entry_point(globals(), build)
