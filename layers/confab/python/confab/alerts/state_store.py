"""The states of alerts in the table, among what tells a chatbot's team."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from confab.alerts.alert import Reading
from confab.alerts.states import AlertState
from confab.domain.metrics import Figure
from confab.domain.rules import Rule
from confab.storage import notice_keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Action, Put


class AlertStates:
    """Reads the states of alerts, and makes the writes that change them. Reads are consistent.

    A state belongs to a rule as it is since a time: a rule that says something else begins in no known state.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, chatbot_id: str) -> dict[str, tuple[datetime, AlertState]]:
        """The states of a chatbot's alerts by the id of the rule, each with the time since which the rule is so."""
        items = self._table.query(notice_keys.notified(chatbot_id), notice_keys.RULE_STATE, consistent=True)
        return {item["sk"].removeprefix(notice_keys.RULE_STATE): _read(item) for item in items if "reading" in item}

    def get(self, chatbot_id: str, rule_id: str) -> tuple[datetime, AlertState] | None:
        """The state of an alert, with the time since which its rule is so; None when it was never evaluated."""
        item = self._table.get(_key(chatbot_id, rule_id), consistent=True)
        return None if item is None or "reading" not in item else _read(item)

    def write(self, chatbot_id: str, rule_id: str, rule_since: datetime, before: AlertState, after: AlertState) -> Put:
        """What writes a state in the place of the one that was read; it fails where that has changed since.

        Args:
            rule_since: since when the rule is as it is.
        """
        item = _item(chatbot_id, rule_id, rule_since, replace(after, changes=before.changes + 1))
        if not before.changes:
            return Put(item)
        return Put(item, only_if_absent=False, equals={"changes": before.changes})

    def commit(self, write: Action) -> None:
        """Write a state that nothing tells of.

        Raises:
            ConditionFailed: it has changed since it was read.
        """
        self._table.commit([write])

    def forget(self, chatbot_id: str, rule_id: str) -> None:
        """Remove the state of a rule that is gone."""
        self._table.delete(_key(chatbot_id, rule_id))


def state_of(rule: Rule, known: tuple[datetime, AlertState] | None) -> AlertState | None:
    """The state of an alert as its rule is now; None where it was not evaluated since."""
    return known[1] if known is not None and known[0] == rule.since else None


def _key(chatbot_id: str, rule_id: str) -> tuple[str, str]:
    return notice_keys.notified(chatbot_id), notice_keys.RULE_STATE + rule_id


def _item(chatbot_id: str, rule_id: str, rule_since: datetime, state: AlertState) -> Item:
    pk, sk = _key(chatbot_id, rule_id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "of": to_micros(rule_since),
        "state": state.state,
        "since": to_micros(state.since),
        "told": state.told,
        "failures": state.failures,
        "changes": state.changes,
        "reading": json.dumps(asdict(state.reading)),
    }
    times = {"toldAt": state.told_at, "evaluatedAt": state.evaluated_at}
    return {**item, **{name: to_micros(time) for name, time in times.items() if time is not None}}


def _read(item: Item) -> tuple[datetime, AlertState]:
    found: Mapping[str, Any] = json.loads(item["reading"])
    figure = None if found["figure"] is None else Figure(**found["figure"])
    state = AlertState(
        state=item["state"],
        since=from_micros(item["since"]),
        told=item["told"],
        told_at=optional_time(item.get("toldAt")),
        failures=item["failures"],
        changes=item["changes"],
        evaluated_at=optional_time(item.get("evaluatedAt")),
        reading=Reading(**{**found, "figure": figure}),
    )
    return from_micros(item["of"]), state
