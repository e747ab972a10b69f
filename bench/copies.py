"""Copies for queries: their size, and what writing, merging and reading them takes (`python -m bench.copies [number]`).

The conversations are made up: words of the samples and results at random. The bucket is a folder.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from confab.domain.message import Message
from confab.domain.results import BEHAVIOURS, FLAGS, MESSAGE_OUTCOMES, Analysis, ConversationResult, MessageResult
from confab.facts.cache import FactCache
from confab.facts.files import FactFiles
from confab.facts.merge import MergeTails
from confab.facts.parquet import FactWriter
from confab.facts.reading import FactReader
from confab.facts.rows import conversation_rows
from confab.facts.schema import VIEWS
from confab.facts.tails import Tails
from confab.platform.ids import timed_id
from confab.platform.objects import Objects
from confab.storage import keys
from confab.storage.clocks import to_micros
from confab.storage.partition import ConversationPartition
from confab.storage.results import analysis_items
from confab.storage.row import ConversationRow

ROOT: Final = Path(__file__).resolve().parents[1]
BOT: Final = "b0000000-0000-4000-8000-000000000001"
MONTHS: Final = 3
A_TAIL: Final = 500
TURNS: Final = 5
OUTCOMES: Final = ("resolved", "unresolved", "escalated", "abandoned", "open")
QUERIES: Final = {
    "conversations by outcome": (
        ("conversations",),
        "SELECT outcome, count(*), avg(sentiment) FROM conversations GROUP BY ALL",
    ),
    "conversations by day and plan": (
        ("conversations",),
        "SELECT date_trunc('day', first_message_at) AS day, plan, count(DISTINCT user_id) "
        "FROM conversations GROUP BY ALL",
    ),
    "topics": (
        ("conversations",),
        "SELECT topic, count(*) FROM (SELECT unnest(topics) AS topic FROM conversations) GROUP BY ALL",
    ),
    "messages by intent": (("messages",), "SELECT intent, count(*), avg(sentiment) FROM messages GROUP BY ALL"),
    "a word in all messages": (("messages",), "SELECT count(*) FROM messages WHERE content ILIKE '%refund%'"),
    "gaps": (
        ("threads",),
        "SELECT subject, count(DISTINCT user_id) AS n FROM threads "
        "WHERE NOT is_answer_confident GROUP BY ALL ORDER BY n DESC LIMIT 20",
    ),
}


class FolderBucket:
    """A client of S3 whose bucket is a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_object(self, *, Bucket: str, Key: str, Body: Any) -> None:
        path = self._folder / Key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            shutil.copyfileobj(Body, target)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": (self._folder / Key).open("rb")}

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = sorted(path for path in self._folder.rglob("*") if path.is_file())
        listed = [(path.relative_to(self._folder).as_posix(), path.stat()) for path in found]
        return {
            "Contents": [
                {
                    "Key": key,
                    "Size": stat.st_size,
                    "ETag": str(stat.st_mtime_ns),
                    "LastModified": datetime.fromtimestamp(0, UTC),
                }
                for key, stat in listed
                if key.startswith(Prefix)
            ]
        }

    def delete_objects(self, *, Bucket: str, Delete: Mapping[str, Any]) -> dict[str, Any]:
        for named in Delete["Objects"]:
            (self._folder / named["Key"]).unlink(missing_ok=True)
        return {}


def conversations(number: int) -> Iterator[ConversationPartition]:
    """Made-up conversations."""
    chance = random.Random(1)
    words = _words()
    for index in range(number):
        name = str(UUID(int=chance.getrandbits(128), version=4))
        began = datetime(2026, 1 + index % MONTHS, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(28 * 86400))
        yield _conversation(chance, words, name, began)


def _conversation(chance: random.Random, words: list[str], name: str, began: datetime) -> ConversationPartition:
    messages: list[Message] = []
    results: list[MessageResult] = []
    for turn in range(chance.randrange(1, 2 * TURNS)):
        for role in ("user", "assistant"):
            at = began + timedelta(seconds=60 * turn + (role == "assistant"))
            key = f"i:{name[:8]}-{len(messages)}"
            messages.append(
                Message(
                    key=key,
                    role=role,
                    content=" ".join(chance.choices(words, k=chance.randrange(5, 60))),
                    created_at=at,
                    stored_at=at,
                )
            )
            results.append(_result(chance, key, role))
    analysis = Analysis(
        messages=results,
        conversation=ConversationResult(outcome=chance.choice(OUTCOMES), summary="A summary of the conversation."),
        provider="builtin",
        model="builtin",
        version="1",
    )
    row: dict[str, Any] = {
        "pk": keys.conversation(BOT, name),
        "sk": keys.HEAD,
        "dialect": "openbat",
        "kind": "organic",
        "createdAt": to_micros(began),
        "activeAt": to_micros(began),
        "externalId": f"chat-{name[:13]}",
        "user.id": f"user-{chance.randrange(30_000)}",
        "user.plan": chance.choice(["free", "pro", "team"]),
        "session.country": chance.choice(["DE", "FR", "US", "GB", "IN"]),
        "custom.seats": chance.randrange(100),
    }
    return ConversationPartition(
        row=ConversationRow(row),
        messages=messages,
        message_count=len(messages),
        results=analysis_items(row["pk"], 1, analysis, {result.key: "0" * 12 for result in results}),
        written={},
    )


