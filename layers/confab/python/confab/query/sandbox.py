"""The sandbox: DuckDB over the files of one tenant, without any other file, network, setting or extension.

What a caller's statement may say is checked before (``statements``); this is the wall behind that check.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import duckdb

from confab.platform.errors import InvalidRequest, Unavailable
from confab.query.job import Bounds, Job, Rows
from confab.query.targets import quoted
from confab.query.values import plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOCKED: Final = (
    "SET TimeZone = 'UTC'",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
)


def run(job: Job) -> list[Rows]:
    """Run statements; none may write, and nothing that they do outlives them.

    Raises:
        InvalidRequest: DuckDB refuses one, or it needs more memory or time than it may have.
    """
    with _connection(job) as connection, _stopped_after(connection, job.bounds.seconds):
        return [_rows(connection, statement, job.bounds) for statement in job.statements]


@contextmanager
def _connection(job: Job) -> Iterator[DuckDBPyConnection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{job.bounds.memory_mb}MiB",
        "threads": str(job.bounds.threads),
        "temp_directory": "",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    connection = duckdb.connect(config=config)
    try:
        listed = ", ".join(quoted(folder.rstrip("/") + "/") for folder in job.folders)
        connection.execute(f"SET allowed_directories = [{listed}]")
        for each in _LOCKED:
            connection.execute(each)
        for name, select in job.views.items():
            connection.execute(f'CREATE VIEW "{name}" AS {select}')
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


@contextmanager
def _stopped_after(connection: DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise InvalidRequest(f"The query takes longer than {seconds:g} seconds; ask for less.") from error
    except duckdb.OutOfMemoryException as error:
        raise InvalidRequest("The query needs more memory than it may have; ask for less.") from error
    except duckdb.IOException as error:
        raise Unavailable("A file of the facts could not be read; try again.") from error
    except duckdb.Error as error:
        raise InvalidRequest(_said(error)) from error
    finally:
        timer.cancel()


def _said(error: duckdb.Error) -> str:
    """What DuckDB says in its first line; never more, because a line may quote data or a path."""
    return str(error).splitlines()[0][:300]


def _rows(connection: DuckDBPyConnection, statement: str, bounds: Bounds) -> Rows:
    cursor = connection.execute(statement)
    columns = cursor.description or []
    rows: list[list[Any]] = []
    left = bounds.size
    while len(rows) <= bounds.rows:
        found = cursor.fetchmany(min(1000, bounds.rows + 1 - len(rows)))
        if not found:
            return Rows([c[0] for c in columns], [str(c[1]) for c in columns], rows, cut=False)
        for each in found:
            row = [plain(value) for value in each]
            left -= _size(row)
            if left < 0:
                break
            rows.append(row)
        if left < 0:
            break
    return Rows([c[0] for c in columns], [str(c[1]) for c in columns], rows[: bounds.rows], cut=True)


def _size(row: Sequence[Any]) -> int:
    """About what a row has as JSON, in bytes."""
    return sum(len(value) + 4 if isinstance(value, str) else len(str(value)) + 2 for value in row)
