"""The copies of conversations that queries read: five views, their columns, and the layout of their files.

A *fact* is a row of one of these views. All facts of a conversation are made together, from one consistent read of its
partition, and replace those of before as a whole: of the rows with the same ``conversation_id`` in a view only those
with the highest ``version`` count, and none of them when that version is ``deleted``.

Files are Parquet, in one folder for each view, chatbot and month:

    facts/v1/<view>/chatbot=<id>/month=<YYYY-MM>/base-<number>.parquet
    facts/v1/<view>/chatbot=<id>/month=<YYYY-MM>/tail-<UUIDv7>.parquet

The month is the one in which the service got the conversation (UTC), the only time of a conversation that never
changes. Its messages may be older (imports) and may go on in later months. A reader names a time, and ``facts.reading``
finds the files that can hold anything from then on; no time of a row is later than the file was written.

A file is never changed. A tail holds some conversations as they were read from the time of its UUIDv7 on. A base holds
what the tails of its month say up to a time, its number in milliseconds since 1970. Of several bases the one with the
highest number counts, with the tails of later times. ``facts.reading`` has the SQL that says all this.

Times are TIMESTAMP in UTC, microseconds, without a zone. JSON columns hold JSON text. What is unknown is NULL; lists
are never NULL. Ids, roles, labels, outcomes, intents, flags, behaviours and topics have the values that the API shows.
A topic stands by its id, which never changes; its name is in the chatbot's topics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

VARCHAR: Final = "VARCHAR"
BIGINT: Final = "BIGINT"
DOUBLE: Final = "DOUBLE"
BOOLEAN: Final = "BOOLEAN"
TIMESTAMP: Final = "TIMESTAMP"
JSON: Final = "JSON"
LIST: Final = "VARCHAR[]"
TYPES: Final = (VARCHAR, BIGINT, DOUBLE, BOOLEAN, TIMESTAMP, JSON, LIST)

PREFIX: Final = "facts/v1"
EMPTY: Final = "-empty"
"""What the name of a base without rows ends with."""
SEARCH: Final = "search:"
"""What ``conversation_id`` begins with in files for an event that belongs to no conversation; the view shows NULL."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view.

    Attributes:
        type: DuckDB's name of its type, one of ``TYPES``.
        doc: what it is.
        hidden: whether it is in the files alone; the view that people query does not have it.
    """

    name: str
    type: str
    doc: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A view: its rows and columns.

    Attributes:
        doc: what a row is.
        columns: in the order of the files; the common ones first.
        order: the column that the rows of a base are ordered by, so that queries for a time read a part of it.
    """

    name: str
    doc: str
    columns: Sequence[Column]
    order: str

    @property
    def shown(self) -> list[Column]:
        """The columns that people query."""
        return [column for column in self.columns if not column.hidden]

    def column(self, name: str) -> Column:
        """The column of a name.

        Raises:
            KeyError: there is none.
        """
        return {column.name: column for column in self.columns}[name]


COMMON: Final = (
    Column("chatbot_id", VARCHAR, "The chatbot's id."),
    Column("conversation_id", VARCHAR, "The service's own id of the conversation, a UUID."),
    Column("version", BIGINT, "When the conversation was read for this row, in microseconds since 1970.", hidden=True),
    Column("deleted", BOOLEAN, "Whether nothing of the conversation is in this view as of the version.", hidden=True),
    Column("month", VARCHAR, "When the service got the conversation, YYYY-MM (UTC).", hidden=True),
    Column(
        "active_at", TIMESTAMP, "When the conversation last got something; retention counts from then.", hidden=True
    ),
)
"""The first columns of every view."""

_ORIGIN: Final = (
    Column("external_id", VARCHAR, "The caller's id of the conversation."),
    Column("kind", VARCHAR, "`organic` or `probe`; analytics leave probes out."),
    Column("project_id", VARCHAR, "The project that its history named, else the chatbot's id."),
    Column("integration_id", VARCHAR, "The integration that its history named."),
    Column("user_id", VARCHAR, "The caller's id of the user."),
    Column("organization_id", VARCHAR, "The caller's id of the user's organization."),
)
"""What rows of conversations, messages, threads and feedback have of their conversation, so that few queries join."""

