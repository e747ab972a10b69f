"""Copies of conversations in tests: the table's stream, the archive that reads it, and queries over the copies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import yaml
from confab.facts import archive_wiring, wiring
from confab.facts.compare import Comparison

from tests.support.deployment import Tenant
from tests.support.engine import Engine, aws_client
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[2]
Record = dict[str, Any]


class Copies:
    """The copies of a world's conversations.

    Args:
        world: of the test's own: its table gets a stream.
    """

    def __init__(self, world: World, engine: Engine) -> None:
        self.world = world
        table = world.deployment.settings.table
        world.dynamodb.update_table(
            TableName=table, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        )
        self._streams = aws_client("dynamodbstreams", engine.dynamodb)
        self._arn = world.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._seen: set[str] = set()
        self._keys: dict[str, str] = {}

    def records(self) -> list[Record]:
        """What the stream has since it was asked last, as far as the template's filter passes it."""
        return [record for record in self._all() if any(matches(record, pattern) for pattern in patterns())]

    def _all(self) -> list[Record]:
        found: list[Record] = []
        for shard in self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]:
            iterator = self._streams.get_shard_iterator(
                StreamArn=self._arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                answer = self._streams.get_records(ShardIterator=iterator, Limit=1000)
                found += answer["Records"]
                iterator = answer.get("NextShardIterator") if answer["Records"] else None
        fresh = [record for record in found if record["dynamodb"]["SequenceNumber"] not in self._seen]
        self._seen |= {record["dynamodb"]["SequenceNumber"] for record in fresh}
        return fresh

    def key(self, tenant: Tenant) -> str:
        """A key that may do everything with a chatbot."""
        if tenant.id not in self._keys:
            self._keys[tenant.id] = self.world.key(tenant, "admin")
        return self._keys[tenant.id]

    def archive(self, records: Sequence[Record] | None = None) -> list[str]:
        """Let the archive work on records, those that are new if none are given; what it gives back."""
        batch = self.records() if records is None else list(records)
        answer = self.world.handler("archive")({"Records": batch}, CONTEXT)
        return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]

    def settle(self) -> None:
        """Analyse what waits, and copy what changed."""
        self.world.analyse_queued()
        assert self.archive() == []

    def merge(self) -> dict[str, Any]:
        """A run of the schedule."""
        answer: dict[str, Any] = self.world.handler("archive")({"source": "aws.events"}, CONTEXT)
        return answer

    def rows(self, tenant: Tenant, view: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Rows of a view, sorted."""
        snapshot = wiring.reader(self.world.deployment).open([tenant.id], [view])
        return sorted(duckdb.connect().execute(f"SELECT {columns} FROM ({snapshot.sql[view]})").fetchall(), key=repr)

    def compared(self, tenant: Tenant) -> Comparison:
        """The copies, compared with the table."""
        return archive_wiring.compare(self.world.deployment)(tenant.id)

    @property
    def texts(self) -> str:
        """All that the files of the bucket say."""
        return repr([_rows_of(stored.content) for stored in self.world.bucket.objects.values()])


def _rows_of(content: bytes) -> list[tuple[Any, ...]]:
    """The rows of a file."""
    with NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content)
        file.flush()
        return duckdb.connect().execute(f"SELECT * FROM '{file.name}'").fetchall()


def patterns() -> list[Mapping[str, Any]]:
    """The filter of the stream in the template."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Takes CloudFormation's short forms for nothing."""

    Loader.add_multi_constructor("!", lambda *_: None)
    template = yaml.load((ROOT / "query.yaml").read_text(), Loader)
    events = template["Resources"]["ArchiveFunction"]["Properties"]["Events"]
    filters = events["Stream"]["Properties"]["FilterCriteria"]["Filters"]
    return [json.loads(each["Pattern"]) for each in filters]


def matches(value: Any, pattern: Any) -> bool:
    """Whether a record matches a pattern as EventBridge has it; what is not there is absent all the way down."""
    if isinstance(pattern, Mapping):
        return all(matches(value.get(name) if isinstance(value, Mapping) else None, p) for name, p in pattern.items())
    return any(_accepts(value, accepted) for accepted in pattern)


def _accepts(value: Any, accepted: Any) -> bool:
    if not isinstance(accepted, Mapping):
        return bool(value == accepted)
    if "exists" in accepted:
        return (value is not None) is accepted["exists"]
    return isinstance(value, str) and value.startswith(accepted["prefix"])
