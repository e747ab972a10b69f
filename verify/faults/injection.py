"""Faults between the SDK and AWS: one function process whose calls are counted, and one of which goes wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.retries.standard import ExponentialBackoff


class Kind(StrEnum):
    """How a call goes wrong."""

    ERROR = "error"
    """It fails with a 5xx before it lands."""
    LOST = "lost"
    """It lands, and the connection breaks before the answer comes."""
    THROTTLED = "throttled"
    """It is refused because there are too many."""
    CONFLICT = "conflict"
    """A write is refused because another transaction holds the item."""
    TIMEOUT = "timeout"
    """It never lands, and no answer comes in time."""
    DIES_BEFORE = "dies-before"
    """The process dies before it makes the call."""
    DIES_AFTER = "dies-after"
    """The process dies after the call has landed."""
    OVERTAKEN = "overtaken"
    """Nothing goes wrong with it, but before it lands another client's whole request is served."""


DEATHS: Final = frozenset({Kind.DIES_BEFORE, Kind.DIES_AFTER})
SINGLE_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
TRANSACTION: Final = "TransactWriteItems"
ASIDE: Final = ("KEY#", "RATE#", "BOT#", "FIELDS#", "SECRET#")
"""Partitions of keys, limits, settings, discovered fields and secrets."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        position: which of the process's calls, from 0.
        always: whether every attempt of the SDK at that call fails, or the first one alone. A conflict is not the
            SDK's to repeat: it then lasts for every such operation from there on.
        by: who overtakes it, by name; empty for the other kinds.
    """

    position: int
    kind: Kind
    always: bool = False
    by: str = ""

    def __str__(self) -> str:
        return self.kind + ("-always" if self.always else "") + (f"-by-{self.by}" if self.by else "")

    @classmethod
    def named(cls, position: int, name: str) -> Fault:
        """The fault that a name gives.

        Raises:
            ValueError: no fault has such a name.
        """
        kind, _, by = name.partition("-by-")
        return cls(position, Kind(kind.removesuffix("-always")), kind.endswith("-always"), by)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a process.

    Attributes:
        partition: of the item that it is about; empty for a call that is about several, or none.
    """

    name: str
    partition: str = ""

    @property
    def aside(self) -> bool:
        """Whether it is about the chatbot and its key, not about a conversation, so that no other request matters."""
        return self.partition.startswith(ASIDE)


class Died(BaseException):
    """The process ended here. Not an ``Exception``: nothing in the product may catch it."""


class Injector:
    """What stands between the clients of one process and AWS.

    Args:
        fault: what goes wrong; nothing when None.
        overtake: serves the other request where the fault is that.

    Attributes:
        calls: the calls so far; attempts of the SDK at the same call count once.
        fired: how often the fault was played.
        dead: whether the process has died. A dead process makes no calls.
    """

    def __init__(self, fault: Fault | None = None, overtake: Callable[[], None] | None = None) -> None:
        self.calls: list[Call] = []
        self.fired = 0
        self.dead = False
        self._fault = fault
        self._overtake = overtake
        self._wire = URLLib3Session()

    def attach(self, client: Any) -> None:
        """Watch a client's calls."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-call.{service}", self._call)
        client.meta.events.register(f"before-send.{service}", self._attempt)

    def _call(self, model: Any, params: Mapping[str, Any], **_: Any) -> None:
        if self.dead:
            raise Died
        self.calls.append(Call(model.name, _partition(params["body"])))

    def heal(self) -> None:
        """From now on nothing goes wrong any more."""
        self._fault = None

    def _attempt(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        fault = self._fault
        if fault is None or not self._hits(fault):
            return None
        self.fired += 1
        if fault.kind == Kind.OVERTAKEN:
            assert self._overtake is not None
            self._overtake()
            return None
        if fault.kind in (Kind.LOST, Kind.DIES_AFTER):
            self._wire.send(request)
        if fault.kind in DEATHS:
            self.dead = True
            raise Died
        if fault.kind == Kind.LOST:
            raise ConnectionClosedError(endpoint_url=request.url)
        if fault.kind == Kind.TIMEOUT:
            raise ReadTimeoutError(endpoint_url=request.url)
        return _REFUSALS[fault.kind](self.calls[-1].name, request)

    def _hits(self, fault: Fault) -> bool:
        position = len(self.calls) - 1
        if fault.kind == Kind.CONFLICT and fault.always and position > fault.position:
            return self.calls[position].name == self.calls[fault.position].name
        return position == fault.position and (fault.always or not self.fired)


def _partition(body: str | bytes) -> str:
    sent = json.loads(body)
    item = sent.get("Key") or sent.get("Item") or {}
    return str(item.get("pk", {}).get("S", ""))


def kinds_for(operation: str) -> list[Kind]:
    """The ways in which a call of an operation can go wrong by itself."""
    writes = operation in SINGLE_WRITES or operation == TRANSACTION
    return [kind for kind in Kind if kind != Kind.OVERTAKEN and (writes or kind != Kind.CONFLICT)]


class OneAtATime(Executor):
    """Does what is submitted at once and in order, so that every run makes the same calls in the same order."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As ``Executor.submit``, without a thread."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


@contextmanager
def hasty_sdk() -> Iterator[None]:
    """Let the SDK repeat a call without the wait in between."""
    with patch.object(ExponentialBackoff, "delay_amount", return_value=0.0):
        yield


class _Raw(io.BytesIO):
    """A body as the SDK reads it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def _answer(request: AWSPreparedRequest, status: int, code: str, **fields: Any) -> AWSResponse:
    """An error as both services put it on the wire."""
    body: Mapping[str, Any] = {"__type": f"com.amazonaws#{code}", "message": code, **fields}
    headers = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(body).encode()))


def _failure(_: str, request: AWSPreparedRequest) -> AWSResponse:
    return _answer(request, 500, "InternalServerError")


def _throttle(operation: str, request: AWSPreparedRequest) -> AWSResponse:
    if operation == "SendMessage":
        return _answer(request, 400, "RequestThrottled")
    if operation == TRANSACTION:
        return _cancelled(request, "ThrottlingError")
    return _answer(request, 400, "ProvisionedThroughputExceededException")


def _conflict(operation: str, request: AWSPreparedRequest) -> AWSResponse:
    if operation == TRANSACTION:
        return _cancelled(request, "TransactionConflict")
    return _answer(request, 400, "TransactionConflictException")


def _cancelled(request: AWSPreparedRequest, code: str) -> AWSResponse:
    """A transaction that was refused because of its first action."""
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    others = len(json.loads(body)["TransactItems"]) - 1
    reasons = [{"Code": code, "Message": code}, *({"Code": "None"} for _ in range(others))]
    return _answer(request, 400, "TransactionCanceledException", CancellationReasons=reasons)


_REFUSALS: Final = {Kind.ERROR: _failure, Kind.THROTTLED: _throttle, Kind.CONFLICT: _conflict}
