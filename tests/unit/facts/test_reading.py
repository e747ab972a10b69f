"""Reading facts: which rows count, from which files, on this disk."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from confab.facts import schema
from confab.facts.cache import FactCache
from confab.facts.files import FactFiles, by_month, month_files, to_millis
from confab.facts.parquet import FactWriter, written_row
from confab.facts.reading import FactReader, Snapshot
from confab.platform.errors import Unavailable
from confab.platform.ids import timed_id
from confab.platform.objects import Objects

from tests.support.bucket import MemoryBucket

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
BOT, OTHER = "b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"
numbers = itertools.count()


class Scene:
    """A bucket, who writes into it and who reads it."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.bucket = MemoryBucket(lambda: self.now)
        self.files = FactFiles(Objects(self.bucket, "bucket"))
        self.folder = folder
        self.writer = FactWriter(folder)
        self.cutoffs: dict[str, datetime] = {}
        self.cache = FactCache(self.files, folder / "cache", now=lambda: self.now)
        self.reader = FactReader(self.files, self.cache, self.cutoffs.get)

    def tail(
        self, *rows: Mapping[str, Any], view: str = "conversations", bot: str = BOT, month: str = "2026-11"
    ) -> str:
        """Write rows as a tail; its key."""
        name = schema.tail_name(timed_id(self.now, next(numbers)))
        return self._put(rows, view, bot, month, name)

    def base(
        self, *rows: Mapping[str, Any], view: str = "conversations", bot: str = BOT, month: str = "2026-11"
    ) -> str:
        """Write rows as a base that holds all tails until now; its key."""
        return self._put(rows, view, bot, month, schema.base_name(to_millis(self.now)))

    def _put(self, rows: Iterable[Mapping[str, Any]], view: str, bot: str, month: str, name: str) -> str:
        lines, target = self.folder / "lines", self.folder / "target"
        fixed = {"chatbot_id": bot, "month": month, "deleted": False, "active_at": self.now}
        written = [written_row(schema.VIEWS[view], {**fixed, **row}) for row in rows]
        lines.write_bytes(b"".join(written))
        self.writer.write(schema.VIEWS[view], lines, max(map(len, written)), target)
        key = schema.month_folder(view, bot, month) + name
        self.files.put(key, target)
        return key

    def read(self, columns: str = "conversation_id, messages", view: str = "conversations", **how: Any) -> list[Any]:
        """The rows of a view, sorted."""
        return sorted(rows_of(self.reader.open([BOT], [view], **how), view, columns))


