"""``confab mcp``: the deployment's tools for language models, over standard input and output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer
import urllib3

Post = Callable[[bytes, Mapping[str, str]], tuple[int, bytes]]
"""Sends a body with headers; gives the status and the body of the answer."""
TIMEOUT_SECONDS: Final = 35
_VERSION_KEY: Final = "io.modelcontextprotocol/protocolVersion"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("mcp")(serve)


def serve(
    url: Annotated[str, typer.Option(envvar="CONFAB_URL", help="The deployment's address, its output BaseUrl.")],
    key: Annotated[str, typer.Option(envvar="CONFAB_KEY", help="An API key that may read; give it by the variable.")],
) -> None:
    """Serve the tools of a deployment to a client that starts this command (Model Context Protocol, stdio)."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise typer.BadParameter("must begin with https://, or with http:// on this machine", param_hint="--url")
    pool = urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False)

    def post(body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        whole = {**headers, "authorization": f"Bearer {key}", "content-type": "application/json"}
        answer = pool.request("POST", f"{url.rstrip('/')}/mcp", body=body, headers=whole)
        return answer.status, answer.data

    for line in answers(sys.stdin.buffer, post):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def answers(lines: Iterable[bytes], post: Post) -> Iterable[str]:
    """The answer to each message of a client, a line each; a notification has none."""
    for line in lines:
        if line.strip():
            answer = _answer(line, post)
            if answer is not None:
                yield json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _answer(line: bytes, post: Post) -> Any:
    # Brings what HTTP functions are made of, which no other command needs.
    from confab.dialects.mcp.errors import PARSE_ERROR, REFUSED

    try:
        message = json.loads(line)
    except ValueError:
        return _error(None, PARSE_ERROR, "The line is not valid JSON.")
    if not isinstance(message, dict):
        return _error(None, PARSE_ERROR, "A message is one JSON object.")
    try:
        status, body = post(line, headers_of(message))
        answer = json.loads(body) if body else None
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        status, answer = 0, _error(None, REFUSED, f"The deployment gave no answer that can be read: {error}")
    if "id" not in message or message["id"] is None:
        return None
    if not isinstance(answer, dict) or "jsonrpc" not in answer:
        answer = _error(None, REFUSED, f"The deployment answered with status {status}.")
    # An error that came before the message was read names no request.
    return {**answer, "id": message["id"]}


def headers_of(message: Mapping[str, Any]) -> dict[str, str]:
    """The headers that repeat a message over HTTP, in the revision where every message names its version."""
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    meta = params.get("_meta")
    version = meta.get(_VERSION_KEY) if isinstance(meta, dict) else None
    if not isinstance(version, str):
        return {}
    said = {"mcp-protocol-version": version, "mcp-method": message.get("method"), "mcp-name": params.get("name")}
    return {name: value for name, value in said.items() if isinstance(value, str) and value.isascii()}


def _error(rpc_id: Any, code: int, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": rpc_id, "error": {"code": code, "message": text}}
