"""Entries by which conversations are found: whichever write a process dies after, every entry is one that its
conversation names, so whoever continues knows of it; and once all is at rest, every one that it names is there."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confab.analysis import sweep_wiring
from confab.deployment import Deployment
from confab.domain.identity import channel_conversation_id, conversation_id
from confab.erasure import conversation_wiring
from confab.storage import keys
from confab.storage.conversation_row import ENTRIES as ENTRIES_OF_ROW
from confab.storage.conversation_row import HISTORY_FIELD
from confab.storage.counting import read_counted, read_standing, state_part
from confab.storage.entries import Entries
from confab.storage.histories import EXTERNAL_ID
from confab.storage.values import Key, from_attributes

from tests.support.chatcaptain import handle, handle_body
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.world import World

WRITES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})
ENTRIES = ("CONTACT#", "CHANNEL#", "EXT#", "FACET#")
MAX_WRITES = 60

Act = Callable[[World, Tenant], Any]


class Died(BaseException):
    """The process ends here."""


class Mortal:
    """A DynamoDB client whose process dies after one of its writes, before the answer comes."""

    def __init__(self, client: Any, at: int) -> None:
        self._client = client
        self._left = at

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return call if name not in WRITES else lambda **given: self._write(call, given)

    def _write(self, call: Callable[..., Any], given: dict[str, Any]) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Died
        answer = call(**given)
        if self._left == 0:
            raise Died
        return answer


def _dying(world: World, at: int) -> World:
    """The same world through a process that dies after a write."""
    clients = {"dynamodb": Mortal(world.dynamodb, at), "sqs": world.sqs}
    mortal = copy.copy(world)
    mortal.deployment = Deployment(world.deployment.settings, now=world.now, client=clients.__getitem__)
    mortal.table = mortal.deployment.table
    mortal._handlers = {}
    return mortal


def _send_history(world: World, tenant: Tenant, external: str, *numbers: int) -> None:
    messages = [{"id": f"m{number}", "role": "user", "content": f"hello {number}"} for number in numbers]
    body = {"type": "openai", "id": "c", "externalId": external, "messages": messages, "userProperties": {"id": "ann"}}
    world.send_history_directly(tenant, body)


def _capture(world: World, tenant: Tenant) -> None:
    message = {"id": "m1", "role": "user", "content": "My order is late and I am angry!"}
    world.capture_directly(tenant, {"conversationId": "c", "messages": [message], "user": {"id": "ann"}})


def _patch(world: World, tenant: Tenant) -> None:
    place = channel_conversation_id(tenant.id, "site", "p1")
    answer = world.manage(tenant.admin, "PATCH", tenant.id, f"/{place}", {"contactId": "bob"})
    assert answer.status == 200


def _later(world: World, _: Tenant) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.advance(minutes=5)


def _handle(world: World, tenant: Tenant) -> None:
    handle(world, tenant, handle_body(contact={"id": "ann"}))


def _analyse(world: World, _: Tenant) -> None:
    world.analyse_queued()


def _erase(world: World, tenant: Tenant) -> None:
    for place in (conversation_id(tenant.id, "c"), channel_conversation_id(tenant.id, "site", "p1")):
        conversation_wiring.erase(world.deployment)(tenant.id, place)


CASES: dict[str, tuple[list[Act], Act]] = {
    "a message of a new contact": ([], _handle),
    "another contact": ([_handle], _patch),
    "a later message, analysed": ([_handle, _analyse, _later, _handle], _analyse),
    "a new user, analysed": ([_capture], _analyse),
    "a first history": ([], lambda world, tenant: _send_history(world, tenant, "x", 1)),
    "another external id": (
        [lambda world, tenant: _send_history(world, tenant, "x", 1), _analyse],
        lambda world, tenant: _send_history(world, tenant, "y", 1, 2),
    ),
    "a managed one erased": ([_handle, _analyse], _erase),
    "an erased history": ([lambda world, tenant: _send_history(world, tenant, "x", 1), _analyse], _erase),
    "an erasure and what came meanwhile": ([_capture, _analyse, _erase, _capture], _analyse),
}


@pytest.mark.parametrize("case", CASES)
def test_entries_are_named_after_a_death_at_any_write_and_all_there_at_rest(clocked: World, case: str) -> None:
    before, act = CASES[case]
    for at in range(1, MAX_WRITES):
        tenant = clocked.tenant()
        for step in before:
            step(clocked, tenant)
        try:
            act(_dying(clocked, at), tenant)
        except Died:
            _assert_all_named(clocked, tenant, f"{case}, write {at}")
            _come_to_rest(clocked)
            _assert_all_there(clocked, tenant, f"{case}, write {at}")
        else:
            assert at > 1, "nothing was written"
            return
    raise AssertionError("it never ended")


def _come_to_rest(world: World) -> None:
    """Let the sweep and the consumer do what the process that died has left."""
    assert isinstance(world.clock, Clock)
    world.clock.advance(minutes=30)
    sweep_wiring.sweep(world.deployment)()
    world.analyse_queued()


def _assert_all_named(world: World, tenant: Tenant, when: str) -> None:
    found, named, _ = _entries(world, tenant)
    assert found <= named, when


def _assert_all_there(world: World, tenant: Tenant, when: str) -> None:
    found, _, in_force = _entries(world, tenant)
    assert found == in_force, when


def _entries(world: World, tenant: Tenant) -> tuple[set[Key], set[Key], set[Key]]:
    """The entries that there are, those that anything names, and those that rows and their states in force name."""
    found: set[Key] = set()
    named: set[Key] = set()
    conversations: dict[str, list[dict[str, Any]]] = {}
    for item in _items(world, tenant):
        if item["pk"].startswith(ENTRIES):
            found.add((item["pk"], item["sk"]))
        elif item["pk"].startswith("CONV#"):
            conversations.setdefault(item["pk"], []).append(item)
            named |= _named(item)
    in_force: set[Key] = set()
    for pk, items in conversations.items():
        row = next((item for item in items if item["sk"] == keys.HEAD), {})
        in_force |= read_standing(row, items).counted.entries(keys.split_conversation(pk))
        in_force |= _named(row) if row else set()
    return found, named, in_force


def _items(world: World, tenant: Tenant) -> Iterator[dict[str, Any]]:
    pages = world.dynamodb.get_paginator("scan").paginate(
        TableName=world.deployment.settings.table, ConsistentRead=True
    )
    for page in pages:
        yield from (from_attributes(item) for item in page["Items"] if tenant.id in item["pk"]["S"])


def _named(item: dict[str, Any]) -> set[Key]:
    """The entries that an item of a conversation names."""
    place = keys.split_conversation(item["pk"])
    named: set[Key] = set()
    if item["sk"] == keys.HEAD:
        entries = Entries.unpacked(item.get(ENTRIES_OF_ROW))
        named.update(entries.keys(*place) if entries else ())
        if HISTORY_FIELD + EXTERNAL_ID in item:
            named.add((keys.external(place[0], item[HISTORY_FIELD + EXTERNAL_ID]), keys.external_entry(place[1])))
    elif item["sk"].startswith(keys.COUNTED) or state_part(item):
        named |= read_counted(item).entries(place)
    return named
