"""Requests that schemathesis makes up from the OpenAPI document, as events of an HTTP API."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import schemathesis
from confab.platform.auth import KEY_HEADERS
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from openapi.document import document
from openapi.operation import Operation
from tests.support.bridge import as_http_api
from tests.support.lambda_events import http_event

AUTHENTICATING = ("authorization", *KEY_HEADERS)
BASE = "http://api.test"


def bounded(examples: int) -> Callable[[Any], Any]:
    """A property that is tried with a number of examples, the same in every run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


@cache
def _schema() -> Any:
    return schemathesis.openapi.from_dict(document())


def requests_of(operation: Operation) -> st.SearchStrategy[Case]:
    """Requests of an operation: half of them as the document has them, half of them not, where that is possible."""
    described = _schema()[operation.path][operation.method]
    kept = described.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.bodies or operation.query or operation.parameters):
        return kept
    return st.one_of(kept, described.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def event_of(case: Case, key: str | None) -> dict[str, Any]:
    """A request as an HTTP API passes it on, with a key of the test's own."""
    sent = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    parts = urlsplit(sent.url or "")
    headers = {name.lower(): value for name, value in sent.headers.items() if name.lower() not in AUTHENTICATING}
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    return http_event(
        case.method,
        as_http_api(parts.path),
        key,
        headers={name: value if isinstance(value, str) else value.decode("latin-1") for name, value in headers.items()},
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        base64_body=body or None,
    )
