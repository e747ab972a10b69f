"""What did not work is counted: captures that are refused, and analyses that are given up."""

from __future__ import annotations

from datetime import timedelta

from confab.domain.metrics import FAILED_ANALYSES, REFUSED_CAPTURES
from confab.storage.health import HealthStore

from tests.support.deployment import Tenant
from tests.support.world import World


def _counted(world: World, tenant: Tenant) -> dict[str, int]:
    now = world.now()
    store = HealthStore(world.deployment.table)
    return store.between(tenant.id, now - timedelta(minutes=5), now + timedelta(minutes=5))


def test_a_refused_capture_counts_and_an_accepted_one_does_not(clocked: World) -> None:
    tenant = clocked.tenant()
    good = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
    for path in ("/v1/capture", "/v1/track"):
        assert clocked.request("POST", path, tenant.ingest, good).status == 200
    assert _counted(clocked, tenant) == {}
    assert clocked.request("POST", "/v1/capture", tenant.ingest, {"messages": []}).status == 400
    assert clocked.request("POST", "/v1/track", tenant.ingest, "no object").status == 400
    assert clocked.request("POST", "/v1/capture", clocked.key(tenant, "read"), good).status == 403
    assert clocked.request("POST", "/v1/capture", None, good).status == 401
    clocked.sleep(61)
    assert clocked.inkeep(tenant.ingest, "POST", "/conversations", {"type": "openai"}).status == 422
    assert clocked.inkeep(clocked.key(tenant, "read"), "GET", "/conversations/nothing").status in (403, 404)
    # What has no key, and what stores nothing, is not a capture that was refused.
    assert _counted(clocked, tenant) == {REFUSED_CAPTURES: 4}


def test_an_analysis_that_is_given_up_counts_once_for_each_time(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = clocked.capture_directly(
        tenant, {"conversationId": "c", "messages": [{"id": "m", "role": "user", "content": "hello"}]}
    )["conversationId"]
    clocked.analyse_with(None).give_up(tenant.id, conversation, "ValueError")
    assert _counted(clocked, tenant) == {FAILED_ANALYSES: 1}
    clocked.analyse_with(None).give_up(tenant.id, "6f1d0f2e-6a50-4c0e-9f0e-0d7f3c1c2b1a", "ValueError")
    assert _counted(clocked, tenant) == {FAILED_ANALYSES: 1}
