"""Where the local stack lives and what it may be told from outside."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
REGION = "us-east-1"
STACK_NAME = "confab"
DEFAULT_PORT = 3000


class StackError(Exception):
    """Something the user can act on; its text is the one line that is shown."""


@dataclass(frozen=True)
class Settings:
    """One local stack: its project, its state and its public port.

    Attributes:
        functions_endpoint: what functions take for the table and the queues instead of the emulator itself, such as a
            proxy in front of it; None for the emulator.
        dashboard: whether the web dashboard is deployed.
    """

    root: Path
    state: Path
    port: int
    debounce_seconds: int = 2
    functions_endpoint: str | None = None
    dashboard: bool = True

    @property
    def demo_file(self) -> Path:
        """Addresses and keys of the demo chatbot, for people and for `make demo`."""
        return self.state / "demo.json"

    @property
    def environment_file(self) -> Path:
        """The same for a shell."""
        return self.state / "env.sh"

    @property
    def to_recover(self) -> Path:
        """Is there while what a killed run left was not looked after."""
        return self.state / "to-recover"

    @property
    def log_file(self) -> Path:
        """What the emulator had to say."""
        return self.state / "local.log"

    @property
    def template(self) -> Path:
        """The template that is deployed here as it is deployed to AWS."""
        return self.root / "template.yaml"


def from_environ(environ: Mapping[str, str]) -> Settings:
    """Read CONFAB_PORT, CONFAB_LOCAL_STATE, CONFAB_LOCAL_ROOT, CONFAB_DEBOUNCE_SECONDS, CONFAB_FUNCTIONS_ENDPOINT and
    DASHBOARD, which is ``off`` to leave the dashboard out.
    """
    root = Path(environ.get("CONFAB_LOCAL_ROOT") or ROOT).resolve()
    state = Path(environ.get("CONFAB_LOCAL_STATE") or root / ".local").resolve()
    return Settings(
        root=root,
        state=state,
        port=_whole_number(environ, "CONFAB_PORT", DEFAULT_PORT, 65535),
        debounce_seconds=_whole_number(environ, "CONFAB_DEBOUNCE_SECONDS", 2, 900),
        functions_endpoint=environ.get("CONFAB_FUNCTIONS_ENDPOINT") or None,
        dashboard=environ.get("DASHBOARD") != "off",
    )


def lambda_runtime() -> str:
    """The Lambda runtime that matches the Python that runs this."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def lambda_architecture() -> str:
    """This machine in Lambda's words."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _whole_number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) > most:
        raise StackError(f"{name} must be a whole number from 0 to {most}, not '{text}'")
    return int(text)
