"""Errors of the Model Context Protocol: JSON-RPC's codes, each with a status of HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from confab.platform.errors import Code, ConfabError, InvalidRequest
from confab.platform.http import HttpRules

if TYPE_CHECKING:
    from confab.dialects.mcp.answers import RpcError, RpcId

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
HEADER_MISMATCH: Final = -32020
UNSUPPORTED_VERSION: Final = -32022
REFUSED: Final = -32000
"""A request that is refused before its method counts: its key, its origin or its rate."""
_SERVER_FAULT: Final = 500


class InvalidMessage(ConfabError):
    """The body is JSON, but no message of JSON-RPC."""

    status = 400
    code = "invalid_request"


class ProtocolError(ConfabError):
    """A request that breaks the protocol.

    Args:
        rpc_code: JSON-RPC's code.
        rpc_id: the request's id.
        data: what a program needs to know of it.
    """

    status = 400
    code: ClassVar[Code] = "invalid_request"

    def __init__(
        self,
        rpc_code: int,
        message: str,
        *,
        rpc_id: RpcId = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.rpc_code = rpc_code
        self.rpc_id = rpc_id
        self.data = data


class UnknownMethod(ProtocolError):
    """There is no such method, in this revision."""

    status = 404
    code = "not_found"


class ToolForbidden(ProtocolError):
    """The key may not use the tool."""

    status = 403
    code = "forbidden"


RULES: Final = HttpRules(schema_error=InvalidMessage)


def error_body(error: ConfabError, request_id: str, _path: str) -> RpcError:
    """The body of an error."""
    data: dict[str, Any] = {"requestId": request_id}
    if isinstance(error, ProtocolError):
        data |= error.data or {}
    elif error.details:
        data["details"] = [{"path": fault.path, "message": fault.message} for fault in error.details]
    rpc_id = error.rpc_id if isinstance(error, ProtocolError) else None
    return {"jsonrpc": "2.0", "id": rpc_id, "error": {"code": _code(error), "message": error.message, "data": data}}


def _code(error: ConfabError) -> int:
    if isinstance(error, ProtocolError):
        return error.rpc_code
    if isinstance(error, InvalidMessage):
        return INVALID_REQUEST
    if isinstance(error, InvalidRequest):
        return PARSE_ERROR
    return INTERNAL_ERROR if error.status == _SERVER_FAULT else REFUSED
