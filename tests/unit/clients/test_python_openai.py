"""The Python client around ``chat.completions.create``: turns are captured, and the caller notices nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from confab_client import About
from confab_client.openai import wrapped

SYSTEM = {"role": "system", "content": "Be brief."}


def _answer(text: str | None, id_: str = "chatcmpl-1", **more: Any) -> Any:
    message = {"role": "assistant", "content": text, **more}
    return SimpleNamespace(id=id_, choices=[SimpleNamespace(message=message)])


def _chunks(*texts: str) -> list[Any]:
    chunks = [
        SimpleNamespace(id="chatcmpl-s", choices=[SimpleNamespace(index=0, delta=SimpleNamespace(content=text))])
        for text in texts
    ]
    return [*chunks, SimpleNamespace(id="chatcmpl-s", choices=[], usage={"total_tokens": 3})]


class Captured:
    """Notes what is captured, each message once by its id."""

    def __init__(self) -> None:
        self.messages: dict[str, tuple[Any, dict[str, Any]]] = {}

    def __call__(self, about: Any, message: Any, *, id: str) -> str:
        self.messages.setdefault(id, (about, dict(message)))
        return id

    @property
    def said(self) -> list[tuple[str, Any]]:
        return [(message["role"], message["content"]) for _, message in self.messages.values()]


@pytest.fixture
def captured() -> Captured:
    return Captured()


def test_a_loop_with_growing_history_is_captured_once(captured: Captured) -> None:
    answers = iter([_answer("Hello", "a1"), _answer("Yes", "a2"), _answer("Again", "a3")])
    create = wrapped(lambda **_: next(answers), captured)
    history: list[dict[str, Any]] = [SYSTEM]
    for text in ("Hi", "ok", "ok"):
        history.append({"role": "user", "content": text})
        answer = create(model="m", messages=history, confab=About("c", user={"id": "u"}))
        history.append(answer.choices[0].message)
    assert captured.said == [
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "ok"),
        ("assistant", "Yes"),
        ("user", "ok"),
        ("assistant", "Again"),
    ]
    assert {about.conversation_id for about, _ in captured.messages.values()} == {"c"}


def test_a_call_that_failed_and_is_made_again_captures_the_question_once(captured: Captured) -> None:
    results: Iterator[Any] = iter([TimeoutError("slow"), _answer("Hello")])

    def create(**_: Any) -> Any:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    call = wrapped(create, captured)
    messages = [{"role": "user", "content": "Hi"}]
    with pytest.raises(TimeoutError):
        call(messages=messages, confab="c")
    call(messages=messages, confab="c")
    assert captured.said == [("user", "Hi"), ("assistant", "Hello")]


def test_without_the_argument_nothing_is_captured_and_all_is_passed_on(captured: Captured) -> None:
    seen: dict[str, Any] = {}

    def create(*args: Any, **kwargs: Any) -> Any:
        seen.update(kwargs)
        return _answer("Hello")

    wrapped(create, captured)(model="m", messages=[], user="u")
    wrapped(create, captured)(model="m", messages=[], user="u", confab="c")
    assert seen == {"model": "m", "messages": [], "user": "u"}
    assert captured.said == [("assistant", "Hello")]


def test_a_stream_is_passed_on_and_captured_at_its_end(captured: Captured) -> None:
    chunks = _chunks("Hel", "lo")
    stream = wrapped(lambda **_: iter(chunks), captured)(messages=[], stream=True, confab="c")
    assert list(stream) == chunks
    assert list(stream) == []
    assert captured.said == [("assistant", "Hello")]
    assert list(captured.messages) == ["chatcmpl-s"]


def test_a_stream_that_is_left_or_breaks_off_is_captured_as_far_as_it_came(captured: Captured) -> None:
    def breaking() -> Iterator[Any]:
        yield _chunks("Half")[0]
        raise ConnectionError("gone")

    with wrapped(lambda **_: iter(_chunks("Left", "over")), captured)(messages=[], stream=True, confab="a") as stream:
        next(stream)
    with pytest.raises(ConnectionError):
        list(wrapped(lambda **_: breaking(), Captured())(messages=[], stream=True, confab="b"))
    other = Captured()
    with pytest.raises(ConnectionError):
        list(wrapped(lambda **_: breaking(), other)(messages=[], stream=True, confab="b"))
    assert captured.said == [("assistant", "Left")]
    assert other.said == [("assistant", "Half")]


def test_tool_calls_in_a_stream_are_put_together(captured: Captured) -> None:
    def part(name: str, arguments: str, id_: str | None = None) -> Any:
        call = {"index": 0, "id": id_, "function": {"name": name, "arguments": arguments}}
        return SimpleNamespace(id="s", choices=[SimpleNamespace(index=0, delta=SimpleNamespace(tool_calls=[call]))])

    parts = [part("look", '{"or', "call-1"), part("", 'der":1}')]
    list(wrapped(lambda **_: iter(parts), captured)(messages=[], stream=True, confab="c"))
    ((_, message),) = captured.messages.values()
    function = {"name": "look", "arguments": '{"order":1}'}
    assert message["tool_calls"] == [{"type": "function", "function": function, "id": "call-1"}]


def test_clients_that_do_not_wait_are_served_with_and_without_streams(captured: Captured) -> None:
    async def chunks() -> AsyncIterator[Any]:
        for chunk in _chunks("Hel", "lo"):
            yield chunk

    async def create(**kwargs: Any) -> Any:
        return chunks() if kwargs.get("stream") else _answer("Hello", "a1")

    async def talk() -> list[Any]:
        call = wrapped(create, captured)
        await call(messages=[{"role": "user", "content": "Hi"}], confab="c")
        stream = await call(messages=[{"role": "user", "content": "Hi?"}], stream=True, confab="c")
        return [chunk async for chunk in stream]

    assert len(asyncio.run(talk())) == 3
    assert captured.said == [("user", "Hi"), ("assistant", "Hello"), ("user", "Hi?"), ("assistant", "Hello")]


@pytest.mark.parametrize("messages", [None, 7, "text", [None], [object()], iter([{"role": "user", "content": "Hi"}])])
def test_messages_of_no_known_form_reach_the_model_untouched(captured: Captured, messages: Any) -> None:
    seen: list[Any] = []

    def create(**kwargs: Any) -> Any:
        seen.append(kwargs["messages"])
        return _answer("Hello")

    assert wrapped(create, captured)(messages=messages, confab="c").id == "chatcmpl-1"
    assert seen == [messages]
