"""The parts of a message's content, in the shapes that the SDKs of language models give them.

A part is text, a thought, a tool call, the result of one, or media. OpenAI, Anthropic, the Vercel AI SDK, LangChain and
the GenAI conventions say which by ``type``; Bedrock and Gemini by the name under which the part's object stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confab.domain.media import attachment_of, first_text, medium_of
from confab.domain.tool_calls import Tools, media_within

Part = Mapping[str, Any]
Reader = Callable[["Parts", Part], None]

_IGNORED: Final = frozenset(
    {"step-start", "redacted_thinking", "tool-approval-request", "tool-approval-response", "cachePoint"}
)
"""Parts that say nothing to people: marks of a stream, of a cache, of an approval."""
_OWN_DATA: Final = "data-"
"""Begins the type of parts that an application of the AI SDK defines for its own screen."""
_RESULTS: Final = ("tool_result", "tool-result", "tool-error", "_output", "tool_call_response")
_CALLS: Final = ("tool_use", "tool-call", "_call", "tool-invocation", "dynamic-tool")
_SCREEN_TOOL: Final = "tool-"


class ShapeError(ValueError):
    """A message has a shape that no format knows.

    Attributes:
        path: where, from the message on.
        message: what is expected there.
    """

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


@dataclass(slots=True)
class Parts:
    """The parts of one message, collected in their order."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    tools: Tools = field(default_factory=Tools)
    shown: int = 0
    """How many media whoever speaks shows; the others are in results of tools."""
    dropped: int = 0
    """How many media came as bytes, which are not kept."""

    @property
    def text(self) -> str:
        return "\n".join(text for text in self.texts if text)

    def add(self, part: Any, *path: str | int) -> None:
        """Take one part.

        Raises:
            ShapeError: no format has such a part.
        """
        if isinstance(part, str):
            self.texts.append(part)
            return
        if not isinstance(part, Mapping):
            raise ShapeError(path, "must be a text or an object")
        try:
            _reader(part)(self, part)
        except ShapeError as error:
            raise ShapeError((*path, *error.path), error.message) from None

    @property
    def only_results(self) -> bool:
        """Whether all there is are results of tools."""
        return 0 < self.tools.results == len(self.tools.entries) and not self.text and not self.shown

    def media(self, kind: str, part: Part, *, of_result: bool = False) -> None:
        """Take a picture, a sound, a file: what it is and where it lies, never its bytes."""
        if not of_result and (said := first_text(part, "transcript")):
            self.texts.append(said)
        attachment = attachment_of(kind, part)
        self.dropped += "digest" in attachment
        self.shown += not of_result
        self.attachments.append(attachment)


def _reader(part: Part) -> Reader:
    """What reads a part: by its type, and where it has none by the name under which Bedrock and Gemini have it."""
    medium = medium_of(part)
    if medium is not None:
        return _media(medium)
    kind = part.get("type")
    if isinstance(kind, str) and kind:
        return _TYPED.get(kind) or _by_ending(kind)
    for name, reader in _NAMED.items():
        if part.get(name) is not None:
            return reader
    raise ShapeError((), "must have a type, or be a part as Bedrock or Gemini have them")


def _by_ending(kind: str) -> Reader:
    if kind.startswith(_OWN_DATA):
        return _ignore
    if kind.endswith(_RESULTS):
        return _result
    if kind.endswith(_CALLS) or kind.startswith(_SCREEN_TOOL):
        return _call
    return _unknown


def _ignore(parts: Parts, part: Part) -> None:
    """Nothing of it is kept."""


def _text(parts: Parts, part: Part) -> None:
    """A text; OpenAI's assistants wrap it, the GenAI conventions call it content, Gemini marks thoughts."""
    text = part.get("text", part.get("content"))
    if isinstance(text, Mapping):
        text = text.get("value", text.get("text"))
    if text is None:
        return
    if not isinstance(text, str):
        raise ShapeError(("text",), "must be a string")
    (parts.thoughts if part.get("thought") is True else parts.texts).append(text)


def _refusal(parts: Parts, part: Part) -> None:
    parts.texts.append(first_text(part, "refusal", "text") or "")


def _thought(parts: Parts, part: Part) -> None:
    """A thought, as one text or as the texts of its summary."""
    inner = part.get("reasoningContent", part)
    inner = inner.get("reasoningText", inner) if isinstance(inner, Mapping) else {}
    said = first_text(inner, "thinking", "reasoning", "text", "content")
    listed = [each for name in ("summary", "content", "thinking") for each in _listed(inner.get(name))]
    found = [said] if said else [first_text(each, "text") for each in listed]
    parts.thoughts.extend(text for text in found if text)


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _call(parts: Parts, part: Part) -> None:
    parts.tools.call(part)


def _result(parts: Parts, part: Part) -> None:
    if "state" in part:
        # A screen's part for a tool that happens to be called "result".
        parts.tools.call(part)
        return
    for kind, block in media_within(part):
        parts.media(kind, block, of_result=True)
    parts.tools.result(part)


def _media(kind: str) -> Reader:
    return lambda parts, part: parts.media(kind, part)


def _made_image(parts: Parts, part: Part) -> None:
    parts.media("image", {"data": part.get("result")})


def _blob(parts: Parts, part: Part) -> None:
    """Bytes as the GenAI conventions have them."""
    parts.media("file", {**part, "data": part.get("content")})


def _unknown(parts: Parts, part: Part) -> None:
    """A part of a type that is younger than this code: its text where it has one, else what it refers to."""
    if isinstance(part.get("text"), str):
        parts.texts.append(part["text"])
    else:
        parts.media(str(part["type"]), part)


def _cited(parts: Parts, part: Part) -> None:
    """Bedrock's text with citations."""
    inner = part["citationsContent"]
    for each in _listed(inner.get("content") if isinstance(inner, Mapping) else None):
        _text(parts, each)


def _guarded(parts: Parts, part: Part) -> None:
    inner = part["guardContent"]
    _text(parts, inner if isinstance(inner, Mapping) else {})


_TYPED: Final[Mapping[str, Reader]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    **dict.fromkeys(("thinking", "reasoning", "reasoning_text"), _thought),
    **dict.fromkeys(_IGNORED, _ignore),
    "refusal": _refusal,
    "blob": _blob,
    "image_generation_call": _made_image,
}
_NAMED: Final[Mapping[str, Reader]] = {
    **dict.fromkeys(("toolUse", "functionCall", "function_call", "executableCode", "executable_code"), _call),
    **dict.fromkeys(("toolResult", "functionResponse", "function_response"), _result),
    **dict.fromkeys(("codeExecutionResult", "code_execution_result"), _result),
    "reasoningContent": _thought,
    "citationsContent": _cited,
    "guardContent": _guarded,
    "cachePoint": _ignore,
    "text": _text,
}
