"""The base of every composition: settings, clock, ids, clients and the table."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from uuid import uuid4

from confab.platform import aws
from confab.platform.deadline import Deadline
from confab.platform.ids import RANDOM_BITS, timed_id
from confab.platform.settings import Settings
from confab.storage.table import Table

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def writer_mark() -> bytes:
    """A random mark of one request."""
    return secrets.token_bytes(6)


def uuid7(now: datetime) -> str:
    """A UUIDv7 (RFC 9562): ids that sort by their time, to the microsecond, for what comes without an id."""
    return timed_id(now, secrets.randbits(RANDOM_BITS))


class Foundation:
    """What every part is made from.

    Args:
        settings: what the deployment decides.
        now: the clock.
        sleep: waits until a change holds everywhere, in seconds.
        client: makes an AWS client of a service; those of AWS itself when None.
        bedrock: makes a client for Bedrock's models of a region; those of AWS itself when None.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Now = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        client: Callable[[str], Any] | None = None,
        bedrock: Callable[[str], Any] | None = None,
    ) -> None:
        self.settings = settings
        self.now = now
        self.sleep = sleep
        self.deadline = Deadline()
        self._client = client or aws.Clients()
        self._bedrock = cache(bedrock or aws.Clients().bedrock)

    @staticmethod
    def new_id() -> str:
        """A random id."""
        return str(uuid4())

    @cached_property
    def table(self) -> Table:
        return self.table_of(self.settings.table)

    def table_of(self, name: str) -> Table:
        """A table by its name; the deployment's own is ``table``."""
        pool = ThreadPoolExecutor(aws.WRITERS)
        return Table(self._made("dynamodb"), name, pool, self.deadline.sleep)

    def _made(self, service: str) -> Any:
        """A client whose calls end with the request that makes them."""
        return self.deadline.watch(self._client(service))
