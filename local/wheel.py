"""``make wheel``: builds the command as a wheel and runs it in a fresh virtual environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from confab import __version__

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLE: Final = {
    "conversationId": "c",
    "messages": [{"role": "user", "content": "Where is my refund? This is terrible."}],
}


class WheelError(Exception):
    """Why the wheel is not usable, in one line."""


def build(folder: Path) -> Path:
    """Build the wheel into a folder; its path."""
    _run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)])
    return folder / f"confab-{__version__}-py3-none-any.whl"


def try_out(program: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run the installed command, outside of the checkout.

    Raises:
        WheelError: it does not do what it should.
    """
    said = _run([*program, "--version"], folder, environment)
    if said != f"confab {__version__}\n":
        raise WheelError(f"--version printed {said!r}")
    if "topics" not in _run([*program, "--help"], folder, environment):
        raise WheelError("--help names no commands")
    (folder / "sample.jsonl").write_text(json.dumps(SAMPLE) + "\n", encoding="utf-8")
    judged = json.loads(_run([*program, "analyze", "sample.jsonl"], folder, environment))
    if judged["conversationId"] != "c":
        raise WheelError("analyze gave no result")


def _run(command: list[str], folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        last = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or [f"exit code {ran.returncode}"]
        raise WheelError(f"`{' '.join(command[:4])} …` failed: {last[0]}")
    return ran.stdout


def main() -> int:
    """Build, install and run; the exit code."""
    try:
        wheel = build(ROOT / "dist")
        with TemporaryDirectory() as name:
            folder = Path(name)
            venv.create(folder / "venv", with_pip=True)
            program = folder / "venv" / "bin"
            _run([str(program / "python"), "-m", "pip", "install", "--quiet", str(wheel)])
            environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
            try_out([str(program / "confab")], folder, environment)
    except WheelError as error:
        sys.stderr.write(f"confab: {error}\n")
        return 1
    sys.stdout.write(f"{wheel.relative_to(ROOT)}: built, installed into a fresh environment and run there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
