"""Answers of HTTP functions: JSON that no browser keeps, compressed where it is large, and the headers of errors."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from confab.platform.errors import ConfabError, InternalError, MethodNotAllowed, TooManyRequests, Unavailable

RETRY_SECONDS: Final = 1
MAX_ANSWER: Final = 5_500_000
"""Bytes of an answer as it is: a function answers with at most 6 MB. What is larger goes compressed."""
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
SAFE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""On every answer: no browser or proxy keeps a conversation, or takes text that somebody sent for a page."""


def json_response(
    status: int,
    body: Mapping[str, Any] | Sequence[Any],
    headers: Mapping[str, str],
    content_type: str = JSON,
    *,
    takes_gzip: bool,
) -> Response[str]:
    """A JSON answer.

    Args:
        headers: those beside the ones that every answer has.
        takes_gzip: whether the caller takes compressed answers.

    Raises:
        InternalError: it is larger than a function can return.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    added = {**SAFE, **headers}
    if len(text) <= MAX_ANSWER // 4 or len(text.encode()) <= MAX_ANSWER:
        return Response(status_code=status, content_type=content_type, headers=added, body=text)
    packed = base64.b64encode(_compressed(text.encode(), takes_gzip=takes_gzip)).decode()
    added["content-encoding"] = "gzip"
    response: Response[str] = Response(status_code=status, content_type=content_type, headers=added, body=packed)
    response.base64_encoded = True
    return response


def bytes_response(body: bytes, headers: Mapping[str, str], content_type: str) -> Response[str]:
    """An answer of bytes, which a function returns as base64.

    Args:
        headers: those beside the ones that every answer has.
    """
    text = base64.b64encode(body).decode()
    response: Response[str] = Response(
        status_code=200, content_type=content_type, headers={**SAFE, **headers}, body=text
    )
    response.base64_encoded = True
    return response


def file_response(
    text: str, headers: Mapping[str, str], content_type: str, *, takes_gzip: bool
) -> Response[str] | None:
    """A file as an answer; None when it is larger than a function can return.

    Args:
        headers: those beside the ones that every answer has.
        takes_gzip: whether the caller takes compressed answers.
    """
    added = {**SAFE, **headers}
    # A function returns its answer as a string in JSON, in which a file has more bytes than by itself.
    if len(text) * 6 <= MAX_ANSWER or len(json.dumps(text)) <= MAX_ANSWER:
        return Response(status_code=200, content_type=content_type, headers=added, body=text)
    packed = gzip.compress(text.encode(), 6)
    if not takes_gzip or len(packed) * 4 // 3 > MAX_ANSWER:
        return None
    added["content-encoding"] = "gzip"
    body = base64.b64encode(packed).decode()
    response: Response[str] = Response(status_code=200, content_type=content_type, headers=added, body=body)
    response.base64_encoded = True
    return response


def _compressed(body: bytes, *, takes_gzip: bool) -> bytes:
    """A large answer made small enough to be returned.

    Raises:
        InternalError: the caller does not take compressed answers, or it is too large even so.
    """
    packed = gzip.compress(body, 6)
    if not takes_gzip or len(packed) * 4 // 3 > MAX_ANSWER:
        raise InternalError(f"The answer has {len(body)} bytes, more than a function can return.")
    return packed


def error_headers(error: ConfabError) -> dict[str, str]:
    """The headers by which a client knows when to try again, or with which method."""
    if isinstance(error, TooManyRequests):
        return {"retry-after": str(error.retry_after)}
    if isinstance(error, Unavailable):
        return {"retry-after": str(RETRY_SECONDS)}
    if isinstance(error, MethodNotAllowed):
        return {"allow": ", ".join(error.allowed)}
    return {}
