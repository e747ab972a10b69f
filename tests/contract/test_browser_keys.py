"""An attack: somebody with a browser's key, who knows a tenant's ids and texts, tries every route.

Nothing that the tenant's servers stored changes by a byte, no answer holds a word of it that was not sent, and
afterwards the servers find all of it where it was.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.dialects.routes import ROUTES as ALL
from confab.domain.identity import conversation_id
from confab.platform.credentials import CAPTURE, DELETE_CONVERSATION, ROLES, WEB

from tests.contract.test_tenants import SECRETS
from tests.support.answers import Answer
from tests.support.engine import Engine
from tests.support.functions import function_of
from tests.support.lambda_events import http_event
from tests.support.scene import Scene, made_scene
from tests.support.world import World

ROUTES = [route[:2] for route in ALL]
CAPTURES = ("/v1/capture", "/api/v1/capture")
OPEN = {
    ("POST", "/conversations"),
    ("GET", "/conversations/{id+}"),
    ("POST", "/feedback"),
    ("POST", "/events"),
    *(("POST", route) for route in CAPTURES),
}
"""The routes that a browser's key is taken on."""
KNOWN_TEXT = "Swordfish! Where is my refund?"
FORGED = {"role": "user", "content": "forged"}
BIG = random.Random(1).randbytes(450_000).hex()


def _keys(scene: Scene) -> dict[str, str]:
    create = admin_wiring.administration(scene.world.deployment).create_key
    workspace, chatbot = scene.owner.workspace_id, scene.owner.id
    old = [*(each for each in ROLES["web"] if each != CAPTURE), DELETE_CONVERSATION]
    return {
        "role web": create(workspace, "w", chatbot_id=chatbot, permissions=ROLES["web"], kind=WEB).secret,
        "every permission": create(workspace, "w", chatbot_id=chatbot, permissions=["*"], kind=WEB).secret,
        "every permission of the workspace": create(workspace, "w", permissions=["*"], kind=WEB).secret,
        "role web, kind not named": create(workspace, "w", chatbot_id=chatbot, permissions=ROLES["web"]).secret,
        "role web as it was": create(workspace, "w", chatbot_id=chatbot, permissions=old).secret,
    }


def _large_scene(engine: Engine) -> Scene:
    """A tenant with something of everything, and with events of servers that fill more than one item."""
    scene = made_scene(World(engine))
    key = scene.world.key(scene.owner, "api")
    for subject in (
        {"id": "s", "entityType": "search", "searchQuery": "Swordfish"},
        {"id": "e", "entityType": "message", "messageId": "a"},
    ):
        event = {"type": "t", "properties": {"big": BIG}, **subject}
        assert scene.world.inkeep(key, "POST", "/events", event).status == 200
    scene.world.analyse_queued()
    assert {sk for _, sk in scene.items() if sk.startswith("BLOB#EVENT#")} == {
        "BLOB#EVENT#i:s#0001",
        "BLOB#EVENT#i:e#0001",
    }
    return scene


@pytest.fixture(scope="module")
def scene(engine: Engine) -> Scene:
    """Made once: the tests show that nothing of it changes."""
    return made_scene(World(engine))


@pytest.fixture(autouse=True)
def _no_index_lags(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the engine's index, which never lags, when a message is not found."""
    monkeypatch.setattr("confab.feedback.lookup.LOOKUPS", (0.0,))


@pytest.fixture(scope="module")
def keys(scene: Scene) -> dict[str, str]:
    return _keys(scene)


def _unchanged(scene: Scene, before: dict[tuple[str, str], Any]) -> None:
    after = scene.items()
    changed = [key for key, item in before.items() if after.get(key) != item]
    assert changed == []
    own = [
        item for (pk, sk), item in after.items() if (pk, sk) not in before and pk.startswith("CONV#") and sk == "HEAD"
    ]
    assert all(row["web"] == {"BOOL": True} for row in own)


def _tells_nothing(answer: Answer, *sent: Any) -> None:
    said, known = json.dumps(answer.body), json.dumps(sent)
    assert not [secret for secret in (*SECRETS, "Refunds") if secret in said and secret not in known], said


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=[f"{method} {route}" for method, route in ROUTES])
def test_a_browsers_key_reads_and_changes_nothing_on_any_route(
    scene: Scene, keys: dict[str, str], method: str, route: str
) -> None:
    before = scene.items()
    for key in keys.values():
        answer = scene.ask(method, route, key)
        _tells_nothing(answer)
        if (method, route) not in OPEN:
            assert answer.status == 403, answer.body
        elif method == "GET":
            assert answer.status == 404, answer.body
    _unchanged(scene, before)


def _ids(scene: Scene) -> list[str]:
    """Every id that a conversation of the tenant has, as callers and as the service name it."""
    own = [conversation_id(scene.owner.id, each) for each in ("c", "captured")]
    return [
        "c",
        "captured",
        "ext",
        "visitor",
        "site",
        *own,
        scene.ids["conversationId"],
        *(each.upper() for each in own),
    ]


def _histories() -> Iterator[list[dict[str, Any]]]:
    known = [
        {"id": "q", "role": "user", "content": KNOWN_TEXT},
        {"id": "a", "role": "assistant", "content": "Swordfish?"},
    ]
    yield [FORGED]
    yield [{**known[0], "content": "overwritten"}, {**known[1], "content": "overwritten"}]
    yield known
    yield [*known, FORGED]
    yield [{"role": each["role"], "content": each["content"]} for each in known]


