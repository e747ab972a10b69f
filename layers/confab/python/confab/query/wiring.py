"""Puts together who asks the facts."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.facts import wiring as facts_wiring
from confab.query.ask import AskViews
from confab.query.engine import DuckDBEngine, Engine, NoEngine
from confab.query.exports import KeepExport
from confab.query.gaps import FindGaps
from confab.query.isolated import run_isolated
from confab.query.search import SearchFacts
from confab.query.sql import RunSql


@shared
def duckdb(deployment: Deployment) -> Engine:
    """DuckDB over the copies of conversations, where the deployment has any."""
    if not deployment.settings.facts_bucket:
        return NoEngine()
    return DuckDBEngine(facts_wiring.reader(deployment), run_isolated)


@shared
def engine(deployment: Deployment) -> Engine:
    """What the query language runs on; all else runs on DuckDB."""
    settings = deployment.settings
    if settings.query_engine != "athena" or not settings.facts_bucket:
        return duckdb(deployment)
    from confab.query.athena import AthenaEngine, AthenaTables

    tables = AthenaTables(
        database=settings.athena_tables, workgroup=settings.athena_tables, bucket=settings.facts_bucket
    )
    files, cutoff = facts_wiring.files(deployment), facts_wiring.cutoff(deployment)
    return AthenaEngine(deployment.athena, tables, files, cutoff, deployment.deadline.sleep)


@shared
def ask(deployment: Deployment) -> AskViews:
    """Asks the views of the query language."""
    return AskViews(engine(deployment))


@shared
def keep_export(deployment: Deployment) -> KeepExport:
    """Keeps exports that are too large to be answered with."""
    return KeepExport(deployment.objects, deployment.settings.facts_bucket, deployment.new_id)


@shared
def gaps(deployment: Deployment) -> FindGaps:
    """Finds content gaps."""
    return FindGaps(duckdb(deployment))


@shared
def sql(deployment: Deployment) -> RunSql:
    """Runs SQL of people."""
    engine = duckdb(deployment)
    if isinstance(engine, NoEngine):
        # A deployment without copies has no DuckDB either, whose parser reads statements.
        return RunSql(engine, lambda *_: None)
    from confab.query.statements import check_statement

    return RunSql(engine, check_statement)


@shared
def search(deployment: Deployment) -> SearchFacts:
    """Searches conversations."""
    return SearchFacts(duckdb(deployment))
