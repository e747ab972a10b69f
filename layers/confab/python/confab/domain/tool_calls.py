"""Tool calls and their results, as OpenAI, Anthropic, Bedrock, Gemini, LangChain and the Vercel AI SDK have them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confab.domain.media import MAX_WORD, attachment_of, first_text, label_of, medium_of

Entry = dict[str, Any]
"""``id``, ``name``, ``input``, ``output``, ``error``: those that are known."""

_WRAPPED: Final = (
    "function",
    "custom",
    "toolInvocation",
    "toolUse",
    "toolResult",
    "functionCall",
    "function_call",
    "functionResponse",
    "function_response",
    "executableCode",
    "executable_code",
    "codeExecutionResult",
    "code_execution_result",
)
"""Fields whose object says what the part is about."""
_IDS: Final = ("call_id", "toolCallId", "tool_call_id", "tool_use_id", "toolUseId", "id")
_NAMES: Final = ("name", "toolName", "tool_name")
_INPUTS: Final = ("input", "arguments", "args", "action", "queries", "code")
_OUTPUTS: Final = ("output", "result", "response", "content", "outputs", "results", "errorText", "error")
_GENERIC: Final = frozenset(
    {"tool", "function", "custom", "function_call", "custom_tool_call", "mcp_call", "tool_call", "server_tool_call"}
    | {"tool-call", "tool-invocation", "dynamic-tool", "tool_use", "server_tool_use", "mcp_tool_use"}
)
"""Types that say only that something is a call, not of what."""
_DEEPEST: Final = 32
"""Levels of a JSON text that is read as JSON; a deeper one stays a text."""


@dataclass(slots=True)
class Tools:
    """The tool calls of one message; a result in the same message joins its call."""

    entries: list[Entry] = field(default_factory=list)
    results: int = 0
    """How many results came that belong to no call of this message."""

    def call(self, part: Mapping[str, Any]) -> None:
        """Take a call, with its result where the part has that too."""
        inner = _inner(part)
        entry = self._entry(identifier(inner, *_IDS))
        name = first_text(inner, *_NAMES) or _named_by(part)
        if name:
            entry["name"] = name[:MAX_WORD]
        if (given := _first(inner, _INPUTS)) is not None:
            entry["input"] = parsed(given)
        self._end(entry, inner, _first(inner, (name for name in _OUTPUTS if name != "content")))

    def result(self, part: Mapping[str, Any]) -> None:
        """Take the result of a call."""
        inner = _inner(part)
        call, name = identifier(inner, *_IDS), first_text(inner, *_NAMES)
        entry = self._open(call, name)
        if entry is None:
            entry = self._entry(call)
            self.results += 1
            if name:
                entry["name"] = name[:MAX_WORD]
        self._end(entry, inner, _first(inner, _OUTPUTS))

    def _open(self, call: str | None, name: str | None) -> Entry | None:
        """The call that a result belongs to: of its id, else the first of its name without a result."""
        if call is not None:
            return next((entry for entry in self.entries if entry.get("id") == call), None)
        waiting = (entry for entry in self.entries if "output" not in entry and "id" not in entry)
        return next((entry for entry in waiting if name is not None and entry.get("name") == name), None)

    def _entry(self, call: str | None) -> Entry:
        """The entry of a call's id, made where there is none."""
        known = None if call is None else self._open(call, None)
        if known is not None:
            return known
        entry: Entry = {} if call is None else {"id": call}
        self.entries.append(entry)
        return entry

    @staticmethod
    def _end(entry: Entry, inner: Mapping[str, Any], output: Any) -> None:
        if output is not None:
            entry["output"] = plain_output(output)
        if _failed(inner):
            entry["error"] = True


def identifier(values: Mapping[str, Any], *names: str) -> str | None:
    """The first of some values that can be an id, as a text of at most 256 characters."""
    for name in names:
        value = values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)[:MAX_WORD]
        if isinstance(value, str) and value:
            return value[:MAX_WORD]
    return None


def parsed(value: Any) -> Any:
    """The arguments of a call: a text that holds a JSON object or array becomes that, all else stays."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if _is_sound(found) else value


def plain_output(output: Any) -> Any:
    """A result without its wrapping: its blocks as one text, in which a mark such as ``[image]`` stands for media."""
    if isinstance(output, Mapping) and "value" in output and isinstance(output.get("type"), str):
        output = output["value"]
    if not isinstance(output, list):
        return output
    pieces = [_piece(each) for each in output]
    if len(pieces) == 1:
        return pieces[0]
    return "\n".join(pieces) if pieces and all(isinstance(piece, str) for piece in pieces) else pieces


def output_text(output: Any) -> str:
    """A result for people to read: a text as it is, all else as JSON."""
    if output is None or isinstance(output, str):
        return output or ""
    return json.dumps(output, ensure_ascii=False, separators=(",", ":"))


def media_within(part: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The media among the blocks of a result, and what each is."""
    output = _first(_inner(part), _OUTPUTS)
    if isinstance(output, Mapping):
        output = output.get("value")
    for block in output if isinstance(output, list) else ():
        if isinstance(block, Mapping) and (kind := medium_of(block)) is not None:
            yield kind, block


def _piece(block: Any) -> Any:
    if not isinstance(block, Mapping):
        return block
    if isinstance(block.get("text"), str):
        return block["text"]
    if "json" in block and "type" not in block:
        return block["json"]
    kind = medium_of(block)
    return block if kind is None else label_of([attachment_of(kind, block)])


def _inner(part: Mapping[str, Any]) -> dict[str, Any]:
    inner = dict(part)
    for name in _WRAPPED:
        if isinstance(part.get(name), Mapping):
            inner.update(part[name])
    return inner


def _first(values: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((values[name] for name in names if values.get(name) is not None), None)


def _named_by(part: Mapping[str, Any]) -> str | None:
    """The name of a call that its type or its field tells: ``tool-search``, ``web_search_call``, ``executableCode``."""
    kind = part.get("type")
    if not isinstance(kind, str):
        return "code_execution" if part.keys() & {"executableCode", "executable_code"} else None
    if kind in _GENERIC:
        return None
    return kind.removeprefix("tool-").removesuffix("_call")


def _failed(inner: Mapping[str, Any]) -> bool:
    output = inner.get("output")
    kind = output.get("type") if isinstance(output, Mapping) else None
    return (
        inner.get("is_error") is True
        or inner.get("isError") is True
        or inner.get("status") == "error"
        or inner.get("state") == "output-error"
        or inner.get("type") == "tool-error"
        or kind in ("error-text", "error-json")
    )


def _is_sound(value: Any) -> bool:
    """Whether JSON that was inside a text can be stored and answered: no NaN, no broken text, not too deep."""
    level = [value]
    for _ in range(_DEEPEST):
        if not all(_can_be_kept(each) for each in level):
            return False
        level = [inner for each in level for inner in _within(each)]
        if not level:
            return True
    return False


def _within(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _can_be_kept(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if not isinstance(value, str):
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value
