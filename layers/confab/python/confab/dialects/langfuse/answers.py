"""Answers to Langfuse's SDKs."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict


class Success(TypedDict):
    """An event that was taken."""

    id: str
    status: int


class Refusal(TypedDict):
    """An event that was not taken."""

    id: str
    status: int
    message: str
    error: str


class Batch(TypedDict):
    """What became of a batch."""

    successes: list[Success]
    errors: list[Refusal]


class ScoreTaken(TypedDict):
    """A score that was stored; of several the last."""

    id: str


class ProjectOrganization(TypedDict):
    """The workspace."""

    id: str
    name: str


class Project(TypedDict):
    """A chatbot."""

    id: str
    name: str
    organization: ProjectOrganization
    metadata: dict[str, Any]


class Projects(TypedDict):
    """The chatbot of the key."""

    data: list[Project]


class Health(TypedDict):
    """The service answers."""

    status: str
    version: str
