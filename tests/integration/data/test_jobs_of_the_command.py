"""``confab export --job`` and ``confab import --job``: the deployment does the work, and the command waits."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from confab.admin import wiring as admin_wiring
from confab.transfer import export_job
from confab_cli import data_commands, import_commands, jobs
from confab_cli.target import Target

from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

LINES = "\n".join(
    json.dumps({"id": f"talk-{n}", "messages": [{"role": "user", "content": f"question {n}"}]}) for n in range(5)
)


@pytest.fixture
def steps(fresh: World, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the command; in each the deployment takes the steps that are due."""
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        for record in fresh.queued(fresh.files_url):
            assert fresh.handler("files")({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}

    monkeypatch.setattr(jobs, "time", SimpleNamespace(sleep=wait))
    monkeypatch.setattr(export_job, "MAX_FILE", 1)
    monkeypatch.setattr(export_job, "FIRST_PAGE", 2)
    return waits


@pytest.fixture
def context(fresh: World) -> Any:
    installation = SimpleNamespace(deployment=lambda: fresh.deployment)
    target = SimpleNamespace(installation=lambda: installation, deployment=lambda: fresh.deployment)
    return SimpleNamespace(obj=target)


def test_a_file_is_imported_and_exported_by_jobs(
    fresh: World, context: Any, steps: list[float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant, path = fresh.tenant(), tmp_path / "f.jsonl"
    path.write_text(LINES)
    import_commands.import_file(context, path, chatbot=tenant.id, job=True)
    assert capsys.readouterr().out.endswith("conversations\t5\nmessages\t5\nnew\t5\n")
    assert fresh.bucket.objects == {}
    fresh.analyse_queued()
    by_job, directly = tmp_path / "job.jsonl", tmp_path / "direct.jsonl"
    data_commands.export(context, tenant.id, output=by_job, job=True)
    told = capsys.readouterr().err
    assert f"5 conversations in {by_job}." in told.replace("\n", "")
    data_commands.export(context, tenant.id, output=directly)
    assert by_job.read_text() == directly.read_text() != ""
    assert len(fresh.bucket.objects) == 6, "three files, each with its ids"
    assert set(steps) == {jobs.ASK_SECONDS}
    entries = admin_wiring.audit(fresh.deployment).page(tenant.workspace_id, None, 2).entries
    assert [(entry.action, entry.actor) for entry in entries] == [("export.create", "cli"), ("import.create", "cli")]


def test_a_job_takes_the_filters_of_the_command(fresh: World, context: Any, steps: list[float], tmp_path: Path) -> None:
    tenant, today = fresh.tenant(), datetime.now()
    for name in ("ann", "bo"):
        fresh.track(
            tenant.ingest,
            {"conversationId": name, "user": {"id": name}, "messages": [{"role": "user", "content": "hi"}]},
        )
    fresh.analyse_queued()
    for since, count in ((-2, 1), (2, 0)):
        data_commands.export(
            context,
            tenant.id,
            form="csv",
            output=tmp_path / "f",
            user="ann",
            since=today + timedelta(days=since),
            job=True,
        )
        assert len((tmp_path / "f").read_text().splitlines()) == 1 + count


def test_a_job_that_fails_says_why_and_leaves_no_file(
    fresh: World, context: Any, steps: list[float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant, path = fresh.tenant(), tmp_path / "f.txt"
    path.write_text("hello")
    with pytest.raises(typer.Exit):
        import_commands.import_file(context, path, chatbot=tenant.id, job=True)
    assert "f.txt: the format cannot be told" in capsys.readouterr().err.replace("\n", " ")
    assert steps


def test_a_deployment_whose_files_are_not_known_is_one_line(
    fresh: World, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = fresh.tenant()
    target = Target(table=fresh.deployment.settings.table, endpoint_url=engine.dynamodb)
    with pytest.raises(typer.Exit):
        data_commands.export(SimpleNamespace(obj=target), tenant.id, output=tmp_path / "f", job=True)  # type: ignore[arg-type]
    assert "--stack" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