def _posts(scene: Scene) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an attacker may try on the routes that are open."""
    for identifier in _ids(scene):
        for messages in _histories():
            body = {"type": "openai", "id": identifier, "messages": messages}
            yield "/conversations", body
        yield (
            "/conversations",
            {**body, "visibility": "public", "externalId": "ext", "userProperties": None, "tags": None},
        )
        yield "/conversations", {**body, "type": "support_ticket", "userProperties": {"id": "ann", "name": "Mallory"}}
        yield "/events", {"id": "e", "type": "t", "entityType": "conversation", "conversationId": identifier}
        for messages in _histories():
            yield CAPTURES[0], {"conversationId": identifier, "messages": messages}
        claims = {"user": {"id": "ann", "name": "Mallory"}, "organization": {"id": "acme-of-a", "plan": "free"}}
        forged = {"conversationId": identifier, "messages": [FORGED], **claims, "custom": {"new-field": identifier}}
        yield CAPTURES[1], {**forged, "kind": "probe"}
        yield (
            CAPTURES[1],
            {**forged, "user": {"id": None, "email": None}, "messages": [{**FORGED, "id": "q", "final": False}]},
        )
    for message in ("q", "a", "m", scene.ids["messageId"]):
        for kind in ("positive", "negative"):
            yield "/feedback", {"id": "f", "type": kind, "messageId": message, "details": "forged"}
        yield "/feedback", {"type": "positive", "messageId": message}
        yield "/events", {"id": "e", "type": "t", "entityType": "message", "messageId": message, "properties": {"x": 1}}
    for big in ("y", BIG[::-1]):
        yield (
            "/events",
            {"id": "s", "type": "t", "entityType": "search", "searchQuery": "q", "properties": {"big": big}},
        )


def _reads(scene: Scene) -> dict[str, Any]:
    """What the tenant's own server reads by its ids."""
    key = scene.world.key(scene.owner, "api")
    paths = [f"/conversations/{each}" for each in _ids(scene)[:2]] + ["/conversations/external/ext", "/feedback/f"]
    return {path: scene.world.inkeep(key, "GET", path).body for path in paths}


@pytest.mark.parametrize("kind", ["every permission", "role web, kind not named"])
def test_an_attacker_who_knows_ids_and_texts_changes_nothing_of_servers(engine: Engine, kind: str) -> None:
    scene = _large_scene(engine)
    owner, world = scene.owner, scene.world
    before, seen, key = scene.items(), _reads(scene), _keys(scene)[kind]
    for path, body in _posts(scene):
        answer = world.request("POST", path, key, body)
        _tells_nothing(answer, body)
        assert answer.status in (200, 403, 422), answer.body
        assert "new-field" not in json.dumps(answer.body)
    _unchanged(scene, before)
    assert _reads(scene) == seen
    assert not [key for key in scene.items() if key[0].startswith("FIELDS#")]
    world.analyse_queued()
    after = scene.items()
    changed = [each for each, item in before.items() if _bare(after.get(each)) != _bare(item)]
    assert [(pk, sk) for pk, sk in changed if not pk.startswith("STAT#") and not sk.startswith("ALL#")] == []
    server = world.key(owner, "api")
    for message in ("a", "q"):
        given = world.inkeep(server, "POST", "/feedback", {"type": "positive", "messageId": message}).body["id"]
        assert world.inkeep(server, "GET", f"/feedback/{given}").body["conversation"]["id"] == "c"
    assert world.inkeep(server, "DELETE", "/feedback/f").status == 200
    assert (f"CONV#{owner.id}#{conversation_id(owner.id, 'c')}", "FEEDBACK#i:f") not in scene.items()


def _bare(item: dict[str, Any] | None) -> dict[str, Any] | None:
    """An item without what only says that it is still in use."""
    return item and {name: value for name, value in item.items() if name != "rev"}


def test_a_browser_cannot_tell_a_servers_id_from_an_unknown_one(scene: Scene, keys: dict[str, str]) -> None:
    world, key = scene.world, keys["role web"]
    tries: list[Callable[[str, str], Answer]] = [
        lambda conversation, _: world.inkeep(key, "GET", f"/conversations/{conversation}"),
        lambda _, message: world.inkeep(key, "POST", "/feedback", {"type": "positive", "messageId": message}),
        lambda _, message: world.inkeep(
            key, "POST", "/events", {"type": "t", "entityType": "message", "messageId": message}
        ),
        lambda conversation, _: world.inkeep(
            key, "POST", "/events", {"type": "t", "entityType": "conversation", "conversationId": conversation}
        ),
    ]
    for ask in tries:
        theirs, nobodys = ask("captured", "q"), ask("no-such-thing", "none")
        assert theirs.status == nobodys.status >= 400
        words = [json.dumps(each.body["detail"]).replace("no-such-thing", "captured") for each in (theirs, nobodys)]
        assert words[0].replace("'q'", "'none'") == words[1]


def test_another_websites_page_is_refused_on_every_open_route(scene: Scene) -> None:
    create = admin_wiring.administration(scene.world.deployment).create_key
    origins = ["https://shop.example"]
    issued = create(
        scene.owner.workspace_id, "w", chatbot_id=scene.owner.id, permissions=ROLES["web"], kind=WEB, origins=origins
    )
    for method, route in OPEN:
        path = route.replace("{id+}", "c")
        event = http_event(method, path, issued.secret, {}, headers={"origin": "https://evil.example"})
        assert scene.world.call(function_of(path), event).status == 403
        event = http_event(method, path, issued.secret, {}, headers={"origin": "https://shop.example"})
        assert scene.world.call(function_of(path), event).status in (400, 404, 422)
