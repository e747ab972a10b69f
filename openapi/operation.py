"""What the document knows of an operation besides its models: its dialect, its key, its errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from confab.platform.errors import ConversationFull, UnprocessableEntity
from confab.platform.routes import Route
from pydantic import BaseModel

JSON: Final = "application/json"
_PARAMETER: Final = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is the same for all operations of a dialect.

    Attributes:
        tag: its name in the document.
        error: the body of its errors.
        answers: the module that has the types of its answers.
        error_type: their content type.
        schema_error: the status of a body that is JSON and against its schema.
    """

    tag: str
    error: Any
    answers: str
    error_type: str = JSON
    schema_error: int = 400


@dataclass(frozen=True, slots=True)
class Operation:
    """A route with the types that it names.

    Attributes:
        answers: the body by status of success; a type that pydantic makes a schema of.
        bodies: the models that the body may be checked against; none where no body is read.
        query: the model of its query.
        headers: request headers that it reads, besides those that carry the key.
    """

    served: Route
    dialect: Dialect
    answers: Mapping[int, Any]
    bodies: tuple[type[BaseModel], ...]
    query: type[BaseModel] | None
    headers: tuple[str, ...]

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return self.served.method

    @property
    def route(self) -> str:
        """The path as API Gateway writes it."""
        return self.served.path

    @property
    def path(self) -> str:
        """The route as OpenAPI writes it."""
        return _PARAMETER.sub(r"{\1}", self.route)

    @property
    def parameters(self) -> dict[str, bool]:
        """The path's parameters, and whether each takes all that follows, slashes included."""
        return {name: bool(rest) for name, rest in _PARAMETER.findall(self.route)}

    @property
    def errors(self) -> list[int]:
        """The statuses of errors that a request may be answered with."""
        models = [*self.bodies, *([self.query] if self.query else [])]
        found = {401, 403, 429, 500, 503}
        if models:
            found.add(400)
        if self.bodies:
            found.add(self.dialect.schema_error)
        if self.served.repeatable:
            found |= {400, UnprocessableEntity.status}
        if self.served.fills or (self.served.types and JSON not in self.served.types):
            found.add(ConversationFull.status)
        if self.parameters or any("chatbotId" in model.model_fields for model in models):
            found.add(404)
        return sorted(found)