def _result(chance: random.Random, key: str, role: str) -> MessageResult:
    if role == "assistant":
        return MessageResult(key=key, behaviour=chance.choice(BEHAVIOURS), outcome=chance.choice(MESSAGE_OUTCOMES))
    return MessageResult(
        key=key,
        score=chance.uniform(-1, 1),
        language="en",
        intent=chance.choice(["find", "how_to", "track_order", "request_refund", "greet"]),
        topics=[f"topic-{chance.randrange(40)}"],
        flags=[chance.choice(FLAGS)] if chance.random() < 0.1 else [],
    )


def _words() -> list[str]:
    """The words of the samples."""
    found: list[str] = []
    for path in sorted((ROOT / "samples").rglob("*.json*")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("{"):
                found += _collect([json.loads(line)])
    return sorted({word for text in found for word in text.split()})


def _collect(values: Any) -> list[str]:
    found: list[str] = []
    for value in values:
        if isinstance(value, Mapping):
            found += [value["content"]] if isinstance(value.get("content"), str) else []
            found += _collect(value.values())
        elif isinstance(value, list):
            found += _collect(value)
    return found


def _megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(number: int) -> None:
    """Write, merge and query so many conversations."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = [datetime(2026, 4, 1, tzinfo=UTC)]
        files = FactFiles(Objects(FolderBucket(folder / "bucket"), "bucket"))
        writer = FactWriter(folder / "engine")

        def now() -> datetime:
            return clock[0]

        def new_id() -> str:
            return timed_id(clock[0], random.getrandbits(62))

        tails = Tails(files, writer, folder / "tails", new_id=new_id, now=now)
        _write(tails, clock, number)
        size = sum(path.stat().st_size for path in (folder / "bucket").rglob("*.parquet"))
        _say(f"tails: {size / 1e6:.1f} MB")
        clock[0] += timedelta(hours=1)
        _merge(MergeTails(files, writer, folder / "merge", has_time=lambda: True, now=now), clock)
        for view in VIEWS:
            found = [path.stat().st_size for path in (folder / "bucket" / "facts/v1" / view).rglob("*.parquet")]
            _say(f"  {view}: {sum(found) / 1e6:.1f} MB in {len(found)} files")
        _write(tails, clock, number // 100)
        _query(FactReader(files, FactCache(files, folder / "cache", now=now), lambda _: None))
        _say(f"memory: {_megabytes():.0f} MB at most")


def _write(tails: Tails, clock: list[datetime], number: int) -> None:
    began, waiting = time.perf_counter(), conversations(number)
    for _ in range(0, number, A_TAIL):
        clock[0] += timedelta(seconds=1)
        with tails.begin() as tail:
            for _, stored in zip(range(A_TAIL), waiting, strict=False):
                tail.add(conversation_rows(stored, to_micros(clock[0])))
            tail.store()
    took = time.perf_counter() - began
    _say(f"{number} conversations written in {took:.1f} s, making them up included; {_megabytes():.0f} MB")


def _merge(merge: MergeTails, clock: list[datetime]) -> None:
    for run in ("tails into bases", "removal"):
        began = time.perf_counter()
        done = merge()
        took = time.perf_counter() - began
        _say(f"{run}: {done.merged} merged, {done.removed} removed in {took:.1f} s; {_megabytes():.0f} MB")
        assert not done.errors, done.errors
        clock[0] += timedelta(hours=1)


def _query(reader: FactReader) -> None:
    import duckdb

    for name, (views, select) in QUERIES.items():
        times = []
        for _ in range(3):
            began = time.perf_counter()
            snapshot = reader.open([BOT], views)
            engine = duckdb.connect(config={"threads": 2, "memory_limit": "700MB"})
            for view in views:
                engine.execute(f"CREATE VIEW {view} AS {snapshot.sql[view]}")
            engine.execute(select).fetchall()
            times.append(time.perf_counter() - began)
        _say(f"  {name}: {times[0]:.2f} s at first, {min(times[1:]):.2f} s again")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
