"""The sandbox, asked directly: what a statement could do that the check before it let through."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from confab.platform.errors import InvalidRequest
from confab.query.isolated import run_isolated
from confab.query.job import Bounds, Job, Rows
from confab.query.sandbox import run

Run = Callable[..., Rows]
SMALL = Bounds(memory_mb=300, seconds=2, rows=100, size=100_000)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a tenant, and that of another one."""
    own, other = tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("other")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT i AS a, i % 10 AS b FROM range(1000) t(i)) TO '{own}/a.parquet'")
        connection.execute(f"COPY (SELECT 42 AS a) TO '{other}/a.parquet'")
    return own, other


@pytest.fixture(params=[run, run_isolated], ids=["here", "isolated"])
def answer(request: Any, folders: tuple[Path, Path]) -> Run:
    def answer(statement: str, bounds: Bounds = SMALL) -> Rows:
        own, _ = folders
        views = {"conversations": f"SELECT * FROM read_parquet(['{own}/a.parquet'])"}
        (rows,) = request.param(Job(folders=[str(own)], views=views, statements=[statement], bounds=bounds))
        return rows

    return answer


def test_statements_read_the_views(answer: Run) -> None:
    rows = answer("SELECT b, count(*) AS n FROM conversations GROUP BY b ORDER BY b LIMIT 1")
    assert (rows.columns, rows.types, rows.rows, rows.cut) == (["b", "n"], ["BIGINT", "BIGINT"], [[0, 100]], False)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_parquet('{other}/a.parquet')",
        "SELECT * FROM '{other}/a.parquet'",
        "SELECT * FROM read_parquet('{own}/../{other_name}/a.parquet')",
        "SELECT * FROM glob('{other}/*')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/proc/self/environ')",
        "SELECT * FROM 'https://example.com/a.parquet'",
        "SELECT * FROM 's3://bucket/a.parquet'",
        "COPY (SELECT 1) TO '{other}/b.parquet'",
        "ATTACH '{other}/b.db'",
        "EXPORT DATABASE '{other}/b'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
        "RESET lock_configuration",
        "SELECT getenv('HOME')",
        "SELECT * FROM sandbox",
    ],
)
def test_nothing_but_the_tenants_files_can_be_reached(answer: Run, folders: tuple[Path, Path], statement: str) -> None:
    sandbox = {"here": "a variable that DuckDB could find"}  # noqa: F841
    own, other = folders
    with pytest.raises(InvalidRequest):
        answer(statement.format(own=own, other=other, other_name=other.name))
    assert [path.name for path in other.iterdir()] == ["a.parquet"]


@pytest.mark.slow
def test_a_query_that_takes_too_long_is_stopped(answer: Run) -> None:
    with pytest.raises(InvalidRequest, match="takes longer than 1 seconds"):
        answer(
            "SELECT sum(a.a * b.a + c.a - d.a) FROM conversations a, conversations b, conversations c, conversations d",
            Bounds(memory_mb=300, seconds=1),
        )


def test_rows_beyond_the_limit_are_cut(answer: Run) -> None:
    rows = answer("SELECT * FROM range(10000000000)")
    assert (len(rows.rows), rows.cut) == (100, True)


def test_rows_of_more_than_the_size_are_cut(answer: Run) -> None:
    rows = answer("SELECT repeat('x', 1000) FROM conversations", Bounds(memory_mb=300, size=10_500))
    assert (len(rows.rows), rows.cut) == (10, True)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT length(repeat('a', 2000000000))",
        "SELECT len(range(1000000000))",
        "SELECT a, repeat('x', 1000000) FROM conversations",
        "SELECT length(replace(replace(repeat('a', 10000), 'a', repeat('a', 10000)), 'a', repeat('a', 10000)))",
        "SELECT list(a.a) FROM conversations a, conversations b, conversations c",
    ],
)
@pytest.mark.slow
def test_a_query_that_needs_too_much_memory_ends_its_own_process_only(
    folders: tuple[Path, Path], statement: str
) -> None:
    own, _ = folders
    views = {"conversations": f"SELECT * FROM read_parquet(['{own}/a.parquet'])"}
    with pytest.raises(InvalidRequest, match=r"needs more memory|takes longer"):
        run_isolated(Job(folders=[str(own)], views=views, statements=[statement], bounds=SMALL))


@pytest.mark.slow
def test_a_regular_expression_cannot_take_for_ever(answer: Run) -> None:
    assert answer("SELECT regexp_matches(repeat('a', 100000) || 'b', '(a+)+$')").rows == [[False]]
    with pytest.raises(InvalidRequest, match="repetition"):
        answer("SELECT regexp_matches('a', '((((a{1,100}){1,100}){1,100}){1,100})')")


def test_an_isolated_process_has_nothing_of_this_ones_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def note(command: Any, **options: Any) -> Any:
        given.update(options["env"])
        return subprocess.CompletedProcess(command, 0, stdout='{"rows": []}')

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not to be seen")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/var/lang/lib")
    monkeypatch.setattr(subprocess, "run", note)
    assert run_isolated(Job(folders=[], views={}, statements=[])) == []
    assert set(given) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH"}


def test_errors_name_no_path(answer: Run, folders: tuple[Path, Path]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        answer("SELECT nothing FROM conversations")
    assert str(folders[0]) not in refused.value.message
