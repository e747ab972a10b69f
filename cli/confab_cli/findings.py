"""What `confab doctor` makes of what AWS says: pure rules, from answers to findings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from confab import __version__
from confab.platform.credentials import ApiKey
from confab.platform.data_version import VERSION
from confab.platform.plans import OWN_LIMITS, own_limits

from confab_cli.output import span

INDEXES: Final = {"GSI1": ["g1pk", "g1sk"], "GSI2": ["g2pk", "g2sk"], "GSI3": ["g3pk", "g3sk"]}
TTL_ATTRIBUTE: Final = "expiresAt"
MANY_WAITING: Final = 1000
CLOCK_NOTED: Final = timedelta(seconds=5)
CLOCK_WRONG: Final = timedelta(minutes=1)
"""AWS refuses requests that are signed five minutes off; keys and leases are wrong by as much before."""
EXPIRES_SOON: Final = timedelta(days=14)

INGESTION_DAYS: Final = 7
CONCURRENCY: Final = "reserved concurrency"
VARIABLES: Final = "environment variables"
SWEEP: Final = "schedule of the sweep"
MERGE: Final = "schedule of the copies"
CLOCK: Final = "schedule of the notices"
SCHEDULES: Final = {
    SWEEP: "Nothing repairs what was lost: enable the rule.",
    CLOCK: "Hourly digests, and notices whose queue message was lost, are not sent: enable the rule.",
    MERGE: "What was erased stays in the files of the copies: enable the rule.",
}
"""What is wrong when a schedule is off."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        advice: what to do; empty when nothing is to be done.
    """

    level: Level
    what: str
    says: str
    advice: str = ""


def of_stack(status: str) -> Finding:
    """The stack's own state."""
    if status.endswith("_IN_PROGRESS"):
        return Finding(Level.NOTE, "stack", status, "A deployment is under way; look again when it is done.")
    if status.endswith("_COMPLETE") and "ROLLBACK" not in status:
        return Finding(Level.OK, "stack", status)
    return Finding(Level.PROBLEM, "stack", status, "The last deployment failed: see the stack's events, deploy again.")


def of_ingestion(hints: Sequence[tuple[str, Sequence[str]]]) -> list[Finding]:
    """What came by OpenTelemetry without text or id, from the names of chatbots and what there is to tell of each."""
    found = []
    for name, told in hints:
        for hint in told:
            says, _, advice = hint.partition(". ")
            found.append(Finding(Level.NOTE, f"OpenTelemetry, {name}", f"{says}.", advice))
    return found or [Finding(Level.OK, "OpenTelemetry", "nothing was missing")]


def of_table(table: Mapping[str, Any]) -> list[Finding]:
    """The table and its indexes, from DescribeTable."""
    status = table["TableStatus"]
    found = [
        Finding(Level.OK, "table", status)
        if status == "ACTIVE"
        else Finding(
            Level.PROBLEM, "table", status, "It takes no requests, or is about to change; see its console page."
        )
    ]
    there = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}
    found += [_of_index(name, there.get(name), keys) for name, keys in INDEXES.items()]
    if not table.get("DeletionProtectionEnabled"):
        advice = "Deploy with DeletionProtection=true where the data matters."
        found.append(Finding(Level.NOTE, "deletion protection", "off", advice))
    return found


def _of_index(name: str, index: Mapping[str, Any] | None, keys: Sequence[str]) -> Finding:
    what = f"index {name}"
    if index is None or [key["AttributeName"] for key in index["KeySchema"]] != keys:
        return Finding(Level.PROBLEM, what, "missing or with other keys", "Deploy the template again.")
    status = index.get("IndexStatus", "ACTIVE")
    if status != "ACTIVE":
        return Finding(Level.PROBLEM, what, status, "Lists and the sweep wait until it is built.")
    return Finding(Level.OK, what, status)


def of_expiry(description: Mapping[str, Any]) -> Finding:
    """Time to live, from DescribeTimeToLive."""
    status = description.get("TimeToLiveStatus", "DISABLED")
    if status in ("ENABLED", "ENABLING") and description.get("AttributeName") == TTL_ATTRIBUTE:
        return Finding(Level.OK, "time to live", status)
    advice = f"What should expire is kept for ever: enable it on {TTL_ATTRIBUTE}, or deploy the template again."
    return Finding(Level.PROBLEM, "time to live", status, advice)


def of_backups(description: Mapping[str, Any]) -> Finding:
    """Point-in-time recovery, from DescribeContinuousBackups."""
    status = description.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus", "DISABLED")
    if status == "ENABLED":
        return Finding(Level.OK, "point-in-time recovery", status)
    advice = "A mistake cannot be taken back: enable it, or deploy the template again."
    return Finding(Level.PROBLEM, "point-in-time recovery", status, advice)


