"""What exports and imports that are jobs have in common: how many run, and the queue's messages of their steps."""

from __future__ import annotations

from typing import Final, Protocol

from confab.platform.errors import Unavailable
from confab.platform.queue import Queue, QueueUnavailable

MAX_RUNNING: Final = 3
"""Exports, or imports, of a chatbot at a time."""
AGAIN_SECONDS: Final = 60
"""When a client that found so many may ask for another one."""


class Stepped(Protocol):
    """A job that is done step by step."""

    @property
    def id(self) -> str: ...

    @property
    def chatbot_id(self) -> str: ...

    @property
    def step(self) -> int: ...


def send_step(queue: Queue, kind: str, job: Stepped, delay_seconds: int = 0) -> None:
    """Send the message of the step that is due; of a job that has ended, that of the removal of its files.

    Args:
        kind: what the consumer takes the steps with.

    Raises:
        Unavailable: the queue did not take it.
    """
    work = {"kind": kind, "chatbotId": job.chatbot_id, "jobId": job.id, "step": str(job.step)}
    try:
        queue.send(work, group=job.chatbot_id, delay_seconds=delay_seconds)
    except QueueUnavailable as error:
        raise Unavailable("The queue did not answer; try again.") from error
