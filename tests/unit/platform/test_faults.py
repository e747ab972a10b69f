"""What is wrong with a body or a query: its place in what was sent, and a sentence without a word of a library."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Annotated, Any, Literal

import pytest
from confab.dialects.chatcaptain.delivery import Reply
from confab.dialects.chatcaptain.models import CreateBody, CreateMessageBody, HandleBody
from confab.dialects.fields import Request
from confab.dialects.inkeep.models import FeedbackBody, OpenAIConversation, SearchEvent
from confab.dialects.openbat.admin import KeyBody, ResponderBody
from confab.dialects.openbat.capture import CaptureBody
from confab.platform.faults import Unfit, fitted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from openapi.operations import OPERATIONS

MODELS: list[type[BaseModel]] = [
    *dict.fromkeys(each for operation in OPERATIONS for each in (*operation.bodies, operation.query) if each),
    Reply,
]
NAMES = ["int", "str", "text", "bool", "type", "Content", "function-after", "value", "conversation", "a"]
"""Names that unknown members have, some of which are those of a union's members."""
INTERNAL = re.compile(
    r"0x[0-9a-f]|function[-(]|valid (integer|string|list|dict|number|boolean)|Input|instance|pydantic"
    r"|union|tagged|\[key\]|validator|constrained|discriminator|not taken here|\b(str|int|dict|bool|None|True|False)\b"
    rf"|<\w|Error\b|\b({'|'.join(model.__name__ for model in MODELS)})\b"
)


def junk() -> st.SearchStrategy[Any]:
    """Values that hardly anything takes."""
    leaf = st.sampled_from([None, True, 0, -1, 1.5, 1e300, 10**60, "", "x", "x" * 40_000, "2026-01-31T12:00:00Z"])
    return st.one_of(
        leaf,
        st.lists(leaf, max_size=2),
        st.dictionaries(st.sampled_from(NAMES), leaf, max_size=2),
        st.just({str(number): 1 for number in range(101)}),
        st.just([1] * 1001),
    )


def values_of(schema: dict[str, Any], definitions: dict[str, Any], depth: int = 6) -> st.SearchStrategy[Any]:
    """Values near a JSON schema: members may be wrong, missing or more."""
    if depth == 0:
        return junk()
    if "$ref" in schema:
        return values_of(definitions[schema["$ref"].rpartition("/")[2]], definitions, depth)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return st.one_of(junk(), *(values_of(choice, definitions, depth) for choice in choices))
    if "const" in schema or "enum" in schema:
        return st.one_of(st.sampled_from(schema.get("enum", [schema.get("const")])), junk())
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        members = {name: values_of(below, definitions, depth - 1) for name, below in schema["properties"].items()}
        required = {name: members[name] for name in schema.get("required", ())}
        more = st.dictionaries(st.sampled_from(NAMES), junk(), max_size=1)
        others = {name: below for name, below in members.items() if name not in required}
        near = st.fixed_dictionaries({}, optional=members) | st.fixed_dictionaries(required, optional=others)
        return st.one_of(near, near, near, st.tuples(near, more).map(lambda both: {**both[1], **both[0]}), junk())
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        below = values_of(schema["additionalProperties"], definitions, depth - 1)
        return st.one_of(st.dictionaries(st.sampled_from([*NAMES, "", "x" * 129]), below, max_size=3), junk())
    if kind == "array":
        below = values_of(schema.get("items", {}), definitions, depth - 1)
        return st.one_of(st.lists(below, max_size=3), st.lists(below, min_size=1, max_size=1), junk())
    right = {"string": st.sampled_from(["a", "b"]), "boolean": st.booleans(), "integer": st.integers(1, 5)}
    return st.one_of(right.get(str(kind), junk()), junk())


