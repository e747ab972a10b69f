"""The routes of Confab's own reads."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import ADMINISTER, READ
from confab.platform.routes import QUERY_WEIGHT, Route

_QUERIES: Final = "insights.queries"
_TRANSCRIPT: Final = "openbat.queries.ConversationQuery"


def _read(path: str, handler: str, summary: str, answer: str, query: str) -> Route:
    return Route("GET", f"/v1/insights/{path}", "reading", handler, READ, summary, {200: answer}, query=query)


_EXPORT: Final = _read(
    "conversations/export",
    "export_conversations",
    "Export conversations as a file",
    "ExportedFile",
    f"{_QUERIES}.ExportQuery",
)._replace(types=("text/csv; charset=utf-8", "application/x-ndjson"), weight=QUERY_WEIGHT)
ROUTES: Final = (
    _read("overview", "get_period", "A period and the one before it", "PeriodOverview", f"{_QUERIES}.OverviewQuery"),
    _read("topics", "list_topics", "Topics by what could be improved", "Topics", f"{_QUERIES}.TopicsQuery"),
    _read("flags", "list_flags", "Flags by day", "Flags", f"{_QUERIES}.PeriodQuery"),
    _read("outcomes", "list_outcomes", "Outcomes by day", "Outcomes", f"{_QUERIES}.PeriodQuery"),
    _read("conversations", "find_conversations", "Find conversations", "FoundConversations", f"{_QUERIES}.SearchQuery"),
    _EXPORT,
    _read(
        "conversations/{id}/analysis",
        "get_analysis",
        "Read what was found in a conversation",
        "ConversationAnalysis",
        _TRANSCRIPT,
    ),
    _read("users", "list_users", "List users", "Users", f"{_QUERIES}.PeopleQuery"),
    _read("users/{id+}", "get_user", "Read a user", "UserFigures", f"{_QUERIES}.Query"),
    _read("organizations", "list_organizations", "List organizations", "Organizations", f"{_QUERIES}.PeopleQuery"),
    _read(
        "organizations/{id+}",
        "get_organization",
        "Read an organization",
        "OrganizationFigures",
        f"{_QUERIES}.Query",
    ),
)
JUDGE_AGAIN: Final = (
    Route(
        "POST",
        "/v1/insights/conversations/{id}/reanalyse",
        "admin",
        "judge_again",
        ADMINISTER,
        "Judge a conversation again",
        {202: "JudgedAgain"},
    ),
)
_ASKING: Final = "insights.asking"
ASKING: Final = (
    _read("gaps", "find_gaps", "Questions that were not answered", "ContentGaps", f"{_ASKING}.GapsQuery")._replace(
        function="query", weight=QUERY_WEIGHT
    ),
    _read("search", "search_messages", "Search in messages", "MatchedConversations", f"{_ASKING}.TextQuery")._replace(
        function="query", weight=QUERY_WEIGHT
    ),
    Route(
        "POST",
        "/v1/insights/sql",
        "query",
        "run_sql",
        ADMINISTER,
        "Query with SQL",
        {200: "SqlRows"},
        (f"{_ASKING}.SqlBody",),
        weight=QUERY_WEIGHT,
    ),
)
