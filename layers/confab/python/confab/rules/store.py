"""Rules in the table: in a chatbot's partition for what tells its team."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from confab.admin.audit_store import noted
from confab.domain.audit import AuditEntry
from confab.domain.rules import MAX_RULES, Rule
from confab.storage import notice_keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.counted_items import one_less, one_more
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Delete, Put

_COUNTED: Final = "rules"


class RuleStore:
    """Reads and writes rules; each change is one transaction with its audit entry. Reads are consistent.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, chatbot_id: str) -> Sequence[Rule]:
        """The rules of a chatbot, the oldest first."""
        items = self._table.query(notice_keys.notified(chatbot_id), notice_keys.RULE, consistent=True)
        return sorted(map(_read, items), key=lambda each: (each.created_at, each.id))

    def get(self, chatbot_id: str, rule_id: str) -> Rule | None:
        """A rule; None when there is none."""
        item = self._table.get(_key(chatbot_id, rule_id), consistent=True)
        return None if item is None else _read(item)

    def chatbots(self) -> list[str]:
        """The chatbots that have, or had, rules: for what the clock starts."""
        return [item["sk"] for item in self._table.query(notice_keys.ruled_chatbots())]

    def forget(self, chatbot_id: str) -> None:
        """Take a chatbot without rules off the list."""
        self._table.delete((notice_keys.ruled_chatbots(), chatbot_id))

    def add(self, rule: Rule, entry: AuditEntry) -> None:
        """Store a new rule.

        Raises:
            ConditionFailed: the chatbot has as many as it may, or one of this id.
        """
        listed: Item = {"pk": notice_keys.ruled_chatbots(), "sk": rule.chatbot_id}
        counted = one_more(rule.chatbot_id, _COUNTED, MAX_RULES)
        self._table.commit([Put(_item(rule)), counted, Put(listed, only_if_absent=False), noted(entry)])

    def change(self, before: Rule, after: Rule, entry: AuditEntry) -> Rule:
        """Store a rule that changed, on the revision that was read; as it is then.

        Raises:
            ConditionFailed: it changed meanwhile, or is gone.
        """
        moved = replace(after, revision=before.revision + 1)
        put = Put(_item(moved), only_if_absent=False, equals={"revision": before.revision})
        self._table.commit([put, noted(entry)])
        return moved

    def remove(self, rule: Rule, entry: AuditEntry) -> None:
        """Remove a rule that was read.

        Raises:
            ConditionFailed: it changed meanwhile, or is gone.
        """
        deletion = Delete(_key(rule.chatbot_id, rule.id), {"revision": rule.revision})
        self._table.commit([deletion, one_less(rule.chatbot_id, _COUNTED), noted(entry)])


def _key(chatbot_id: str, rule_id: str) -> tuple[str, str]:
    return notice_keys.notified(chatbot_id), notice_keys.RULE + rule_id


def _item(rule: Rule) -> Item:
    pk, sk = _key(rule.chatbot_id, rule.id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "kind": rule.kind,
        "name": rule.name,
        "enabled": rule.enabled,
        "to": list(rule.destinations),
        "text": rule.include_text,
        "settings": json.dumps(rule.settings),
        "createdAt": to_micros(rule.created_at),
        "since": to_micros(rule.since),
        "revision": rule.revision,
    }
    if rule.template is not None:
        item["template"] = rule.template
    return item


def _read(item: Item) -> Rule:
    return Rule(
        id=item["sk"].removeprefix(notice_keys.RULE),
        chatbot_id=item["pk"].partition("#")[2],
        kind=item["kind"],
        name=item["name"],
        enabled=item["enabled"],
        destinations=item["to"],
        include_text=item["text"],
        template=item.get("template"),
        settings=json.loads(item["settings"]),
        created_at=from_micros(item["createdAt"]),
        since=from_micros(item["since"]),
        revision=item["revision"],
    )
