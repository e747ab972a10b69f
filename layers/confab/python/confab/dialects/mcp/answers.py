"""The answers of the Model Context Protocol: messages of JSON-RPC 2.0."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

RpcId = str | int | None
Nothing = None
"""The answer to a notification has no body."""


class RpcResult(TypedDict):
    """The result of a request; what it holds depends on the method."""

    jsonrpc: Literal["2.0"]
    id: RpcId
    result: dict[str, Any]


class RpcFault(TypedDict):
    """What went wrong; ``data`` has the request's id in the logs, or the versions that are served."""

    code: int
    message: str
    data: NotRequired[dict[str, Any]]


class RpcError(TypedDict):
    """An error in the words of JSON-RPC; ``id`` is null where the request's could not be read."""

    jsonrpc: Literal["2.0"]
    id: RpcId
    error: RpcFault
