"""Work for later: one message a conversation, delayed so that a burst is one analysis."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from confab.platform.data_version import MARK, VERSION, require_known

MAX_WAIT: Final = 3600
"""Seconds; SQS takes up to twelve hours."""


def wait_before(first: int, receives: int) -> int:
    """Seconds until the next attempt: twice as long each time, and not for all at the same moment.

    Args:
        first: seconds before the second attempt, at most.
        receives: how often the message was received, from 1.
    """
    longest = min(first * 2.0 ** (receives - 1), MAX_WAIT)
    return max(1, round(longest * random.uniform(0.5, 1)))


def read_work(body: str) -> dict[str, Any]:
    """What a message says, without the mark of its version.

    Raises:
        NewerData: it is of a version that this code does not know.
    """
    work: dict[str, Any] = json.loads(body)
    require_known(work)
    work.pop(MARK, None)
    return work


class QueueUnavailable(Exception):
    """The queue did not take the message."""


class Queue:
    """A standard SQS queue.

    Args:
        client: an SQS client.
        url: the queue's address.
    """

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: Mapping[str, Any], *, group: str, delay_seconds: int = 0) -> None:
        """Send one message.

        Args:
            group: whose work it is; a fair queue keeps one group's backlog from delaying the others.
            delay_seconds: 0 to 900.

        Raises:
            QueueUnavailable: the queue did not take it.
        """
        try:
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=json.dumps({**body, MARK: VERSION}),
                MessageGroupId=group,
                DelaySeconds=delay_seconds,
            )
        except (BotoCoreError, ClientError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def delay(self, receipt: str, seconds: int) -> None:
        """Let a message that was received come again after so many seconds; without it the queue's own time counts.

        Args:
            receipt: the message's receipt handle.
            seconds: 0 to 43,200.
        """
        with suppress(BotoCoreError, ClientError):
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
