"""The answer about a session, and its cookie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from confab.domain.chatbot import Chatbot
from confab.platform.credentials import ADMINISTER, ApiKey
from confab.platform.sessions import COOKIE, LIFETIME, csrf_of

if TYPE_CHECKING:
    from confab.dialects.dashboard import answers

_RULES: Final = "Path=/; Secure; HttpOnly; SameSite=Strict"
NO_COOKIE: Final = {"set-cookie": f"{COOKIE}=; Max-Age=0; {_RULES}"}


def cookie_of(token: str) -> dict[str, str]:
    """The header that gives a browser its session's token."""
    return {"set-cookie": f"{COOKIE}={token}; Max-Age={int(LIFETIME.total_seconds())}; {_RULES}"}


def session_answer(key: ApiKey, chatbots: Iterable[Chatbot], token: str | None) -> answers.SignedIn:
    """Who is signed in.

    Args:
        token: of the session; None for a request with the key itself, which needs no header for changes.
    """
    return {
        "workspaceId": key.workspace_id,
        "key": {"id": key.id, "name": key.name, "api_key_prefix": key.prefix},
        "administers": key.allows(ADMINISTER),
        "chatbots": [
            {"id": each.id, "name": each.name, "archived": each.archived_at is not None}
            for each in chatbots
            if key.reaches(each.id)
        ],
        "csrf": None if token is None else csrf_of(token),
    }
