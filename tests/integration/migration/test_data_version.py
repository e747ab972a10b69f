"""The version of what is stored and queued: everything says its own, and a later one is refused and left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confab.platform.data_version import MARK, VERSION
from confab.storage import keys
from confab.storage.writes import Change

from tests.support.chatcaptain import handle, handle_body
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.world import World

COUNTERS = ("STAT#", "RATE#", "BUDGET#")
"""Items that hold nothing but numbers which every version adds to."""
SAID = {"id": "m1", "role": "user", "content": "Where is my order? I am waiting!"}


def _items(world: World) -> list[dict[str, Any]]:
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    return list(pages.search("Items[]"))


def _has_meaning(item: dict[str, Any]) -> bool:
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    counts_a_person = pk.startswith(("USER#", "ORG#")) and sk != keys.PROFILE
    return len(item) > 2 and not pk.startswith(COUNTERS) and not counts_a_person


def _captured(world: World, tenant: Tenant, **more: Any) -> str:
    body = {
        "conversationId": "c",
        "messages": [SAID],
        "user": {"id": "ann", "name": "Ann"},
        "custom": {"new": 1},
        **more,
    }
    return str(world.capture(tenant.ingest, body).body["conversationId"])


def test_every_item_and_message_says_its_data_version(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    _captured(fresh, tenant, organization={"id": "acme"})
    long = {"id": "long", "role": "user", "content": "x" * 32_000}
    assert fresh.track(tenant.ingest, {"conversationId": "t", "messages": [long, {"role": "user", "content": "hi"}]})
    history = {"id": "log", "type": "openai", "messages": [SAID], "properties": {"a": "b" * 900_000}}
    api = fresh.key(tenant, "api")
    assert fresh.send_history(api, history).status in (200, 201)
    assert fresh.inkeep(api, "POST", "/feedback", {"messageId": "m1", "type": "positive"}).status in (200, 201)
    search = {"type": "search", "entityType": "search", "searchQuery": "refund"}
    assert fresh.inkeep(api, "POST", "/events", search).status == 200
    assert handle(fresh, tenant, handle_body()).status == 201
    records = fresh.queued()
    assert records
    assert {json.loads(record["body"])[MARK] for record in records} == {VERSION}
    assert fresh.handler("analysis")({"Records": records}, CONTEXT) == {"batchItemFailures": []}
    fresh.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/topics", {"name": "Refunds"})
    unmarked = [item for item in _items(fresh) if _has_meaning(item) and item.get(MARK) != {"N": str(VERSION)}]
    assert unmarked == []


class TestNewer:
    """Functions of this version over what a later one wrote."""

    @pytest.fixture
    def tenant(self, world: World) -> Tenant:
        return world.tenant()

    @pytest.fixture
    def conversation(self, world: World, tenant: Tenant) -> str:
        conversation = _captured(world, tenant)
        world.analyse_queued()
        key = keys.conversation(tenant.id, conversation), keys.HEAD
        world.table.change(Change(key, sets={MARK: VERSION}, adds={"later": 1}))
        world.dynamodb.update_item(
            TableName=world.deployment.settings.table,
            Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}},
            UpdateExpression="SET v = :v",
            ExpressionAttributeValues={":v": {"N": str(VERSION + 1)}},
        )
        return conversation

    def _row(self, world: World, tenant: Tenant, conversation: str) -> dict[str, Any]:
        key = {"pk": {"S": keys.conversation(tenant.id, conversation)}, "sk": {"S": keys.HEAD}}
        answer = world.dynamodb.get_item(TableName=world.deployment.settings.table, Key=key, ConsistentRead=True)
        row: dict[str, Any] = answer["Item"]
        return row

    def test_writing_to_newer_data_is_a_503_and_changes_no_row(
        self, world: World, tenant: Tenant, conversation: str
    ) -> None:
        before = self._row(world, tenant, conversation)
        for messages in ([{**SAID, "id": "m2"}], [{"role": "user", "content": "without an id"}]):
            answer = world.capture(tenant.ingest, {"conversationId": "c", "messages": messages})
            assert answer.status == 503, answer.body
            assert "newer version" in answer.body["error"]
            assert answer.headers["retry-after"]
        patched = world.manage(tenant.admin, "PATCH", tenant.id, f"/{conversation}", {"conversation": {"name": "x"}})
        assert patched.status == 503
        assert self._row(world, tenant, conversation) == before

    def test_given_a_newer_conversation_when_read_or_deleted_then_503_says_so(
        self, world: World, tenant: Tenant, conversation: str
    ) -> None:
        assert world.read(tenant.admin, conversation).status == 503
        assert world.manage(tenant.admin, "DELETE", tenant.id, f"/{conversation}").status == 503
        assert self._row(world, tenant, conversation)

    def test_a_consumer_returns_newer_work_and_does_the_rest(self, world: World, tenant: Tenant) -> None:
        conversation = _captured(world, tenant)
        (record,) = world.queued()
        newer = sqs_record({**json.loads(record["body"]), MARK: VERSION + 1}, "newer")
        older = sqs_record({"chatbotId": tenant.id, "conversationId": conversation}, "older")
        answer = world.handler("analysis")({"Records": [newer, older]}, CONTEXT)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "newer"}]}
        assert world.read(tenant.admin, conversation).body["analysis_pending"] is False
        unreadable = sqs_record({MARK: VERSION + 1, "something": "else"}, "unreadable")
        assert world.handler("delivery")({"Records": [unreadable]}, CONTEXT) == {
            "batchItemFailures": [{"itemIdentifier": "unreadable"}]
        }
