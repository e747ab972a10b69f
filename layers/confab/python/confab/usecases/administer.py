"""Workspaces, chatbots and their keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from random import uniform
from typing import Final, TypedDict, Unpack

from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.identity import is_uuid
from confab.platform.credentials import (
    EVERY_CHATBOT,
    KEY_HEX_DIGITS,
    KEY_PREFIX,
    ROLES,
    SHOWN_PREFIX,
    ApiKey,
    hash_key,
)
from confab.platform.errors import Fault, Forbidden, InvalidRequest, NotFound, Unavailable
from confab.storage import keys
from confab.storage.admin import AdminStore, key_puts
from confab.storage.table import ConditionFailed
from confab.usecases.audit import Audit
from confab.usecases.grants import check_key, require_grant, require_limits, with_checked_origins, with_limits_of

LONGEST_NAME: Final = 100
MOST_CHATBOTS: Final = 300
"""Chatbots of a workspace: a list of them, each with settings of the largest size, fits into one answer."""
MOST_KEYS: Final = 1000
ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key and its secret, which is shown this once and never stored."""

    key: ApiKey
    secret: str


class KeyTraits(TypedDict, total=False):
    """What a new key may be given; ``ApiKey`` says what each means and what it is otherwise."""

    kind: str
    plan: str | None
    rate_per_minute: int | None
    burst: int | None
    daily_quota: int | None
    bytes_per_minute: int | None
    bytes_per_day: int | None
    expires_at: datetime | None
    origins: Sequence[str]


