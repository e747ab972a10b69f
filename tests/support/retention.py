"""Chatbots with a retention: what tests of it do and look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from confab.admin import wiring as admin_wiring

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.world import World


def keeping(world: World, days: int = 30) -> Tenant:
    """A tenant whose chatbot keeps conversations for some days."""
    tenant = world.tenant()
    admin_wiring.privacy(world.deployment).change(tenant.id, lambda known: replace(known, retention_days=days))
    return tenant


def pass_by(world: World, **span: float) -> None:
    assert world.clock is not None
    world.clock.advance(**span)


def sweep(world: World) -> dict[str, Any]:
    swept: dict[str, Any] = world.handler("maintenance")({}, CONTEXT)
    return swept


def capture(world: World, tenant: Tenant, conversation: str, *messages: str, **more: Any) -> Answer:
    sent = [{"id": message, "role": "user", "content": f"{message}, this is great"} for message in messages]
    body = {"conversationId": conversation, "messages": sent, "user": {"id": "u-1", "name": "Jane"}, **more}
    return world.capture(tenant.ingest, body)


def shown(world: World, tenant: Tenant) -> tuple[int, list[str]]:
    listed = world.list_page(tenant.admin, chatbotId=tenant.id).body
    return listed["total"], [row["external_conversation_id"] for row in listed["conversations"]]


def left(world: World, tenant: Tenant) -> set[str]:
    """The kinds of items that are in the table for a chatbot."""
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    items = [item for page in pages for item in page["Items"] if tenant.id in item["pk"]["S"]]
    return {item["pk"]["S"].partition("#")[0] for item in items}
