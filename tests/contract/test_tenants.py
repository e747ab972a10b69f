"""Every route keeps tenants apart: another tenant's keys neither read nor change anything."""

from __future__ import annotations

import json

import pytest
from confab.dialects.routes import ROUTES as ALL

from tests.support.engine import Engine
from tests.support.scene import Scene, made_scene
from tests.support.world import World

ROUTES = [route[:2] for route in ALL]
SECRETS = ("Swordfish", "ann-of-a@example.com", "Tenant A", "acme-of-a")
"""Words that only tenant A's data holds."""
NAMES_NOTHING = {"/api/v1/capture", "/v1/capture", "/v1/track", "/conversations", "/feedback", "/events"} | {
    "/api/v1/chatbots",
    "/api/v1/keys",
    "/api/v1/audit",
    "/v1/session",
    "/v1/insights/sql",
    "/api/v1/reconcile",
    "/v1/public-apps",
    "/mcp",
    "/v1/traces",
    "/v1/logs",
    *(route.path for route in ALL if route.path.startswith("/api/public/")),
    *(route.path for route in ALL if route.path.startswith("/query/")),
}
"""Paths that name no object: a caller always gets, or makes, something of its own there."""

OF_ONE_CHATBOT = ("/api/public/projects",)
"""Paths that take the key of one chatbot alone."""


@pytest.fixture(scope="module")
def scene(engine: Engine) -> Scene:
    """Made once: the tests show that nothing of it changes."""
    return made_scene(World(engine))


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=[f"{method} {route}" for method, route in ROUTES])
def test_a_strangers_keys_learn_and_change_nothing(scene: Scene, method: str, route: str) -> None:
    before = scene.items()
    for key in (scene.stranger.admin, scene.world.key(scene.stranger, "api"), scene.stranger.ingest):
        answer = scene.ask(method, route, key)
        said = json.dumps(answer.body)
        assert not [secret for secret in SECRETS if secret in said]
        if route not in NAMES_NOTHING:
            assert answer.status in (400, 403, 404, 422), answer.body
    assert scene.items() == before
    assert any(pk.startswith(f"CONV#{scene.owner.id}") for pk, _ in before)


@pytest.mark.parametrize(("method", "route"), [each for each in ROUTES if each[0] == "GET"])
def test_given_the_tenants_own_key_when_it_reads_then_it_is_answered(scene: Scene, method: str, route: str) -> None:
    key = scene.world.key(scene.owner, "api") if route in OF_ONE_CHATBOT else scene.owner.admin
    assert scene.ask(method, route, key).status == 200
