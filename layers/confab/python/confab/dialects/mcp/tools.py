"""The tools: what each is called, what it takes, what its key must hold, and whether it changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, Field

from confab.dialects.fields import Identifier
from confab.dialects.inkeep.query_models import ThreadsQueryBody
from confab.dialects.insights.asking import CUSTOM, GapsQuery, SqlBody, TextQuery
from confab.dialects.insights.queries import OverviewQuery, PeriodQuery, SearchQuery, TopicsQuery
from confab.dialects.mcp.arguments import DESCRIPTIONS
from confab.dialects.mcp.errors import INVALID_PARAMS, ProtocolError, ToolForbidden
from confab.dialects.openbat.admin import TopicBody
from confab.dialects.pages import TranscriptQuery
from confab.platform.credentials import ADMINISTER, READ, ApiKey
from confab.platform.errors import Fault, InvalidRequest
from confab.platform.request_body import parse
from confab.platform.routes import QUERY_WEIGHT

TRANSCRIPT_PAGE: Final = 50
MAX_TRANSCRIPT_PAGE: Final = 200


class NoArguments(BaseModel):
    """A tool that takes nothing."""


class ConversationArguments(TranscriptQuery):
    """Which conversation, and which part of it."""

    id: Identifier
    chatbotId: Identifier | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_TRANSCRIPT_PAGE)] = TRANSCRIPT_PAGE


class NamedConversation(BaseModel):
    """Which conversation."""

    id: Identifier


class QueryArguments(ThreadsQueryBody):
    """A query of the query language, over one of its views."""

    view: Literal["conversations", "events", "feedback", "threads"]


class TopicArguments(TopicBody):
    """A topic, and the chatbot that gets it."""

    chatbotId: Identifier


class NamedTopic(BaseModel):
    """Which topic of which chatbot."""

    chatbotId: Identifier
    topicId: Identifier


class Tool(NamedTuple):
    """A tool.

    Attributes:
        arguments: the model of what it takes.
        permission: what the key must hold.
        writes: whether it changes anything.
        destroys: whether it removes anything.
        weight: as how many requests it counts.
    """

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    permission: str = READ
    writes: bool = False
    destroys: bool = False
    weight: int = 1

    def listed(self) -> dict[str, Any]:
        """The tool as clients are told of it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": _schema(self),
            "annotations": {
                "title": self.title,
                "readOnlyHint": not self.writes,
                "destructiveHint": self.destroys,
                "idempotentHint": True,
                "openWorldHint": False,
            },
        }

    def parsed(self, given: Any) -> tuple[Any, Mapping[str, Any]]:
        """The arguments as the tool's model, and as they were given.

        Raises:
            InvalidRequest: one is missing, unknown or not taken.
        """
        if not isinstance(given, Mapping):
            raise InvalidRequest("arguments: must be an object")
        known = _schema(self)["properties"]
        unknown = [name for name in given if name not in known and not self._takes_custom(name)]
        if unknown:
            taken = ", ".join(known) or "none"
            raise InvalidRequest.at(*(Fault(name, f"is not taken here; taken are: {taken}") for name in unknown[:20]))
        return parse(self.arguments, given), given

    def _takes_custom(self, name: str) -> bool:
        return self.arguments is TextQuery and name.startswith(CUSTOM)


TOOLS: Final = (
    Tool("list_chatbots", "List chatbots", "The chatbots that the key reaches, with their ids.", NoArguments),
    Tool(
        "overview",
        "Overview",
        "How a period of days compares with the one before: conversations, messages, sentiment, outcomes, flags.",
        OverviewQuery,
    ),
    Tool("topics", "Topics", "What users talk about, by what could be improved most.", TopicsQuery),
    Tool("outcomes", "Outcomes", "How conversations ended, by day.", PeriodQuery),
    Tool("flags", "Flags", "What was flagged in messages, by day.", PeriodQuery),
    Tool(
        "content_gaps",
        "Content gaps",
        "Questions that were not answered, by subject, with examples and the reason.",
        GapsQuery,
        weight=QUERY_WEIGHT,
    ),
    Tool(
        "find_conversations",
        "Find conversations",
        "Conversations by user, organization, topic, flag, outcome and other results, the latest first.",
        SearchQuery,
    ),
    Tool(
        "search_messages",
        "Search in messages",
        "Conversations with words in their messages, the latest first; custom fields are taken as custom.plan.",
        TextQuery,
        weight=QUERY_WEIGHT,
    ),
    Tool(
        "get_conversation",
        "Read a conversation",
        "A conversation's messages and what was found in each, a page at a time.",
        ConversationArguments,
    ),
    Tool(
        "query",
        "Query",
        "A query over conversations, events, feedback or threads (questions with their answers): select, where, "
        "groupBy, orderBy.",
        QueryArguments,
        weight=QUERY_WEIGHT,
    ),
    Tool(
        "run_sql",
        "Query with SQL",
        "One SELECT in DuckDB's SQL over the views conversations, messages, threads, events and feedback.",
        SqlBody,
        ADMINISTER,
        weight=QUERY_WEIGHT,
    ),
    Tool(
        "judge_again",
        "Judge a conversation again",
        "Has a conversation analysed again; its present results are replaced.",
        NamedConversation,
        ADMINISTER,
        writes=True,
    ),
    Tool("add_topic", "Declare a topic", "Declares a topic of a chatbot.", TopicArguments, ADMINISTER, writes=True),
    Tool(
        "remove_topic",
        "Remove a topic",
        "Removes a topic that was declared for a chatbot.",
        NamedTopic,
        ADMINISTER,
        writes=True,
        destroys=True,
    ),
)


def tools_of(key: ApiKey) -> list[Tool]:
    """The tools that a key may use, always in the same order."""
    return [tool for tool in TOOLS if key.allows(tool.permission)]


def tool_named(name: Any, key: ApiKey, rpc_id: str | int | None) -> Tool:
    """A tool that a key may use.

    Raises:
        ProtocolError: there is no such tool.
        ToolForbidden: the key may not use it.
    """
    found = next((tool for tool in TOOLS if tool.name == name), None)
    if found is None:
        raise ProtocolError(INVALID_PARAMS, f"There is no tool {name!r}.", rpc_id=rpc_id)
    if not key.allows(found.permission):
        what = f"This API key lacks the permission {found.permission!r}, which the tool {found.name} needs."
        raise ToolForbidden(INVALID_PARAMS, what, rpc_id=rpc_id)
    return found


@cache
def _schema(tool: Tool) -> dict[str, Any]:
    """The schema of a tool's arguments, with a description for each."""
    made = tool.arguments.model_json_schema()
    properties = {name: dict(each) for name, each in made.get("properties", {}).items()}
    for name, each in properties.items():
        each.pop("title", None)
        if name in DESCRIPTIONS:
            each["description"] = DESCRIPTIONS[name]
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": made.get("required", [])}
    if "$defs" in made:
        schema["$defs"] = made["$defs"]
    if tool.arguments is TextQuery:
        schema["patternProperties"] = {r"^custom\.": {"type": "string"}}
    return {**schema, "additionalProperties": False}
