"""OpenTelemetry's GenAI conventions, of today and of before, and what PydanticAI adds to them.

Today the messages are attributes (of the span, of an event of the span, or of a log record), structured or as JSON
text. Until 1.36 each message was an event or a log record of its own. LiteLLM and OpenLLMetry follow today's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confab.domain.message import ASSISTANT, SYSTEM, USER
from confab.domain.message_forms import TOOL
from confab.spans.records import Attributes, Record, Span
from confab.spans.talk import SILENCE, Messages, Talk, heard_in, loaded, said_in, system

DETAILS: Final = "gen_ai.client.inference.operation.details"
CHOICE: Final = "gen_ai.choice"
_ROLES: Final = {
    "gen_ai.system.message": SYSTEM,
    "gen_ai.user.message": USER,
    "gen_ai.assistant.message": ASSISTANT,
    "gen_ai.tool.message": TOOL,
}
EVENTS: Final = frozenset({DETAILS, CHOICE, *_ROLES})
"""Names of log records that hold messages."""


def of_span(span: Span) -> Talk:
    """The talk of a span."""
    talk = of_attributes(span.attributes)
    if talk:
        return talk
    for event in span.events:
        if event.name == DETAILS and (talk := of_attributes(event.attributes)):
            return talk
    return _of_events([(event.name, event.attributes) for event in span.events])


def of_attributes(attributes: Attributes) -> Talk:
    """The talk of today's attributes."""
    heard = heard_in(attributes.get("gen_ai.input.messages"))
    said = _first_answer(said_in(attributes.get("gen_ai.output.messages")))
    if heard or said:
        return Talk([*system(attributes.get("gen_ai.system_instructions")), *heard], said)
    return SILENCE


def of_agent(attributes: Attributes) -> Talk:
    """The talk of an agent of PydanticAI: all messages of its run."""
    run = heard_in(attributes.get("pydantic_ai.all_messages") or attributes.get("all_messages_events"))
    if not run:
        return SILENCE
    run = [*system(attributes.get("gen_ai.system_instructions")), *run]
    return Talk(run[:-1], run[-1:]) if run[-1].get("role") == ASSISTANT else Talk(run, ())


def of_records(records: Sequence[Record]) -> Talk:
    """The talk of the log records of one span, in the order of their times."""
    for record in records:
        if record.name == DETAILS and (talk := of_attributes(record.attributes)):
            return talk
    return _of_events([(record.name, record.body) for record in records])


def is_whole(records: Sequence[Record]) -> bool:
    """Whether log records say what a model answered, not only what it was told."""
    return any(record.name in (DETAILS, CHOICE) for record in records)


def _of_events(events: Sequence[tuple[str, Any]]) -> Talk:
    heard = [message for name, said in events if name in _ROLES and (message := _message(said, _ROLES[name]))]
    choices = [said for name, said in events if name == CHOICE]
    first = next((message for said in choices if (message := _message(_choice(said), ASSISTANT))), None)
    return Talk(heard, [first] if first else [])


def _choice(said: Any) -> Any:
    """The message of a choice: under its name, or the choice itself."""
    message = loaded(said.get("message")) if isinstance(said, Mapping) else None
    return message if isinstance(message, Mapping) else said


def _message(said: Any, role: str) -> dict[str, Any] | None:
    """A message of an event: its content and its tool calls, and whose answer it is."""
    if not isinstance(said, Mapping):
        return {"role": role, "content": said} if isinstance(said, str) and said else None
    content, calls = loaded(said.get("content")), loaded(said.get("tool_calls"))
    found: dict[str, Any] = {"role": role, "content": content if isinstance(content, str | list) else None}
    if isinstance(content, Mapping):
        found["content"] = [content] if "type" in content else str(said["content"])
    if isinstance(calls, list):
        found["tool_calls"] = calls
    if role == TOOL and said.get("id"):
        found["tool_call_id"] = said["id"]
    return found if found["content"] or calls else None


def _first_answer(said: Messages) -> Messages:
    """Of several candidates the first: each of them says why it ended."""
    ends = [place for place, message in enumerate(said) if "finish_reason" in message]
    return said[: ends[0] + 1] if len(ends) > 1 else said