def rows_of(snapshot: Snapshot, view: str, columns: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(f"SELECT {columns} FROM ({snapshot.sql[view]})").fetchall()


def row(conversation: str, version: int, messages: int | None = None) -> dict[str, Any]:
    """A conversation's row; a deleted one without a number of messages."""
    gone = {"deleted": True} if messages is None else {"messages": messages}
    return {"conversation_id": conversation, "version": version, **gone}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_without_files_there_are_no_rows(scene: Scene) -> None:
    assert scene.read("*") == []
    assert scene.reader.open([BOT]).as_of is None


@pytest.mark.parametrize("view", schema.VIEWS)
def test_a_view_shows_its_columns_with_their_types(scene: Scene, view: str) -> None:
    for write in (None, scene.tail, scene.base):
        if write is not None:
            write(row("a", 1), view=view)
        described = duckdb.connect().execute(f"DESCRIBE {scene.reader.open([BOT], [view]).sql[view]}").fetchall()
        assert [(name, kind) for name, kind, *_ in described] == [
            (column.name, column.type) for column in schema.VIEWS[view].shown
        ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_several_versions_the_newest_counts_in_whatever_order_they_are_written(
    scene: Scene, order: Sequence[int]
) -> None:
    versions = [row("a", 1, 10), row("a", 2, 20), row("a", 3, 30)]
    for number in order:
        scene.tail(versions[number], row(f"b{number}", 1, number))
    assert scene.read() == [("a", 30), ("b0", 0), ("b1", 1), ("b2", 2)]


def test_all_rows_of_the_newest_version_count(scene: Scene) -> None:
    scene.tail(*({"conversation_id": "a", "version": 1, "id": str(n)} for n in range(3)), view="messages")
    scene.tail(*({"conversation_id": "a", "version": 2, "id": str(n)} for n in range(2)), view="messages")
    assert scene.read("id", "messages") == [("0",), ("1",)]


def test_two_tails_of_one_version_count_once(scene: Scene) -> None:
    scene.tail(row("a", 1, 1))
    scene.tail(row("a", 1, 1))
    assert scene.read() == [("a", 1)]


def test_what_was_deleted_is_not_read_from_tails_or_from_the_base(scene: Scene) -> None:
    scene.base(row("a", 1, 1), row("b", 1, 1))
    scene.now += timedelta(minutes=1)
    scene.tail(row("a", 2), row("c", 2, 1))
    scene.tail(row("c", 3))
    assert scene.read() == [("b", 1)]


def test_a_tail_replaces_what_the_base_has_of_its_conversations(scene: Scene) -> None:
    scene.base(row("a", 1, 1), row("b", 1, 1))
    scene.now += timedelta(minutes=1)
    scene.tail(row("a", 2, 5))
    assert scene.read() == [("a", 5), ("b", 1)]


def test_a_tail_that_was_read_before_the_base_replaces_nothing(scene: Scene) -> None:
    scene.base(row("a", 5, 5))
    scene.now += timedelta(minutes=1)
    scene.tail(row("a", 4, 4))
    assert scene.read() == [("a", 5)]


def test_tails_that_a_base_holds_and_older_bases_do_not_count(scene: Scene) -> None:
    scene.base(row("a", 1, 1), row("erased", 1, 1))
    scene.now += timedelta(minutes=1)
    scene.tail(row("a", 2, 2), row("erased", 1, 1))
    scene.now += timedelta(minutes=1)
    scene.base(row("a", 2, 2))
    assert scene.read() == [("a", 2)]
    kept = month_files(scene.files.of_chatbot("conversations", BOT))
    assert kept.base is not None and not kept.tails and len(kept.replaced) == 2


def test_a_conversation_that_began_again_in_another_month_is_read_once(scene: Scene) -> None:
    scene.base(row("a", 1, 1), month="2026-10")
    scene.now += timedelta(minutes=1)
    scene.tail(row("a", 2), month="2026-10")
    scene.base(row("a", 3, 9), month="2026-11")
    assert scene.read() == [("a", 9)]


def test_another_chatbots_rows_are_not_there(scene: Scene) -> None:
    scene.tail(row("a", 1, 1))
    scene.tail(row("b", 1, 1), bot=OTHER)
    assert scene.read() == [("a", 1)]
    assert sorted(rows_of(scene.reader.open([BOT, OTHER]), "conversations", "conversation_id")) == [("a",), ("b",)]


def test_what_has_expired_is_not_there_and_what_has_no_time_of_activity_is(scene: Scene) -> None:
    active = {"active_at": NOW - timedelta(days=40)}
    scene.tail(row("old", 1, 1) | active, row("new", 1, 1), row("unknown", 1, 1) | {"active_at": None})
    scene.cutoffs[BOT] = NOW - timedelta(days=30)
    assert scene.read() == [("new", 1), ("unknown", 1)]


def test_a_search_belongs_to_no_conversation(scene: Scene) -> None:
    search = {"conversation_id": "search:EVENT#1", "version": 1, "entity_type": "search"}
    scene.tail(search, {"conversation_id": "a", "version": 1, "entity_type": "message"}, view="events")
    assert scene.read("entity_type, conversation_id", "events") == [("message", "a"), ("search", None)]


def test_as_of_is_the_time_of_the_newest_reading(scene: Scene) -> None:
    scene.tail(row("a", 1, 1), month="2026-10")
    scene.now += timedelta(minutes=3)
    scene.tail(row("b", 1, 1))
    assert scene.reader.open([BOT]).as_of == scene.now


def test_months_that_cannot_hold_anything_so_late_are_left_alone(scene: Scene) -> None:
    scene.base(row("a", 1, 1), month="2026-08")
    scene.now += timedelta(days=2)
    scene.base(row("b", 1, 1), month="2026-10")
    scene.base({"conversation_id": "b", "version": 1}, view="messages", month="2026-10")
    assert scene.read(since=NOW + timedelta(days=1)) == []
    assert scene.read(since=NOW - timedelta(days=50)) == [("b", 1)]
    assert [each for each, _ in scene.read(since=NOW - timedelta(days=100))] == ["a", "b"]
    assert scene.read("conversation_id", "messages", since=NOW + timedelta(days=1)) == [("b",)]


def test_files_are_fetched_once_and_removed_when_they_count_no_more(scene: Scene) -> None:
    scene.tail(row("a", 1, 1))
    scene.read()
    fetched = scene.bucket.fetched
    scene.read()
    assert scene.bucket.fetched == fetched == 1
    scene.now += timedelta(minutes=1)
    scene.base(row("a", 1, 1))
    assert scene.read() == [("a", 1)]
    assert [path.name.endswith(schema.base_name(to_millis(scene.now))) for path in stored(scene)] == [True]


def stored(scene: Scene) -> list[Path]:
    return [path for path in (scene.folder / "cache").rglob("*") if path.is_file()]


def test_files_of_another_chatbot_go_once_nobody_asks_for_them(scene: Scene) -> None:
    scene.tail(row("a", 1, 1), bot=OTHER)
    scene.reader.open([OTHER])
    scene.tail(row("a", 1, 1))
    scene.read()
    assert len(stored(scene)) == 2
    scene.now += timedelta(minutes=16)
    scene.read()
    assert len(stored(scene)) == 1


def test_a_full_disk_makes_room_by_what_was_used_least_recently(scene: Scene) -> None:
    for bot in (BOT, OTHER):
        scene.tail(row("a", 1, 1), bot=bot)
    scene.reader.open([OTHER])
    size = stored(scene)[0].stat().st_size
    cache = FactCache(scene.files, scene.folder / "cache", now=lambda: scene.now, max_bytes=size + 10)
    FactReader(scene.files, cache, scene.cutoffs.get).open([BOT])
    assert [path.relative_to(scene.folder / "cache").parts[0] for path in stored(scene)] == [f"chatbot={BOT}"]


def test_a_file_that_was_replaced_while_it_was_fetched_is_looked_up_again(scene: Scene) -> None:
    first = scene.tail(row("a", 1, 1))
    scene.now += timedelta(minutes=1)

    def replace() -> None:
        scene.base(row("a", 1, 7))
        scene.bucket.drop(first)

    scene.bucket.before_next_get = replace
    assert scene.read() == [("a", 7)]


def test_a_bucket_that_never_rests_is_unavailable(scene: Scene) -> None:
    scene.tail(row("a", 1, 1))
    scene.bucket.lose_all = True
    with pytest.raises(Unavailable):
        scene.read()


def test_a_listing_of_many_pages_is_read_to_its_end(scene: Scene) -> None:
    scene.bucket.page = 2
    for number in range(5):
        scene.tail(row(str(number), 1, 1))
    assert len(scene.read()) == 5
    scene.tail(row("a", 1, 1), bot=OTHER)
    assert scene.files.chatbots("conversations") == [BOT, OTHER]


def test_files_are_told_apart_by_view_chatbot_and_month(scene: Scene) -> None:
    scene.tail(row("a", 1, 1))
    scene.tail(row("a", 1, 1), month="2026-10")
    scene.tail(row("a", 1), view="messages")
    months = by_month(scene.files.under("facts/v1/"))
    assert sorted(months) == [
        ("conversations", BOT, "2026-10"),
        ("conversations", BOT, "2026-11"),
        ("messages", BOT, "2026-11"),
    ]


def test_merging_keeps_what_counts_alone(scene: Scene) -> None:
    scene.base(row("a", 1, 1), row("b", 1, 1), row("c", 1, 1))
    scene.now += timedelta(minutes=1)
    scene.tail(row("a", 2, 2), row("b", 2), row("d", 1, 4))
    paths = scene.cache.hold(files := scene.files.of_chatbot("conversations", BOT), files, [BOT], ["conversations"])
    base, tail = sorted(paths.values(), key=lambda path: "tail" in path.name)
    target = scene.folder / "merged.parquet"
    assert scene.writer.merge(schema.CONVERSATIONS, base, [tail], target) == 3
    merged = duckdb.connect().execute(f"SELECT conversation_id, version, messages, deleted FROM '{target}'").fetchall()
    assert sorted(merged) == [("a", 2, 2, False), ("c", 1, 1, False), ("d", 1, 4, False)]


def test_text_comes_back_as_it_was(scene: Scene) -> None:
    text = 'it\'s "q" \\ \u2028 \x00 \U0001f600 é\n\t' + "x" * 3_000_000
    scene.tail({"conversation_id": "a", "version": 1, "content": text, "topics": ["a", "é"]}, view="messages")
    assert scene.read("content, topics, flags", "messages") == [(text, ["a", "é"], None)]


def test_json_comes_back_as_json(scene: Scene) -> None:
    scene.tail(row("a", 1, 1) | {"properties": '{"k": [1.0, 1e300, null]}'})
    assert scene.read("properties, typeof(properties)") == [('{"k": [1.0, 1e300, null]}', "JSON")]


def test_a_row_with_a_column_that_its_view_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        written_row(schema.EVENTS, {"nothing": 1})
