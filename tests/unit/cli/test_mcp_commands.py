"""``confab mcp`` repeats a client's messages over HTTP and gives each its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import typer
import urllib3
from confab_cli.mcp_commands import answers, headers_of, register
from typer.testing import CliRunner

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}


def _answers(*lines: Any, status: int = 200, body: bytes = b'{"jsonrpc":"2.0","id":null,"result":{}}') -> list[Any]:
    def post(_: bytes, __: Mapping[str, str]) -> tuple[int, bytes]:
        return status, body

    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [json.loads(line) for line in answers(raw, post)]


def test_each_request_gets_one_answer_with_its_id_and_a_notification_none() -> None:
    told = _answers(
        {"id": 1, "method": "ping"}, b"\n", {"method": "notifications/initialized"}, {"id": "a", "method": "x"}
    )
    assert [each["id"] for each in told] == [1, "a"]


def test_a_line_that_is_no_message_is_a_parse_error() -> None:
    assert [each["error"]["code"] for each in _answers(b"{", b"[]")] == [-32700, -32700]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message":"Not Found"}'])
def test_an_answer_that_is_no_message_becomes_an_error(body: bytes) -> None:
    (told,) = _answers({"id": 1, "method": "ping"}, status=502, body=body)
    assert (told["id"], told["error"]["code"]) == (1, -32000)


def test_a_deployment_that_is_not_reached_is_an_error_and_the_command_goes_on() -> None:
    def post(_: bytes, __: Mapping[str, str]) -> tuple[int, bytes]:
        raise urllib3.exceptions.ProtocolError("gone")

    told = [
        json.loads(line)
        for line in answers([b'{"id":1,"method":"m"}', b'{"method":"n"}', b'{"id":2,"method":"m"}'], post)
    ]
    assert [(each["id"], each["error"]["code"]) for each in told] == [(1, -32000), (2, -32000)]


def test_headers_say_what_a_message_says_of_itself() -> None:
    params = {"_meta": META, "name": "overview"}
    assert headers_of({"method": "tools/call", "params": params}) == {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "overview",
    }
    for message in ({"method": "ping"}, {"method": "ping", "params": []}, {"params": {"_meta": {"x": 1}}}):
        assert headers_of(message) == {}


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "ftp://127.0.0.1", "api.example.com", "http://localhost.example"]
)
def test_a_key_is_sent_only_over_https_or_to_this_machine(url: str) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    ran = CliRunner().invoke(app, ["mcp"], env={"CONFAB_URL": url, "CONFAB_KEY": "ob_live_secret"})
    assert ran.exit_code == 2
    assert "ob_live_secret" not in ran.output
