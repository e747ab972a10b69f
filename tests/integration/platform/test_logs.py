"""Logs and metrics: nothing that a person wrote, no address, no key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.engine import Engine
from tests.support.world import World

SECRETS = ("the quick brown secret", "ann.secret@example.com", "ob_live_")


@pytest.fixture
def verbose(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "verbose")
    yield World(engine)


def test_no_secret_is_in_the_log_of_any_request(verbose: World, capsys: pytest.CaptureFixture[str]) -> None:
    world = verbose
    tenant = world.tenant()
    text, email, _ = SECRETS
    message = {"id": "m", "role": "user", "content": text}
    body = {"conversationId": "c", "messages": [message], "user": {"email": email}}
    good = world.capture(tenant.ingest, body)
    assert good.status == 200
    assert world.capture(tenant.ingest, {**body, "user": {"email": f"{email} {text}"}}).status == 400
    assert world.capture("ob_live_" + "0" * 32, body).status == 401
    world.analyse_queued()
    head = (f"CONV#{tenant.id}#{good.body['conversationId']}", "HEAD")
    item = world.table.get(head)
    assert item is not None
    world.table.put({**item, "createdAt": text})
    fault = world.read(tenant.admin, good.body["conversationId"])
    assert fault.status == 500
    assert text not in str(fault.body)
    world.request("GET", f"/{text.replace(' ', '-')}", tenant.admin)
    logged = capsys.readouterr()
    assert '"error":"TypeError"' in logged.out
    for secret in SECRETS:
        assert secret not in logged.out + logged.err
