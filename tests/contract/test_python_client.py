"""The Python client against the deployment's own capture: a talk is stored once, in order, with who had it."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from confab_client import About, Confab
from confab_client.item import Item, body_of

from tests.support.bridge import served
from tests.support.world import World

TALK = [
    {"role": "user", "content": "Where is order 7?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"order":7}'}}],
    },
    {"role": "assistant", "content": "At the depot."},
    {"role": "user", "content": [{"type": "text", "text": "Thanks!"}]},
]


def _post(url: str, key: str, body: bytes) -> None:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    with urlopen(Request(f"{url}/v1/capture", body, headers)) as answer:
        assert answer.status == 200


def _texts(world: World, key: str) -> list[str]:
    return [message["content"] for message in world.read(key, "chat-1").body["messages"]]


def test_a_talk_is_stored_once_and_unchanged_when_sent_again_and_split_otherwise(fresh: World) -> None:
    tenant = fresh.tenant()
    with served(fresh, "capture") as url:
        with Confab(url, tenant.ingest, interval=0.05) as client:
            about = About("chat-1", user={"id": "u1", "email": "ann@example.com"})
            ids = [client.capture(about, message) for message in TALK]
            assert client.flush(30) == 0
            assert (client.counts.sent, client.counts.lost) == (4, 0)
        before = fresh.read(tenant.admin, "chat-1").body
        sent: list[dict[str, Any]] = [{**message, "id": id_} for message, id_ in zip(TALK, ids, strict=True)]
        for messages in ([sent[0]], sent[1:], sent):
            _post(url, tenant.ingest, body_of([Item("chat-1", json.dumps(each)) for each in messages]))
    after = fresh.read(tenant.admin, "chat-1").body
    assert after["messages"] == before["messages"]
    assert _texts(fresh, tenant.admin)[0] == "Where is order 7?" and _texts(fresh, tenant.admin)[-1] == "Thanks!"
    assert [message["external_message_id"] for message in after["messages"]] == ids
    assert after["user"]["id"] == "u1"
