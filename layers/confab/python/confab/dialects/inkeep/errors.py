"""Inkeep's error body (inkeep.md, section 6): problem details with the legacy ``error`` object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from confab.platform.errors import ConfabError, UnprocessableEntity
from confab.platform.http import HttpRules
from confab.platform.responses import PROBLEM

if TYPE_CHECKING:
    from confab.dialects.error_answers import Problem

MAX_BODY: Final = 2 * 1024 * 1024
RULES: Final = HttpRules(
    largest_body=MAX_BODY,
    error_type=PROBLEM,
    schema_error=UnprocessableEntity,
)

_NAMES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad_request", "Bad Request"),
    401: ("unauthorized", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not_found", "Not Found"),
    405: ("method_not_allowed", "Method Not Allowed"),
    422: ("unprocessable_entity", "Unprocessable Entity"),
    429: ("too_many_requests", "Too Many Requests"),
    500: ("internal_server_error", "Internal Server Error"),
    503: ("service_unavailable", "Service Unavailable"),
}


def error_body(error: ConfabError, request_id: str, path: str) -> Problem:
    """The body of an error. The client refuses a code that is not the status's own, so both come from one list."""
    code, title = _NAMES[error.status]
    return {
        "title": title,
        "status": error.status,
        "detail": error.message,
        "instance": path,
        "requestId": request_id,
        "code": code,
        "error": {"code": code, "message": error.message},
    }
