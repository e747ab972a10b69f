"""OpenBat's error bodies (openbat.md, "Errors")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confab.platform.errors import ConfabError

if TYPE_CHECKING:
    from confab.dialects.error_answers import Detail, OpenBatError, TrackError


def error_body(error: ConfabError, request_id: str, _path: str) -> OpenBatError:
    """The body of an error of capture, of the reads and of the administration."""
    return {
        "ok": False,
        "error": error.message,
        "code": error.code,
        "details": _details(error),
        "requestId": request_id,
    }


def track_error_body(error: ConfabError, request_id: str, _path: str) -> TrackError:
    """The body of an error of track."""
    return {
        "success": False,
        "error": error.message,
        "code": error.code,
        "details": _details(error),
        "requestId": request_id,
    }


def _details(error: ConfabError) -> list[Detail]:
    return [{"path": fault.path, "message": fault.message} for fault in error.details]
