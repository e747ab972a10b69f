"""The error bodies of the dialects: types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from confab.platform.errors import Code


class Detail(TypedDict):
    """One thing wrong with a request: where, and what."""

    path: str
    message: str


class _OpenBatError(TypedDict):
    error: str
    code: Code
    details: list[Detail]
    requestId: str


class OpenBatError(_OpenBatError):
    """An error of OpenBat's capture and reads, of the administration, and of Confab's own reads."""

    ok: Literal[False]


class TrackError(_OpenBatError):
    """An error of OpenBat's track."""

    success: Literal[False]


class ChatCaptainError(TypedDict):
    """An error of the ChatCaptain dialect; of a 400 one line for each fault."""

    statusCode: int
    message: str | list[str]
    error: str
    requestId: str


class Status(TypedDict):
    """An error of OTLP: ``google.rpc.Status``, and the request's id."""

    code: int
    message: str
    requestId: str


class LangfuseError(TypedDict):
    """An error as Langfuse's SDKs read it."""

    message: str
    error: str
    requestId: str


class LegacyError(TypedDict):
    """The error as older clients look for it."""

    code: str
    message: str


class Problem(TypedDict):
    """An error of the Inkeep dialect: problem details (RFC 9457), and the legacy object."""

    title: str
    status: int
    detail: str
    instance: str
    requestId: str
    code: str
    error: LegacyError
