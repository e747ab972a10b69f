"""The operator's commands for workspaces, chatbots and keys: what they print, and that the audit log has them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ROLES
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.engine import Engine
from tests.support.world import World

Confab = Callable[..., Result]
BODY = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture
def confab(fresh: World, engine: Engine) -> Confab:
    """The command on a world of the test's own; it must succeed unless told otherwise."""
    table = fresh.deployment.settings.table

    def run(*arguments: str, code: int = 0, answer: str | None = None) -> Result:
        options = ["--table", table, "--endpoint-url", engine.dynamodb]
        result = CliRunner().invoke(app, [*options, *arguments], input=answer)
        assert result.exit_code == code, result.output
        return result

    return run


def test_every_command_works_and_has_its_audit_entry(fresh: World, confab: Confab) -> None:
    workspace = confab("workspace", "create", "Acme").stdout.strip()
    bot = confab("chatbot", "create", "Helper", "-w", workspace).stdout.strip()
    assert confab("chatbot", "list", "-w", workspace).stdout.startswith(f"{bot}\tHelper\t")
    secret = confab("key", "create", "-w", workspace, "--chatbot", bot, "--rate", "7").stdout.strip()
    assert fresh.capture(secret, BODY).status == 200
    key_id = confab("key", "list", "-w", workspace).stdout.split("\t")[0]
    rotated = confab("key", "rotate", key_id, "-w", workspace).stdout.strip()
    assert rotated != secret
    confab("chatbot", "archive", bot)
    assert fresh.capture(rotated, BODY).status in (200, 403), "warm functions follow within a minute"
    confab("chatbot", "unarchive", bot)
    confab("responder", "set", "https://bot.example.com", "-c", bot)
    assert json.loads(confab("responder", "show", "-c", bot, "--json").stdout)["enabled"] is True
    assert json.loads(confab("key", "list", "-w", workspace, "--json").stdout)[0]["id"] == key_id
    assert json.loads(confab("chatbot", "list", "-w", workspace, "--json").stdout)[0]["id"] == bot
    confab("responder", "rotate-secret", "-c", bot)
    confab("responder", "remove", "-c", bot)
    confab("key", "revoke", key_id, "-w", workspace)
    confab("chatbot", "delete", bot, "--yes")
    rows = [line.split("\t") for line in confab("audit", "-w", workspace).stdout.splitlines()]
    assert [row[2] for row in reversed(rows)] == [
        "workspace.create",
        "chatbot.create",
        "key.create",
        "key.rotate",
        "chatbot.update",
        "chatbot.update",
        "responder.set",
        "responder.rotate-secret",
        "responder.remove",
        "key.revoke",
        "chatbot.delete",
    ]
    assert {row[1] for row in rows} == {"cli"}
    assert confab("audit", "-w", workspace, "--limit", "1").stdout.splitlines() == ["\t".join(rows[0])]
    confab("chatbot", "archive", bot, code=1)


@pytest.mark.parametrize("asked", [["--kind", "web"], ["--role", "web"], ["--kind", "WEB", "--role", "web"]], ids=str)
def test_a_browsers_key_by_kind_or_role_is_bound_to_its_origins(fresh: World, confab: Confab, asked: list[str]) -> None:
    tenant = fresh.tenant()
    options = [*asked, "--origin", "https://Shop.example/", "--origin", "http://localhost:3000"]
    secret = confab("key", "create", "-w", tenant.workspace_id, "-c", tenant.id, *options).stdout.strip()
    listed = confab("key", "list", "-w", tenant.workspace_id).stdout.splitlines()[-1].split("\t")
    assert listed[4:6] == ["WEB, https://shop.example, http://localhost:3000", ", ".join(ROLES["web"])]
    search = {"entityType": "search", "searchQuery": "q", "type": "t"}
    statuses = {
        origin: fresh.inkeep(secret, "POST", "/events", search, headers={"origin": origin}).status
        for origin in ("https://shop.example", "http://localhost:3000", "https://evil.example", "null")
    }
    assert list(statuses.values()) == [200, 200, 403, 403]
    assert "origins" in confab("key", "create", "-w", tenant.workspace_id, "-c", "*", "--origin", "x", code=1).output


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("y\n", 0)])
def test_given_a_question_when_a_chatbot_is_deleted_then_the_answer_counts(
    fresh: World, confab: Confab, answer: str, left: int
) -> None:
    tenant = fresh.tenant()
    confab("chatbot", "delete", tenant.id, answer=answer, code=left)
    assert len(admin_wiring.administration(fresh.deployment).chatbots(tenant.workspace_id)) == left


@pytest.mark.parametrize(
    "arguments",
    [
        ["key", "create", "--permission", "messages.read"],
        ["key", "create", "--kind", "OTHER"],
        ["chatbot", "create", "x" * 101],
    ],
)
def test_given_something_against_the_rules_when_run_then_one_line_says_what(
    fresh: World, confab: Confab, arguments: list[str]
) -> None:
    tenant = fresh.tenant()
    chatbot = ["--chatbot", tenant.id] if arguments[0] == "key" else []
    result = confab(*arguments, "-w", tenant.workspace_id, *chatbot, code=1)
    assert result.stderr.startswith("confab: ")
    assert result.stdout == ""


def test_a_link_signs_in_with_a_key_that_reads_and_shows_no_key(fresh: World, confab: Confab) -> None:
    tenant = fresh.tenant()
    secret = fresh.key(tenant, "read")
    listed = confab("key", "list", "-w", tenant.workspace_id).stdout.splitlines()
    ids = {row.split("\t")[2]: row.split("\t")[0] for row in listed}
    printed = confab("key", "link", ids["read"], "-w", tenant.workspace_id).stdout.strip()
    path, _, token = printed.partition("#signin=")
    assert path == "/dashboard"
    assert secret not in printed
    assert fresh.request("POST", "/v1/session", token).body["key"]["id"] == ids["read"]
    assert fresh.request("POST", "/v1/session", token).status == 401, "once"
    confab("key", "link", ids["ingest"], "-w", tenant.workspace_id, code=1)
    confab("key", "link", "nothing", "-w", tenant.workspace_id, code=1)
