"""What the document knows of an operation beside its models: its dialect, its key, its errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from confab.platform.errors import ConversationFull, UnprocessableEntity
from confab.platform.http import PROBLEM
from pydantic import BaseModel

from openapi.answers.errors import ChatCaptainError, OpenBatError, Problem, TrackError

JSON: Final = "application/json"
_PARAMETER: Final = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is the same for all operations of a dialect.

    Attributes:
        tag: its name in the document.
        error: the body of its errors.
        error_type: their content type.
        schema_error: the status of a body that is JSON and against its schema.
    """

    tag: str
    error: type[BaseModel]
    error_type: str = JSON
    schema_error: int = 400


OPENBAT: Final = Dialect("OpenBat", OpenBatError)
TRACK: Final = Dialect("OpenBat", TrackError)
ADMINISTRATION: Final = Dialect("Administration", OpenBatError)
INSIGHTS: Final = Dialect("Insights", OpenBatError)
INKEEP: Final = Dialect("Inkeep", Problem, PROBLEM, 422)
CHATCAPTAIN: Final = Dialect("ChatCaptain", ChatCaptainError)
DIALECTS: Final = (OPENBAT, TRACK, ADMINISTRATION, INSIGHTS, INKEEP, CHATCAPTAIN)


@dataclass(frozen=True, slots=True)
class Operation:
    """A route of ``confab.dialects.routes`` with all that it takes and answers.

    Attributes:
        method, route: as ``ROUTES`` has them.
        permission: what the key must hold.
        answers: the body by status of success; a type that pydantic makes a schema of.
        bodies: the models that the body may be checked against; none where no body is read.
        query: the model of its query.
        headers: request headers that it reads, beside those that carry the key.
        repeatable: whether it takes an idempotency key.
        fills: whether a conversation may be too full for it.
    """

    method: str
    route: str
    summary: str
    dialect: Dialect
    permission: str
    answers: Mapping[int, Any]
    bodies: tuple[type[BaseModel], ...] = ()
    query: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    repeatable: bool = False
    fills: bool = False

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
        if self.repeatable:
            found |= {400, UnprocessableEntity.status}
        if self.fills:
            found.add(ConversationFull.status)
        if self.parameters or any("chatbotId" in model.model_fields for model in models):
            found.add(404)
        return sorted(found)
