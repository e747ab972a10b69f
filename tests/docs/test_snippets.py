"""Every command and snippet of README.md and docs/ runs, but for those that say why they cannot (``make test-docs``).

A page's blocks run in their order, in a folder of their own that looks like a clone, with the variables of
``.local/env.sh``. A block with ``<!-- not run: why -->`` above it is not run; the commands of ``confab`` and targets
of ``make`` in it are still looked up.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from confab_cli.main import app
from confab_cli.target import LOCAL_ENVIRONMENT

from tests.docs.files import write_inputs
from tests.e2e.stack import ROOT, LocalStack, eventually

BLOCK: Final = re.compile(r"(?:^<!-- not run: (?P<why>.+?) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.S | re.M)
PAGES: Final = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SEEN: Final = ("samples", "events", "bench", "layers", ".venv")
"""What a snippet may name of a clone."""
# An answer that is an error ends a page, as a reader would end there.
BEFORE: Final = "set -euo pipefail\ncurl() { command curl --fail-with-body --noproxy '*' \"$@\"; }\n"
SECONDS: Final = 240


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    kind: str
    text: str
    why: str | None

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text.strip().splitlines()[0][:60]}"


def _blocks() -> Iterator[Block]:
    for page in PAGES:
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield Block(page, found["kind"], found["text"], found["why"])


BLOCKS: Final = list(_blocks())
RUN: Final = [block for block in BLOCKS if block.why is None]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The service with a judged conversation."""
    local = LocalStack(tmp_path_factory.mktemp("docs") / "state")
    local.start()
    said = [{"id": "m1", "role": "user", "content": "Where is my refund? I have asked three times."}]
    for name, user in (("chat-1", {"id": "ann"}), ("chat-42", {"id": "bob"})):
        body = {"conversationId": name, "messages": said, "user": user}
        assert local.request("POST", "/v1/capture", json=body).status_code == 200
    eventually(lambda: local.read("/api/v1/conversations/chat-42/analysis-status").json()["allComplete"])
    yield local
    local.stop()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that looks like a clone, with the files that snippets read."""
    for name in SEEN:
        (tmp_path / name).symlink_to(ROOT / name)
    write_inputs(tmp_path)
    return tmp_path


def _environment(stack: LocalStack) -> dict[str, str]:
    record, demo = stack.instance.record(), stack.demo
    return {
        **os.environ,
        **LOCAL_ENVIRONMENT,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "CONFAB_URL": demo["baseUrl"],
        "CONFAB_API_KEY": demo["apiKey"],
        "CONFAB_ADMIN_KEY": demo["adminKey"],
        "CONFAB_CHATBOT_ID": demo["chatbotId"],
        "CONFAB_STACK": record["stack"],
        "CONFAB_ENDPOINT_URL": record["endpoint"],
    }


def _run(command: list[str], clone: Path, stack: LocalStack) -> None:
    # Commands that ask before they change something are answered, however much of the answer each of them reads.
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as yes:
        try:
            ran = subprocess.run(
                command,
                cwd=clone,
                env=_environment(stack),
                stdin=yes.stdout,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        finally:
            yes.kill()
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(b.page == page and b.kind == "sh" for b in RUN)], ids=str
)
def test_the_commands_of_a_page_run(page: Path, clone: Path, stack: LocalStack) -> None:
    texts = [block.text for block in RUN if block.page == page and block.kind == "sh"]
    _run(
        ["bash", "-c", BEFORE + "\n".join(f"echo '# block {n}'\n{text}" for n, text in enumerate(texts))], clone, stack
    )


@pytest.mark.parametrize("block", [block for block in RUN if block.kind == "python"], ids=str)
def test_a_snippet_of_python_runs(block: Block, clone: Path, stack: LocalStack) -> None:
    (clone / "snippet.py").write_text(block.text, encoding="utf-8")
    _run([sys.executable, "snippet.py"], clone, stack)


@pytest.mark.parametrize("block", [block for block in RUN if block.kind in {"js", "ts"}], ids=str)
def test_a_snippet_of_javascript_runs(block: Block, clone: Path, stack: LocalStack) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    (clone / "snippet.mjs").write_text(block.text, encoding="utf-8")
    _run(["node", "snippet.mjs"], clone, stack)


@pytest.mark.parametrize("block", [block for block in RUN if block.kind == "json"], ids=str)
def test_a_json_is_one(block: Block) -> None:
    for part in block.text.strip().split("\n\n"):
        json.loads(re.sub(r", …|…", "", part))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.why is not None], ids=str)
def test_what_is_not_run_names_only_what_there_is(block: Block) -> None:
    assert len(str(block.why)) > 10
    targets = {line.partition(":")[0] for path in _makefiles() for line in path.read_text().splitlines() if ":" in line}
    for line in block.text.replace("\\\n", " ").splitlines() if block.kind == "sh" else ():
        for words in _commands(line):
            if words[0] == "make":
                assert {word for word in words[1:] if "=" not in word} <= targets, line
            if Path(words[0]).name == "confab":
                _look_up(words[1:])


def _commands(line: str) -> Iterator[list[str]]:
    """The words of each command of a line."""
    for command in re.split(r"&&|\|(?!\|)|;", re.sub(r"<[^<>]*>", "x", line.partition(" #")[0])):
        if words := shlex.split(command.partition(" > ")[0]):
            yield words


def _makefiles() -> list[Path]:
    return [ROOT / "Makefile", *(ROOT / "mk").glob("*.mk")]


def _look_up(words: list[str]) -> None:
    """Find the command that words name, and each of their options."""
    command: Any = typer.main.get_command(app)
    options = _options(command)
    for word in words:
        if word.startswith("-"):
            assert word.partition("=")[0] in options, f"{command.name} has no {word}"
        elif word in getattr(command, "commands", ()):
            command = command.commands[word]
            options |= _options(command)


def _options(command: Any) -> set[str]:
    return {"--help", *(name for each in command.params for name in (*each.opts, *each.secondary_opts))}
