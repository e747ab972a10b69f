"""Every metric of ours that an alarm or the dashboard reads is one that a function writes, under the same names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from confab.analysis import wiring as analysis_wiring
from confab.deployment import Deployment

from local.function_names import logical_name
from local.template import load
from tests.support.chatcaptain import handle, handle_body, responder
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.monitoring import OWN, Metric, own_metrics
from tests.support.responders import Script, saying
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[3]
BODY = {"conversationId": "c", "messages": [{"role": "user", "content": "Where is it?"}]}


class Contended:
    """A DynamoDB client whose first update finds its item held by a transaction."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.held = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **parameters: Any) -> Any:
        if self.held:
            self.held = False
            held: Any = {"Error": {"Code": "TransactionConflictException", "Message": "held"}}
            raise ClientError(held, "UpdateItem")
        return self._client.update_item(**parameters)


def _capture(world: World, tenant: Tenant) -> None:
    assert world.capture(tenant.ingest, BODY).status == 200
    assert world.capture("ob_live_" + "0" * 32, BODY).status == 401


def _track(world: World, tenant: Tenant) -> None:
    assert world.track(tenant.ingest, BODY).status == 200


def _manage(world: World, tenant: Tenant) -> None:
    assert handle(world, tenant).status == 201


def _deliver(world: World, tenant: Tenant) -> None:
    with responder(world, tenant, Script(saying("Yes."))) as script:
        handle(world, tenant, handle_body(providerMessageId="in-1") | {"async": True})
        script.answers = lambda _: (500, {}, b"")
        (message,) = world.sqs.receive_message(QueueUrl=world.delivery_url, WaitTimeSeconds=1)["Messages"]
        event = {"Records": [sqs_record(json.loads(message["Body"]))]}
        assert len(world.handler("delivery")(event, CONTEXT)["batchItemFailures"]) == 1
        script.answers = saying("Yes.")
        assert world.handler("delivery")(event, CONTEXT)["batchItemFailures"] == []


def _analyse(world: World, tenant: Tenant) -> None:
    good = world.capture_directly(tenant, BODY)["conversationId"]
    bad = world.capture_directly(tenant, {**BODY, "conversationId": "bad"})["conversationId"]
    world.table.put({"pk": f"CONV#{tenant.id}#{bad}", "sk": "ANALYSIS#0000000001#000", "z": b"not deflate"})
    analysis_wiring.budgets(world.deployment).add(tenant.id, date(2026, 3, 1), spent=5_000, calls=1)
    records = [sqs_record({"chatbotId": tenant.id, "conversationId": each}, each) for each in (good, bad)]
    assert len(world.handler("analysis")({"Records": records}, CONTEXT)["batchItemFailures"]) == 1


def _sweep(world: World, _: Tenant) -> None:
    world.handler("maintenance")({}, CONTEXT)


SERVICES: dict[str, Callable[[World, Tenant], None]] = {
    "capture": _capture,
    "track": _track,
    "conversation_management": _manage,
    "delivery": _deliver,
    "analysis": _analyse,
    "maintenance": _sweep,
}


def test_every_metric_of_alarms_and_dashboard_is_written(
    fresh: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    template = load(ROOT / "template.yaml")
    written: set[Metric] = set()
    for service, work in SERVICES.items():
        variables = template["Resources"][logical_name(service)]["Properties"]["Environment"]["Variables"]
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", variables["POWERTOOLS_SERVICE_NAME"])
        monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", OWN)
        clients = {"dynamodb": Contended(fresh.dynamodb), "sqs": fresh.sqs}
        fresh.deployment = Deployment(fresh.deployment.settings, now=fresh.now, client=clients.__getitem__)
        fresh._handlers.clear()
        capsys.readouterr()
        work(fresh, fresh.tenant())
        for line in capsys.readouterr().out.splitlines():
            written |= _metrics(json.loads(line))
    read = own_metrics(template)
    assert read
    assert read - written == set()


def _metrics(record: dict[str, Any]) -> set[Metric]:
    """The metrics of one line in the embedded metric format; each also with any value of its dimensions."""
    found: set[Metric] = set()
    for group in record.get("_aws", {}).get("CloudWatchMetrics", []):
        for dimensions in group["Dimensions"]:
            for values in ([record[name] for name in dimensions], ["*"] * len(dimensions)):
                named = tuple(zip(dimensions, values, strict=True))
                found |= {(group["Namespace"], metric["Name"], named) for metric in group["Metrics"]}
    return found
