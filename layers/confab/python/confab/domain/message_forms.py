"""Messages in the shapes that the SDKs of language models make them, as one form (docs/message-shapes.md).

OpenAI (chat and Responses), Anthropic, Bedrock Converse, Gemini, LangChain and the Vercel AI SDK each have their own
words for who speaks and their own parts for what is said. Here they become a role, a text, tools, a thought and media.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confab.domain.media import ATTACHMENTS, MAX_WORD, first_text
from confab.domain.message import ASSISTANT, SYSTEM, USER
from confab.domain.message_bounds import CUT, REASONING, TOOLS, bounded
from confab.domain.message_parts import Parts, ShapeError
from confab.domain.tool_calls import Entry, identifier, output_text

TOOL: Final = "tool"
"""The role of what a tool answered: kept as a message of its own, and never judged."""
ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("user", "human", "customer"), USER),
    **dict.fromkeys(("assistant", "ai", "bot", "model", "chatbot", "agent"), ASSISTANT),
    **dict.fromkeys(("system", "developer"), SYSTEM),
    **dict.fromkeys(("tool", "function"), TOOL),
}
"""What speaks, by the words that formats have for it; capitals do not count."""

MAX_TEXT: Final = 32_000
"""Characters of what a tool answered; a longer text is cut."""

_BESIDE: Final = frozenset(
    {"parts", "tool_calls", "invalid_tool_calls", "function_call", "toolInvocations", "refusal"}
) | {"reasoning_content", "thinking", "audio", "experimental_attachments", "additional_kwargs"}
"""Fields that hold something besides the content."""
_CLASS_ENDINGS: Final = ("chunk", "message")
_ITEMS: Final = frozenset(
    {"reasoning", "item_reference", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "compaction"}
)
_ITEM_ENDINGS: Final = ("_call", "_output")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A message, whatever shape it had.

    Attributes:
        role: ``user``, ``assistant``, ``system`` or ``tool``.
        text: what people read; empty where nothing was said.
        extras: ``tools``, ``reasoning`` and ``attachments``, those that it has.
        may_be_empty: whether such a message is one even though nothing is in it.
        notes: what was not kept, in words for the caller.
    """

    role: str
    text: str
    extras: Mapping[str, Any]
    may_be_empty: bool = False
    notes: Sequence[str] = ()


def unwrapped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message without LangChain's wrapping: ``{"lc", "id", "kwargs"}`` or ``{"type", "data"}``."""
    inner, name = message.get("kwargs"), message.get("id")
    if "lc" in message and isinstance(inner, Mapping):
        return {"type": name[-1] if isinstance(name, list) and name else None, **inner}
    inner = message.get("data")
    if isinstance(inner, Mapping) and "content" in inner and role_word(message) is not None:
        return {"type": message.get("type"), **inner}
    return message


def role_word(message: Mapping[str, Any]) -> Any:
    """What a message says of who speaks: its ``role``, else a ``type`` that is a known word; None for neither."""
    if message.get("role") is not None:
        return message["role"]
    kind = message.get("type")
    return kind if isinstance(kind, str) and known_role(kind) is not None else None


def known_role(word: str) -> str | None:
    """The role that a word stands for, also as the name of LangChain's class (``AIMessageChunk``); None for others."""
    if word in ROLES:
        return ROLES[word]
    plain = word.casefold()
    for ending in _CLASS_ENDINGS:
        plain = plain.removesuffix(ending)
    return ROLES.get(plain)


def form_of(message: Mapping[str, Any]) -> Form | None:
    """The form of a message without a wrapping (``unwrapped``); None when it does not say who speaks.

    Raises:
        ShapeError: its content has a shape that no format knows.
    """
    word = role_word(message)
    parts = Parts()
    if word is None:
        if not _is_item(message.get("type")):
            return None
        parts.add(message)
        return _formed(ASSISTANT, parts, open_ended=True)
    role = known_role(word) if isinstance(word, str) else None
    if role is None:
        return None
    content = message.get("content")
    if content and isinstance(content, str) and role != TOOL and _BESIDE.isdisjoint(message):
        return Form(role=role, text=content, extras={})
    open_ended = _add_content(parts, message)
    _add_extras(parts, message)
    if role == TOOL:
        _add_own_result(parts, message)
    return _formed(role, parts, open_ended=open_ended)


