"""OpenBat's administration (openbat.md, "Dashboard API"): chatbots as the contract has them, and in the same style what
it leaves out: keys, custom fields, topics, responders, the audit log. Bodies in camel case, rows in snake case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from confab.dialects.fields import Request, Text, checked_number, iso
from confab.domain.chatbot import Chatbot
from confab.domain.responder import SETTING as RESPONDER
from confab.usecases.administer import LONGEST_NAME

LONGEST_SETTING_NAME: Final = 128


def _storable(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings that the table can hold; how many and how deep is checked once they are merged."""
    _check(settings)
    return settings


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for name, below in value.items():
            if not 1 <= len(name) <= LONGEST_SETTING_NAME:
                raise ValueError(f"a setting's name has 1 to {LONGEST_SETTING_NAME} characters")
            _check(below)
    elif isinstance(value, list):
        for below in value:
            _check(below)
    elif isinstance(value, int | float):
        checked_number(value)


ObjectName = Annotated[Text, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=LONGEST_NAME)]
Settings = Annotated[dict[str, Any], AfterValidator(_storable)]


class ChatbotBody(Request):
    """The body of ``POST /api/v1/chatbots``."""

    name: ObjectName


class ChatbotPatch(Request):
    """The body of ``PATCH /api/v1/chatbots/{id}``."""

    name: ObjectName | None = None
    settings: Settings | None = None
    archived: bool | None = None


def chatbot_row(chatbot: Chatbot, key_prefix: str | None) -> dict[str, Any]:
    """A chatbot. Its responder is not among the settings: it has a secret, and a path of its own."""
    row: dict[str, Any] = {
        "id": chatbot.id,
        "name": chatbot.name,
        "api_key_prefix": key_prefix,
        "settings": _without_responder(chatbot.settings),
        "created_at": iso(chatbot.created_at),
    }
    if chatbot.archived_at is not None:
        row["archived_at"] = iso(chatbot.archived_at)
    return row


def _without_responder(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != RESPONDER}