CONVERSATIONS: Final = View(
    "conversations",
    "A conversation that is not empty or was counted.",
    (
        *COMMON,
        Column("id", VARCHAR, "The id that the Inkeep dialect shows: the caller's own, else the service's."),
        *_ORIGIN,
        Column(
            "type", VARCHAR, "`openai`, `support_ticket` or `support_copilot`; `openai` unless its history said so."
        ),
        Column("dialect", VARCHAR, "The dialect that began it: `openbat`, `inkeep`, `chatcaptain`."),
        Column("web", BOOLEAN, "Whether a browser's key began it."),
        Column("external_url", VARCHAR, "The address that its history named."),
        Column("visibility", VARCHAR, "`private` or `public`, where its history said so."),
        Column("channel_id", VARCHAR, "The channel that it runs on."),
        Column("channel_type", VARCHAR, "The type of that channel."),
        Column("name", VARCHAR, "The name that a channel or an operator gave it."),
        Column("tags", LIST, "The tags of its history, and those that operators gave it."),
        Column("archived", BOOLEAN, "Whether an operator archived it."),
        Column("operator_id", VARCHAR, "The operator that it is assigned to."),
        Column("language", VARCHAR, "The language of most of the user's messages, ISO 639-1."),
        Column("user_name", VARCHAR, "The user's name."),
        Column("user_email", VARCHAR, "The user's e-mail address."),
        Column("user_plan", VARCHAR, "The user's plan."),
        Column("user_industry", VARCHAR, "The user's industry."),
        Column("user_mrr", DOUBLE, "The user's monthly revenue."),
        Column("organization_name", VARCHAR, "The organization's name."),
        Column("organization_plan", VARCHAR, "The organization's plan."),
        Column("organization_industry", VARCHAR, "The organization's industry."),
        Column("organization_mrr", DOUBLE, "The organization's monthly revenue."),
        Column("plan", VARCHAR, "The user's plan, else the organization's."),
        Column("industry", VARCHAR, "The organization's industry, else the user's."),
        Column("device", VARCHAR, "The session's device."),
        Column("country", VARCHAR, "The session's country."),
        Column("page_url", VARCHAR, "The page on which the session began."),
        Column("referrer", VARCHAR, "Where the session came from."),
        Column("created_at", TIMESTAMP, "When the service got the conversation."),
        Column("updated_at", TIMESTAMP, "The last message or change of its history, whichever is later."),
        Column("first_message_at", TIMESTAMP, "When the first message was written; without messages, `created_at`."),
        Column("last_message_at", TIMESTAMP, "When the last message was written; without messages, `created_at`."),
        Column("duration_seconds", DOUBLE, "From the first message to the last."),
        Column("first_reply_seconds", DOUBLE, "From the first user message to the assistant's next message."),
        Column("messages", BIGINT, "How many messages it has, of all roles."),
        Column("user_messages", BIGINT, "How many of them the user wrote."),
        Column("assistant_messages", BIGINT, "How many of them the assistant wrote."),
        Column("sentiment", DOUBLE, "The mean score of the user's messages, -1 to 1."),
        Column("min_sentiment", DOUBLE, "The lowest score of the user's messages."),
        Column("label", VARCHAR, "The label of the mean score: `Very Negative` to `Very Positive`."),
        Column("trend", VARCHAR, "`improving`, `steady` or `declining`."),
        Column("outcome", VARCHAR, "`resolved`, `unresolved`, `escalated`, `abandoned` or `open`."),
        Column("resolved", BOOLEAN, "Whether the outcome is `resolved`; NULL while it is open or unknown."),
        Column("topics", LIST, "The ids of its topics, the main one first."),
        Column("flags", LIST, "The flags that at least one of the user's messages has."),
        Column("intents", LIST, "The intents of the user's messages, each once, the first one first."),
        Column("positive_feedback", BIGINT, "How much positive feedback counts."),
        Column("negative_feedback", BIGINT, "How much negative feedback counts."),
        Column("events", BIGINT, "How many events it has."),
        Column("first_bad_turn", VARCHAR, "The id of the first user message that went wrong."),
        Column("first_bad_text", VARCHAR, "The text of that message."),
        Column("summary", VARCHAR, "One line about the conversation, by the analyzer."),
        Column("analysis_failed", VARCHAR, "Why the analysis gave up."),
        Column("custom", JSON, "The custom fields, an object."),
        Column("properties", JSON, "`properties` of its history, else the custom fields; NULL for none."),
        Column("user_properties", JSON, "`userProperties` of its history, else what is known of the user."),
    ),
    order="first_message_at",
)

