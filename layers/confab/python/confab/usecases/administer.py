"""Workspaces, chatbots and their keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.platform.credentials import (
    EVERY_CHATBOT,
    KEY_HEX_DIGITS,
    KEY_PREFIX,
    ROLES,
    SHOWN_PREFIX,
    ApiKey,
    hash_key,
)
from confab.platform.errors import InvalidRequest, NotFound
from confab.storage.clocks import to_micros
from confab.storage.credentials import CredentialStore

LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key and its secret, which is shown this once and never stored."""

    key: ApiKey
    secret: str


class Administration:
    """The use cases of an operator.

    Args:
        credentials: the store.
        now: the clock.
        new_id: gives a random UUID.
        new_secret: gives 32 random hexadecimal digits.
    """

    def __init__(
        self,
        credentials: CredentialStore,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        new_secret: Callable[[], str],
    ) -> None:
        self._credentials = credentials
        self._now = now
        self._new_id = new_id
        self._new_secret = new_secret

    def create_workspace(self, name: str) -> str:
        """Create a workspace and return its id.

        Raises:
            InvalidRequest: the name is empty or longer than 100 characters.
        """
        workspace_id = self._new_id()
        self._credentials.add_workspace(workspace_id, _name(name), to_micros(self._now()))
        return workspace_id

    def create_chatbot(self, workspace_id: str, name: str) -> Chatbot:
        """Create a chatbot in a workspace.

        Raises:
            InvalidRequest: the name is empty or longer than 100 characters.
            NotFound: there is no such workspace.
        """
        self._require_workspace(workspace_id)
        chatbot = Chatbot(id=self._new_id(), workspace_id=workspace_id, name=_name(name), created_at=self._now())
        self._credentials.add_chatbot(chatbot)
        return chatbot

    def chatbots(self, workspace_id: str) -> list[Chatbot]:
        """The chatbots of a workspace."""
        found = [self._credentials.chatbot(chatbot_id) for chatbot_id in self._credentials.chatbot_ids(workspace_id)]
        return [chatbot for chatbot in found if chatbot is not None]

    def create_key(
        self,
        workspace_id: str,
        name: str,
        *,
        chatbot_id: str = EVERY_CHATBOT,
        permissions: Sequence[str] = ROLES["ingest"],
        kind: str = "API",
        rate_per_minute: int | None = None,
        expires_at: datetime | None = None,
    ) -> IssuedKey:
        """Issue a key for one chatbot, or for all of the workspace.

        Raises:
            InvalidRequest: name, rate or expiry make no sense.
            NotFound: there is no such workspace, or no such chatbot in it.
        """
        self._require_workspace(workspace_id)
        if chatbot_id != EVERY_CHATBOT and chatbot_id not in self._credentials.chatbot_ids(workspace_id):
            raise NotFound(f"There is no chatbot {chatbot_id} in this workspace.")
        if rate_per_minute is not None and rate_per_minute < 1:
            raise InvalidRequest("The rate is at least 1 request a minute.")
        secret = self._secret()
        key = ApiKey(
            id=self._new_id(),
            hash=hash_key(secret),
            prefix=secret[:SHOWN_PREFIX],
            name=_name(name),
            workspace_id=workspace_id,
            chatbot_id=chatbot_id,
            permissions=tuple(permissions),
            created_at=self._now(),
            kind=kind,
            rate_per_minute=rate_per_minute,
            expires_at=expires_at,
        )
        self._credentials.add_key(key)
        return IssuedKey(key, secret)

    def keys(self, workspace_id: str) -> list[ApiKey]:
        """The keys of a workspace, oldest first."""
        self._require_workspace(workspace_id)
        return self._credentials.keys_of(workspace_id)

    def rotate_key(self, workspace_id: str, key_id: str) -> IssuedKey:
        """Give a key a new secret; the old one is gone from the table at once, from warm functions within 60 s.

        Raises:
            NotFound: the workspace has no such key.
        """
        old = self._key(workspace_id, key_id)
        secret = self._secret()
        new = replace(old, hash=hash_key(secret), prefix=secret[:SHOWN_PREFIX])
        self._credentials.replace_key(old, new)
        return IssuedKey(new, secret)

    def revoke_key(self, workspace_id: str, key_id: str) -> ApiKey:
        """Remove a key and return what it was.

        Raises:
            NotFound: the workspace has no such key.
        """
        key = self._key(workspace_id, key_id)
        self._credentials.remove_key(key)
        return key

    def _key(self, workspace_id: str, key_id: str) -> ApiKey:
        found = next((key for key in self.keys(workspace_id) if key.id == key_id), None)
        if found is None:
            raise NotFound(f"There is no key {key_id} in this workspace.")
        return found

    def _require_workspace(self, workspace_id: str) -> None:
        if self._credentials.workspace_name(workspace_id) is None:
            raise NotFound(f"There is no workspace {workspace_id}.")

    def _secret(self) -> str:
        digits = self._new_secret()
        assert len(digits) == KEY_HEX_DIGITS
        return KEY_PREFIX + digits


def _name(name: str) -> str:
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME:
        raise InvalidRequest(f"A name has 1 to {LONGEST_NAME} characters.")
    return stripped
