"""Tools for language models: messages of JSON-RPC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import Described

MCP: Final[Mapping[str, Described]] = {
    "jsonrpc": Described("The version of JSON-RPC.", "2.0"),
    "method": Described("What is asked for.", "tools/call"),
    "params": Described("What the method takes.", {"name": "overview", "arguments": {}}),
    "RpcMessage.id": Described("Names the request; without it the message gets no answer.", 1),
    "RpcResult.id": Described("The request's id.", 1),
    "RpcError.id": Described("The request's id; null where it could not be read.", 1),
    "result": Described("What the method answers.", {"tools": []}),
    "RpcError.error": Described("What went wrong."),
    "RpcFault.code": Described("The kind of the error, as JSON-RPC and the protocol number them.", -32601),
    "RpcFault.message": Described("What went wrong, for people.", "There is no method 'prompts/list'."),
    "RpcFault.data": Described("The request's id in the logs, and what a program needs to know.", {"requestId": "r1"}),
}
