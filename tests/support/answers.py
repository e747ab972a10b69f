"""HTTP answers of functions, as a client sees them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi.conformance import published
from tests.support.roles import Handler

FILES = ("text/csv", "application/x-ndjson")
"""Content types of answers that are files: their body is a text."""
PROTOBUF = "application/x-protobuf"
"""The content type of answers whose body is bytes."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer of a handler."""

    status: int
    headers: Mapping[str, str]
    body: Any
    size: int = 0


def answer_of(answer: Mapping[str, Any]) -> Answer:
    """What a client sees of a handler's result."""
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ",".join(values)
    body = answer["body"]
    if headers.get("content-type") == PROTOBUF:
        return Answer(answer["statusCode"], headers, base64.b64decode(body), len(body))
    if answer.get("isBase64Encoded"):
        body = gzip.decompress(base64.b64decode(body))
        body = body.decode()
    # A file is its text.
    content_type = headers.get("content-type", "")
    seen = body if content_type.startswith(FILES) else json.loads(body) if body else None
    return Answer(answer["statusCode"], headers, seen, len(answer["body"]))


def published_only(handler: Handler) -> Handler:
    """A handler whose answers to HTTP requests must be those that the OpenAPI document has."""

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer: dict[str, Any] = handler(event, context)
        if "requestContext" in event:
            seen = answer_of(answer)
            method = event["requestContext"]["http"]["method"]
            # The document says of bytes only that there may be some.
            body = {} if isinstance(seen.body, bytes) else seen.body
            findings = published().findings(method, event["rawPath"], seen.status, seen.headers, body)
            assert not findings, findings
        return answer

    return handle