MESSAGES: Final = View(
    "messages",
    "A message of a conversation.",
    (
        *COMMON,
        *_ORIGIN,
        Column("id", VARCHAR, "The caller's id of the message, else the service's."),
        Column("number", BIGINT, "Its place in the transcript, from 1."),
        Column("role", VARCHAR, "`user`, `assistant`, `system`, or what a support ticket says."),
        Column("content", VARCHAR, "The text that people read, as it is stored: redacted where the chatbot wants it."),
        Column("sent_at", TIMESTAMP, "Its place in time: when the caller says it was sent, else when it arrived."),
        Column("stored_at", TIMESTAMP, "When the service got it."),
        Column("sentiment", DOUBLE, "The score of a user's message, -1 to 1."),
        Column("label", VARCHAR, "The label of that score."),
        Column("language", VARCHAR, "ISO 639-1."),
        Column("intent", VARCHAR, "The intent of a user's message."),
        Column("topics", LIST, "The ids of its topics."),
        Column("flags", LIST, "Its flags."),
        Column("behaviour", VARCHAR, "The behaviour of an assistant's message."),
        Column("outcome", VARCHAR, "The outcome of an assistant's message."),
        Column("tools", LIST, "The names of the tools that it called or answers for."),
        Column("positive_feedback", BIGINT, "How much positive feedback on it counts."),
        Column("negative_feedback", BIGINT, "How much negative feedback on it counts."),
    ),
    order="sent_at",
)

THREADS: Final = View(
    "threads",
    "A semantic thread: the user's messages in a row, and the assistant's messages up to the user's next one.",
    (
        *COMMON,
        *_ORIGIN,
        Column("id", VARCHAR, "A UUID that follows from the conversation and the thread's first message."),
        Column("number", BIGINT, "Its place in the conversation, from 1."),
        Column("conversation_ids", LIST, "The id of the conversation as the Inkeep dialect shows it."),
        Column("message_ids", LIST, "The ids of its messages."),
        Column("messages", BIGINT, "How many messages it has."),
        Column("question", VARCHAR, "The texts of the user's messages, one a line."),
        Column("question_length", BIGINT, "How many characters the question has."),
        Column("answer", VARCHAR, "The texts of the assistant's messages, one a line; NULL when it said nothing."),
        Column("answered", BOOLEAN, "Whether the assistant said anything."),
        Column("answer_seconds", DOUBLE, "From the last message of the question to the first of the answer."),
        Column("is_initial", BOOLEAN, "Whether it is the first thread of its conversation."),
        Column("first_message_at", TIMESTAMP, "When its first message was written."),
        Column("last_message_at", TIMESTAMP, "When its last message was written."),
        Column("updated_at", TIMESTAMP, "When the service got the last of its messages."),
        Column("sentiment_score", DOUBLE, "The mean score of the user's messages, -1 to 1."),
        Column("sentiment", VARCHAR, "The label of that score."),
        Column("subject", VARCHAR, "The id of its main topic."),
        Column("category", VARCHAR, "The intent of the question."),
        Column("topics", LIST, "The ids of its topics, the main one first."),
        Column("flags", LIST, "The flags of the user's messages."),
        Column("languages", LIST, "The languages of the user's messages."),
        Column("question_type", VARCHAR, "The intent of the question."),
        Column("behaviour", VARCHAR, "The behaviour of the assistant's last message that has one."),
        Column("outcome", VARCHAR, "The outcome of the assistant's last message that has one."),
        Column("is_answer_confident", BOOLEAN, "Whether it is answered, without dodging, redirecting or failing."),
        Column("is_on_topic", BOOLEAN, "Whether the question asks for something: not only greetings or thanks."),
        Column("is_clear", BOOLEAN, "Whether the user is not confused."),
        Column("positive_feedback", BIGINT, "How much positive feedback on its messages counts."),
        Column("negative_feedback", BIGINT, "How much negative feedback on its messages counts."),
        Column("conversation_outcome", VARCHAR, "The outcome of the conversation."),
        Column("properties", JSON, "As the conversation's."),
        Column("user_properties", JSON, "As the conversation's."),
    ),
    order="first_message_at",
)