def _is_item(kind: Any) -> bool:
    """Whether something is an item of OpenAI's Responses that is no message."""
    return isinstance(kind, str) and (kind in _ITEMS or kind.endswith(_ITEM_ENDINGS))


def _add_content(parts: Parts, message: Mapping[str, Any]) -> bool:
    """Take what is said; whether it came as parts or as null, so that it may be nothing."""
    content, listed = message.get("content"), message.get("parts")
    path: tuple[str, ...] = ("content",)
    if isinstance(content, Mapping):
        content = content["parts"] if isinstance(content.get("parts"), list) else [content]
    if isinstance(listed, list):
        # Beside its parts a message of the AI SDK 4 says its text once more.
        for place, part in enumerate(listed):
            parts.add(part, "parts", place)
        content = content if isinstance(content, str) and not parts.text else None
    if isinstance(content, list):
        for place, part in enumerate(content):
            parts.add(part, *path, place)
    elif isinstance(content, str):
        parts.add(content)
    elif content is not None:
        raise ShapeError(path, "must be a string, a list of parts, or null")
    elif not isinstance(listed, list):
        parts.add(first_text(message, "text", "message") or "")
    said_nothing = "content" in message and message["content"] is None
    return isinstance(content, list) or isinstance(listed, list) or said_nothing


def _add_extras(parts: Parts, message: Mapping[str, Any]) -> None:
    """Take what formats put besides the content."""
    kwargs = message.get("additional_kwargs")
    more = kwargs if isinstance(kwargs, Mapping) else {}
    for call in _listed(message, "tool_calls") or _listed(more, "tool_calls"):
        parts.tools.call(call)
    for call in (*_listed(message, "invalid_tool_calls"), *_listed(message, "toolInvocations")):
        parts.tools.call(call)
    only_call = message.get("function_call") or more.get("function_call")
    if isinstance(only_call, Mapping):
        parts.tools.call({"type": "function", "function": only_call})
    if refusal := first_text(message, "refusal"):
        parts.texts.append(refusal)
    thought = first_text(message, "reasoning_content", "thinking") or first_text(more, "reasoning_content")
    if thought and not parts.thoughts:
        parts.thoughts.append(thought)
    _add_media(parts, message)


def _add_media(parts: Parts, message: Mapping[str, Any]) -> None:
    for medium in _listed(message, "experimental_attachments"):
        parts.media("file", medium)
    sound = message.get("audio")
    if isinstance(sound, Mapping):
        said = None if parts.text else sound.get("transcript")
        parts.media("audio", {"data": sound.get("data"), "file_id": sound.get("id"), "transcript": said})


def _listed(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = values.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _add_own_result(parts: Parts, message: Mapping[str, Any]) -> None:
    """Where a tool's message is itself the result, name the call that it answers."""
    if parts.tools.entries:
        return
    entry: Entry = {}
    if (call := identifier(message, "tool_call_id", "toolCallId", "tool_use_id", "call_id")) is not None:
        entry["id"] = call
    if name := first_text(message, "name", "tool_name", "toolName"):
        entry["name"] = name[:MAX_WORD]
    if message.get("status") == "error" or message.get("is_error") is True:
        entry["error"] = True
    if entry:
        parts.tools.entries.append(entry)


def _formed(role: str, parts: Parts, *, open_ended: bool) -> Form:
    tools, text = parts.tools.entries, parts.text
    role = TOOL if parts.only_results else role
    if role == TOOL and not text:
        text = "\n".join(output_text(entry.get("output")) for entry in tools)
        if len(tools) == 1 and isinstance(tools[0].get("output"), str):
            # The text is this output, and is kept once.
            tools = [{name: value for name, value in tools[0].items() if name != "output"}]
    known = {TOOLS: tools, REASONING: "\n".join(parts.thoughts), ATTACHMENTS: parts.attachments}
    extras, notes = bounded({name: value for name, value in known.items() if value})
    if parts.dropped:
        notes.append(f"the bytes of {parts.dropped} media were not kept; send addresses to keep a reference")
    if role == TOOL and len(text) > MAX_TEXT:
        notes.append(f"what the tool answered was cut to {MAX_TEXT} characters")
        text = text[: MAX_TEXT - len(CUT)] + CUT
    empty_is_fine = role == TOOL or (role == ASSISTANT and open_ended)
    return Form(role=role, text=text, extras=extras, may_be_empty=empty_is_fine, notes=tuple(notes))
