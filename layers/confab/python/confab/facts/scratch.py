"""Folders on this disk that one process has for itself.

A function's disk outlives its process, and on a developer's machine many processes share one: so what a process has
left that is gone is removed by the next one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def process_folder(name: str) -> Path:
    """The folder of this process for a purpose; it is not made here. Those of processes that are gone are removed.

    Args:
        name: what it is for.
    """
    root = Path(tempfile.gettempdir())
    for folder in root.glob(f"{name}-*"):
        number = folder.name.removeprefix(f"{name}-")
        if number.isdecimal() and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
    return root / f"{name}-{os.getpid()}"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
