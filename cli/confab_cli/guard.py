"""What is left when a command fails: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from confab.platform.errors import ConfabError
from typer.core import TyperGroup

from confab_cli.output import print_error
from confab_cli.target import TargetError

FAILED: Final = 1
"""Exit code of what the operator can act on."""
UNEXPECTED: Final = 70
"""Exit code of a fault of the command's own (EX_SOFTWARE)."""
CLOSED: Final = 141
"""Exit code when whoever reads the output has closed it, as a shell reports it of other commands (SIGPIPE)."""
DEBUG: Final = "--debug"


class Guarded(TyperGroup):
    """The root of the command; with the option ``--debug`` errors are raised as they are."""

    def main(self, args: Sequence[str] | None = None, *further: Any, **more: Any) -> Any:
        """Run a command and turn whatever it raises into a sentence."""
        try:
            return super().main(args, *further, **more)
        except Exception as error:
            if DEBUG in (sys.argv[1:] if args is None else args):
                raise
            sentence, code = told_of(error)
            print_error(sentence)
            sys.exit(code)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; one whose reader has closed the pipe ends without a word."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # What is left in the buffer would be written, and would fail, when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CLOSED)


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
