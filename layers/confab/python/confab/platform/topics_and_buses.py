"""Messages to SNS topics and events to EventBridge's buses; refusals of AWS as those of any receiver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from confab.platform.errors import DeliveryFailed

_PASSING: Final = 503
"""What stands for a refusal that says nothing about the request."""


class TopicsAndBuses:
    """Sends to topics and buses, by their ARNs.

    Args:
        sns, events: give clients of these services when they are first needed.
    """

    def __init__(self, *, sns: Callable[[], Any], events: Callable[[], Any]) -> None:
        self._sns = sns
        self._events = events

    def publish(self, topic_arn: str, subject: str, text: str) -> int:
        """Publish a message; the status of the answer.

        Args:
            subject: at most 100 characters of ASCII.

        Raises:
            DeliveryFailed: the topic did not take it.
        """
        with _as_of_a_receiver():
            self._sns().publish(TopicArn=topic_arn, Subject=subject, Message=text)
        return 200

    def put_event(self, bus_arn: str, source: str, kind: str, detail: str) -> int:
        """Put an event on a bus; the status of the answer.

        Args:
            detail: a JSON object.

        Raises:
            DeliveryFailed: the bus did not take it.
        """
        entry = {"Source": source, "DetailType": kind, "Detail": detail, "EventBusName": bus_arn}
        with _as_of_a_receiver():
            answer = self._events().put_events(Entries=[entry])
        for refused in answer.get("Entries", ()):
            if "ErrorCode" in refused:
                raise DeliveryFailed(f"the bus refused it: {refused['ErrorCode']}", status=_PASSING)
        return 200


@contextmanager
def _as_of_a_receiver() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        passing = "Throttl" in code or "Internal" in code
        raise DeliveryFailed(f"AWS refused it: {code}", status=_PASSING if passing else status) from None
    except BotoCoreError as error:
        raise DeliveryFailed(f"the connection failed: {type(error).__name__}") from None