def of_data(version: int) -> Finding:
    """Of which version the data is, against this command's."""
    what, says = "data version", str(version)
    if version < VERSION:
        return Finding(Level.PROBLEM, what, says, f"Deploy, then bring it to version {VERSION}: `confab migrate`.")
    if version > VERSION:
        return Finding(Level.PROBLEM, what, says, f"This command knows {VERSION} and earlier ones: use the newer one.")
    return Finding(Level.OK, what, says)


def of_version(deployed: str | None) -> Finding:
    """Of which version the stack is, against this command's.

    Args:
        deployed: what its template says; None where it says nothing.
    """
    if deployed == __version__:
        return Finding(Level.OK, "version", deployed)
    says = f"the stack is of {deployed or 'an unknown version'}, this command of {__version__}"
    return Finding(Level.NOTE, "version", says, "Deploy this version, or use the stack's command (docs/upgrade.md).")


def of_queue(name: str, queue: Mapping[str, str], dead: Mapping[str, str]) -> list[Finding]:
    """A queue and its dead letters, from GetQueueAttributes of both.

    Args:
        name: as ``confab dlq`` calls it.
    """
    target = json.loads(queue.get("RedrivePolicy", "{}")).get("deadLetterTargetArn")
    waiting, in_work = (int(queue[f"ApproximateNumberOfMessages{kind}"]) for kind in ("", "NotVisible"))
    says = f"{waiting} waiting, {in_work} in work"
    found = [Finding(Level.OK, f"{name} queue", says)]
    if target != dead["QueueArn"]:
        advice = "What fails again and again blocks the others: deploy the template again."
        found = [Finding(Level.PROBLEM, f"{name} queue", "has no dead-letter queue, or another one", advice)]
    elif waiting >= MANY_WAITING:
        advice = f"Is its consumer enabled and well? If it is merely busy, raise {name.title()}Concurrency."
        found = [Finding(Level.NOTE, f"{name} queue", says, advice)]
    letters = int(dead["ApproximateNumberOfMessages"])
    if letters:
        advice = f"`confab dlq list {name}` says why; then redrive or discard them."
        return [*found, Finding(Level.PROBLEM, f"{name} dead letters", str(letters), advice)]
    return [*found, Finding(Level.OK, f"{name} dead letters", "none")]


def of_pending(oldest: timedelta, overdue: int, sweep_after: timedelta) -> Finding:
    """How long the oldest conversation waits, and how many wait for too long."""
    if not oldest:
        return Finding(Level.OK, "waiting for analysis", "none")
    says = f"the oldest for {span(oldest)}, {overdue} for longer than {span(sweep_after)}"
    if oldest > 2 * sweep_after:
        advice = "The sweep queued them and nobody finished: see the consumer's log and `confab dlq list analysis`."
        return Finding(Level.PROBLEM, "waiting for analysis", says, advice)
    return Finding(Level.OK, "waiting for analysis", says)


def of_clock(here: datetime, there: datetime | None) -> Finding:
    """This machine's clock against AWS's; theirs is told in whole seconds."""
    if there is None:
        return Finding(Level.UNKNOWN, "clock", "AWS did not say what time it is")
    off = abs(here - there)
    says = f"{off.total_seconds():.0f} s from AWS's"
    if off > CLOCK_NOTED:
        level = Level.PROBLEM if off > CLOCK_WRONG else Level.NOTE
        return Finding(level, "clock", says, "Set this machine's clock by a time server.")
    return Finding(Level.OK, "clock", says)


def of_keys(keys: Sequence[ApiKey], now: datetime) -> list[Finding]:
    """API keys that live for ever, are about to end, have ended, or follow the deployment's plan."""
    ending = [key for key in keys if key.expires_at is not None and now < key.expires_at <= now + EXPIRES_SOON]
    ended = [key for key in keys if key.expires_at is not None and key.expires_at <= now]
    endless = [key for key in keys if key.expires_at is None]
    found = []
    if endless:
        advice = "Give keys that people hold an end: `confab key create --days`, then `key revoke`."
        found.append(Finding(Level.NOTE, "keys without expiry", _named(endless), advice))
    if ending:
        advice = "Make their successors in time: `confab key create`."
        found.append(Finding(Level.NOTE, f"keys that expire within {EXPIRES_SOON.days} days", _named(ending), advice))
    if ended:
        found.append(Finding(Level.NOTE, "keys that expired", _named(ended), "They are refused; `confab key revoke`."))
    planless = [key for key in keys if key.plan is None and len(own_limits(key)) < len(OWN_LIMITS)]
    if planless:
        advice = "They change with the parameter DefaultPlan; name one: `confab key create --plan`, then `key revoke`."
        found.append(Finding(Level.NOTE, "keys without a plan", _named(planless), advice))
    return found or [Finding(Level.OK, "keys", f"{len(keys)}, each with an end" if keys else "none")]


