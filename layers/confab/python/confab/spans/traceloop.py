"""OpenLLMetry as it was: numbered prompts and completions, and entities with their input and output as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.spans.numbered import numbered
from confab.spans.records import Span
from confab.spans.talk import Messages, Talk, heard_in, loaded, said_in


def of_span(span: Span) -> Talk:
    """The talk of a span of a model."""
    attributes = span.attributes
    said = _messages(attributes, "gen_ai.completion.", "assistant")[:1]
    return Talk(_messages(attributes, "gen_ai.prompt.", "user"), said)


def of_entity(span: Span) -> Talk:
    """The talk of a workflow or an agent."""
    attributes = span.attributes
    heard, said = attributes.get("traceloop.entity.input"), attributes.get("traceloop.entity.output")
    return Talk(heard_in(heard), said_in(said))


def _messages(attributes: Mapping[str, Any], prefix: str, role: str) -> Messages:
    return [_message(fields, role) for fields in numbered(attributes, prefix)]


def _message(fields: Mapping[str, Any], role: str) -> dict[str, Any]:
    content = loaded(fields.get("content"))
    message: dict[str, Any] = {"role": fields.get("role") or role}
    message["content"] = content if isinstance(content, list) else fields.get("content")
    calls = numbered(fields, "tool_calls.")
    if calls:
        message["tool_calls"] = [_call(call) for call in calls]
    if call := fields.get("tool_call_id"):
        message["tool_call_id"] = call
    return message


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": call.get("name"), "arguments": call.get("arguments")}
    return {"id": call.get("id"), "type": "function", "function": function}
