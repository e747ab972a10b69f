"""The route of the Model Context Protocol."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import READ
from confab.platform.routes import Route

ROUTES: Final = (
    Route(
        "POST",
        "/mcp",
        "mcp",
        "serve_message",
        READ,
        "Tools for language models",
        {200: "RpcResult", 202: "Nothing", 404: "RpcError"},
        ("mcp.models.RpcMessage",),
    ),
)
