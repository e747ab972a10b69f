"""The client: takes messages without waiting, and sends them in the background."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import uuid
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from confab_client.about import About, Fields
from confab_client.counts import Counts, Lost
from confab_client.http import Connection
from confab_client.item import Item
from confab_client.openai import wrapped
from confab_client.spool import Spool
from confab_client.worker import Worker

MAX_PENDING = 10_000
INTERVAL_SECONDS = 1.0
CLOSE_SECONDS = 5.0
MAX_ID = 256

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger("confab_client")


class Confab:
    """Sends messages to a deployment, in the background and each once.

    ``capture`` costs the caller some microseconds and never raises for what it is given: what cannot be sent is counted
    as lost, and ``on_lost`` hears of it. At the end of the process what is pending is sent, for at most five seconds.

    Args:
        url: the deployment's address; the variable CONFAB_URL without it.
        key: an API key that may capture; the variable CONFAB_KEY without it.
        interval: seconds for which messages are gathered into a request.
        max_pending: messages that may wait; further ones are lost.
        spool: a folder of this machine that holds messages until they are confirmed. A process that is killed then
            loses none: the next one with the same folder sends them. It holds what users say: keep it private.
        on_lost: called for what is lost, in any thread; without it a warning is logged. No text of a message is in it.

    Raises:
        ValueError: there is no address or key, or the address is not https://.
        OSError: the spool cannot be used.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        interval: float = INTERVAL_SECONDS,
        max_pending: int = MAX_PENDING,
        spool: str | Path | None = None,
        on_lost: Callable[[Lost], None] | None = None,
    ) -> None:
        self._url = url or os.environ.get("CONFAB_URL", "")
        self._key = key or os.environ.get("CONFAB_KEY", "")
        if not self._url or not self._key:
            raise ValueError("url and key are needed, or the variables CONFAB_URL and CONFAB_KEY")
        self._interval, self._max_pending, self._folder = interval, max_pending, spool
        self._on_lost = on_lost or _warn
        self._clock = _Clock()
        self._worker = self._made()
        _clients.add(self)

    def _made(self) -> Worker:
        spool = None if self._folder is None else Spool(self._folder)
        worker = Worker(
            Connection(self._url, self._key),
            max_pending=self._max_pending,
            interval=self._interval,
            on_lost=self._tell,
            spool=spool,
        )
        left = [] if spool is None else spool.left()
        if left:
            _log.warning("%d messages that an earlier process could not confirm are sent again", len(left))
        for item in left:
            worker.put(item, kept=True)
        return worker

    def capture(
        self,
        about: About | str,
        message: Mapping[str, Any] | None = None,
        *,
        role: str = "user",
        content: Any = None,
        id: str | None = None,
        **known: Fields,
    ) -> str:
        """Take a message, and return its id.

        Args:
            about: the conversation, or your own id of it.
            message: in the form of OpenAI, Anthropic or another that Confab takes; or else ``role`` and ``content``.
            id: your own id of the message, by which it is stored once however often it is captured. Without it the
                message is a new one.
            known: ``user``, ``organization``, ``session``, ``custom``: as in ``About``.
        """
        chosen: Any = id
        try:
            whole = dict(message) if message is not None else {"role": role, "content": content}
            chosen = chosen if chosen is not None else whole.get("id") or f"py-{uuid.uuid4().hex}"
            whole["id"] = chosen
            whole.setdefault("sentAt", self._clock.now())
            meant = about if isinstance(about, About) else About(about)
            groups = {**meant.known(), **{name: fields for name, fields in known.items() if fields}}
            item = _item(meant.conversation_id, whole, groups)
        except (TypeError, ValueError, RecursionError) as error:
            self._worker.lose(f"it cannot be sent: {type(error).__name__}: {error}"[:200])
        else:
            self._worker.put(item)
        return str(chosen)

    def wrap(self, create: Callable[..., Any]) -> Callable[..., Any]:
        """``client.chat.completions.create`` of the OpenAI package, whose calls are captured.

        The wrapped function takes one argument more, ``confab``: an ``About``, or your own id of the conversation.
        It captures the user's messages since the last answer, and the answer; without ``confab`` nothing. What it
        returns and raises is as before, for clients that wait, that do not (``AsyncOpenAI``), and with ``stream=True``.
        """
        return wrapped(create, self.capture)

    def flush(self, timeout: float = CLOSE_SECONDS) -> int:
        """Send what is pending now; returns how many messages are pending still. Call it before a Lambda returns."""
        return self._worker.flush(timeout)

    def flushed(self, handler: Callable[P, T]) -> Callable[P, T]:
        """A Lambda handler that flushes before it returns: a frozen function sends nothing in the background."""

        @wraps(handler)
        def handle(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return handler(*args, **kwargs)
            finally:
                self.flush()

        return handle

    def close(self, timeout: float = CLOSE_SECONDS) -> int:
        """Flush and take nothing more; returns how many messages were not confirmed, which ``on_lost`` hears of."""
        return self._worker.close(timeout)

    @property
    def counts(self) -> Counts:
        """What became of the messages so far."""
        return self._worker.counts

    def __enter__(self) -> Confab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tell(self, lost: Lost) -> None:
        try:
            self._on_lost(lost)
        except Exception:
            _log.exception("on_lost failed")

    def restart_in_child(self) -> None:
        """Begin with an empty queue in a process that was forked: the parent sends what it has taken itself."""
        self._clock = _Clock()
        self._worker.abandon()
        self._worker = self._made()


class _Clock:
    """Times that grow with every message, so that messages keep the order in which they were captured."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def now(self) -> str:
        """The time, a microsecond after the one before at least."""
        micros = int(datetime.now(timezone.utc).timestamp() * 1_000_000)  # noqa: UP017
        with self._lock:
            self._last = max(micros, self._last + 1)
            seconds, rest = divmod(self._last, 1_000_000)
        at = datetime.fromtimestamp(seconds, timezone.utc)  # noqa: UP017
        return f"{at:%Y-%m-%dT%H:%M:%S}.{rest:06}Z"


def _item(conversation_id: Any, message: Mapping[str, Any], known: Mapping[str, Any]) -> Item:
    if not isinstance(conversation_id, str) or not 0 < len(conversation_id) <= MAX_ID:
        raise ValueError(f"a conversation's id is a text of 1 to {MAX_ID} characters")
    written = json.dumps(message, default=_plain, allow_nan=False)
    return Item(conversation_id, written, json.dumps(known, default=_plain, allow_nan=False) if known else "")


def _plain(value: Any) -> Any:
    """What a package's own object is as JSON, as pydantic's models say it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"an object of type {type(value).__name__} is no JSON")


def _warn(lost: Lost) -> None:
    _log.warning("Confab: %d messages are lost: %s", lost.messages, lost.reason)


_clients: weakref.WeakSet[Confab] = weakref.WeakSet()


def _close_all() -> None:
    for client in list(_clients):
        client.close()


def _restart_all() -> None:
    for client in list(_clients):
        client.restart_in_child()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart_all)