FEEDBACK: Final = View(
    "feedback",
    "Feedback on a message.",
    (
        *COMMON,
        *_ORIGIN,
        Column("id", VARCHAR, "The caller's id of the feedback, else the service's."),
        Column("type", VARCHAR, "`positive` or `negative`."),
        Column("message_id", VARCHAR, "The id of the message."),
        Column("shown_conversation_id", VARCHAR, "The id of the conversation as the Inkeep dialect shows it."),
        Column("created_at", TIMESTAMP, "When it was given."),
        Column("updated_at", TIMESTAMP, "When it was last changed."),
        Column(
            "counts", BOOLEAN, "Whether it counts: no later one of the same person on the same message does instead."
        ),
        Column("superseded_by", VARCHAR, "The id of the one that counts instead."),
        Column("details", VARCHAR, "What was written to it."),
        Column("reasons", JSON, "The reasons, a list of objects; NULL for none."),
        Column("sources", JSON, "The sources, a list of objects; NULL for none."),
        Column("properties", JSON, "An object; NULL for none."),
        Column("user_properties", JSON, "An object; NULL for none."),
    ),
    order="created_at",
)

EVENTS: Final = View(
    "events",
    "An event of a message or a conversation, or a search, which belongs to no conversation.",
    (
        *COMMON,
        Column("id", VARCHAR, "The caller's id of the event, else the service's."),
        Column("type", VARCHAR, "What happened, in the caller's words."),
        Column("entity_type", VARCHAR, "What it is about: `message`, `conversation` or `search`."),
        Column("message_id", VARCHAR, "The id of the message; NULL unless it is about one."),
        Column(
            "shown_conversation_id", VARCHAR, "The conversation's id as the Inkeep dialect shows it; NULL for a search."
        ),
        Column("search_query", VARCHAR, "What was searched for; NULL unless it is a search."),
        Column("created_at", TIMESTAMP, "When it happened."),
        Column("project_id", VARCHAR, "The project that it names, else the conversation's, else the chatbot's id."),
        Column("integration_id", VARCHAR, "The integration that it names, else the conversation's."),
        Column("user_id", VARCHAR, "`userProperties.userId`, else `.id`, else the conversation's user."),
        Column("web", BOOLEAN, "Whether it is a search that a browser's key sent."),
        Column("properties", JSON, "An object; NULL for none."),
        Column("user_properties", JSON, "An object; NULL for none."),
    ),
    order="created_at",
)

VIEWS: Final = {view.name: view for view in (CONVERSATIONS, MESSAGES, THREADS, FEEDBACK, EVENTS)}


def chatbot_folder(view: str, chatbot_id: str) -> str:
    """The folder of a chatbot's files of a view, with a slash at its end."""
    return f"{PREFIX}/{view}/chatbot={chatbot_id}/"


def month_folder(view: str, chatbot_id: str, month: str) -> str:
    """The folder of a month's files, with a slash at its end.

    Args:
        month: ``YYYY-MM``.
    """
    return f"{chatbot_folder(view, chatbot_id)}month={month}/"


def base_name(number: int, *, empty: bool = False) -> str:
    """The name of a base: names sort by the number.

    Args:
        number: until when it holds what tails say, in milliseconds since 1970.
        empty: whether it has no rows; a reader need not fetch it.
    """
    return f"base-{number:014d}{EMPTY if empty else ''}.parquet"


def tail_name(timed_id: str) -> str:
    """The name of a tail.

    Args:
        timed_id: a UUIDv7.
    """
    return f"tail-{timed_id}.parquet"
