"""What is left when a command fails: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from confab.platform.errors import ConfabError
from typer.core import TyperGroup

from confab_cli.output import err
from confab_cli.target import TargetError

FAILED: Final = 1
"""Exit code of what the operator can act on."""
UNEXPECTED: Final = 70
"""Exit code of a fault of the command's own (EX_SOFTWARE)."""
DEBUG: Final = "--debug"


class Guarded(TyperGroup):
    """The root of the command; with the option ``--debug`` errors are raised as they are."""

    def main(self, args: Sequence[str] | None = None, *further: Any, **more: Any) -> Any:
        """Run a command and turn whatever it raises into a sentence."""
        try:
            return super().main(args, *further, **more)
        except BrokenPipeError:
            raise
        except Exception as error:
            if DEBUG in (sys.argv[1:] if args is None else args):
                raise
            sentence, code = told_of(error)
            err.print(f"confab: {sentence}", style="red", markup=False, highlight=False)
            sys.exit(code)


def told_of(error: Exception) -> tuple[str, int]:
    """What to say of an error, and the exit code."""
    if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ResourceNotFoundException":
        return f"There is no such table in this account and region, or not all of it: {error}", FAILED
    if isinstance(error, ConfabError | TargetError | ClientError | BotoCoreError):
        return str(error), FAILED
    if isinstance(error, OSError):
        return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part), FAILED
    # Its text may quote what a conversation holds.
    return f"unexpected error: {type(error).__name__}. `confab --debug …` shows where.", UNEXPECTED
