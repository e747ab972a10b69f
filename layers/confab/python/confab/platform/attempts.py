"""Requests that a client repeats under one ``Idempotency-Key``: every attempt gives the same ids.

The first attempt stores a random seed under the key, before it creates anything. All ids that the service gives follow
from the seed. So an attempt that is interrupted, repeated or sent twice at once creates the same objects, and existing
ones stay. No answer is stored: it would contain messages, and outlive their erasure.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from confab.platform.bodies import read_json
from confab.platform.errors import Fault, InvalidRequest, UnprocessableEntity
from confab.platform.ids import RANDOM_BITS, timed_id

HEADER: Final = "idempotency-key"
MAX_KEY: Final = 255
"""Characters of a key."""
ATTEMPT_RETENTION: Final = timedelta(days=1)
SECRET_DIGITS: Final = 32
_CLOCKS: Final = timedelta(seconds=1)
"""How far functions' clocks may be apart."""


@dataclass(frozen=True, slots=True)
class Record:
    """The note of the first attempt.

    Attributes:
        said: a digest of the request, which nobody can make who does not know the key.
        seed: what ids follow from.
        at: when it was.
        done: whether what it makes is known to have been made. Only where that must not be made a second time.
    """

    said: bytes
    seed: bytes
    at: datetime
    done: bool = False


class AttemptStore(Protocol):
    """Where first tries are noted (``storage.attempts.AttemptStore``)."""

    def first(self, tenant_id: str, name: str, record: Record, oldest: datetime) -> Record: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with an ``Idempotency-Key``.

    Attributes:
        tenant_id: the chatbot or the workspace that it belongs to.
        name: a digest of the key.
        again: whether it may have been tried before.
    """

    tenant_id: str
    name: str
    _record: Record
    _caller: bytes
    again: bool

    @property
    def done(self) -> bool:
        """Whether what it makes is known to have been made."""
        return self._record.done

    @property
    def at(self) -> datetime:
        """When it was first tried: the time of what it makes."""
        return self._record.at

    def id(self, name: str) -> str:
        """The id of what it makes, the same in every try.

        Args:
            name: what it is, of the things that one request makes.
        """
        digest = hashlib.sha256(self._record.seed + name.encode()).digest()
        return timed_id(self.at, int.from_bytes(digest) >> 256 - RANDOM_BITS)

    def secret(self) -> str:
        """A secret that it gives out, in hexadecimal digits, the same in every try of one caller.

        It follows from the caller's own API key, which is kept nowhere, so nobody else can tell it from what is stored.
        """
        return hmac.new(self._caller, b"key\0" + self._record.seed, hashlib.sha256).hexdigest()[:SECRET_DIGITS]

    def made(self, time: datetime) -> bool:
        """Whether what was made at a time may have been made by it, and not before it."""
        return time >= self.at - _CLOCKS


class Attempts:
    """Finds the first try of a request.

    Args:
        store: where they are noted.
        now: the clock.
        new_seed: gives 16 random bytes.
    """

    def __init__(self, store: AttemptStore, *, now: Callable[[], datetime], new_seed: Callable[[], bytes]) -> None:
        self._store = store
        self._now = now
        self._new_seed = new_seed

    def begin(self, tenant_id: str, key: str, request: str, body: bytes, *, caller: str, web: bool) -> Attempt:
        """Note a try, if it is the first one under its key within a day.

        Args:
            tenant_id: the chatbot or the workspace whose key it is.
            key: what the client calls the request.
            request: its method and path.
            body: as it was sent, unpacked.
            caller: the API key.
            web: whether that is a browser's. Browsers' keys are apart from those of servers.

        Raises:
            InvalidRequest: the key is too long.
            UnprocessableEntity: it was used for another request.
            Unavailable: the table did not answer.
        """
        if len(key) > MAX_KEY:
            raise InvalidRequest.at(Fault(HEADER, f"must have at most {MAX_KEY} characters"))
        now = self._now()
        name = hashlib.sha256(f"{'web' if web else 'server'}\0{key}".encode()).hexdigest()
        record = Record(_digest(key, request, body), self._new_seed(), now)
        found = self._store.first(tenant_id, name, record, now - ATTEMPT_RETENTION)
        if found.said != record.said:
            raise UnprocessableEntity(
                f"{HEADER}: was used for another request within a day; a new request takes a new key.",
                [Fault(HEADER, "was used for another request within a day")],
            )
        return Attempt(tenant_id, name, found, caller.encode(), again=found.seed != record.seed)


def _digest(key: str, request: str, body: bytes) -> bytes:
    """What two tries have in common: the same JSON may be spelled or packed in another way."""
    said = json.dumps(read_json(body), sort_keys=True) if body else ""
    return hashlib.sha256("\0".join((key, request, said)).encode()).digest()
