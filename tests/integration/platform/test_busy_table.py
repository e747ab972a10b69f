"""A table that is busy or does not answer: what passes is tried again, and the answer comes in time."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from tests.support.lambda_events import CONTEXT, http_event
from tests.support.world import World

BODY = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}


class _Refusal:
    """Refuses a client's transactions because the table is busy, so many times."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, request: Any, **_: Any) -> AWSResponse | None:
        if not self.left:
            return None
        self.left -= 1
        reasons = [{"Code": "ThrottlingError", "Message": "busy"}, {"Code": "None"}]
        body = {"__type": "com.amazonaws#TransactionCanceledException", "CancellationReasons": reasons}

        class Raw(io.BytesIO):
            def stream(self, *_: Any, **__: Any) -> Any:
                yield self.read()

        return AWSResponse(request.url, 400, {}, Raw(json.dumps(body).encode()))


@pytest.mark.parametrize(("throttled", "status"), [(1, 200), (3, 200), (50, 503)])
def test_throttled_transactions_are_tried_again_before_any_503(fresh: World, throttled: int, status: int) -> None:
    tenant = fresh.tenant()
    fresh.track(tenant.ingest, {**BODY, "conversationId": "first"})
    refusal = _Refusal(throttled)
    event = "before-send.dynamodb.TransactWriteItems"
    fresh.dynamodb.meta.events.register(event, refusal)
    try:
        answer = fresh.track(tenant.ingest, BODY)
    finally:
        fresh.dynamodb.meta.events.unregister(event, refusal)
    assert answer.status == status
    if status == 503:
        assert answer.headers["retry-after"] == "1"
    again = fresh.track(tenant.ingest, BODY)
    assert again.body["results"][0]["status"] == ("duplicate" if status == 200 else "stored")


def test_no_attempt_begins_when_the_time_is_nearly_over(fresh: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = fresh.tenant()
    fresh.track(tenant.ingest, {**BODY, "conversationId": "first"})
    seconds = [0.0]
    monkeypatch.setattr(fresh.deployment.deadline, "_monotonic", lambda: seconds[0])

    def hang(request: Any, event_name: str, **_: Any) -> None:
        if event_name.endswith("TransactWriteItems"):
            seconds[0] += 5
            raise ReadTimeoutError(endpoint_url=request.url)

    # The least specific handler comes last, where the network would be.
    event = "before-send"
    fresh.dynamodb.meta.events.register(event, hang)
    try:
        context = SimpleNamespace(**{**vars(CONTEXT), "get_remaining_time_in_millis": lambda: 20_000})
        answer = fresh.handler("track")(http_event("POST", "/v1/track", tenant.ingest, BODY), context)
    finally:
        fresh.dynamodb.meta.events.unregister(event, hang)
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["requestId"]
    assert seconds == [15]
    assert fresh.track(tenant.ingest, BODY).status == 200
