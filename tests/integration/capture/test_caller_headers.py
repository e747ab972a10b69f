"""The caller's address and software: stored only where a chatbot's team asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

HEADERS = {
    "x-forwarded-for": "203.0.113.7, 10.0.0.1",
    "user-agent": "curl/8.5.0",
    "x-original-user-agent": "Firefox/140.0",
    "x-original-referer": "https://shop.example/",
    "x-openbat-framework": "next/15",
}
SENT = {
    "client.originalUserAgent": "Firefox/140.0",
    "client.originalReferer": "https://shop.example/",
    "client.framework": "next/15",
}
OF_THE_CALLER = {"client.forwardedFor": "203.0.113.7, 10.0.0.1", "client.userAgent": "curl/8.5.0"}


def _client(world: World, tenant: Tenant, function: str) -> Mapping[str, Any]:
    """What is stored of the headers of a new conversation."""
    body = {"conversationId": function, "messages": [{"id": "m", "role": "user", "content": "hello"}]}
    call = world.capture if function == "capture" else world.track
    assert call(tenant.ingest, body, headers=HEADERS).status == 200
    (row,) = world.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"]
    head = next(item for item in world.items(tenant.id, row["id"]) if item["sk"] == "HEAD")
    return {name: value for name, value in head.items() if name.startswith("client.")}


@pytest.mark.parametrize("function", ["capture", "track"])
def test_by_default_only_the_callers_word_about_its_user_is_stored(world: World, function: str) -> None:
    assert _client(world, world.tenant(), function) == SENT


@pytest.mark.parametrize("function", ["capture", "track"])
def test_a_chatbot_may_keep_its_callers_address_and_software(clocked: World, function: str) -> None:
    tenant = clocked.tenant()
    body = {"settings": {"privacy": {"keepClient": True}}}
    assert clocked.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", body).status == 200
    assert _client(clocked, tenant, function) == SENT | OF_THE_CALLER


def test_given_another_value_than_true_or_false_when_set_then_400_names_the_setting(world: World) -> None:
    tenant = world.tenant()
    body = {"settings": {"privacy": {"keepClient": "yes"}}}
    answer = world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", body)
    assert_error(answer, 400, "invalid_request")
    assert "keepClient is true or false" in answer.body["error"]
