"""What an earlier run left is told apart, and nothing of it is written over."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local import deploy
from local.environment import write_environment
from local.saved import examine, make_private
from local.settings import Settings, StackError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASIDE = "emulator-20260301T120000"
FILES = ("cloudformation.json", "dynamodb.json", "lambda.json", "sqs.json")
DEMO = {"baseUrl": "http://127.0.0.1:1", "apiKey": "k'1", "adminKey": "k2", "chatbotId": "b"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "emulator").mkdir()
    (tmp_path / "emulator-s3" / "copies").mkdir(parents=True)
    for name in FILES:
        (tmp_path / "emulator" / name).write_text(json.dumps({"of": name}))
    for name in ("demo.json", "deployment.json"):
        (tmp_path / name).write_text("{}")
    return Settings(root=tmp_path, state=tmp_path, port=1)


def _content(settings: Settings) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in settings.state.rglob("*") if path.is_file()}


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def test_a_whole_state_is_left_alone(settings: Settings) -> None:
    before = _content(settings)
    assert examine(settings, NOW) == []
    assert _content(settings) == before


def test_a_state_that_is_not_there_yet_is_none(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, state=tmp_path / "new", port=1)
    make_private(settings)
    assert examine(settings, NOW) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"a": "\xff"}'])
def test_a_damaged_table_is_named_and_nothing_is_changed(settings: Settings, damage: bytes) -> None:
    (settings.state / "emulator" / "dynamodb.json").write_bytes(damage)
    _cut(settings.demo_file)
    before = _content(settings)
    with pytest.raises(StackError, match=r"dynamodb\.json is damaged.*Nothing was changed.*mv "):
        examine(settings, NOW)
    assert _content(settings) == before


@pytest.mark.parametrize("name", ["lambda.json", "cloudformation.json", "sqs.json"])
def test_anything_else_that_is_damaged_is_set_aside_with_all_but_the_table(settings: Settings, name: str) -> None:
    _cut(settings.state / "emulator" / name)
    before = (settings.state / "emulator" / name).read_bytes()
    (told,) = examine(settings, NOW)
    assert f"{name} is damaged" in told
    assert ASIDE in told
    assert [path.name for path in (settings.state / "emulator").iterdir()] == ["dynamodb.json"]
    assert (settings.state / ASIDE / name).read_bytes() == before
    assert (settings.state / ASIDE / "emulator-s3" / "copies").is_dir()
    assert not (settings.state / "deployment.json").exists()


def test_a_missing_stack_is_set_up_again_around_its_table(settings: Settings) -> None:
    (settings.state / "emulator" / "cloudformation.json").unlink()
    (told,) = examine(settings, NOW)
    assert "cloudformation.json is missing: the service is set up again around its table" in told
    assert [path.name for path in (settings.state / "emulator").iterdir()] == ["dynamodb.json"]


def test_a_missing_table_is_said_to_be_gone(settings: Settings) -> None:
    (settings.state / "emulator" / "dynamodb.json").unlink()
    (told,) = examine(settings, NOW)
    assert "dynamodb.json is missing: there are no conversations left" in told


def test_damaged_keys_are_kept_under_another_name(settings: Settings) -> None:
    settings.demo_file.write_text('{"apiKey": "k')
    (told,) = examine(settings, NOW)
    assert "demo-20260301T120000.json" in told
    assert (settings.state / "demo-20260301T120000.json").read_text() == '{"apiKey": "k'
    assert not settings.demo_file.exists()


def test_what_is_stored_is_for_its_owner_alone(settings: Settings) -> None:
    (settings.state / "emulator" / "dynamodb.json").chmod(0o644)
    settings.state.chmod(0o755)
    make_private(settings)
    write_environment(settings, DEMO)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in settings.state.rglob("*.json")]
    assert {*modes, stat.S_IMODE(settings.environment_file.stat().st_mode)} == {0o600}
    assert stat.S_IMODE(settings.state.stat().st_mode) == 0o700


def test_a_shell_reads_the_keys(settings: Settings) -> None:
    write_environment(settings, DEMO)
    assert settings.environment_file.read_text().splitlines() == [
        "export CONFAB_URL=http://127.0.0.1:1",
        """export CONFAB_API_KEY='k'"'"'1'""",
        "export CONFAB_ADMIN_KEY=k2",
        "export CONFAB_CHATBOT_ID=b",
    ]


def _clients(*tables: dict[str, Any]) -> Any:
    by_name = {table["TableName"]: table for table in tables}
    dynamodb = SimpleNamespace(
        list_tables=lambda: {"TableNames": list(by_name)},
        describe_table=lambda TableName: {"Table": by_name[TableName]},
    )
    return SimpleNamespace(dynamodb=dynamodb)


def _table(name: str, items: int) -> dict[str, Any]:
    return {"TableName": name, "ItemCount": items, "LatestStreamArn": f"arn:{name}"}


def test_a_table_that_outlived_its_stack_is_deployed_around() -> None:
    clients = _clients(_table("confab-Table-1", 0), _table("confab-Table-2", 9), _table("other", 99))
    kept = {"ExistingTable": "confab-Table-2", "ExistingTableStreamArn": "arn:confab-Table-2"}
    assert deploy._kept_table(clients, None) == kept
    assert deploy._kept_table(_clients(_table("other", 99)), None) == {}


def test_a_stack_around_such_a_table_stays_so() -> None:
    kept = {"ExistingTable": "confab-Table-2", "ExistingTableStreamArn": "arn:x"}
    given = {**kept, "Monitoring": "false"}
    stack = {"Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]}
    assert deploy._kept_table(_clients(), stack) == kept
    own = {"Parameters": [{"ParameterKey": name, "ParameterValue": ""} for name in kept]}
    assert deploy._kept_table(_clients(), own) == {}
