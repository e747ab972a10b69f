"""Serving a whole request in the middle of another one, in the same thread and so always at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Final

from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from verify.faults.operation import Operation
from verify.faults.overtakers import Overtakers
from verify.faults.stage import Stage

ITSELF: Final = "itself"


def overtakers_of(operation: Operation) -> Overtakers:
    """Who may overtake an operation: nobody, or others and the same request sent twice."""
    return {ITSELF: operation.attempt, **operation.overtakers} if operation.overtakers else {}


def overtake(stage: Stage, operation: Operation, by: str) -> list[str]:
    """Serve a whole request in a process of its own; what is wrong with how it ended."""
    with _another_request():
        try:
            # Nothing of the request that is overtaken holds here, its function's role neither.
            attempt = Context().run(overtakers_of(operation)[by], stage, stage.clean)
        except Exception as error:
            # The SDK, which is in the middle of a call, would take it for its own.
            return [f"{by} failed: {error!r}"]
    found = [f"{by}: {attempt.finding}"] if attempt.finding else []
    return found if attempt.done else [*found, f"{by} was not done"]


@contextmanager
def _another_request() -> Iterator[None]:
    """The resolver keeps the request that it serves on a class, as if a process never served two at a time."""
    kept = {name: value for name, value in vars(BaseRouter).items() if name in ("current_event", "lambda_context")}
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(BaseRouter, name, value)
