"""Settings, packaging, the instance's lock and ports, and the sample conversations."""

from __future__ import annotations

import os
import socket
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local import artifacts, samples
from local.instance import Instance, listen, listen_remembered, read_json, write_private_json
from local.settings import Settings, StackError, from_environ
from local.template import Template


def test_given_no_variables_when_read_then_the_project_runs_at_port_3000() -> None:
    settings = from_environ({})
    assert (settings.port, settings.debounce_seconds) == (3000, 2)
    assert settings.state == settings.root / ".local"
    assert settings.template.is_file()


def test_given_variables_when_read_then_they_win(tmp_path: Path) -> None:
    settings = from_environ({"CONFAB_PORT": " 8080 ", "CONFAB_LOCAL_STATE": str(tmp_path)})
    assert (settings.port, settings.state) == (8080, tmp_path.resolve())


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80.5"])
def test_given_a_port_that_is_none_when_read_then_the_error_names_it(port: str) -> None:
    with pytest.raises(StackError, match=f"CONFAB_PORT .*'{port}'"):
        from_environ({"CONFAB_PORT": port})


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    function = tmp_path / "functions" / "hello"
    function.mkdir(parents=True)
    (function / "app.py").write_text("x = 1\n")
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    return Settings(root=tmp_path, state=tmp_path / ".local", port=0)


TEMPLATE: Template = {
    "Resources": {"Hello": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "functions/hello/"}}}
}


def test_the_same_files_make_the_same_zip(project: Settings) -> None:
    before = artifacts.package(project, "functions/hello/")
    source = project.root / "functions" / "hello" / "app.py"
    os.utime(source, (1, 1))
    source.chmod(0o600)
    (source.parent / "__pycache__").mkdir()
    (source.parent / "__pycache__" / "app.cpython-311.pyc").write_bytes(b"compiled")
    assert artifacts.package(project, "functions/hello/") == before


def test_given_a_layer_that_was_built_when_packaged_then_the_built_one_is_taken(project: Settings) -> None:
    for folder, text in (("layers/one", "source"), ("build/layers/one", "built")):
        (project.root / folder).mkdir(parents=True)
        (project.root / folder / "text").write_text(text)
    built = artifacts.zip_folder(project.root / "build" / "layers" / "one", compiled=True)
    assert artifacts.package(project, "layers/one/") == built


def test_given_a_folder_that_is_missing_when_packaged_then_the_error_names_it(project: Settings) -> None:
    with pytest.raises(StackError, match="functions/gone"):
        artifacts.package(project, "functions/gone")


def test_a_fingerprint_changes_with_code_template_and_parameters(project: Settings) -> None:
    seen = {artifacts.fingerprint(project, TEMPLATE, {})}
    assert artifacts.fingerprint(project, TEMPLATE, {}) in seen
    seen.add(artifacts.fingerprint(project, TEMPLATE, {"DebounceSeconds": "1"}))
    (project.root / "functions" / "hello" / "app.py").write_text("x = 2\n")
    seen.add(artifacts.fingerprint(project, TEMPLATE, {}))
    project.template.write_text("Resources: {} # changed\n")
    seen.add(artifacts.fingerprint(project, TEMPLATE, {}))
    assert len(seen) == 4


def test_the_last_words_of_a_failing_builder_are_told(project: Settings) -> None:
    (project.root / "local").mkdir()
    (project.root / "local" / "build_layers.py").write_text("import sys; sys.exit('no network')\n")
    with pytest.raises(StackError, match="could not be built: no network"):
        artifacts.build_layers(project)


def test_the_second_owner_of_a_directory_learns_who_holds_it(tmp_path: Path) -> None:
    holder = Instance(tmp_path)
    assert not holder.running()
    holder.acquire()
    holder.write(baseUrl="http://127.0.0.1:3000")
    assert holder.running()
    with pytest.raises(StackError, match=f"already running at http://127.0.0.1:3000 .process {os.getpid()}"):
        Instance(tmp_path).acquire()
    holder.release()
    assert holder.record() == {}
    assert not holder.running()


def test_given_nothing_running_when_stopped_then_nothing_happens(tmp_path: Path) -> None:
    write_private_json(tmp_path / "instance.json", {"pid": os.getpid()})
    assert Instance(tmp_path).stop() is False


def test_given_a_port_in_use_when_listened_on_then_the_error_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StackError, match=f"port {port} is in use"):
            listen(port)


def test_a_free_remembered_port_is_taken_again(tmp_path: Path) -> None:
    memory = tmp_path / "port.json"
    with listen_remembered(memory) as first:
        port = first.getsockname()[1]
        with listen_remembered(memory) as second:
            replaced = second.getsockname()[1]
            assert replaced != port
            assert read_json(memory) == {"port": replaced}
    write_private_json(memory, {"port": port})
    with listen_remembered(memory) as again:
        assert again.getsockname()[1] == port


def test_given_a_private_file_when_written_over_then_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "demo.json"
    write_private_json(path, {"a": 1})
    path.chmod(0o644)
    write_private_json(path, {"a": 2})
    assert (read_json(path), stat.S_IMODE(path.stat().st_mode)) == ({"a": 2}, 0o600)


@pytest.mark.parametrize("content", ["", "{", "[1]"])
def test_given_a_damaged_file_when_read_then_it_is_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    assert read_json(tmp_path / "x.json") == {}


def test_given_a_sample_when_made_a_capture_then_its_times_end_in_the_present() -> None:
    sample = {
        "conversationId": "c1",
        "daysAgo": 1.5,
        "user": {"id": "u"},
        "organization": None,
        "session": {},
        "custom": {"a": 1},
        "messages": [
            {"id": "m1", "role": "user", "content": "a", "after": 0},
            {"id": "m2", "role": "assistant", "content": "b", "after": 60},
            {"id": "m3", "role": "user", "content": "c", "after": 0.5},
        ],
    }
    body = samples.capture_body(sample, datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert [message["sentAt"] for message in body["messages"]] == [
        "2026-03-02T00:00:00.000Z",
        "2026-03-02T00:01:00.000Z",
        "2026-03-02T00:01:00.500Z",
    ]
    assert set(body) == {"conversationId", "messages", "user", "custom"}
    assert set(body["messages"][0]) == {"id", "role", "content", "sentAt"}


def test_given_the_projects_samples_when_loaded_then_every_one_makes_a_capture() -> None:
    found = samples.load(Path(__file__).resolve().parents[3] / "samples" / "conversations.jsonl")
    bodies = [samples.capture_body(sample, datetime.now(UTC)) for sample in found]
    assert len({body["conversationId"] for body in bodies}) == len(bodies) > 50
