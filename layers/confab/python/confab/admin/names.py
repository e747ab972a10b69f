"""Names of workspaces, chatbots and keys."""

from __future__ import annotations

from typing import Final

from confab.platform.errors import Fault, InvalidRequest

MAX_NAME: Final = 100


def checked_name(name: str) -> str:
    """A name without blanks around it.

    Raises:
        InvalidRequest: it is empty or longer than 100 characters.
    """
    stripped = name.strip()
    if not 1 <= len(stripped) <= MAX_NAME:
        raise InvalidRequest.at(Fault("name", f"has 1 to {MAX_NAME} characters"))
    return stripped
