"""What the tests of the ChatCaptain dialect share: bodies, callers, and a chatbot's responder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confab.admin import wiring as admin_wiring
from confab.channels import wiring as channels_wiring
from confab.channels.handle import ChannelResult
from confab.dialects.chatcaptain.models import BODIES, HandleBody
from confab.dialects.chatcaptain.writing import channel_conversation, handled_draft

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.responders import Script, listening
from tests.support.world import World

CHANNEL = {"channelId": "site", "channelName": "web"}
UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"


def handle_body(provider: str = "p1", text: str = "hello", **changes: Any) -> dict[str, Any]:
    return {**CHANNEL, "providerId": provider, "message": {"text": text}, **changes}


def new_conversation(**changes: Any) -> dict[str, Any]:
    return {
        "conversation": {
            "contactId": "c1",
            "channelId": "site",
            "channelType": "web",
            "name": "Ann",
            "environment": "prod",
            "language": "EN",
            **changes,
        }
    }


def handle(world: World, tenant: Tenant, body: Mapping[str, Any] | None = None, **changes: Any) -> Answer:
    return world.manage(tenant.admin, "POST", tenant.id, "/handle", body or handle_body(**changes))


def handle_directly(world: World, tenant: Tenant, body: Mapping[str, Any]) -> ChannelResult:
    """Handle below the resolver, which serves one request a process: for channels side by side in one process."""
    for model in BODIES:
        model.model_rebuild()
    parsed = HandleBody.model_validate(dict(body))
    chatbot = world.deployment.chatbots.get(tenant.id)
    assert chatbot is not None
    return channels_wiring.handle(world.deployment).message(
        chatbot, channel_conversation(parsed), handled_draft(parsed), in_background=parsed.in_background
    )


def assert_error(answer: Answer, status: int, error: str) -> None:
    assert answer.status == status, answer.body
    assert answer.body.keys() == {"statusCode", "message", "error", "requestId"}
    assert answer.body["statusCode"] == status
    assert answer.body["error"] == error
    assert answer.body["requestId"] == answer.headers["x-request-id"]
    if status == 400:
        assert answer.body["message"] and all(isinstance(line, str) for line in answer.body["message"])
    else:
        assert isinstance(answer.body["message"], str)


@contextmanager
def responder(world: World, tenant: Tenant, script: Script) -> Iterator[Script]:
    """The chatbot's responder, for as long as the block runs."""
    with listening(script) as url:
        script.url = url
        script.secret = admin_wiring.responders(world.deployment).put(tenant.id, url).secret
        yield script