class Administration:
    """The use cases of an operator, who acts with a key (``by``) or with the command, which may do everything.

    Args:
        store: the operators' side of the table.
        audit: makes the entry of each change.
        now: the clock.
        new_id: gives a random UUID.
        new_secret: gives 32 random hexadecimal digits.
        default_plan: the plan of keys that name none.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        store: AdminStore,
        audit: Audit,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        new_secret: Callable[[], str],
        default_plan: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._audit = audit
        self._now = now
        self._new_id = new_id
        self._new_secret = new_secret
        self._default_plan = default_plan
        self._sleep = sleep

    def create_workspace(self, name: str) -> str:
        """Create a workspace and return its id.

        Raises:
            InvalidRequest: the name is empty or longer than 100 characters.
        """
        workspace_id = self._new_id()
        entry = self._audit.entry(None, workspace_id, "workspace.create", workspace_id)
        self._store.add_workspace(workspace_id, checked_name(name), entry)
        return workspace_id

    def workspaces(self) -> list[tuple[str, str]]:
        """All workspaces: id and name, by name."""
        return self._store.workspaces()

    def create_chatbot(self, workspace_id: str, name: str) -> Chatbot:
        """Create a chatbot in a workspace; it has no key yet.

        Raises:
            InvalidRequest: the name is empty or longer than 100 characters, or the workspace is full.
            NotFound: there is no such workspace.
        """
        chatbot = self._new_chatbot(workspace_id, name)
        self._store.add_chatbot(chatbot, None, [self._chatbot_entry(None, chatbot)])
        return chatbot

    def open_chatbot(self, by: ApiKey, name: str) -> tuple[Chatbot, IssuedKey]:
        """Create a chatbot in a key's workspace, and with it the key that its software sends messages with.

        Raises:
            InvalidRequest: the name is empty or longer than 100 characters, or the workspace is full.
            Forbidden: the key is for one chatbot, or may not grant what the new key needs.
        """
        if by.chatbot_id != EVERY_CHATBOT:
            raise Forbidden("This API key is for one chatbot; chatbots are created with the key of a workspace.")
        chatbot = self._new_chatbot(by.workspace_id, name)
        issued = self._sending_key(by, chatbot)
        chatbot = replace(chatbot, key_id=issued.key.id)
        entries = [self._chatbot_entry(by, chatbot), self._key_entry(by, "key.create", issued.key)]
        self._store.add_chatbot(chatbot, issued.key, entries)
        return chatbot, issued

    def chatbots(self, workspace_id: str) -> list[Chatbot]:
        """The chatbots of a workspace, oldest first."""
        return self._store.chatbots(workspace_id)

    def key_prefix(self, chatbot: Chatbot) -> str | None:
        """The first characters of the key that was issued with a chatbot; None when there is none."""
        key = self._store.key_of(chatbot.workspace_id, chatbot.key_id) if chatbot.key_id else None
        return key.prefix if key is not None else None

    def create_key(
        self,
        workspace_id: str,
        name: str,
        *,
        chatbot_id: str = EVERY_CHATBOT,
        permissions: Sequence[str] = ROLES["ingest"],
        by: ApiKey | None = None,
        **traits: Unpack[KeyTraits],
    ) -> IssuedKey:
        """Issue a key for one chatbot, or for all of the workspace. Without a plan it has its maker's limits.

        Raises:
            InvalidRequest: name, permissions, kind, limits, expiry or origins make no sense, or the workspace is full.
            NotFound: there is no such workspace, or no such chatbot in it.
            Forbidden: the key that is used does not hold what it would grant.
        """
        self._require_workspace(workspace_id)
        if chatbot_id != EVERY_CHATBOT:
            chatbot = self._store.chatbot(chatbot_id)
            if chatbot is None or chatbot.workspace_id != workspace_id:
                raise NotFound(f"There is no chatbot {chatbot_id} in this workspace.")
        if self._store.count(workspace_id, keys.KEY_ENTRY) >= MOST_KEYS:
            raise InvalidRequest(f"A workspace has at most {MOST_KEYS} keys; revoke some that nobody uses.")
        issued = self._issue(by, workspace_id, chatbot_id, name=checked_name(name), permissions=permissions, **traits)
        self._store.add_key(issued.key, self._key_entry(by, "key.create", issued.key))
        return issued

    def keys(self, workspace_id: str, chatbot_id: str | None = None) -> list[ApiKey]:
        """The keys of a workspace, or those for one of its chatbots alone; oldest first."""
        self._require_workspace(workspace_id)
        found = self._store.keys_of(workspace_id)
        return [key for key in found if chatbot_id is None or key.chatbot_id == chatbot_id]

    def rotate_key(
        self, workspace_id: str, key_id: str, *, chatbot_id: str | None = None, by: ApiKey | None = None
    ) -> IssuedKey:
        """Give a key a new secret; the old one is gone from the table at once, from warm functions within 60 s.

        Args:
            chatbot_id: only when the key is for this chatbot alone.

        Raises:
            NotFound: the workspace has no such key.
            Forbidden: the key that is used does not hold what the other one grants.
        """
        for attempt in range(ROUNDS):
            old = self._key(workspace_id, key_id, chatbot_id, by)
            secret = self._secret()
            issued = IssuedKey(replace(old, hash=hash_key(secret), prefix=secret[:SHOWN_PREFIX]), secret)
            require_grant(issued.key, by)
            with suppress(ConditionFailed):
                self._store.replace_key(old, issued.key, self._key_entry(by, "key.rotate", old))
                return issued
            self._pause(attempt)
        raise Unavailable("The key kept changing; try again.")

    def rotate_chatbot_key(self, by: ApiKey, chatbot: Chatbot) -> tuple[Chatbot, IssuedKey]:
        """Give the key that was issued with a chatbot a new secret; a chatbot without such a key gets one.

        Raises:
            Forbidden: the key that is used does not hold what the other one grants.
        """
        if chatbot.key_id is not None:
            with suppress(NotFound):
                return chatbot, self.rotate_key(chatbot.workspace_id, chatbot.key_id, by=by)
        issued = self._sending_key(by, chatbot)
        after = replace(chatbot, key_id=issued.key.id)
        try:
            self._store.change_chatbot(
                chatbot, after, self._key_entry(by, "key.create", issued.key), key_puts(issued.key)
            )
        except ConditionFailed:
            raise Unavailable("The chatbot changed at this moment; try again.") from None
        return after, issued

    def revoke_key(
        self, workspace_id: str, key_id: str, *, chatbot_id: str | None = None, by: ApiKey | None = None
    ) -> ApiKey:
        """Remove a key and return what it was.

        Args:
            chatbot_id: only when the key is for this chatbot alone.

        Raises:
            NotFound: the workspace has no such key.
        """
        for attempt in range(ROUNDS):
            key = self._key(workspace_id, key_id, chatbot_id, by)
            with suppress(ConditionFailed):
                self._store.remove_key(key, self._key_entry(by, "key.revoke", key))
                return key
            self._pause(attempt)
        raise Unavailable("The key kept changing; try again.")

    def _key(self, workspace_id: str, key_id: str, chatbot_id: str | None, by: ApiKey | None) -> ApiKey:
        self._require_workspace(workspace_id)
        found = self._store.key_of(workspace_id, key_id) if is_uuid(key_id) else None
        if (
            found is None
            or (by is not None and not by.reaches(found.chatbot_id))
            or chatbot_id not in (None, found.chatbot_id)
        ):
            raise NotFound("There is no such key in this workspace.")
        return found

    def _new_chatbot(self, workspace_id: str, name: str) -> Chatbot:
        self._require_workspace(workspace_id)
        if self._store.count(workspace_id, keys.BOT_ENTRY) >= MOST_CHATBOTS:
            raise InvalidRequest(f"A workspace has at most {MOST_CHATBOTS} chatbots.")
        return Chatbot(id=self._new_id(), workspace_id=workspace_id, name=checked_name(name), created_at=self._now())

    def _sending_key(self, by: ApiKey, chatbot: Chatbot) -> IssuedKey:
        """The key that is issued with a chatbot: it sends messages and reads nothing."""
        return self._issue(by, chatbot.workspace_id, chatbot.id, name=chatbot.name, permissions=ROLES["ingest"])

    def _issue(
        self,
        by: ApiKey | None,
        workspace_id: str,
        chatbot_id: str,
        *,
        name: str,
        permissions: Sequence[str],
        **traits: Unpack[KeyTraits],
    ) -> IssuedKey:
        """A new key, not stored yet.

        Raises:
            InvalidRequest: permissions, kind, limits, expiry or origins make no sense.
            Forbidden: the key that is used does not hold what this one grants.
        """
        secret = self._secret()
        key = ApiKey(
            id=self._new_id(),
            hash=hash_key(secret),
            prefix=secret[:SHOWN_PREFIX],
            name=name,
            workspace_id=workspace_id,
            chatbot_id=chatbot_id,
            permissions=tuple(permissions),
            created_at=self._now(),
            **traits,
        )
        check_key(key, self._now())
        key = with_checked_origins(key)
        key = with_limits_of(key, by)
        require_grant(key, by)
        require_limits(key, by, self._default_plan)
        return IssuedKey(key, secret)

    def _secret(self) -> str:
        digits = self._new_secret()
        assert len(digits) == KEY_HEX_DIGITS
        return KEY_PREFIX + digits

    def _chatbot_entry(self, by: ApiKey | None, chatbot: Chatbot) -> AuditEntry:
        workspace = chatbot.workspace_id
        return self._audit.entry(by, workspace, "chatbot.create", chatbot.id, chatbot_id=chatbot.id)

    def _key_entry(self, by: ApiKey | None, action: str, key: ApiKey) -> AuditEntry:
        chatbot = None if key.chatbot_id == EVERY_CHATBOT else key.chatbot_id
        return self._audit.entry(by, key.workspace_id, action, key.id, chatbot_id=chatbot)

    def _pause(self, attempt: int) -> None:
        self._sleep(uniform(0.2, 1) * 0.02 * 2 ** min(attempt, 5))

    def _require_workspace(self, workspace_id: str) -> None:
        if not self._store.has_workspace(workspace_id):
            raise NotFound(f"There is no workspace {workspace_id}.")


def checked_name(name: str) -> str:
    """A name without blanks around it.

    Raises:
        InvalidRequest: it is empty or longer than 100 characters.
    """
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME:
        raise InvalidRequest.at(Fault("name", f"has 1 to {LONGEST_NAME} characters"))
    return stripped
