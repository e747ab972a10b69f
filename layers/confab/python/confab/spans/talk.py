"""What a model was told and what it said, from the values under which instrumentations keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from confab.domain.message import ASSISTANT, SYSTEM, USER
from confab.domain.message_forms import known_role, role_word, unwrapped
from confab.platform.bodies import read_json

Messages = Sequence[Mapping[str, Any]]
"""Messages in the shapes of SDKs (``domain.message_forms``)."""
MAX_JSON: Final = 4 << 20
"""Characters of a text that is read as JSON; a longer one is a text."""
_DEEPEST: Final = 8
_QUESTIONS: Final = ("question", "query", "input", "prompt", "user_input", "message", "text", "content")
_ANSWERS: Final = ("answer", "output", "response", "result", "completion", "message", "text", "content")
"""Under which names programs keep the one text of an input or output of their own."""
_ITEM: Final = ("_call", "_output", "reasoning", "message")


class Talk(NamedTuple):
    """What a call of a model was about.

    Attributes:
        heard: what the model was told, the oldest first.
        said: what it answered.
    """

    heard: Messages
    said: Messages

    def __bool__(self) -> bool:
        return bool(self.heard or self.said)


SILENCE: Final = Talk((), ())


def loaded(value: Any) -> Any:
    """A value that may be kept as JSON text: what the text stands for, or the text itself."""
    if not isinstance(value, str) or len(value) > MAX_JSON or value.lstrip()[:1] not in ("[", "{", '"'):
        return value
    try:
        return read_json(value.encode())
    except ValueError:
        return value


def heard_in(value: Any) -> Messages:
    """The messages of an input, whatever shape it has."""
    return _messages(loaded(value), USER, _QUESTIONS, 0)


def said_in(value: Any) -> Messages:
    """The messages of an output, whatever shape it has."""
    return _messages(loaded(value), ASSISTANT, _ANSWERS, 0)


def system(value: Any) -> Messages:
    """Instructions as messages: a text, or a list of texts and parts."""
    found = loaded(value)
    return [{"role": SYSTEM, "content": found}] if found and isinstance(found, str | list) else []


def _messages(value: Any, role: str, names: Sequence[str], depth: int) -> Messages:
    if value is None or value == "" or depth > _DEEPEST:
        return []
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    if isinstance(value, list):
        return _of_list(value, role, names, depth)
    if isinstance(value, Mapping):
        return _of_object(value, role, names, depth)
    return [{"role": role, "content": str(value)}]


def _of_list(value: Sequence[Any], role: str, names: Sequence[str], depth: int) -> Messages:
    if all(isinstance(each, Mapping) and not _is_message(each) and "type" in each for each in value):
        return [{"role": role, "content": list(value)}]
    return [message for each in value for message in _messages(each, role, names, depth + 1)]


def _of_object(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    if _is_message(value):
        return [value]
    for name, read in _WRAPPINGS.items():
        if name in value:
            return read(value, role, names, depth + 1)
    for name in names:
        if isinstance(value.get(name), str | list | Mapping) and value[name]:
            return _messages(value[name], role, names, depth + 1)
    return []


def _is_message(value: Mapping[str, Any]) -> bool:
    inner = unwrapped(value)
    word = role_word(inner)
    if isinstance(word, str) and known_role(word) is not None:
        return True
    kind = inner.get("type")
    return isinstance(kind, str) and "role" not in inner and kind.endswith(_ITEM[:2]) and "call_id" in inner


def _listed(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    """A request: its messages, after the instructions that stand next to them."""
    told = next((value[name] for name in ("system", "instructions", "system_prompt") if value.get(name)), None)
    return [*system(told), *_messages(loaded(value["messages"]), role, names, depth)]


def _chosen(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    """OpenAI's answer: the message of its first choice."""
    choices = value["choices"]
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, Mapping):
        return []
    return _messages(first.get("message", first.get("text")), role, names, depth)


def _generated(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    """LangChain's answer: the first generation of the first prompt."""
    found = value["generations"]
    while isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, Mapping):
        return []
    return _messages(found.get("message", found.get("text")), role, names, depth)


def _called(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    """A function's arguments: the first from which a message comes."""
    own, named = value["args"], value.get("kwargs")
    given = [*(own if isinstance(own, list) else []), named if isinstance(named, Mapping) else {}]
    found = (_messages(each, role, names, depth) for each in given if isinstance(each, str | list | Mapping))
    return next((messages for messages in found if messages), [])


def _responded(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    """An answer of OpenAI's Responses: its items; or a text under that name."""
    return _messages(loaded(value["output"]), role, names, depth)


def _asked(value: Mapping[str, Any], role: str, names: Sequence[str], depth: int) -> Messages:
    """A request of OpenAI's Responses."""
    return [*system(value.get("instructions")), *_messages(loaded(value["input"]), role, names, depth)]


_WRAPPINGS: Final[Mapping[str, Callable[[Mapping[str, Any], str, Sequence[str], int], Messages]]] = {
    "messages": _listed,
    "choices": _chosen,
    "generations": _generated,
    "args": _called,
    "output": _responded,
    "input": _asked,
}
"""What holds messages, by the name under which it does."""
