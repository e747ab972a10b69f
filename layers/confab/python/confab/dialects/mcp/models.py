"""A message of JSON-RPC 2.0 as a model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from confab.dialects.fields import Request


class RpcMessage(Request):
    """A request; without ``id`` it is a notification, which gets no answer."""

    jsonrpc: Literal["2.0"]
    method: Annotated[str, Field(min_length=1, max_length=128)]
    id: Annotated[str, Field(max_length=256)] | int | None = None
    params: dict[str, Any] | None = None
