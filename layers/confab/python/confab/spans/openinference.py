"""OpenInference: messages by numbered attributes, else the input and output as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.spans.numbered import numbered
from confab.spans.records import Span
from confab.spans.talk import Messages, Talk, heard_in, said_in


def of_span(span: Span) -> Talk:
    """The talk of a span."""
    attributes = span.attributes
    heard = _messages(attributes, "llm.input_messages.") or heard_in(attributes.get("input.value"))
    said = _messages(attributes, "llm.output_messages.") or said_in(attributes.get("output.value"))
    return Talk(heard, said)


def _messages(attributes: Mapping[str, Any], prefix: str) -> Messages:
    return [_message(fields) for fields in numbered(attributes, prefix) if "message.role" in fields]


def _message(fields: Mapping[str, Any]) -> dict[str, Any]:
    parts = [_part(part) for part in numbered(fields, "message.contents.")]
    content = fields.get("message.content")
    message: dict[str, Any] = {"role": fields["message.role"], "content": content or parts or None}
    calls = [_call(call) for call in numbered(fields, "message.tool_calls.")]
    if calls:
        message["tool_calls"] = calls
    if call := fields.get("message.tool_call_id"):
        message["tool_call_id"] = call
    if name := fields.get("message.name"):
        message["name"] = name
    return message


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    address = part.get("message_content.image.image.url")
    if address:
        return {"type": "image_url", "image_url": {"url": address}}
    return {"type": "text", "text": part.get("message_content.text")}


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {each: call.get(f"tool_call.function.{each}") for each in ("name", "arguments")}
    return {"id": call.get("tool_call.id"), "type": "function", "function": function}
