"""The query language on Athena, as the local engine has it: the same answers as DuckDB's, over the same files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confab.facts.cache import FactCache
from confab.facts.files import FactFiles
from confab.facts.reading import FactReader
from confab.platform.objects import Objects
from confab.query.ask import AskViews, Found
from confab.query.athena import AthenaEngine, AthenaTables
from confab.query.engine import DuckDBEngine, Scope
from confab.query.language import Aggregate, Condition, Every, Field, Group, Order, Query, Some, TimeUnit
from confab.query.sandbox import run
from confab.query.views import CONVERSATIONS, EVENTS, THREADS, VIEWS, View

from local.glue import table_inputs
from tests.contract.test_inkeep_query import Shelf
from tests.support.engine import aws_client, running_ministack

EVERYTHING = Every(())
COUNT = Aggregate("count")


class Engines:
    """Both engines over the files of one chatbot."""

    def __init__(self, shelf: Shelf, url: str, folder: Path) -> None:
        self.scope = Scope(shelf.tenant.workspace_id, (shelf.tenant.id,))
        s3, glue, athena = (aws_client(service, url) for service in ("s3", "glue", "athena"))
        bucket = database = f"copies-{uuid.uuid4().hex[:8]}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
        for key, stored in shelf.facts.bucket.objects.items():
            s3.put_object(Bucket=bucket, Key=key, Body=stored.content)
        glue.create_database(DatabaseInput={"Name": database})
        for table in table_inputs(bucket):
            glue.create_table(DatabaseName=database, TableInput=table)
        output = {"OutputLocation": f"s3://{bucket}/exports/athena/"}
        athena.create_work_group(Name=database, Configuration={"ResultConfiguration": output})
        files = FactFiles(Objects(s3, bucket))
        cache = FactCache(files, folder, now=shelf.world.now)
        tables = AthenaTables(database=database, workgroup=database, bucket=bucket)
        self.duckdb = AskViews(DuckDBEngine(FactReader(files, cache, lambda _: None), run))
        self.athena = AskViews(AthenaEngine(athena, tables, files, lambda _: None))

    def both(self, view: View, query: Query) -> tuple[Found, Found]:
        return self.duckdb(self.scope, view, query), self.athena(self.scope, view, query)


@pytest.fixture(scope="module")
def engines(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    shelf = Shelf(engine, tmp_path_factory.mktemp("facts"))
    with running_ministack() as url:
        yield Engines(shelf, url, tmp_path_factory.mktemp("cache"))


QUERIES: list[tuple[View, Query]] = [
    *((view, Query(select=[Field("id")])) for view in VIEWS.values()),
    (CONVERSATIONS, Query(select=[COUNT, Aggregate("sum"), Aggregate("avg"), Aggregate("countDistinct")])),
    (CONVERSATIONS, Query(select=[TimeUnit("week"), COUNT])),
    (CONVERSATIONS, Query(select=[COUNT], group_by=[Group(Field("type"))], order_by=[Order("count", True)])),
    (
        CONVERSATIONS,
        Query(
            select=[Field("id"), Field("firstMessageTime"), Field("integrationId"), Field("userMessageCount")],
            where=Every(
                (
                    Condition("firstMessageTime", "gte", "2026-11-02T00:00:00Z"),
                    Some((Condition("type", "neq", "openai"), Condition("id", "in", ["c1", "it's"]))),
                    Condition("integrationId", "isNull"),
                )
            ),
            order_by=[Order("userMessageCount")],
        ),
    ),
    (THREADS, Query(select=[Field("question"), Field("hasNegativeFeedback")], text="refund")),
    (THREADS, Query(select=[Field("id")], where=Condition("languages", "arrayContains", "en"))),
    (EVENTS, Query(select=[TimeUnit("day"), COUNT], where=Condition("eventType", "eq", "search"))),
]


@pytest.mark.parametrize(("view", "query"), QUERIES)
def test_athena_answers_as_duckdb_does(engines: Engines, view: View, query: Query) -> None:
    expected, found = engines.both(view, query)
    assert found.rows == expected.rows and expected.rows
    assert (found.total, found.as_of) == (expected.total, expected.as_of)


def test_athena_counts_searches_as_duckdb_does(engines: Engines) -> None:
    assert engines.athena.top_searches(engines.scope, None, None) == engines.duckdb.top_searches(
        engines.scope, None, None
    )
    assert engines.athena.weekly_users(engines.scope, None, None) == engines.duckdb.weekly_users(
        engines.scope, None, None
    )


def test_a_statement_names_the_chatbot_and_the_months(engines: Engines) -> None:
    nobody = Scope("w", ("b0000000-0000-4000-8000-000000000009",))
    assert engines.athena(nobody, CONVERSATIONS, Query(select=[Field("id")])).rows == []
