"""Faults at every call of the archive: of its copying, and of a run of its schedule (`python -m verify.faults.copies`).

The table does not change meanwhile, so a case begins with the bucket as it was. After the fault the same batch of the
stream comes again, and the schedule runs as always. No query may ever see a conversation twice, or neither as it was
nor as it is; and in the end the copies are those of the table, as `confab recount --facts` compares them.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from botocore.exceptions import ClientError, ConnectionClosedError
from confab.deployment import Deployment
from confab.facts import archive
from confab.facts.schema import VIEWS
from confab.storage.table import Table

from tests.support.bucket import Stored
from tests.support.clock import Clock
from tests.support.copies import Copies
from tests.support.deployment import Tenant
from tests.support.engine import CREDENTIALS, running_engine
from tests.support.functions import load_function
from tests.support.lambda_events import CONTEXT
from tests.support.world import World
from verify.faults.__main__ import QUIET
from verify.faults.injection import Died, Kind, OneAtATime

KINDS: Final = (Kind.ERROR, Kind.LOST, Kind.DIES_BEFORE, Kind.DIES_AFTER)
MANY: Final = 4
"""From how many messages on a conversation is left to the schedule, here."""
RUNS: Final = 4
"""How often the schedule runs after a fault."""

State = Mapping[str, Stored]


@dataclass(slots=True)
class Plan:
    """Which call of a process goes wrong, and how; ``calls`` are those that it made."""

    position: int = -1
    kind: Kind = Kind.ERROR
    calls: int = 0

    def play(self, call: Callable[[], Any], name: str) -> Any:
        """Make a call, or let it go wrong."""
        self.calls += 1
        if self.calls - 1 != self.position:
            return call()
        if self.kind in (Kind.LOST, Kind.DIES_AFTER):
            call()
        if self.kind in (Kind.DIES_BEFORE, Kind.DIES_AFTER):
            raise Died
        if self.kind == Kind.LOST:
            raise ConnectionClosedError(endpoint_url="https://aws.test")
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, name)


class Faulty:
    """An AWS client whose calls go as planned."""

    def __init__(self, client: Any, plan: Plan) -> None:
        self._client = client
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("meta", "exceptions") or not callable(found):
            return found
        return lambda **given: self._plan.play(lambda: found(**given), name)


class Scene:
    """Conversations that were copied and have changed since, and the records about that.

    Args:
        copies: of a world of its own, on a clock.
    """

    def __init__(self, copies: Copies, clock: Clock) -> None:
        self.copies, self.clock = copies, clock
        self.tenant: Tenant = copies.world.tenant()
        self._log("grows", 2)
        self._log("large", 5)
        self._log("gone", 2)
        copies.settle()
        self.run()
        self.before = self.seen()
        self._log("grows", 3)
        self._log("large", 6)
        self._log("new", 2)
        key = copies.key(self.tenant)
        rating = {"type": "negative", "messageId": "grows-1"}
        assert copies.world.inkeep(key, "POST", "/feedback", rating).status == 200
        search = {"type": "searched", "entityType": "search", "searchQuery": "prices"}
        assert copies.world.inkeep(key, "POST", "/events", search).status == 200
        assert copies.world.inkeep(key, "DELETE", "/conversations/gone").status == 200
        copies.world.analyse_queued()
        self.records = copies.records()

    def _log(self, name: str, number: int) -> None:
        messages = [{"id": f"{name}-{n}", "role": ("user", "assistant")[n % 2], "content": "Hi"} for n in range(number)]
        body = {"id": name, "type": "openai", "messages": messages}
        assert self.copies.world.send_history(self.copies.key(self.tenant), body).status == 200

    def seen(self) -> dict[str, Sequence[Any]]:
        """What a query sees of each view."""
        counted = {"conversations": "id, messages"}
        return {view: self.copies.rows(self.tenant, view, counted.get(view, "conversation_id, id")) for view in VIEWS}

    def keep(self) -> State:
        """The bucket as it is."""
        return deepcopy(self.copies.world.bucket.objects)

    def restore(self, state: State) -> None:
        """Let the bucket be as it was, a moment later."""
        self.copies.world.bucket.objects = dict(deepcopy(state))
        self.clock.advance(milliseconds=7)

    def process(self, event: Mapping[str, Any], plan: Plan) -> Any:
        """Let a new process of the archive do its work, as planned."""
        world = self.copies.world
        clients = {"dynamodb": world.dynamodb, "s3": world.bucket}
        made = {service: Faulty(client, plan) for service, client in clients.items()}
        deployment = Deployment(world.deployment.settings, now=world.now, sleep=world.sleep, client=made.__getitem__)
        # One call after the other: a position is the same call in every run.
        table = Table(made["dynamodb"], deployment.settings.table, OneAtATime(), world.sleep)
        deployment.__dict__["table"] = table
        return load_function("archive").build(deployment)(event, CONTEXT)

    def copy(self, plan: Plan) -> bool:
        """Hand the records over once; whether all of them are done."""
        answer = self.process({"Records": self.records}, plan)
        return not answer["batchItemFailures"]

    def run(self, plan: Plan | None = None) -> None:
        """A run of the schedule, half an hour later."""
        self.clock.advance(minutes=30)
        self.process({"source": "aws.events"}, plan or Plan())


def tried(work: Callable[[Plan], object], plan: Plan) -> bool:
    """Do work that may fail, as Lambda would; whether it ended well."""
    try:
        return work(plan) is not False
    except (Exception, Died):
        return False


def wrong(scene: Scene, after: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """What a query sees that it must not."""
    for view, rows in scene.seen().items():
        if len(set(rows)) < len(rows):
            yield f"{view}: something is there twice"
        if not set(rows) <= {*scene.before[view], *after[view]}:
            yield f"{view}: something is neither as it was nor as it is"
        if not set(scene.before[view]) & set(after[view]) <= set(rows):
            yield f"{view}: something is missing"


def at_the_end(scene: Scene, after: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """What the copies have otherwise than the table."""
    for _ in range(RUNS):
        scene.run()
    if scene.seen() != after:
        yield "queries do not see what is stored"
    if not scene.copies.compared(scene.tenant).exact:
        yield "the copies differ from the table"
    if any("deferred" in key for key in scene.copies.world.bucket.objects):
        yield "a conversation is still noted"


def play(scene: Scene) -> Iterator[tuple[str, Sequence[str]]]:
    """Every case by its name, with what did not hold."""
    begin = scene.keep()
    clean = Plan()
    assert scene.copy(clean)
    copied = scene.keep()
    scene.run(tidied := Plan())
    for _ in range(RUNS):
        scene.run()
    after = scene.seen()
    assert scene.copies.compared(scene.tenant).exact
    for kind in KINDS:
        for position in range(clean.calls):
            scene.restore(begin)
            done = tried(scene.copy, Plan(position, kind))
            found = list(wrong(scene, after))
            if not done:
                assert scene.copy(Plan())
            yield f"copy/{position}/{kind}", [*found, *wrong(scene, after), *at_the_end(scene, after)]
        for position in range(tidied.calls):
            scene.restore(copied)
            tried(scene.run, Plan(position, kind))
            yield f"schedule/{position}/{kind}", [*wrong(scene, after), *at_the_end(scene, after)]


def main() -> int:
    """Play every case, say what did not hold, and return the exit code."""
    os.environ.update(CREDENTIALS, **QUIET)
    cases, failed = 0, 0
    said = sys.stdout
    with running_engine() as engine, redirect_stdout(io.StringIO()), patch.object(archive, "MANY", MANY):
        clock = Clock()
        scene = Scene(Copies(World(engine, clock, roles=False), engine), clock)
        for name, findings in play(scene):
            cases += 1
            failed += bool(findings)
            for finding in dict.fromkeys(findings):
                said.write(f"FAILED {name}: {finding}\n")
    said.write(f"copies: {cases} cases tried, {failed} failed\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
