"""Two waits of the emulator that a developer would feel, shortened from outside.

Both touch functions the emulator does not publish, which is one more reason why its version is pinned. A function that
is no longer there is left alone: then everything is as slow as it was, and still right.
"""

from __future__ import annotations

import functools
import importlib

_EXPRESSIONS_KEPT = 1024


def apply_patches() -> None:
    """Apply both."""
    _collect_logs_sooner()
    _parse_expressions_once()


def _collect_logs_sooner() -> None:
    """After each call it waits 50 ms for a first log line; a line that comes later is collected by the next call."""
    worker = importlib.import_module("ministack.core.lambda_runtime").Worker
    patient = getattr(worker, "_drain_stderr_bounded", None)
    if patient is not None:
        worker._drain_stderr_bounded = functools.partialmethod(patient, first_line_wait=0.002, idle_confirm=0.001)


def _parse_expressions_once() -> None:
    """It reads a key or filter expression again for every item that the expression is applied to."""
    dynamodb = importlib.import_module("ministack.services.dynamodb")
    for name in ("_tokenize", "_condition_syntax_error"):
        parse = getattr(dynamodb, name, None)
        if parse is not None and not hasattr(parse, "cache_info"):
            setattr(dynamodb, name, functools.lru_cache(_EXPRESSIONS_KEPT)(parse))
