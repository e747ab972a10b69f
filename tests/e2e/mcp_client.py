"""Runs the official client SDK against a server, in both revisions and over both transports.

Run by test_mcp_client.py with the SDK on the path; prints "all passed".
"""

from __future__ import annotations

import json
import os
from contextlib import AbstractAsyncContextManager
from typing import Any

import anyio
import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

URL, READ, ADMIN = os.environ["CONFAB_URL"], os.environ["READ_KEY"], os.environ["ADMIN_KEY"]


def over_http(key: str) -> AbstractAsyncContextManager[Any]:
    http = httpx2.AsyncClient(headers={"authorization": f"Bearer {key}"})
    return streamable_http_client(f"{URL}/mcp", http_client=http)


def over_stdio(key: str) -> AbstractAsyncContextManager[Any]:
    command, *arguments = json.loads(os.environ["CONFAB_COMMAND"])
    environment = {**json.loads(os.environ["CONFAB_ENVIRONMENT"]), "CONFAB_URL": URL, "CONFAB_KEY": key}
    return stdio_client(StdioServerParameters(command=command, args=arguments, env=environment))


async def examine(transport: AbstractAsyncContextManager[Any], mode: str, version: str) -> None:
    async with Client(transport, mode=mode) as client:
        assert client.server_info is not None and client.server_info.name == "confab"
        assert client.protocol_version == version, client.protocol_version
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert "run_sql" not in tools and all(tool.annotations.read_only_hint for tool in tools.values())
        (bot,) = (await client.call_tool("list_chatbots", {})).structured_content["data"]["chatbots"]
        found = await client.call_tool("find_conversations", {"chatbotId": bot["id"], "limit": 1})
        assert found.structured_content["untrusted"] is True
        talk = await client.call_tool("get_conversation", {"id": "c0"})
        assert talk.structured_content["data"]["messages"], talk
        wrong = await client.call_tool("overview", {"days": 0})
        assert wrong.is_error and "days" in wrong.content[0].text
        try:
            await client.call_tool("run_sql", {"sql": "SELECT 1"})
        except MCPError as refused:
            assert "admin.manage" in str(refused)
        else:
            raise AssertionError("a reader ran SQL")


async def main() -> None:
    for transport in (over_http, over_stdio):
        await examine(transport(READ), "auto", "2026-07-28")
        await examine(transport(READ), "legacy", "2025-11-25")
    async with Client(over_http(ADMIN), mode="auto") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["remove_topic"].annotations.destructive_hint is True
        rows = (await client.call_tool("run_sql", {"sql": "SELECT 1 AS one"})).structured_content["data"]["rows"]
        assert rows == [[1]]
    print("all passed")  # noqa: T201


anyio.run(main)
