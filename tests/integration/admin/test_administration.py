"""Administration side by side and against the stores: no change is lost, and each has one entry in the log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from confab.admin import wiring as admin_wiring
from confab.domain.audit import AuditEntry
from confab.erasure import wiring as erasure_wiring
from confab.platform.errors import ConfabError, NotFound, Unavailable

from tests.support.deployment import Tenant
from tests.support.world import World


def _entries(world: World, tenant: Tenant, action: str) -> list[AuditEntry]:
    page = admin_wiring.audit(world.deployment).page(tenant.workspace_id, None, 100)
    return [entry for entry in page.entries if entry.action == action]


def test_settings_that_eight_operators_change_at_once_all_stay(fresh: World) -> None:
    tenant = fresh.tenant()
    configure, schema = admin_wiring.configure(fresh.deployment), admin_wiring.field_schema(fresh.deployment)

    def change(number: int) -> None:
        configure.update(None, tenant.id, settings={"shared": {f"s{number}": number}})
        schema.declare(tenant.id, f"f{number}", "number")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(8)))
    chatbot = configure.chatbot(None, tenant.id)
    assert chatbot.settings == {"shared": {f"s{number}": number for number in range(8)}}
    assert chatbot.fields == {f"f{number}": "number" for number in range(8)}
    assert chatbot.revision == 16
    assert len(_entries(fresh, tenant, "chatbot.update")) == len(_entries(fresh, tenant, "field.declare")) == 8


def test_given_one_key_when_rotated_and_revoked_at_once_then_no_secret_is_left(fresh: World) -> None:
    tenant = fresh.tenant()
    admin = admin_wiring.administration(fresh.deployment)
    key = admin.create_key(tenant.workspace_id, "k", chatbot_id=tenant.id).key

    def act(number: int) -> str | None:
        while True:
            with suppress(Unavailable):
                try:
                    if number == 5:
                        return admin.revoke_key(tenant.workspace_id, key.id).hash
                    return admin.rotate_key(tenant.workspace_id, key.id).key.hash
                except NotFound:
                    return None

    with ThreadPoolExecutor(8) as pool:
        hashes = list(pool.map(act, range(8)))
    assert hashes[5] is not None
    working = [found for found in hashes if found and fresh.deployment.credentials.key(found)]
    assert working == []
    assert [left.name for left in admin.keys(tenant.workspace_id, tenant.id)] == ["ingest"]
    rotations = sum(found is not None for found in hashes) - 1
    assert len(_entries(fresh, tenant, "key.rotate")) == rotations
    assert len(_entries(fresh, tenant, "key.revoke")) == 1


def test_no_concurrent_change_brings_a_deleted_chatbot_back(fresh: World) -> None:
    tenant = fresh.tenant()
    deployment = fresh.deployment

    def act(number: int) -> None:
        try:
            if number == 3:
                erasure_wiring.delete_chatbot(deployment)(None, tenant.id)
            else:
                admin_wiring.configure(deployment).update(None, tenant.id, name=f"n{number}")
        except NotFound:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    with pytest.raises(NotFound):
        admin_wiring.configure(deployment).chatbot(None, tenant.id)
    assert admin_wiring.administration(deployment).chatbots(tenant.workspace_id) == []
    assert len(_entries(fresh, tenant, "chatbot.delete")) == 1


@pytest.mark.parametrize(("made", "limit"), [("chatbot", 300), ("key", 1000)])
def test_given_a_full_workspace_when_one_more_is_made_then_it_is_refused(
    fresh: World, made: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = fresh.tenant()
    admin = admin_wiring.administration(fresh.deployment)
    monkeypatch.setattr(admin_wiring.store(fresh.deployment), f"count_{made}s", lambda _: limit)
    with pytest.raises(ConfabError, match=f"{limit}"):
        if made == "chatbot":
            admin.create_chatbot(tenant.workspace_id, "x")
        else:
            admin.create_key(tenant.workspace_id, "x")
