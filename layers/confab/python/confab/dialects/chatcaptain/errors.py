"""ChatCaptain's error body (chatcaptain.md, "Ground rules"): the status's own words, and one line for each fault."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from confab.platform.errors import ConfabError, Forbidden, InvalidRequest

if TYPE_CHECKING:
    from confab.dialects.error_answers import ChatCaptainError


def error_body(error: ConfabError, request_id: str, _path: str) -> ChatCaptainError:
    """The body of an error."""
    message: str | list[str] = error.message
    if isinstance(error, InvalidRequest):
        faults = [f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in error.details]
        message = faults or [error.message]
    elif isinstance(error, Forbidden):
        message = f"Insufficient permissions. {error.message}"
    return {
        "statusCode": error.status,
        "message": message,
        "error": HTTPStatus(error.status).phrase,
        "requestId": request_id,
    }
