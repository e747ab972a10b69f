"""Captures what goes through ``chat.completions.create`` of the OpenAI package, of which nothing is imported."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from confab_client.about import About

Capture = Callable[..., str]
_log = logging.getLogger("confab_client")
UNHEARD = ("system", "developer")
"""Roles that no user sees."""


def wrapped(create: Callable[..., Any], capture: Capture) -> Callable[..., Any]:
    """A function as ``create``, whose calls with the argument ``confab`` are captured."""

    @wraps(create)
    def call(*args: Any, confab: About | str | None = None, **kwargs: Any) -> Any:
        if confab is None:
            return create(*args, **kwargs)
        turn = Turn(capture, confab)
        with _quietly():
            turn.begin(kwargs.get("messages"))
        result = create(*args, **kwargs)
        streams = bool(kwargs.get("stream"))
        return _awaited(result, turn, streams) if inspect.isawaitable(result) else turn.heard(result, streams=streams)

    return call


async def _awaited(result: Awaitable[Any], turn: Turn, streams: bool) -> Any:
    return turn.heard(await result, streams=streams)


@contextmanager
def _quietly() -> Iterator[None]:
    """Let no fault of the capture reach the caller's own talk with the model."""
    try:
        yield
    except Exception:
        _log.exception("a part of a turn could not be captured")


class Turn:
    """One call: what the user said since the last answer, and the answer.

    A message's id is made of it and all before it. So a call that is made again with the same history captures the
    user's message once, and the same words later in the talk are another message.
    """

    def __init__(self, capture: Capture, about: About | str) -> None:
        self._capture = capture
        self._about = about
        self._chain = hashlib.sha256()

    def begin(self, messages: Any) -> None:
        """Capture the user's messages since the last answer. An iterator is left to the model alone."""
        known = [_form(message) for message in messages] if isinstance(messages, list | tuple) else []
        heard = [message for message in known if message.get("role") not in UNHEARD]
        answers = [place for place, message in enumerate(heard) if message.get("role") == "assistant"]
        new = answers[-1] + 1 if answers else 0
        for place, message in enumerate(heard):
            self._chain.update(_digest(message))
            if place >= new and message.get("role") == "user":
                self._capture(self._about, message, id=f"oai-{self._chain.hexdigest()[:32]}")

    def heard(self, result: Any, *, streams: bool) -> Any:
        """The result of the call: captured if it is an answer, and while it is read if it is a stream."""
        if streams:
            if hasattr(result, "__aiter__"):
                return AsyncStream(result, result.__aiter__(), self)
            return Stream(result, iter(result), self)
        with _quietly():
            choices = getattr(result, "choices", None)
            if choices:
                self.answered(_form(choices[0].message), getattr(result, "id", None))
        return result

    def answered(self, message: Mapping[str, Any], answer_id: Any) -> None:
        """Capture the answer, under the model's id of it if it has any."""
        if message.get("content") or message.get("tool_calls"):
            chain = self._chain.copy()
            chain.update(_digest(message))
            named = answer_id if isinstance(answer_id, str) and answer_id else f"oai-{chain.hexdigest()[:32]}"
            self._capture(self._about, message, id=named)


class _Gathered:
    """The answer of a stream, gathered from its parts and captured once, at its end or where it breaks off."""

    def __init__(self, stream: Any, parts: Any, turn: Turn) -> None:
        self._stream = stream
        self._parts = parts
        self._turn = turn
        self._id: Any = None
        self._text: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._done = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _read(self, chunk: Any) -> Any:
        with _quietly():
            self._add(chunk)
        return chunk

    def _add(self, chunk: Any) -> None:
        self._id = self._id or getattr(chunk, "id", None)
        for choice in getattr(chunk, "choices", None) or ():
            delta = getattr(choice, "delta", None)
            if getattr(choice, "index", 0) == 0 and delta is not None:
                self._text.append(getattr(delta, "content", None) or "")
                for part in getattr(delta, "tool_calls", None) or ():
                    self._add_call(_form(part))

    def _add_call(self, part: Mapping[str, Any]) -> None:
        new = {"type": "function", "function": {"name": "", "arguments": ""}}
        call = self._calls.setdefault(part.get("index", 0), new)
        if part.get("id"):
            call["id"] = part["id"]
        for name in ("name", "arguments"):
            call["function"][name] += (part.get("function") or {}).get(name) or ""

    def _end(self) -> None:
        if not self._done:
            self._done = True
            calls = {"tool_calls": list(self._calls.values())} if self._calls else {}
            with _quietly():
                self._turn.answered({"role": "assistant", "content": "".join(self._text), **calls}, self._id)


class Stream(_Gathered):
    """A stream as it was, which is captured while it is read."""

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Any:
        try:
            return self._read(next(self._parts))
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """Close the stream; what came of it is captured."""
        self._end()
        if hasattr(self._stream, "close"):
            self._stream.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncStream(_Gathered):
    """As ``Stream``, for clients that do not wait."""

    def __aiter__(self) -> AsyncStream:
        return self

    async def __anext__(self) -> Any:
        try:
            return self._read(await self._parts.__anext__())
        except BaseException:
            self._end()
            raise

    async def close(self) -> None:
        """Close the stream; what came of it is captured."""
        self._end()
        if hasattr(self._stream, "close"):
            await self._stream.close()

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _form(message: Any) -> dict[str, Any]:
    """A message as a mapping; the package's own objects say theirs."""
    if hasattr(message, "model_dump"):
        dumped: dict[str, Any] = message.model_dump(mode="json", exclude_none=True)
        return dumped
    return dict(message)


def _digest(message: Mapping[str, Any]) -> bytes:
    said = [message.get("role"), message.get("content"), message.get("tool_calls"), message.get("tool_call_id")]
    return hashlib.sha256(json.dumps(said, default=str).encode()).digest()
