"""Logs are written in one place, and it is never given what people wrote."""

from __future__ import annotations

import ast
import json

import pytest
from aws_lambda_powertools import Logger, Metrics
from confab.platform.telemetry import Telemetry

from tests.support.sources import PACKAGE, ROOT, nodes_of

CODE = sorted([*(ROOT / "layers" / "confab").rglob("*.py"), *(ROOT / "functions").rglob("*.py")])
WRITER = PACKAGE / "platform" / "telemetry.py"
LOGGING = {"info", "warning", "error", "exception", "critical", "debug", "log", "inject_lambda_context", "append_keys"}
SECRET = "where is my order, ann@example.com"


def test_given_the_deployed_code_when_it_is_read_then_one_module_alone_writes_logs() -> None:
    writers = {
        file
        for file in CODE
        for node in nodes_of(file)
        if isinstance(node, ast.Attribute) and node.attr in LOGGING and "log" in ast.unparse(node.value).lower()
    }
    assert writers == {WRITER}
    imports = {file for file in CODE if "import logging" in file.read_text()}
    assert imports == set()


def test_given_the_template_when_it_is_read_then_no_setting_logs_events() -> None:
    template = (ROOT / "template.yaml").read_text()
    assert "POWERTOOLS_LOG_LEVEL" in template
    for setting in ("POWERTOOLS_LOGGER_LOG_EVENT", "POWERTOOLS_DEV", "POWERTOOLS_DEBUG", "POWERTOOLS_TRACE"):
        assert setting not in template


def test_an_errors_log_line_has_its_type_and_place_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # A logger belongs to its service's name, and writes to what standard output was when it was first made.
    telemetry = Telemetry(Logger(service="quoting", level="DEBUG"), Metrics(namespace="Test", service="quoting"))
    try:
        raise ValueError(SECRET) from KeyError(SECRET)
    except ValueError as error:
        telemetry.failure("unexpected error", error, request_id="req-1")
    line = json.loads(capsys.readouterr().out)
    assert (line["error"], line["request_id"]) == ("ValueError", "req-1")
    assert __file__ in line["frames"][0]
    assert SECRET not in json.dumps(line)
