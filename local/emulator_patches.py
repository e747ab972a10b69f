"""What the emulator does otherwise than AWS, or so slowly that a developer would feel it, changed from outside.

All of it touches functions the emulator does not publish, which is one more reason why its version is pinned. A
function that is no longer there is left alone.
"""

from __future__ import annotations

import functools
import importlib
import json
from typing import Any

_EXPRESSIONS_KEPT = 1024


def apply_patches() -> None:
    """Apply all."""
    _collect_logs_sooner()
    _parse_expressions_once()
    _filter_by_what_is_absent()
    _repeat_failed_records()


def start_no_more() -> None:
    """Let queues and streams start no more functions, for the end of the emulator."""
    importlib.import_module("ministack.services.lambda_svc").__dict__["_iter_all_esms"] = lambda: iter(())


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


def _filter_by_what_is_absent() -> None:
    """``{"exists": false}`` holds on AWS where the object around it is absent, too."""
    mappings = importlib.import_module("ministack.services.lambda_svc")
    matches = getattr(mappings, "_match_esm_filter", None)
    if matches is not None:
        mappings.__dict__["_match_esm_filter"] = lambda record, pattern: matches(completed(record, pattern), pattern)


def completed(record: Any, pattern: Any) -> Any:
    """A record with an empty object wherever a pattern has one and the record has nothing."""
    if not isinstance(pattern, dict):
        return record
    known = record if isinstance(record, dict) else {}
    inner = {name: completed(known.get(name), part) for name, part in pattern.items() if isinstance(part, dict)}
    return {**known, **inner}


def _repeat_failed_records() -> None:
    """A function that names failed records of a stream gets them again on AWS; here, the whole batch."""
    mappings = importlib.import_module("ministack.services.lambda_svc")
    execute = getattr(mappings, "_execute_function", None)
    if execute is not None:
        mappings.__dict__["_execute_function"] = lambda function, event, *more, **named: with_failures(
            event, execute(function, event, *more, **named)
        )


def with_failures(event: Any, result: dict[str, Any]) -> dict[str, Any]:
    """A function's result; an error where it names failed records of a stream."""
    records = event.get("Records", ()) if isinstance(event, dict) else ()
    if not records or records[0].get("eventSource") != "aws:dynamodb":
        return result
    body = result.get("body")
    answer = json.loads(body) if isinstance(body, str | bytes) and body else body
    failed = isinstance(answer, dict) and answer.get("batchItemFailures")
    return {**result, "error": True} if failed else result
