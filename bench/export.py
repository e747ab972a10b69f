"""Exports as jobs: what conversations take in time and memory (`python -m bench.export [number] [format]`).

The conversations are made up, as for the copies, and come as items of the table. What calls to AWS
take is not in it: each step waits for ten conversations at a time.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

from confab.dialects.export.formats import FORMATS
from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.platform.runtime import Runtime
from confab.reading.export import ExportConversations
from confab.reading.filters import Filters
from confab.reading.search import SearchPage
from confab.storage.messages import message_items
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import read_partition
from confab.storage.transcripts import Span
from confab.storage.values import Item, Place
from confab.storage.visibility import NO_RETENTION
from confab.transfer.export_job import FIRST_PAGE, JobParts, StepExport
from confab.transfer.jobs import Job

from bench.copies import BOT, conversations

NUMBER: Final = 100_000
GB_SECOND_USD: Final = 0.0000133334
READ_UNIT_USD: Final = 0.25 / 1e6
BYTES_A_UNIT: Final = 4096


class MadeUp:
    """The list and the partitions of a chatbot: each conversation is made when it is looked for."""

    def __init__(self, number: int) -> None:
        self._left = conversations(number)
        self._known: dict[str, list[Item]] = {}
        self._number = number
        self._page: SearchPage | None = None
        self._begins: str | None = None
        self.read_units = 0
        self.taken = 0

    def find(self, _chatbot: Chatbot, _filters: Filters, position: str | None, limit: int) -> SearchPage:
        if self._page is not None and position == self._begins:
            # A page that a step had no time for is looked for again.
            return self._page
        self._begins = position
        made = list(islice(self._left, limit))
        self._known = {each.place[1]: _items(each) for each in made}
        self.taken += len(made)
        rows: list[Conversation] = [each.conversation for each in made]
        ends = None if self.taken >= self._number else str(self.taken)
        self._page = SearchPage(conversations=rows, position=ends, topics={})
        return self._page

    def read(self, place: Place, span: Span) -> ConversationPartition:
        items = self._known[place[1]]
        self.read_units += -(-sum(map(_size, items)) // BYTES_A_UNIT)
        return read_partition(items, span, NO_RETENTION)

    def found(self, _chatbot_id: str) -> list[Any]:
        return []


class Memory:
    """One job, a bucket that only counts, and a queue that only knows what is due."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.size = 0
        self.due: int | None = 0

    def get(self, _chatbot_id: str, _job_id: str) -> Job:
        return self.job

    def advance(self, _before: Job, after: Job) -> None:
        self.job, self.due = after, None

    def put(self, _key: str, path: Path) -> None:
        self.size += path.stat().st_size

    def send(self, work: dict[str, str], **_: Any) -> None:
        self.due = int(work["step"])


def main(number: int, form: str) -> None:
    """Measure one export."""
    made = MadeUp(number)
    chatbot = Chatbot(id=BOT, workspace_id=BOT, name="B", created_at=datetime.now(UTC))
    memory = Memory(Job(id="j", chatbot_id=BOT, form=form, created_at=datetime.now(UTC), page=FIRST_PAGE))
    export = ExportConversations(cast("Any", made.find), cast("Any", made), cast("Any", made), _in_turn)
    runtime = cast("Runtime", _Runtime())
    parts = JobParts(cast("Any", memory), cast("Any", memory), cast("Any", memory))
    step = StepExport(parts, export, FORMATS, lambda _: Filters(), lambda _: chatbot, runtime)
    before, cpu, steps = time.monotonic(), time.process_time(), 0
    while memory.due is not None:
        ends = time.monotonic() + 60
        step(BOT, "j", memory.due, lambda ends=ends: time.monotonic() < ends)  # type: ignore[misc]
        steps += 1
    wall, cpu = time.monotonic() - before, time.process_time() - cpu
    job = replace(memory.job)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    usd = wall * GB_SECOND_USD + made.read_units * READ_UNIT_USD
    sys.stdout.write(
        f"{form}: {job.rows:,} conversations, {memory.size / 1e6:,.0f} MB in {len(job.files)} files, {steps} steps\n"
        f"  {wall:.0f} s ({cpu:.0f} s of processor, with making them up), {peak:.0f} MB of memory at most\n"
        f"  {made.read_units:,} read units; US$ {usd:.3f} with 1 GB of memory, without waits for AWS\n"
    )


class _Runtime:
    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    @staticmethod
    def new_id() -> str:
        return "t"


def _in_turn(function: Callable[[Any], Any], values: Sequence[Any]) -> Iterator[Any]:
    return map(function, values)


def _items(stored: ConversationPartition) -> list[Item]:
    """A conversation as the table has it."""
    row = {**stored.row.item, "messages": len(stored.messages)}
    messages = [message_items(row["pk"], message, b"123456")[0] for message in stored.messages]
    return sorted([row, *messages, *stored.results], key=lambda item: str(item["sk"]))


def _size(item: Item) -> int:
    return sum(len(name) + len(value if isinstance(value, str | bytes) else "12345678") for name, value in item.items())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER, sys.argv[2] if len(sys.argv) > 2 else "jsonl")