def is_there(value: Any, path: str, *, missing: bool) -> bool:
    """Whether a path leads to something in a value, or to a name that an object in it has not."""
    names = [name.replace("x" * 128 + "…", "x" * 129) for name in path.split(".")] if path else []
    for name in names[:-1] if missing else names:
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return not missing or (isinstance(value, dict) and value.get(names[-1]) in (None, ""))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_fault_of_any_wrong_value_has_its_place_and_plain_words(
    model: type[BaseModel],
) -> None:
    schema = model.model_json_schema()

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(value=values_of(schema, schema.get("$defs", {})))
    def each_fault_is_plain(value: Any) -> None:
        try:
            fitted(model, value)
        except Unfit as unfit:
            assert unfit.faults
            assert len({fault.path for fault in unfit.faults}) == len(unfit.faults)
            for fault in unfit.faults:
                assert not INTERNAL.search(fault.message), fault
                assert is_there(value, fault.path, missing=fault.message == "is required"), (fault, value)

    each_fault_is_plain()


MESSAGE = {"role": "user", "content": "hello"}
PLACE = {"channelId": "c", "channelName": "web", "providerId": "p"}
BASES: dict[type[BaseModel], dict[str, Any]] = {
    CaptureBody: {"conversationId": "c", "messages": [MESSAGE]},
    HandleBody: PLACE,
    CreateBody: {"conversation": PLACE},
    CreateMessageBody: {"disableSending": True, "message": {"content": "x"}},
    OpenAIConversation: {"type": "openai", "messages": [MESSAGE]},
    FeedbackBody: {"type": "positive", "messageId": "m"},
    SearchEvent: {"type": "t", "entityType": "search", "searchQuery": "q"},
    KeyBody: {"name": "k"},
    ResponderBody: {"url": "https://a.example"},
}
TIME = "must be a time, as in 2026-01-31T12:00:00Z, or seconds or milliseconds since 1970"
SCALAR = "must be true or false, a number or a string"
MEDIA = "must be one of 'text', 'image_url', 'input_audio', 'file', 'refusal'"
EMPTY = "must not be empty"
TEXT = "messages.0.content"
MANY = {str(number): 1 for number in range(101)}


def _said(content: Any) -> dict[str, Any]:
    return {**MESSAGE, "content": content}


def _part(**part: Any) -> dict[str, Any]:
    return {"messages": [{**MESSAGE, "content": [part]}]}


@pytest.mark.parametrize(
    ("model", "changes", "path", "sentence"),
    [
        (CaptureBody, {"messages": [{"role": "user"}]}, TEXT, "is required"),
        (CaptureBody, {"messages": [_said(None)]}, TEXT, "is required"),
        (CaptureBody, {"messages": [_said([5])]}, f"{TEXT}.0", "must be a text or an object"),
        (
            CaptureBody,
            {"messages": [{"role": "user", "content": "x" * 32_001}]},
            TEXT,
            "must have at most 32,000 characters",
        ),
        (CaptureBody, {"messages": [_said("")]}, TEXT, EMPTY),
        (CaptureBody, {"messages": []}, "messages", EMPTY),
        (CaptureBody, {"messages": [MESSAGE] * 101}, "messages", "must have at most 100 entries"),
        (CaptureBody, {"messages": {}}, "messages", "must be a list"),
        (CaptureBody, {"custom": {"plan": []}}, "custom.plan", SCALAR),
        (CaptureBody, {"custom": {"bool": {"bool": 1}}}, "custom.bool", SCALAR),
        (CaptureBody, {"custom": {"x" * 129: 1}}, "custom", "each name must have at most 128 characters"),
        (CaptureBody, {"custom": {"": 1}}, "custom", "each name must not be empty"),
        (CaptureBody, {"custom": MANY}, "custom", "must have at most 100 fields"),
        (CaptureBody, {"user": {"mrr": "12"}}, "user.mrr", "must be a number"),
        (CaptureBody, {"user": {"email": "ann"}}, "user.email", "must be a valid e-mail address"),
        (CaptureBody, {"kind": "fake"}, "kind", "must be 'organic' or 'probe'"),
        (HandleBody, {"message": ""}, "message", EMPTY),
        (HandleBody, {"message": 5}, "message", "must be a string or an object"),
        (HandleBody, {"message": {"text": 5}}, "message.text", "must be a string"),
        (HandleBody, {"message": "x" * 32_001}, "message", "must have at most 32,000 characters"),
        (HandleBody, {"language": "de"}, "language", "must be two upper-case letters, as in EN"),
        (HandleBody, {"sent": "now"}, "sent", TIME),
        (HandleBody, {"async": "no"}, "async", "must be true or false"),
        (CreateBody, {"conversation": {"tags": [""]}}, "conversation.tags.0", EMPTY),
        (OpenAIConversation, _part(type="text", text=5), f"{TEXT}.0.text", "must be a string"),
        (OpenAIConversation, _part(type="sound"), f"{TEXT}.0.type", MEDIA),
        (OpenAIConversation, _part(text="x"), f"{TEXT}.0.type", "is required"),
        (SearchEvent, {"id": ""}, "id", EMPTY),
        (KeyBody, {"chatbotId": ""}, "chatbotId", EMPTY),
        (KeyBody, {"expiresAt": ""}, "expiresAt", EMPTY),
        (ResponderBody, {"enabled": ""}, "enabled", EMPTY),
    ],
)
def test_a_wrong_values_fault_has_this_place_and_sentence(
    model: type[BaseModel], changes: dict[str, Any], path: str, sentence: str
) -> None:
    with pytest.raises(Unfit) as refused:
        fitted(model, {**BASES[model], **changes})
    assert [fault.message for fault in refused.value.faults if fault.path == path] == [sentence]


