"""Every route with requests that are made up from the OpenAPI document, in it and against it.

The world's handlers let no answer pass that the document does not have (``tests.support.world.published_only``).
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import EVERY_CHATBOT, ROLES
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case

from openapi.operation import Operation
from openapi.operations import OPERATIONS
from tests.support.clock import Clock
from tests.support.engine import Engine
from tests.support.facts_shelf import FactsShelf
from tests.support.functions import function_of
from tests.support.fuzzing import bounded, event_of, requests_of
from tests.support.scene import Scene, made_scene
from tests.support.world import World

pytestmark = pytest.mark.long

EXAMPLES = int(os.environ.get("CONFAB_FUZZ_EXAMPLES", "0"))
"""Requests of each operation; without it a few of one operation for each body that is quickly made up."""
FEW = 4
SLOW_TO_MAKE_UP = ("/conversations", "/feedback", "/events")
_BY_BODIES = {each.bodies: each for each in OPERATIONS if each.bodies and each.route not in SLOW_TO_MAKE_UP}
CHOSEN = list(OPERATIONS if EXAMPLES else _BY_BODIES.values())
UNKNOWN = "ob_live_" + "0" * 32


@pytest.fixture(scope="module")
def world(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(engine, Clock(), {"default_plan": "unlimited"})
    FactsShelf(world, tmp_path_factory.mktemp("facts"))
    return world


@pytest.fixture(scope="module")
def shared(world: World) -> Scene:
    return made_scene(world)


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.route}"


def good_keys(scene: Scene) -> list[str]:
    """Keys that may do all: of the workspace, and of the chatbot."""
    administration = admin_wiring.administration(scene.world.deployment)
    own = administration.create_key(
        scene.owner.workspace_id, "all", chatbot_id=scene.owner.id, permissions=ROLES["admin"]
    )
    return [scene.owner.admin, own.secret]


def bad_keys(scene: Scene) -> list[str | None]:
    """No key, and keys that are not valid."""
    administration = admin_wiring.administration(scene.world.deployment)
    late = scene.world.now() + timedelta(seconds=1)
    expired = administration.create_key(
        scene.owner.workspace_id, "late", chatbot_id=EVERY_CHATBOT, permissions=ROLES["admin"], expires_at=late
    )
    assert isinstance(scene.world.clock, Clock)
    scene.world.clock.advance(seconds=2)
    return [None, "", UNKNOWN, UNKNOWN.upper(), "nonsense", expired.secret]


def with_own_ids(case: Case, scene: Scene, operation: Operation, named: set[str]) -> Case:
    """The request about objects that exist, as far as they are named."""
    for name in named & set(case.path_parameters or {}):
        case.path_parameters[name] = scene.id_of(operation.route, name)
    if isinstance(case.body, dict):
        known = {"conversationId": scene.ids["conversationId"], "chatbotId": scene.owner.id, "messageId": "a"}
        case.body |= {name: known[name] for name in named & known.keys() & case.body.keys()}
    return case


@pytest.mark.parametrize("operation", CHOSEN, ids=name_of)
def test_each_answer_to_a_made_up_request_is_in_the_document(operation: Operation, world: World, shared: Scene) -> None:
    scene = made_scene(world) if operation.method == "DELETE" or "rotate" in operation.route else shared
    keys = st.sampled_from(good_keys(scene))
    every = {*operation.parameters, "conversationId", "chatbotId", "messageId"}
    ids = st.one_of(st.just(every), st.just(every), st.sets(st.sampled_from(sorted(every))))

    @bounded(EXAMPLES or FEW)
    @given(case=requests_of(operation), key=keys, named=ids)
    def each_is_answered(case: Case, key: str, named: set[str]) -> None:
        event = event_of(with_own_ids(case, scene, operation, named), key)
        answer = world.call(function_of(event["rawPath"]), event)
        assert answer.status < 500, answer.body

    each_is_answered()


@pytest.mark.parametrize("operation", CHOSEN, ids=name_of)
def test_given_no_valid_key_when_made_up_requests_are_sent_then_each_is_refused(
    operation: Operation, world: World, shared: Scene
) -> None:
    keys = st.sampled_from(bad_keys(shared))

    @bounded(EXAMPLES or FEW)
    @given(case=requests_of(operation), key=keys)
    def each_is_refused(case: Case, key: str | None) -> None:
        event = event_of(case, key)
        assert world.call(function_of(event["rawPath"]), event).status == 401

    each_is_refused()
