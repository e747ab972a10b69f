"""Errors of exports: a ``google.rpc.Status``, as OTLP has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from confab.platform.errors import ConfabError

if TYPE_CHECKING:
    from confab.dialects.error_answers import Status

_CODES: Final[Mapping[int, int]] = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 422: 9, 429: 8, 500: 13, 503: 14}
"""gRPC's codes by HTTP's."""
_UNKNOWN: Final = 2


def error_body(error: ConfabError, request_id: str, _path: str) -> Status:
    """The body of an error."""
    return {"code": _CODES.get(error.status, _UNKNOWN), "message": error.message, "requestId": request_id}
