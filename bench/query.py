"""``python -m bench.query``: how long queries take over the copies of 100,000 conversations, and what they cost.

The copies are made up: conversations of six messages and three questions, over eight months, some of them in tails. The
first query of each view fetches its files; all that is printed is of files that are there, as in a warm function.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import duckdb
from confab.facts import schema
from confab.facts.cache import FactCache
from confab.facts.files import FactFiles, to_millis
from confab.facts.reading import FactReader
from confab.platform.ids import timed_id
from confab.platform.objects import Objects
from confab.query.ask import AskViews
from confab.query.engine import DuckDBEngine, Scope
from confab.query.gaps import FindGaps
from confab.query.isolated import run_isolated
from confab.query.language import Aggregate, Condition, Every, Field, Group, Order, Query, TimeUnit
from confab.query.search import SearchFacts, Wanted
from confab.query.sql import RunSql
from confab.query.statements import check_statement
from confab.query.views import CONVERSATIONS, THREADS
from rich.console import Console
from rich.table import Table

from bench.cost import API_REQUEST, GB_SECOND, LAMBDA_REQUEST
from tests.support.bucket import MemoryBucket

TOTAL: Final = 100_000
IN_TAILS: Final = 2_000
MONTHS: Final = 8
BOT: Final = str(UUID(int=1))
START: Final = datetime(2026, 4, 1, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 28, tzinfo=UTC)
MEMORY_GB: Final = 2.0
"""Of the query function, which then has a little more than one processor."""
TIMES: Final = 3
LONG: Final = (
    "It has not arrived and the page says it was delivered; I have looked everywhere and asked the neighbours. "
)

_SPREAD: Final = "TIMESTAMP '2026-04-01' + to_seconds(((i * 7919) % 20000000))"
_COMMON: Final = {
    "chatbot_id": f"'{BOT}'",
    "conversation_id": "CAST(md5(CAST(i AS VARCHAR)) AS UUID)::VARCHAR",
    "version": "1",
    "deleted": "FALSE",
    "active_at": "began",
    "month": "month",
    "kind": "'organic'",
    "project_id": f"'{BOT}'",
    "user_id": "'u' || (i % 30000)",
}
_PROPERTIES: Final = """'{"plan":"' || ['free','pro','team'][1 + i % 3] || '","seats":' || (i % 50) || '}'"""
_ROWS: Final = {
    "conversations": {
        "id": "'c' || i",
        "type": "'openai'",
        "first_message_at": "began",
        "last_message_at": "began",
        "messages": "6",
        "user_messages": "1 + i % 5",
        "sentiment": "(i % 200) / 100.0 - 1",
        "outcome": "['resolved','unresolved','open','abandoned'][1 + i % 4]",
        "country": "['DE','FR','US','GB','JP'][1 + i % 5]",
        "plan": "['free','pro','team'][1 + i % 3]",
        "topics": "['t' || (i % 40)]",
        "properties": _PROPERTIES,
        "custom": "'{}'",
    },
    "messages": {
        "id": "'m' || i || '-' || n",
        "number": "n",
        "role": "CASE n % 2 WHEN 1 THEN 'user' ELSE 'assistant' END",
        "content": f"'{LONG * 2}' || CASE WHEN i % 1000 = 0 THEN 'refund' ELSE 'parcel ' || i END",
        "sent_at": "began + to_minutes(n)",
    },
    "threads": {
        "id": "'t' || i || '-' || n",
        "number": "n",
        "question": f"'{LONG}' || CASE WHEN i % 500 = 0 THEN 'refund' ELSE 'parcel ' || i END",
        "answer": "CASE WHEN i % 9 = 0 THEN NULL ELSE 'We look into it and write to you.' END",
        "answered": "i % 9 <> 0",
        "is_answer_confident": "i % 7 <> 0",
        "is_on_topic": "TRUE",
        "is_clear": "TRUE",
        "negative_feedback": "CAST(i % 50 = 0 AS INTEGER)",
        "positive_feedback": "0",
        "subject": "'t' || (i % 40)",
        "first_message_at": "began",
        "last_message_at": "began",
        "messages": "2",
        "properties": _PROPERTIES,
    },
}
_EACH: Final = {"conversations": 1, "messages": 6, "threads": 3}


def filled(bucket: Objects, folder: Path) -> None:
    """Write the copies: a base for each month and view, and the last conversations once more in tails."""
    engine = duckdb.connect()
    for view in _ROWS:
        source = f"FROM range({TOTAL}) t(i), range(1, {_EACH[view] + 1}) n(n)"
        engine.execute(f"CREATE OR REPLACE TABLE made AS SELECT i, n, {_SPREAD} AS began {source}")
        for month in range(MONTHS):
            of = f"{START.year}-{START.month + month:02}"
            kept = f"SELECT *, '{of}' AS month FROM made WHERE strftime(began, '%Y-%m') = '{of}'"  # noqa: S608  names of its own
            name = schema.base_name(to_millis(NOW - timedelta(days=1)))
            _write(engine, bucket, folder, view, of, name, kept)
            if month == MONTHS - 1:
                tail = schema.tail_name(timed_id(NOW, month))
                _write(engine, bucket, folder, view, of, tail, f"{kept} AND i < {IN_TAILS * 8}", version=2)


def _write(
    engine: duckdb.DuckDBPyConnection,
    bucket: Objects,
    folder: Path,
    view: str,
    month: str,
    name: str,
    rows: str,
    version: int = 1,
) -> None:
    made = {**_COMMON, **_ROWS[view], "version": str(version)}
    columns = ", ".join(
        f"CAST({made.get(column.name, '[]' if column.type == schema.LIST else 'NULL')} AS "
        f"{schema.VARCHAR if column.type == schema.JSON else column.type}) AS {column.name}"
        for column in schema.VIEWS[view].columns
    )
    target = folder / "made.parquet"
    order = schema.VIEWS[view].order
    engine.execute(
        f"COPY (SELECT {columns} FROM ({rows}) ORDER BY {order}) TO '{target}' "  # noqa: S608  names of its own
        "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
    )
    bucket.put(schema.month_folder(view, BOT, month) + name, target)


def queries(reader: FactReader) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured."""
    engine, scope = DuckDBEngine(reader, run_isolated), Scope("w", (BOT,))
    ask, sql, count = AskViews(engine), RunSql(engine, check_statement), Aggregate("count")
    plan, user = Field("properties", ("plan",)), Field("properties", ("seats",))
    recent = Condition("firstMessageTime", "gte", "2026-11-01T00:00:00Z")

    def asked(view: object, **query: object) -> Callable[[], object]:
        return lambda: ask(scope, view, Query(**query))  # type: ignore[arg-type]

    yield "count by day", asked(CONVERSATIONS, select=[TimeUnit("day"), count])
    yield (
        "count and mean by a property",
        asked(
            CONVERSATIONS,
            select=[count, Aggregate("avg", Field("userMessageCount"))],
            group_by=[Group(plan)],
            order_by=[Order("count", True)],
        ),
    )
    yield "distinct values by week", asked(CONVERSATIONS, select=[TimeUnit("week"), Aggregate("countDistinct", user)])
    yield "a month of rows, 10,000 of them", asked(CONVERSATIONS, where=Every((recent,)))
    yield "threads with a word", asked(THREADS, select=[Field("question")], text="refund")
    yield (
        "SQL: outcome by country",
        lambda: sql(scope, "SELECT country, outcome, count(*), avg(sentiment) FROM conversations GROUP BY ALL"),
    )
    yield (
        "SQL: topics, distinct users",
        lambda: sql(scope, "SELECT t, count(DISTINCT user_id) FROM conversations, unnest(topics) AS u(t) GROUP BY t"),
    )
    gaps = FindGaps(engine)
    yield "content gaps of 30 days", lambda: gaps(scope, NOW - timedelta(days=30), NOW, 20)
    search = SearchFacts(engine)
    yield "search in 600,000 messages", lambda: search(scope, Wanted(text="refund"), None, 20)
    yield "search by plan and country", lambda: search(scope, Wanted(values={"plan": "pro", "country": "DE"}), None, 20)
    yield "export of 100,000 rows", lambda: ask(scope, CONVERSATIONS, Query(), whole=True)


def main() -> None:
    """Print a table."""
    table = Table("query", "s", "US dollars for 1,000")
    with tempfile.TemporaryDirectory() as name:
        folder, stored = Path(name), MemoryBucket(lambda: NOW)
        files = FactFiles(Objects(stored, "facts"))
        filled(Objects(stored, "facts"), folder)
        reader = FactReader(files, FactCache(files, folder / "cache", now=lambda: NOW), lambda _: None)
        size = sum(len(each.content) for each in stored.objects.values())
        for what, run in queries(reader):
            run()
            took = min(_seconds(run) for _ in range(TIMES))
            table.add_row(what, f"{took:.2f}", f"{1000 * _price(took):.3f}")
    Console().print(table)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    Console().print(f"{len(stored.objects)} files, {size / 1e6:.0f} MB; a query's process took {peak:.0f} MiB at most")


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _price(seconds: float) -> float:
    """Of one query: the request, and the function's time."""
    return API_REQUEST + LAMBDA_REQUEST + seconds * MEMORY_GB * GB_SECOND


if __name__ == "__main__":
    main()
