"""Parts that all dialects share which accept messages in the shapes of models' SDKs."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from confab.domain.message_forms import ROLES, known_role

ROLE_SCHEMA: Final = {"type": "string", "enum": list(ROLES), "description": "Who speaks; capitals do not count."}


def _known(role: str) -> str:
    if known_role(role) is None:
        raise ValueError(f"must be one of {', '.join(ROLES)}")
    return role


Role = Annotated[str, AfterValidator(_known), WithJsonSchema(ROLE_SCHEMA)]
"""Any word that a format has for who speaks."""


def refusal_at(path: tuple[str | int, ...], reason: str) -> ValidationError:
    """What a model's validator raises to refuse a field below it."""
    kind = PydanticCustomError("message_shape", "{reason}", {"reason": reason})
    return ValidationError.from_exception_data("message", [InitErrorDetails(type=kind, loc=path, input=None)])
