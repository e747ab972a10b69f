"""A message as capture and track take it: as the contract has it, or in the shape in which a model's SDK made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, Final, Self

from pydantic import (
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from confab.dialects.fields import CONTENT_CHARACTERS, Content, EmptyAsAbsent, Identifier, NeverEmpty, Time
from confab.dialects.openbat.parts import Growing
from confab.dialects.shapes import Role, refusal_at
from confab.domain.message import Draft
from confab.domain.message_bounds import TOOLS, bounded
from confab.domain.message_forms import Form, form_of, unwrapped
from confab.domain.message_parts import ShapeError

MAX_NOTES: Final = 20
"""Warnings about what was not kept; one more counts the rest."""
_OBJECT: Final = {"type": "object", "additionalProperties": True}
_OBJECTS: Final = {"type": "array", "items": _OBJECT}
_MORE: Final[Mapping[str, Any]] = {
    "type": {"type": "string", "description": "Who speaks, or what item it is, where there is no role."},
    "parts": {**_OBJECTS, "description": "Content parts of Gemini or of the AI SDK."},
    "tool_calls": {"anyOf": [_OBJECTS, {"type": "null"}], "description": "Tool calls of OpenAI or LangChain."},
    "tool_call_id": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "The call that this answers."},
}


def _any_shape(schema: dict[str, Any]) -> None:
    """Say in the schema what a message of another shape may have."""
    schema["properties"] |= _MORE
    schema["properties"]["content"].pop("default")
    schema.pop("required", None)


AnyContent = Annotated[
    Content,
    WithJsonSchema(
        {
            "description": "A text, or content parts; null where a message has tool calls alone.",
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": CONTENT_CHARACTERS},
                {"type": "array", "items": {"anyOf": [{"type": "string"}, _OBJECT]}},
                {"type": "null"},
            ],
        }
    ),
]


class ChatMessage(Growing):
    """A message: a role and a text, or whatever shape a model's SDK gave it (docs/message-shapes.md)."""

    model_config = ConfigDict(json_schema_extra=_any_shape)

    role: Role
    content: Annotated[AnyContent, NeverEmpty] = ""
    id: Annotated[Identifier | None, EmptyAsAbsent] = None
    sentAt: Annotated[Time | None, EmptyAsAbsent] = None
    _form: Form = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _read_shape(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        sent = unwrapped(value)
        try:
            form = form_of(sent)
        except ShapeError as error:
            raise refusal_at(error.path, error.message) from None
        if form is None:
            return handler(sent)
        message = handler(_as_text(sent, form))
        message._form = form
        return message

    def draft(self, own: Mapping[str, Any]) -> Draft:
        """The message in the domain's words; ``own`` is what the contract has besides its text."""
        return Draft(
            role=self.role,
            content=self.content,
            id=self.id,
            sent_at=self.sentAt,
            extras=self._merged(own)[0],
            final=self.final is not False,
        )

    def notes(self, own: Mapping[str, Any]) -> Sequence[str]:
        """What of the message is not kept, in words for the caller."""
        return (*self._form.notes, *self._merged(own)[1])

    def _merged(self, own: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[str]]:
        extras = self._form.extras
        if not extras or not own:
            return own or extras, ()
        tools = [*own.get(TOOLS, ()), *extras.get(TOOLS, ())]
        return bounded({**extras, **own, **({TOOLS: tools} if tools else {})})

    @property
    def reshaped(self) -> bool:
        """Whether there is more in it than the contract has."""
        return bool(self._form.extras)


def _as_text(sent: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """A message with its text as content; without any where it may have none, so that the contract's rule holds."""
    message = {**sent, "role": form.role}
    if form.text or not (form.extras or form.may_be_empty):
        listed = isinstance(sent.get("content"), list) or "parts" in sent
        message["content"] = form.text if form.text or listed else sent.get("content")
    else:
        message.pop("content", None)
    return message


def warnings_of(notes: Sequence[Sequence[str]]) -> list[str]:
    """What of a request's messages is not kept, each with its place: at most 20 warnings, and how many more."""
    found = list(chain.from_iterable(((place, note) for note in each) for place, each in enumerate(notes)))
    warnings = [f"messages.{place}: {note}" for place, note in found[:MAX_NOTES]]
    if len(found) > MAX_NOTES:
        warnings.append(f"messages: {len(found) - MAX_NOTES} more such warnings")
    return warnings
