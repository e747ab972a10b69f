"""A table as an earlier version of Confab left it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.clock import Clock
from tests.support.engine import Engine
from tests.support.world import World

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "data_version_0.json"


@dataclass(frozen=True)
class Old:
    """What is in the table, and the keys to it.

    Attributes:
        ids: conversations by what they are called there, and ``feedback``.
        ingest, admin, api: keys of the first tenant; ``other_admin`` is of the second one.
    """

    world: World
    chatbot: str
    other: str
    ids: dict[str, str]
    ingest: str
    admin: str
    api: str
    other_admin: str

    @property
    def options(self) -> list[str]:
        """The options that name the table to the command."""
        return ["--table", self.world.deployment.settings.table, "--endpoint-url", self._endpoint]

    @property
    def _endpoint(self) -> str:
        return str(self.world.dynamodb.meta.endpoint_url)

    def shared(self, name: str) -> dict[str, Any]:
        """A conversation as it is read."""
        body: dict[str, Any] = self.world.read(self.admin, self.ids[name]).body
        return body


def old_data(engine: Engine) -> Old:
    """A world of the test's own, half an hour after the last request that an earlier version answered."""
    kept = json.loads(FIXTURE.read_text(encoding="utf-8"))
    world = World(engine, Clock(datetime.fromisoformat(kept["now"])))
    for item in kept["items"]:
        world.dynamodb.put_item(TableName=world.deployment.settings.table, Item=_attributes(item))
    assert world.clock is not None
    world.clock.advance(minutes=30)
    names = ("chatbot", "other", "ids", "ingest", "admin", "api", "other_admin")
    return Old(world, **{name: kept[name] for name in names})


def _attributes(value: Any) -> Any:
    """Attribute values, whose bytes are in base64 in the file."""
    if isinstance(value, dict):
        if value.keys() == {"B"}:
            return {"B": base64.b64decode(value["B"])}
        return {name: _attributes(below) for name, below in value.items()}
    return [_attributes(below) for below in value] if isinstance(value, list) else value