@pytest.mark.parametrize(
    ("model", "names", "within"),
    [
        (CaptureBody, ["id", "sentAt"], ("messages", 0)),
        (CaptureBody, ["userId", "kind"], ()),
        (CaptureBody, ["id", "name", "email", "plan"], ("user",)),
        (CaptureBody, ["id", "pageUrl"], ("session",)),
        (HandleBody, ["sent", "language", "callee", "providerMessageId", "chatbotId", "async"], ()),
        (HandleBody, ["id", "name", "language"], ("contact",)),
        (CreateMessageBody, ["created", "status", "type"], ("message",)),
        (CreateMessageBody, ["name", "image"], ("message", "persona")),
        (OpenAIConversation, ["id", "createdAt", "visibility", "properties"], ()),
        (FeedbackBody, ["id", "createdAt", "reasons"], ()),
        (KeyBody, ["ratePerMinute", "burst"], ()),
    ],
)
def test_empty_optional_fields_are_as_if_absent(
    model: type[BaseModel], names: list[str], within: tuple[str | int, ...]
) -> None:
    value = deepcopy(BASES[model])
    place: Any = value
    for step in within:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    absent = fitted(model, value)
    place.update(dict.fromkeys(names, ""))
    assert fitted(model, value) == absent
    assert place.keys() >= set(names)


class Below(Request):
    """A model in a union of models."""

    kind: Literal["below"]
    text: Annotated[str, Field(min_length=2)] | None = None


class Other(Request):
    """Another."""

    kind: Literal["other"]
    number: Annotated[int, Field(ge=1, lt=10)]


class Whole(Request):
    """A model with whatever else a model may have."""

    either: Below | Other | None = None
    nested: dict[str, list[Below]] | None = None
    again: Whole | None = None


TOO_LARGE = {"kind": "other", "number": 10}


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ({"either": {"kind": "other", "number": 0}}, "either.number", "must be at least 1"),
        ({"again": {"again": {"either": TOO_LARGE}}}, "again.again.either.number", "must be less than 10"),
        ({"nested": {"a": [{"kind": "below", "text": "x"}]}}, "nested.a.0.text", "must have at least 2 characters"),
        ({"nested": {"a": {}}}, "nested.a", "must be a list"),
        ({"either": 5}, "either", "must be an object"),
    ],
)
def test_faults_in_unions_and_recursive_models_name_the_values_place(value: Any, path: str, message: str) -> None:
    with pytest.raises(Unfit) as refused:
        fitted(Whole, value)
    assert {fault.path: fault.message for fault in refused.value.faults}[path] == message


def test_a_faults_place_shows_the_beginning_of_a_long_name() -> None:
    with pytest.raises(Unfit) as refused:
        fitted(Whole, {"nested": {"n" * 1_000_000: 5}})
    assert refused.value.faults[0].path == "nested." + "n" * 128 + "…"
