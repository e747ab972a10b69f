"""Athena over the same files: for chatbots whose copies are more than one function can read."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.facts.files import FactFiles, MonthFiles, by_month
from confab.facts.sql import visible
from confab.platform.errors import InvalidRequest, Unavailable
from confab.query.engine import Answered, Scope
from confab.query.job import Bounds, Rows
from confab.query.targets import ATHENA, Target, quoted

WAIT: Final = 0.2
PAGE: Final = 1000
_RUNNING: Final = ("QUEUED", "RUNNING")


@dataclass(frozen=True, slots=True, kw_only=True)
class AthenaTables:
    """Where Athena has the files as tables, one for each view of the facts, by chatbot and month.

    Attributes:
        bucket: with the files.
        workgroup: says where answers are put, and how much a statement may read.
    """

    database: str
    workgroup: str
    bucket: str


class AthenaEngine:
    """Athena. It reads no month and no chatbot that a statement does not name.

    Args:
        client: of Athena.
        files: the bucket, which says what counts.
        cutoff: by chatbot, the time (UTC) up to which what was last active has expired; None for never.
        sleep: waits, in seconds.
    """

    target: Target = ATHENA

    def __init__(
        self,
        client: Any,
        tables: AthenaTables,
        files: FactFiles,
        cutoff: Callable[[str], datetime | None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._files = files
        self._cutoff = cutoff
        self._sleep = sleep

    def relation(self, view: str, scope: Scope) -> str:
        """The rows of the newest version of each conversation, once, without what is deleted, expired or replaced."""
        months = self._months([view], scope)
        named = ", ".join(quoted(month) for month in sorted({month for _, _, month in months})) or "''"
        chatbots = ", ".join(map(quoted, scope.chatbot_ids)) or "''"
        where = f"chatbot IN ({chatbots}) AND month IN ({named})"
        # What a merge has left out is still in the files that it replaced, until they are removed.
        replaced = [f"s3://{self._tables.bucket}/{file.key}" for each in months.values() for file in each.replaced]
        if replaced:
            where += f' AND "$path" NOT IN ({", ".join(map(quoted, replaced))})'
        expired = {chatbot_id: self._cutoff(chatbot_id) for chatbot_id in scope.chatbot_ids}
        shown = visible({chatbot_id: cutoff for chatbot_id, cutoff in expired.items() if cutoff is not None})
        ranked = (
            "SELECT *, max(version) OVER (PARTITION BY chatbot_id, conversation_id) AS newest, row_number() OVER "
            "(PARTITION BY chatbot_id, conversation_id, id ORDER BY version DESC) AS place "
            f'FROM "{self._tables.database}"."{view}" WHERE {where}'
        )
        return (
            f"(SELECT * FROM ({ranked}) AS ranked WHERE version = newest AND place = 1 AND NOT deleted AND {shown})"
            " AS facts"
        )

    def run(
        self, scope: Scope, views: Collection[str], since: datetime | None, statements: Sequence[str], bounds: Bounds
    ) -> Answered:
        """Run statements, one after the other; ``since`` is in them, and saves nothing more here."""
        months = self._months(views, scope)
        rows = [self._run(statement, bounds) for statement in statements]
        return Answered(rows, max((month.as_of for month in months.values()), default=None))

    def _months(self, views: Collection[str], scope: Scope) -> Mapping[tuple[str, str, str], MonthFiles]:
        places = [(view, chatbot_id) for view in views for chatbot_id in scope.chatbot_ids]
        return by_month([file for place in places for file in self._files.of_chatbot(*place)])

    def _run(self, statement: str, bounds: Bounds) -> Rows:
        started = self._client.start_query_execution(
            QueryString=statement,
            QueryExecutionContext={"Database": self._tables.database},
            WorkGroup=self._tables.workgroup,
        )
        execution = str(started["QueryExecutionId"])
        self._wait(execution, bounds.seconds)
        return self._rows(execution, bounds)

    def _wait(self, execution: str, seconds: float) -> None:
        for _ in range(int(seconds / WAIT)):
            status = self._client.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] not in _RUNNING:
                raise Unavailable(f"Athena could not run the query: {status.get('StateChangeReason', '')[:300]}")
            self._sleep(WAIT)
        self._client.stop_query_execution(QueryExecutionId=execution)
        raise InvalidRequest(f"The query takes longer than {seconds:g} seconds; ask for less.")

    def _rows(self, execution: str, bounds: Bounds) -> Rows:
        columns: list[str] = []
        types: list[str] = []
        rows: list[list[Any]] = []
        left = bounds.size
        for page in self._pages(execution):
            metadata = page["ResultSetMetadata"]["ColumnInfo"]
            if not columns:
                columns, types = [each["Name"] for each in metadata], [each["Type"] for each in metadata]
            for found in page["Rows"][0 if rows or left < bounds.size else 1 :]:
                row = [each.get("VarCharValue") for each in found["Data"]]
                left -= sum(len(value or "") + 4 for value in row)
                if left < 0 or len(rows) == bounds.rows:
                    return Rows(columns, types, rows, cut=True)
                rows.append(row)
        return Rows(columns, types, rows, cut=False)

    def _pages(self, execution: str) -> Iterator[Mapping[str, Any]]:
        request: dict[str, Any] = {"QueryExecutionId": execution, "MaxResults": PAGE}
        while True:
            answer = self._client.get_query_results(**request)
            yield answer["ResultSet"]
            if not answer.get("NextToken"):
                return
            request["NextToken"] = answer["NextToken"]
