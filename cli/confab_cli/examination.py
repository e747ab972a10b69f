"""The looking of `confab doctor`: asks AWS about each part of a deployment. It changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from confab.admin import wiring as admin_wiring
from confab.analysis.sweep_store import SweepStore
from confab.platform.errors import ConfabError
from confab.spans import wiring as spans_wiring
from confab.spans.hints import hints_of
from confab.storage import keys
from confab.storage.data_marker import DataMarker

from confab_cli import findings
from confab_cli.dead_letters import QUEUES
from confab_cli.deployed_template import version_of, wanted_variables
from confab_cli.findings import Finding, Level
from confab_cli.target import Installation

MAX_WAITING: Final = 10_000
"""How many waiting conversations of a shard are looked at."""
NOT_ALLOWED: Final = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
SCHEDULES: Final = {"Archive": findings.MERGE, "Notify": findings.CLOCK}
"""What a rule starts, by how its name in the template begins; any other one starts the sweep."""
READERS: Final = ("ArchiveFunction", "NotifyFunction")
"""Who reads the stream of the table."""

Check = tuple[str, Callable[[], Iterable[Finding]]]


class Examination:
    """Looks at a deployment.

    Args:
        installation: which.
        now: the clock of this machine.
    """

    def __init__(self, installation: Installation, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._installation = installation
        self._now = now
        self._deployment = installation.deployment()

    def __call__(self) -> Iterator[Finding]:
        """Look at one part after the other. What cannot be seen is said, and keeps the rest from nothing."""
        for what, look in self._checks():
            try:
                yield from look()
            except (ClientError, BotoCoreError, ConfabError) as error:
                yield _unseen(what, error)

    def _checks(self) -> list[Check]:
        installation = self._installation
        checks: list[Check] = [
            ("table", self._table),
            ("time to live", self._expiry),
            ("point-in-time recovery", self._backups),
            ("data version", self._data_version),
            ("waiting for analysis", self._pending),
            ("keys", self._keys),
            ("OpenTelemetry", self._ingestion),
        ]
        if installation.stack is None:
            return [*checks, ("stack", _no_stack)]
        checks.insert(0, ("stack", lambda: [findings.of_stack(installation.status)]))
        checks.insert(1, ("version", lambda: [findings.of_version(version_of(installation))]))
        checks += [(f"{name} queue", partial(self._queue, name)) for name in QUEUES]
        functions = installation.of_kind("AWS::Lambda::Function")
        checks += [
            (f"function {physical}", partial(self._function, physical)) for _, physical in sorted(functions.items())
        ]
        checks += [
            (findings.CONCURRENCY, partial(self._concurrency, functions)),
            (findings.VARIABLES, partial(self._variables, functions)),
        ]
        checks += [
            (f"consumer {name}", partial(self._consumer, functions[f"{begin}Function"]))
            for name, begin in QUEUES.items()
            if f"{begin}Function" in functions
        ]
        for name, rule in sorted(installation.of_kind("AWS::Events::Rule").items()):
            what = next((each for begin, each in SCHEDULES.items() if name.startswith(begin)), findings.SWEEP)
            checks.append((what, partial(self._schedule, what, rule)))
        for name in (each for each in READERS if each in functions):
            checks.append((f"consumer {functions[name]}", partial(self._consumer, functions[name])))
        return [*checks, ("alarms", self._alarms)]

    def _table(self) -> Iterable[Finding]:
        before = self._now()
        answer = self._installation.client("dynamodb").describe_table(TableName=self._installation.table)
        here = before + (self._now() - before) / 2
        return [*findings.of_table(answer["Table"]), findings.of_clock(here, _date(answer))]

    def _expiry(self) -> Iterable[Finding]:
        answer = self._installation.client("dynamodb").describe_time_to_live(TableName=self._installation.table)
        return [findings.of_expiry(answer["TimeToLiveDescription"])]

    def _backups(self) -> Iterable[Finding]:
        answer = self._installation.client("dynamodb").describe_continuous_backups(TableName=self._installation.table)
        return [findings.of_backups(answer["ContinuousBackupsDescription"])]

    def _data_version(self) -> Iterable[Finding]:
        return [findings.of_data(DataMarker(self._deployment.table).read().version)]

    def _pending(self) -> Iterable[Finding]:
        now, after = self._now(), self._installation.sweep_after
        store = SweepStore(self._deployment.table)
        ages = [now - since for shard in range(keys.SHARDS) for since in _since(store, shard, now - after)]
        oldest = max(ages, default=timedelta(0))
        return [findings.of_pending(oldest, sum(age >= after for age in ages), after)]

    def _keys(self) -> Iterable[Finding]:
        administration = admin_wiring.administration(self._deployment)
        found = [key for workspace, _ in administration.workspaces() for key in administration.keys(workspace)]
        return findings.of_keys(found, self._now())

    def _ingestion(self) -> Iterable[Finding]:
        administration, counts = admin_wiring.administration(self._deployment), spans_wiring.counts(self._deployment)
        first = (self._now() - timedelta(days=findings.INGESTION_DAYS - 1)).date()
        chatbots = [bot for workspace, _ in administration.workspaces() for bot in administration.chatbots(workspace)]
        return findings.of_ingestion([(bot.name, hints_of(counts.since(bot.id, first))) for bot in chatbots])

    def _queue(self, name: str) -> Iterable[Finding]:
        sqs, resources = self._installation.client("sqs"), self._installation.resources
        queue, dead = (
            sqs.get_queue_attributes(QueueUrl=resources[f"{QUEUES[name]}{kind}"], AttributeNames=["All"])["Attributes"]
            for kind in ("Queue", "DeadLetterQueue")
        )
        return findings.of_queue(name, queue, dead)

    def _function(self, name: str) -> Iterable[Finding]:
        configuration = self._installation.client("lambda").get_function_configuration(FunctionName=name)
        return [findings.of_function(name, configuration)]

    def _concurrency(self, functions: Mapping[str, str]) -> Iterable[Finding]:
        client = self._installation.client("lambda")
        answers = {name: client.get_function_concurrency(FunctionName=name) for name in functions.values()}
        return findings.of_concurrency(
            {name: answer.get("ReservedConcurrentExecutions") for name, answer in answers.items()}
        )

    def _variables(self, functions: Mapping[str, str]) -> Iterable[Finding]:
        client = self._installation.client("lambda")
        wanted, found = wanted_variables(self._installation), []
        for logical, name in sorted(functions.items()):
            configuration = client.get_function_configuration(FunctionName=name)
            actual = configuration.get("Environment", {}).get("Variables", {})
            found += findings.of_variables(name, actual, wanted.get(logical, {}))
        return found or [Finding(Level.OK, findings.VARIABLES, "each as the stack made it")]

    def _consumer(self, function: str) -> Iterable[Finding]:
        answer = self._installation.client("lambda").list_event_source_mappings(FunctionName=function)
        return [findings.of_consumer(function, answer["EventSourceMappings"])]

    def _schedule(self, what: str, rule: str) -> Iterable[Finding]:
        # A rule's physical id is its name, or bus and name.
        answer = self._installation.client("events").describe_rule(Name=rule.rpartition("|")[2])
        return [findings.of_schedule(what, answer["State"])]

    def _alarms(self) -> Iterable[Finding]:
        names = list(self._installation.of_kind("AWS::CloudWatch::Alarm").values())
        if not names:
            return findings.of_alarms([])
        answer = self._installation.client("cloudwatch").describe_alarms(AlarmNames=names)
        alarms: Sequence[Mapping[str, Any]] = answer["MetricAlarms"]
        return findings.of_alarms(alarms)


def _since(store: SweepStore, shard: int, cutoff: datetime) -> Iterator[datetime]:
    """Since when the conversations of a shard wait: the oldest, and all that have waited since before the cutoff."""
    for number, waiting in enumerate(store.waiting(shard)):
        if number >= MAX_WAITING or (number and waiting.since > cutoff):
            return
        yield waiting.since


def _no_stack() -> Iterable[Finding]:
    return [Finding(Level.UNKNOWN, "queues, functions, alarms", "a table was named", "Name the stack with --stack.")]


def _date(answer: Mapping[str, Any]) -> datetime | None:
    """When AWS says that it answered."""
    text = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(text) if text else None


def _unseen(what: str, error: Exception) -> Finding:
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    if code in NOT_ALLOWED:
        return Finding(Level.UNKNOWN, what, "you may not look at it", "Ask for the right to read it, or pass on.")
    return Finding(Level.PROBLEM, what, str(error), "It could not be looked at: is it there, and does AWS answer?")
