"""``confab list``, ``show``, ``topics`` and ``tail``: what they print, against what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from confab_cli import show_command, tail_command
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.scripted import tell
from tests.support.world import World

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
TEXT = "score=-0.8&topics=refund&flags=churn_risk&ends=unresolved"


class Shelf:
    """A chatbot with two conversations, and the command on its deployment."""

    def __init__(self, engine: Engine) -> None:
        self.world = World(engine)
        self.tenant: Tenant = self.world.tenant()
        self.bad = self.tell("bad-1", TEXT, ">outcome=deflected", "score=-0.4", user={"id": "u1", "name": "Ann"})
        self.good = self.tell("good-1", "score=0.7&topics=delivery&ends=resolved", at=START + timedelta(hours=1))
        self._options = ["--table", self.world.deployment.settings.table, "--endpoint-url", engine.dynamodb]

    def tell(self, name: str, *told: str, at: datetime = START, **more: Any) -> str:
        return tell(self.world, self.tenant, name, *told, at=at, **more)

    def run(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, [*self._options, *arguments])
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def api(self, path: str, **query: str) -> Any:
        answer = self.world.request("GET", path, self.tenant.admin, query={"chatbotId": self.tenant.id, **query})
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture(scope="module")
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def test_a_list_has_what_the_search_of_the_api_finds(shelf: Shelf) -> None:
    assert shelf.json("list") == shelf.api("/v1/insights/conversations")["conversations"]
    for options in (["--flag", "churn_risk"], ["--user", "u1"], ["--to", f"{START:%Y-%m-%d}", "--topic", "refund"]):
        assert [row["id"] for row in shelf.json("list", *options)] == [shelf.bad], options
    assert [line.split("\t")[0] for line in shelf.run("list").stdout.splitlines()] == ["good-1", "bad-1"]
    assert shelf.json("list", "--message-label", "Very Negative", "--message-label", "Negative")[0]["id"] == shelf.bad
    assert "--limit" in shelf.run("list", "--limit", "1").stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ["--label", "Bad"],
        ["--reply", "x"],
        ["--message-label", "x"],
        ["--hours", "168"],
        ["--from", "yesterday"],
        ["--from", "2026-02-02", "--to", "2026-02-01"],
    ],
    ids=" ".join,
)
def test_a_filter_that_cannot_be_is_refused_by_its_name(shelf: Shelf, wrong: list[str]) -> None:
    assert wrong[0] in shelf.run("list", *wrong, code=2).stderr


@pytest.mark.parametrize("named", ["bad-1", "its id"])
def test_a_conversation_is_shown_by_either_id(shelf: Shelf, named: str) -> None:
    shown = shelf.run("show", shelf.bad if named == "its id" else named).stdout
    words = ("Ann", "unresolved", "refund", "churn_risk", "Very Negative", "deflected", "went wrong here", "m0", TEXT)
    assert [word for word in words if word not in shown] == []


def test_json_of_a_conversation_is_what_the_api_answers(shelf: Shelf) -> None:
    found = shelf.json("show", "bad-1")
    assert found.pop("analysis") == shelf.api(f"/v1/insights/conversations/{shelf.bad}/analysis")
    assert found == shelf.api(f"/api/v1/conversations/{shelf.bad}")


def test_a_conversation_of_several_pages_is_shown_whole(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show_command, "AT_A_TIME", 2)
    shown = shelf.run("show", "bad-1", "-c", shelf.tenant.id).stdout
    assert shown.count("outcome=deflected") == shown.count(TEXT) == 1
    assert "score=-0.4" in shown


def test_topics_are_ranked_with_their_samples(shelf: Shelf) -> None:
    rows = [line.split("\t") for line in shelf.run("topics").stdout.splitlines()]
    assert [(row[0], row[1], row[3], row[-1]) for row in rows] == [
        ("refund", "1.0", "0%", "bad-1"),
        ("delivery", "0.0", "100%", "good-1"),
    ]
    assert shelf.json("topics", "--weeks", "2") == shelf.api("/v1/insights/topics", weeks="2")


def test_a_review_is_what_the_api_answers(shelf: Shelf) -> None:
    told = shelf.json("review", "--minutes", "1440", "--chatbot", shelf.tenant.id)
    asked = shelf.api("/api/v1/review", windowMinutes="1440")
    assert {**told, "from": "", "to": "", "previousFrom": ""} == {**asked, "from": "", "to": "", "previousFrom": ""}
    lines = shelf.run("review", "--chatbot", shelf.tenant.id).stdout.splitlines()
    assert "- Conversations: 2 (before: 0)" in lines
    assert any(line.startswith(f"- {shelf.bad}: unresolved; refund") for line in lines)


def test_an_operator_awaits_an_analysis(shelf: Shelf) -> None:
    assert shelf.run("await", "bad-1").stdout == f"{shelf.bad}\tunresolved\n"
    body = {"conversationId": "waits", "messages": [{"role": "user", "content": "hello"}]}
    waits = shelf.world.capture_directly(shelf.tenant, body)["conversationId"]
    assert "still waits" in shelf.run("await", waits, "--seconds", "0", code=2).stderr
    shelf.world.analyse_with(None).give_up(shelf.tenant.id, waits, "ValueError")
    assert "ValueError" in shelf.run("await", waits, code=1).stderr


def test_two_chatbots_need_a_name_only_where_both_could_be_meant(engine: Engine) -> None:
    shelf = Shelf(engine)
    other = shelf.world.tenant()
    assert shelf.json("show", "bad-1")["id"] == shelf.bad
    tell(shelf.world, other, "bad-1", TEXT, at=START)
    for arguments in (["show", "bad-1"], ["list"]):
        assert "--chatbot" in shelf.run(*arguments, code=1).stderr, arguments
    assert shelf.json("show", "bad-1", "-c", shelf.tenant.id)["id"] == shelf.bad
    assert "no such" in shelf.run("show", "nobody", code=1).stderr
    assert "no such" in shelf.run("show", "good-1", "-c", other.id, code=1).stderr


class Interrupted:
    """The waits of a command that is followed: something happens in each, and the last is Ctrl-C."""

    def __init__(self, *happen: Any) -> None:
        self._happen: Iterator[Any] = iter(happen)

    def __call__(self, seconds: float) -> None:
        following = next(self._happen, None)
        if following is None:
            raise KeyboardInterrupt
        following()


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_a_tail_prints_each_analysis_once_and_ends_quietly(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    shelf = Shelf(engine)
    deployment = shelf.world.deployment
    waiting = {"conversationId": "wait-1", "messages": [{"role": "user", "content": "hello"}]}
    sleep = Interrupted(
        lambda: shelf.world.capture_directly(shelf.tenant, waiting),
        lambda: shelf.tell("new-1", TEXT),
        lambda: None,
        lambda: shelf.tell("bad-1", TEXT, ">outcome=deflected", "score=-0.4", "score=0.9"),
    )
    monkeypatch.setattr(deployment, "sleep", sleep)
    context: Any = SimpleNamespace(obj=SimpleNamespace(deployment=lambda: deployment))
    tail_command.tail(context, chatbot=shelf.tenant.id, lines=1, as_json=as_json)
    lines = capsys.readouterr().out.splitlines()
    names = [json.loads(line)["externalId"] if as_json else line.split("\t")[1] for line in lines]
    assert names == ["good-1", "new-1", "bad-1"]
