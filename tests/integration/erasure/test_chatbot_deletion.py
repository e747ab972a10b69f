"""Deleting a chatbot: everything of it goes, whatever crashes in between and whoever still writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.admin.chatbot_settings import Configure
from confab.analysis import wiring as analysis_wiring
from confab.analysis.budgets import BudgetStore
from confab.domain.chatbot import Chatbot
from confab.erasure import wiring as erasure_wiring
from confab.erasure.chatbot import WARM, DeleteChatbot, FinishChatbotDeletion
from confab.erasure.chatbot_store import DeletionStore
from confab.erasure.conversation import Erase
from confab.erasure.conversation_store import ErasureStore
from confab.platform.credentials import ApiKey
from confab.platform.errors import Unavailable
from confab.storage import wiring as storage_wiring
from confab.storage.visibility import NO_RETENTION

from tests.support.chatcaptain import handle_body, handle_directly
from tests.support.deployment import Tenant
from tests.support.erasing import Crash
from tests.support.lambda_events import CONTEXT
from tests.support.openbat import assert_error
from tests.support.world import World

BODY = {"conversationId": "late", "messages": [{"role": "user", "content": "hello"}]}


def _left(world: World, chatbot_id: str) -> list[tuple[str, str]]:
    """What the table holds of a chatbot beside its audit entries and the records of deletions."""
    pages: Iterator[Any] = world.dynamodb.get_paginator("scan").paginate(
        TableName=world.deployment.settings.table, ConsistentRead=True
    )
    items = [item for page in pages for item in page["Items"]]
    found = [(item["pk"]["S"], item["sk"]["S"], str(item)) for item in items]
    kept = ("AUDIT#", "RATE#", "DELETION#", "MOVES#")
    return [(pk, sk) for pk, sk, text in found if chatbot_id in text and not pk.startswith(kept)]


def _fill(world: World, tenant: Tenant, conversations: int = 3) -> None:
    """Conversations of every dialect, with all that belongs to them, and what belongs to none."""
    key = world.key(tenant, "api")
    for number in range(conversations):
        message = {"role": "user", "content": "Where is my refund?", "id": "m"}
        body = {"conversationId": f"c{number}", "messages": [message], "user": {"id": "u"}}
        world.capture_directly(tenant, body)
    world.send_history(
        key, {"type": "openai", "id": "l", "externalId": "x", "messages": [{"role": "user", "content": "hi"}]}
    )
    handle_directly(world, tenant, handle_body())
    search = {"type": "search", "entityType": "search", "searchQuery": "q"}
    assert world.inkeep(key, "POST", "/events", search).status == 200
    body = {"conversationId": "f", "messages": [{"role": "user", "content": "hello"}], "custom": {"seat": "red"}}
    assert world.capture(tenant.ingest, body).status == 200
    BudgetStore(world.table).add(tenant.id, world.now().date(), spent=1)
    world.analyse_queued()


def _advance(world: World) -> None:
    assert world.clock is not None
    world.clock.advance(seconds=WARM.total_seconds() + 1)


def _finish(world: World, chatbot_id: str, budget: int = 100) -> int:
    """Finish a deletion; how many pieces that took."""
    pieces = 0
    while erasure_wiring.finish_chatbot_deletion(world.deployment)(chatbot_id, budget):
        pieces += 1
    return pieces


def test_a_deleted_chatbot_leaves_only_its_audit_entries(clocked: World) -> None:
    tenant = clocked.tenant()
    _fill(clocked, tenant)
    kinds = {pk.partition("#")[0] for pk, _ in _left(clocked, tenant.id)}
    assert kinds >= {"BOT", "WS", "KEY", "CONV", "STAT", "FIELDS", "SEARCH", "EXT", "CONTACT", "CHANNEL", "BUDGET"}
    assert kinds >= {"USER", "FACET", "TOPICS"}
    assert clocked.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}").body == {"ok": True}
    assert erasure_wiring.finish_chatbot_deletion(clocked.deployment).waiting() == [tenant.id]
    assert clocked.list_page(tenant.admin).body["conversations"] == []
    assert _finish(clocked, tenant.id, budget=2) >= 3, "in pieces"
    assert erasure_wiring.finish_chatbot_deletion(clocked.deployment).waiting() == [tenant.id], (
        "warm functions may still write"
    )
    _advance(clocked)
    _finish(clocked, tenant.id, budget=2)
    assert _left(clocked, tenant.id) == []
    assert erasure_wiring.finish_chatbot_deletion(clocked.deployment).waiting() == []
    assert erasure_wiring.finish_chatbot_deletion(clocked.deployment)(tenant.id, 10) == 0


def test_the_schedule_finishes_a_deletion_and_leaves_other_chatbots_alone(
    clocked: World,
) -> None:
    tenant, other = clocked.tenant(), clocked.tenant("Other")
    for each in (tenant, other):
        _fill(clocked, each, conversations=1)
    before = clocked.statistics(other.id), sorted(_left(clocked, other.id))
    clocked.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}")
    _advance(clocked)
    assert clocked.handler("maintenance")({}, CONTEXT)["removed"] > 4
    assert clocked.handler("maintenance")({}, CONTEXT)["removed"] == 0
    assert _left(clocked, tenant.id) == []
    assert (clocked.statistics(other.id), sorted(_left(clocked, other.id))) == before


def test_what_a_warm_function_captures_after_the_deletion_goes_too(clocked: World) -> None:
    tenant = clocked.tenant()
    _fill(clocked, tenant, conversations=1)
    clocked.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}")
    _finish(clocked, tenant.id)
    clocked.capture_directly(tenant, BODY)
    _advance(clocked)
    assert_error(clocked.capture(tenant.ingest, BODY), 401, "unauthorized")
    assert _finish(clocked, tenant.id) > 0
    assert _left(clocked, tenant.id) == []


def test_a_key_made_during_the_deletion_is_gone_at_its_end(clocked: World) -> None:
    tenant = clocked.tenant()
    made = admin_wiring.administration(clocked.deployment).create_key(tenant.workspace_id, "late", chatbot_id=tenant.id)
    erasure_wiring.delete_chatbot(clocked.deployment)(None, tenant.id)
    entry = admin_wiring.audit(clocked.deployment).entry(None, tenant.workspace_id, "key.create", made.key.id)
    admin_wiring.store(clocked.deployment).add_key(made.key, entry)
    _advance(clocked)
    _finish(clocked, tenant.id)
    assert _left(clocked, tenant.id) == []
    assert clocked.deployment.credentials.key(made.key.hash) is None


def test_given_more_keys_than_a_transaction_holds_when_deleted_then_none_is_left(clocked: World) -> None:
    tenant = clocked.tenant()
    for number in range(60):
        admin_wiring.administration(clocked.deployment).create_key(
            tenant.workspace_id, f"{number}", chatbot_id=tenant.id
        )
    erasure_wiring.delete_chatbot(clocked.deployment)(None, tenant.id)
    assert [key.name for key in admin_wiring.administration(clocked.deployment).keys(tenant.workspace_id)] == ["admin"]


class Dying(ErasureStore):
    """The steps of an erasure, one of which the process does not survive."""

    def __init__(self, world: World, step: Callable[[], None]) -> None:
        super().__init__(world.table, storage_wiring.tally(world.deployment), NO_RETENTION)
        self._step = step

    def mark(self, *given: Any) -> None:
        self._step()
        super().mark(*given)

    def remove(self, items: Any) -> None:
        self._step()
        super().remove(items)

    def remove_row(self, row: Any) -> None:
        self._step()
        super().remove_row(row)


@pytest.mark.parametrize("survived", range(0, 10, 3))
def test_given_a_crash_after_any_step_when_the_next_runs_come_then_nothing_is_left(
    clocked: World, survived: int
) -> None:
    tenant = clocked.tenant()
    _fill(clocked, tenant, conversations=1)
    erasure_wiring.delete_chatbot(clocked.deployment)(None, tenant.id)
    steps = iter(range(survived))

    def step() -> None:
        if next(steps, None) is None:
            raise Crash

    deployment = clocked.deployment
    forget = analysis_wiring.people(deployment), storage_wiring.topics(deployment)
    eraser = Erase(Dying(clocked, step), deployment.enqueue_analysis, *forget, now=clocked.now, sleep=lambda _: None)
    dying = FinishChatbotDeletion(DeletionStore(clocked.table), admin_wiring.store(deployment), eraser, now=clocked.now)
    with pytest.raises(Crash):
        dying(tenant.id, 1)
        dying(tenant.id, 100)
    _advance(clocked)
    _finish(clocked, tenant.id)
    assert _left(clocked, tenant.id) == []


class Restless(Configure):
    """Finds chatbots that somebody else changes right after they were read."""

    def chatbot(self, by: ApiKey | None, chatbot_id: str) -> Chatbot:
        found = super().chatbot(by, chatbot_id)
        somebody = Configure(self._store, self._audit, self._in_force, now=self._now)
        somebody.change(by, chatbot_id, "chatbot.update", lambda bot: replace(bot, name=f"{bot.name}x"))
        return found


def test_deleting_a_chatbot_that_keeps_changing_is_a_503_and_it_stays(clocked: World) -> None:
    tenant = clocked.tenant()
    deployment = clocked.deployment
    store, audit = admin_wiring.store(deployment), admin_wiring.audit(deployment)
    delete = DeleteChatbot(Restless(store, audit, admin_wiring.in_force(deployment), now=clocked.now), store, audit)
    with pytest.raises(Unavailable):
        delete(None, tenant.id)
    assert admin_wiring.configure(clocked.deployment).chatbot(None, tenant.id).name.endswith("x")
    assert clocked.capture(tenant.ingest, BODY).status == 200
