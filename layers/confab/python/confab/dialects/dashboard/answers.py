"""The answers about sessions: types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Ok, Uuid

__all__ = ["Ok"]


class SessionKey(TypedDict):
    """The key that a session stands for."""

    id: Uuid
    name: str
    api_key_prefix: Annotated[str, Field(pattern="^ob_live_[0-9a-f]{6}$")]


class SessionChatbot(TypedDict):
    """A chatbot that the key reaches."""

    id: Uuid
    name: str
    archived: bool


class SignedIn(TypedDict):
    """Who is signed in."""

    workspaceId: Uuid
    key: SessionKey
    administers: bool
    chatbots: list[SessionChatbot]
    csrf: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
