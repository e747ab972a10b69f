"""Search: conversations by words of their messages, by ranges and by segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from confab.query.conditions import words_of
from confab.query.engine import Engine, Scope
from confab.query.job import Bounds
from confab.query.targets import Target, quoted

CONVERSATIONS: Final = "conversations"
MESSAGES: Final = "messages"
SNIPPET: Final = 240
"""Characters of what is shown of a message that has the words."""
_BOUNDS: Final = Bounds(rows=1000)
_COLUMNS: Final = {
    "user": "user_id",
    "organization": "organization_id",
    "channel": "channel_id",
    "label": "label",
    "outcome": "outcome",
    "dialect": "dialect",
    "plan": "plan",
    "industry": "industry",
    "device": "device",
    "country": "country",
    "language": "language",
}
"""The columns of filters that want one value."""
_LISTS: Final = {"topic": "topics", "flag": "flags", "intent": "intents", "tag": "tags"}
_RANGES: Final = {"messages": "messages", "sentiment": "sentiment", "duration": "duration_seconds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What conversations must have; None for anything.

    Attributes:
        text: words that must be in their messages, in any case; those in quotation marks as they stand.
        since, until: when the first message was written; the second is not included.
        values: one value each, by the names of ``_COLUMNS`` and ``_LISTS``.
        least, most: bounds, both included, by the names of ``_RANGES``.
        feedback: ``positive`` or ``negative``: what their messages were given.
        custom: values of custom fields, as text.
    """

    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    feedback: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A conversation that was found.

    Attributes:
        mark: its place in the order, for the next page.
        message_id: of its first message with one of the words, as callers see ids; None when no words were wanted.
        snippet: what stands around the word.
    """

    chatbot_id: str
    conversation_id: str
    mark: str
    message_id: str | None
    snippet: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """A page of conversations, those that began last first.

    Attributes:
        total: how many there are on this page and after it.
        next_mark: where the next page begins; None at the end.
        as_of: up to when what was stored is in them (UTC); None where nothing is.
    """

    matches: Sequence[Match]
    total: int
    next_mark: str | None
    as_of: datetime | None


class SearchFacts:
    """Searches conversations.

    Args:
        engine: runs the statements; DuckDB.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, scope: Scope, wanted: Wanted, mark: str | None, limit: int) -> Matches:
        """A page of the conversations that have what is wanted; probes are not among them.

        Args:
            mark: where the page before ended; None for the first page.
        """
        words = words_of(wanted.text)
        found = f"WITH wanted AS (SELECT * FROM conversations AS c WHERE {self._where(wanted, words, mark)})"
        page = f"SELECT * FROM wanted ORDER BY first_message_at DESC, conversation_id LIMIT {limit + 1}"
        views = [CONVERSATIONS, MESSAGES] if words else [CONVERSATIONS]
        statement = f"{found}, page AS ({page}) {_with_snippets(words)}"
        count = f"{found} SELECT count(*) FROM wanted"
        answered = self._engine.run(scope, views, wanted.since, [statement, count], _BOUNDS)
        rows, ((total,),) = (each.rows for each in answered.rows)
        matches = [
            Match(chatbot_id=chatbot, conversation_id=id_, mark=f"{at}|{id_}", message_id=message, snippet=snippet)
            for chatbot, id_, at, message, snippet in rows
        ]
        more = len(matches) > limit
        return Matches(
            matches=matches[:limit],
            total=total,
            next_mark=matches[limit - 1].mark if more else None,
            as_of=answered.as_of,
        )

    def _where(self, wanted: Wanted, words: Sequence[str], mark: str | None) -> str:
        target = self._engine.target
        return " AND ".join(
            [
                "c.kind = 'organic'",
                *_of_words(words),
                *_of_values(wanted),
                *_of_ranges(wanted, target),
                *_of_times(wanted, mark, target),
            ]
        )


def _of_words(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield (
            "c.conversation_id IN (SELECT m.conversation_id FROM messages AS m "
            f"WHERE strpos(lower(m.content), lower({quoted(word)})) > 0)"
        )


def _of_values(wanted: Wanted) -> Iterator[str]:
    for name, value in wanted.values.items():
        if name in _LISTS:
            yield f"list_contains(c.{_LISTS[name]}, {quoted(value)})"
        else:
            yield f"c.{_COLUMNS[name]} = {quoted(value)}"
    if wanted.feedback is not None:
        yield f"c.{'positive' if wanted.feedback == 'positive' else 'negative'}_feedback > 0"
    for name, value in wanted.custom.items():
        pointer = quoted("/" + name.replace("~", "~0").replace("/", "~1"))
        yield f"json_extract_string(c.custom, {pointer}) = {quoted(value)}"


def _of_ranges(wanted: Wanted, target: Target) -> Iterator[str]:
    for name, value in wanted.least.items():
        yield f"c.{_RANGES[name]} >= {target.number(value)}"
    for name, value in wanted.most.items():
        yield f"c.{_RANGES[name]} <= {target.number(value)}"


def _of_times(wanted: Wanted, mark: str | None, target: Target) -> Iterator[str]:
    if wanted.since is not None:
        yield f"c.first_message_at >= {target.time(wanted.since)}"
    if wanted.until is not None:
        yield f"c.first_message_at < {target.time(wanted.until)}"
    if mark is not None:
        at, _, conversation = mark.partition("|")
        time = target.time(datetime.fromisoformat(at).astimezone(UTC))
        later = f"c.first_message_at = {time} AND c.conversation_id > {quoted(conversation)}"
        yield f"(c.first_message_at < {time} OR ({later}))"


def _with_snippets(words: Sequence[str]) -> str:
    """The page, each conversation with its first message that has one of the words."""
    order = "ORDER BY page.first_message_at DESC, page.conversation_id"
    columns = "page.chatbot_id, page.conversation_id, page.first_message_at"
    if not words:
        return f"SELECT {columns}, NULL, NULL FROM page {order}"
    places = [f"nullif(strpos(lower(content), lower({quoted(word)})), 0)" for word in words]
    first = f"least({', '.join(places)})" if len(places) > 1 else places[0]
    hits = (
        f"SELECT conversation_id, id, number, content, {first} AS place FROM messages "
        "WHERE conversation_id IN (SELECT conversation_id FROM page) AND place IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY conversation_id ORDER BY number) = 1"
    )
    cut = f"substring(hits.content, greatest(1, hits.place - {SNIPPET // 3}), {SNIPPET})"
    return (
        f"SELECT {columns}, hits.id, {cut} FROM page LEFT JOIN ({hits}) AS hits "
        f"ON hits.conversation_id = page.conversation_id {order}"
    )
