"""`make stop`: end the stack that runs from this directory."""

from __future__ import annotations

import os
import sys

from local.instance import Instance
from local.settings import StackError, from_environ


def main() -> int:
    """Stop it and say so; nothing to stop is no error."""
    try:
        stopped = Instance(from_environ(os.environ).state).stop()
    except StackError as error:
        sys.stderr.write(f"confab: {error}\n")
        return 1
    sys.stdout.write("stopped\n" if stopped else "nothing was running\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
