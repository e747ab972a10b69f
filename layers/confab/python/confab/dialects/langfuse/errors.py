"""Errors as Langfuse's SDKs read them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from confab.platform.errors import ConfabError

if TYPE_CHECKING:
    from confab.dialects.error_answers import LangfuseError


def error_body(error: ConfabError, request_id: str, _path: str) -> LangfuseError:
    """The body of an error."""
    return {"message": error.message, "error": name_of(error.status), "requestId": request_id}


def name_of(status: int) -> str:
    """The name of an error by its status, such as ``Bad Request``."""
    return HTTPStatus(status).phrase
