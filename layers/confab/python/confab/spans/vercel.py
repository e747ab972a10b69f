"""The Vercel AI SDK's own attributes: version 4 to 6, and 7 with its legacy telemetry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab.spans.records import Span
from confab.spans.talk import Talk, heard_in, loaded

SCOPE: Final = "ai"
OBJECT: Final = "ai.response.object"


def of_span(span: Span) -> Talk:
    """The talk of a span."""
    attributes = span.attributes
    heard = heard_in(attributes.get("ai.prompt.messages") or attributes.get("ai.prompt"))
    said = _said(attributes)
    return Talk(heard, [said] if said else [])


def _said(attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    text, calls = attributes.get("ai.response.text"), loaded(attributes.get("ai.response.toolCalls"))
    parts: list[Any] = []
    if isinstance(thought := attributes.get("ai.response.reasoning"), str) and thought:
        parts.append({"type": "reasoning", "text": thought})
    if text or (text := attributes.get(OBJECT)):
        parts.append({"type": "text", "text": str(text)})
    if isinstance(calls, list):
        parts += [{"type": "tool-call", **call} for call in calls if isinstance(call, Mapping)]
    return {"role": "assistant", "content": parts} if parts else None
