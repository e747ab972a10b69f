"""Messages in the shapes of models' SDKs, as one form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confab.domain.message_bounds import MAX_BYTES, bounded, fits
from confab.domain.message_forms import MAX_TEXT, ROLES, Form, form_of, known_role, unwrapped
from confab.domain.message_parts import ShapeError

from tests.support.sdk_messages import PIXEL, TALKS

QUESTION = "Is it warm here?"
ANSWER = "Yes, it is 21 degrees."
CALL = {"name": "weather", "input": {"city": "Rome"}}
SHOWN = {
    "OpenAI chat": ["image"],
    "OpenAI Responses": ["image", "file"],
    "Anthropic": ["image", "file"],
    "Bedrock Converse": ["image", "file"],
    "Gemini": ["image", "audio"],
    "AI SDK screen": ["image"],
    "AI SDK model": ["image", "file"],
    "AI SDK 4": ["image"],
    "GenAI conventions": ["image"],
}
WITHOUT_TOOLS = ("Cohere",)
IN_ONE_MESSAGE = ("AI SDK screen", "AI SDK 4")
"""Formats in which the call, its result and the answer are parts of one message."""


def form(message: dict[str, Any]) -> Form:
    found = form_of(unwrapped(message))
    assert found is not None
    return found


def user(*parts: Any) -> Form:
    return form({"role": "user", "content": list(parts)})


def assistant(*parts: Any) -> Form:
    return form({"role": "assistant", "content": list(parts)})


@pytest.mark.parametrize("name", TALKS)
def test_given_a_talk_of_an_sdk_then_the_users_one_message_and_the_answer_are_texts(name: str) -> None:
    forms = [form(message) for message in TALKS[name]]
    assert [each.text for each in forms if each.role == "user"] == [QUESTION]
    assert (forms[-1].role, forms[-1].text) == ("assistant", ANSWER)
    (asked,) = (each for each in forms if each.role == "user")
    assert [medium["type"] for medium in asked.extras.get("attachments", ())] == SHOWN.get(name, [])
    assert PIXEL not in json.dumps([each.extras for each in forms])


@pytest.mark.parametrize("name", [name for name in TALKS if name not in WITHOUT_TOOLS])
def test_an_assistant_calls_a_tool_and_the_result_is_nobodys_turn(name: str) -> None:
    forms = [form(message) for message in TALKS[name]]
    (calling,) = (each for each in forms if each.role == "assistant" and "tools" in each.extras)
    (call,) = calling.extras["tools"]
    results = [each for each in forms if each.role == "tool"]
    if name in IN_ONE_MESSAGE:
        assert results == []
        assert call["output"] in ({"celsius": 21}, 21)
    else:
        (result,) = results
        assert json.loads(result.text) == {"celsius": 21}
        assert result.extras["tools"][0].get("id") == call.get("id")
    assert {field: call[field] for field in CALL} in (CALL, CALL | {"input": {"city": "Rome"}})


def test_given_thoughts_then_they_are_reasoning_and_never_the_text() -> None:
    for name in ("OpenAI Responses", "Anthropic", "Bedrock Converse", "Gemini", "AI SDK screen", "AI SDK model"):
        thoughts = [form(message).extras.get("reasoning") for message in TALKS[name]]
        assert "A tool knows." in thoughts, name
    assert form({"role": "assistant", "content": "yes", "reasoning_content": "hm"}).extras == {"reasoning": "hm"}


@pytest.mark.parametrize("word", [*ROLES, "USER", "Assistant", "CHATBOT", "HumanMessage", "AIMessageChunk"])
def test_given_a_word_of_a_format_when_asked_for_its_role_then_it_is_one_of_four(word: str) -> None:
    assert known_role(word) in {"user", "assistant", "system", "tool"}


@pytest.mark.parametrize("word", ["robot", "", "users", "admin", "message"])
def test_given_a_word_of_no_format_when_asked_for_its_role_then_there_is_none(word: str) -> None:
    assert known_role(word) is None
    assert form_of({"role": word, "content": "x"}) is None


def test_text_parts_join_by_newlines_and_one_part_equals_its_string() -> None:
    assert user({"type": "text", "text": "a"}, "b", {"text": "c"}).text == "a\nb\nc"
    assert user({"type": "text", "text": "a"}) == form({"role": "human", "content": "a"})
    assert user({"type": "text", "text": {"value": "a", "annotations": []}}).text == "a"
    assert form({"role": "user", "content": {"content_type": "text", "parts": ["a", "b"]}}).text == "a\nb"


def test_given_results_and_words_in_one_message_then_it_stays_the_users() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "21", "is_error": True}
    both = user(result, {"type": "text", "text": "And tomorrow?"})
    assert (both.role, both.text) == ("user", "And tomorrow?")
    assert both.extras == {"tools": [{"id": "t", "output": "21", "error": True}]}
    shown = user(result, {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}})
    assert (shown.role, shown.text) == ("user", "")


def test_each_of_several_results_keeps_its_output_next_to_the_text() -> None:
    form = user(
        {"type": "tool_result", "tool_use_id": "a", "content": "1"},
        {"type": "tool_result", "tool_use_id": "b", "content": [{"type": "text", "text": "2"}]},
    )
    assert (form.role, form.text) == ("tool", "1\n2")
    assert form.extras == {"tools": [{"id": "a", "output": "1"}, {"id": "b", "output": "2"}]}


def test_given_media_in_a_result_then_the_text_names_it_and_a_reference_stays() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    form = user({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "here"}, picture]})
    assert (form.role, form.text) == ("tool", "here\n[image]")
    (kept,) = form.extras["attachments"]
    assert kept["type"] == "image"
    assert kept["mimeType"] == "image/png"


def test_given_a_call_and_its_result_in_one_message_then_they_are_one_tool() -> None:
    form = assistant(
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"type": "web_search_result", "url": "u"}]},
        {"type": "text", "text": "found"},
    )
    (tool,) = form.extras["tools"]
    assert (tool["id"], tool["name"], tool["input"]) == ("s1", "web_search", {"query": "q"})
    assert tool["output"] == {"type": "web_search_result", "url": "u"}
    assert form.role == "assistant"


def test_given_arguments_as_text_then_json_is_read_and_all_else_stays_a_text() -> None:
    def sent(arguments: Any) -> Any:
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
        return form({"role": "assistant", "content": None, "tool_calls": [call]}).extras["tools"][0]["input"]

    assert sent('{"a": [1]}') == {"a": [1]}
    assert sent({"a": 1}) == {"a": 1}
    for text in ("", "5", '{"a": ', '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 40 + "]" * 40):
        assert sent(text) == text
    assert sent("[" * 100_000).startswith("[[")


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}},
            {"type": "image", "url": "https://e.org/a.png"},
        ),
        ({"type": "image_url", "image_url": "https://e.org/a.png"}, {"type": "image", "url": "https://e.org/a.png"}),
        ({"type": "file", "file": {"file_id": "f-1"}}, {"type": "file", "id": "f-1"}),
        ({"type": "source-url", "url": "s://e", "title": "E"}, {"type": "source", "url": "s://e", "name": "E"}),
        ({"type": "hologram", "url": "https://e.org/h"}, {"type": "hologram", "url": "https://e.org/h"}),
        (
            {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/v"}}}},
            {"type": "video", "mimeType": "video/mp4", "url": "s3://b/v"},
        ),
    ],
)
def test_given_a_medium_with_an_address_then_its_kind_and_reference_are_kept(part: Any, kept: Any) -> None:
    assert user(part).extras["attachments"] == [kept]
    assert user(part).notes == ()


def test_a_digest_tells_bytes_apart_and_a_note_says_they_are_not_kept() -> None:
    def sent(data: str) -> Form:
        return user({"type": "input_audio", "input_audio": {"data": data, "format": "wav"}})

    first, second = (sent(data).extras["attachments"][0] for data in ("aaaa", "bbbb"))
    assert (first["type"], first["mimeType"]) == ("audio", "audio/wav")
    assert first["digest"] != second["digest"]
    assert "not kept" in sent("aaaa").notes[0]
    far = user({"type": "image_url", "image_url": {"url": "https://e.org/" + "x" * 3000}}).extras["attachments"][0]
    assert far.keys() == {"type", "digest"}


def test_given_more_than_the_limits_then_the_longest_is_cut_and_notes_say_so() -> None:
    calls = [
        {"id": str(n), "function": {"name": "f", "arguments": json.dumps({"x": "é\n" * 200 * n})}} for n in range(25)
    ]
    form_ = form({"role": "assistant", "content": "", "tool_calls": calls})
    assert fits(form_.extras)
    assert len(form_.extras["tools"]) == 20
    assert form_.extras["tools"][1]["input"] == {"x": "é\n" * 200}
    assert form_.extras["tools"][19]["input"].endswith("…")
    assert len(form_.notes) == 2
    whole = json.dumps({name: form_.extras[name] for name in ("tools",)}, ensure_ascii=False).encode()
    assert MAX_BYTES * 0.95 < len(whole) < MAX_BYTES
    answered = form({"role": "tool", "tool_call_id": "c", "content": "x" * 40_000})
    assert len(answered.text) == MAX_TEXT
    assert len(answered.notes) == 1


def test_given_something_within_the_limits_when_bounded_then_it_stays_as_it_is() -> None:
    beside = {"tools": [{"name": "f", "output": "x" * 32_000}], "attachments": [{"type": "image"}]}
    assert bounded(beside) == (beside, [])


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ([5], ("content", 0)),
        ([{"type": "text", "text": 5}], ("content", 0, "text")),
        (["a", {"x": 1}], ("content", 1)),
        (7, ("content",)),
        ([None], ("content", 0)),
    ],
)
def test_given_a_shape_of_no_format_then_the_error_names_the_place(content: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(ShapeError) as raised:
        form_of({"role": "user", "content": content})
    assert raised.value.path == path


def test_given_anything_in_a_part_when_read_then_it_is_a_form_or_a_shape_error() -> None:
    odd: list[Any] = [None, "", "x", 0, 1.5, True, [], {}, [[]], [None], {"type": 5}, {"type": "text"}]
    names = ["type", "text", "image", "source", "tool_use_id", "toolUse", "toolResult", "reasoningContent", "function",
             "functionCall", "content", "output", "input", "thinking", "citationsContent", "guardContent"]  # fmt: skip
    kinds = ["text", "image_url", "tool_use", "tool_result", "tool-x", "reasoning", "file", "refusal", "new", "a_call"]
    for value in odd:
        for name in names:
            for kind in (*kinds, value):
                for role in ("user", "assistant", "tool"):
                    part = {"type": kind, name: value}
                    for message in ({"content": [part]}, {"parts": [part]}, {"tool_calls": [part], "content": value}):
                        try:
                            form_of({"role": role, **message})
                        except ShapeError:
                            continue


@pytest.mark.parametrize(
    ("message", "may"),
    [
        ({"role": "assistant", "content": None}, True),
        ({"role": "assistant", "content": []}, True),
        ({"role": "model", "parts": [{"text": ""}]}, True),
        ({"role": "tool", "content": ""}, True),
        ({"role": "assistant", "content": ""}, False),
        ({"role": "assistant"}, False),
        ({"role": "user", "content": None}, False),
        ({"role": "user", "content": []}, False),
        ({"role": "system", "content": None}, False),
    ],
)
def test_only_tools_and_silent_assistants_may_send_an_empty_message(message: dict[str, Any], may: bool) -> None:
    found = form(message)
    assert (found.text, found.extras, found.may_be_empty) == ("", {}, may)