def _named(keys: Sequence[ApiKey], most: int = 5) -> str:
    shown = ", ".join(f"{key.name} ({key.prefix}…)" for key in keys[:most])
    return f"{len(keys)}: {shown}" + (", …" if len(keys) > most else "")


def of_function(name: str, configuration: Mapping[str, Any]) -> Finding:
    """A function, from GetFunctionConfiguration."""
    what = f"function {name}"
    state, update = configuration.get("State", "Active"), configuration.get("LastUpdateStatus", "Successful")
    # One that nobody called for weeks is put to sleep, and wakes at its next call.
    if state not in ("Active", "Inactive"):
        reason = configuration.get("StateReason") or state
        return Finding(Level.PROBLEM, what, f"{state}: {reason}", "It cannot run: fix the reason, deploy again.")
    if update == "Failed":
        reason = configuration.get("LastUpdateStatusReason") or update
        return Finding(Level.PROBLEM, what, f"the last update failed: {reason}", "It runs old code: deploy again.")
    return Finding(Level.OK, what, state)


def of_concurrency(reserved: Mapping[str, int | None]) -> list[Finding]:
    """What is reserved for each function, from GetFunctionConcurrency; none may have nothing at all.

    Args:
        reserved: by the functions' names; None where nothing is said.
    """
    stopped = sorted(name for name, amount in reserved.items() if amount == 0)
    if not stopped:
        return [Finding(Level.OK, CONCURRENCY, "none of the functions is stopped by it")]
    return [
        Finding(
            Level.PROBLEM,
            f"{CONCURRENCY} of {name}",
            "0, so that it takes no call",
            f"Let it run: `aws lambda delete-function-concurrency --function-name {name}`, or put another number.",
        )
        for name in stopped
    ]


def of_variables(name: str, actual: Mapping[str, str], wanted: Mapping[str, str | None]) -> list[Finding]:
    """The environment variables of a function against those that its stack made.

    Args:
        wanted: by the variables' names; None where only its being there is known.
    """
    lacking = sorted(variable for variable in wanted if variable not in actual)
    wrong = sorted(
        variable for variable, value in wanted.items() if value is not None and actual.get(variable, value) != value
    )
    if not lacking and not wrong:
        return []
    said = [f"{variable} is missing" for variable in lacking]
    said += [f"{variable} is '{actual[variable]}', the stack's is '{wanted[variable]}'" for variable in wrong]
    advice = "Set it again (Lambda, Configuration): a deployment leaves alone what its template does not change."
    return [Finding(Level.PROBLEM, f"{VARIABLES} of {name}", "; ".join(said), advice)]


def of_consumer(name: str, mappings: Sequence[Mapping[str, Any]]) -> Finding:
    """What starts a queue's consumer, from ListEventSourceMappings of it."""
    what = f"consumer {name}"
    states = [mapping.get("State", "") for mapping in mappings]
    if any(state in ("Enabled", "Enabling", "Updating", "Creating") for state in states):
        return Finding(Level.OK, what, ", ".join(states))
    advice = "Nothing takes from its queue: enable the function's trigger."
    return Finding(Level.PROBLEM, what, ", ".join(states) or "no trigger", advice)


def of_schedule(what: str, state: str) -> Finding:
    """What starts the sweep, the merging of copies or the look for notices, from DescribeRule.

    Args:
        what: one of ``SCHEDULES``.
    """
    if state.startswith("ENABLED"):
        return Finding(Level.OK, what, state)
    return Finding(Level.PROBLEM, what, state, SCHEDULES[what])


def of_alarms(alarms: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """The stack's alarms, from DescribeAlarms."""
    if not alarms:
        advice = "Deploy with Monitoring=true to be told before users tell you."
        return [Finding(Level.NOTE, "alarms", "none", advice)]
    off = [alarm for alarm in alarms if alarm["StateValue"] == "ALARM"]
    if not off:
        return [Finding(Level.OK, "alarms", f"{len(alarms)}, none is on")]
    return [Finding(Level.PROBLEM, f"alarm {each['AlarmName']}", "on", each["AlarmDescription"]) for each in off]
