"""OpenBat's error body (openbat.md, "Errors")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confab.platform.errors import ConfabError

ErrorBody = Callable[[ConfabError, str], dict[str, Any]]


def error_body(success_key: str) -> ErrorBody:
    """The body of an error; ``success_key`` is ``ok`` for capture and reads, ``success`` for track."""

    def body(error: ConfabError, request_id: str) -> dict[str, Any]:
        return {
            success_key: False,
            "error": error.message,
            "code": error.code,
            "details": [{"path": fault.path, "message": fault.message} for fault in error.details],
            "requestId": request_id,
        }

    return body
