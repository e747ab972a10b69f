"""Workspaces, chatbots and their keys: each change and its audit entry are made together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final, Unpack

from confab.admin.audit import Audit
from confab.admin.grants import require_grant
from confab.admin.issued_keys import IssuedKey, KeyTraits
from confab.admin.key_issuer import CHANGED, KeyIssuer
from confab.admin.names import checked_name
from confab.admin.store import AdminStore, key_puts
from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.identity import is_uuid
from confab.platform.attempts import Attempt
from confab.platform.credentials import (
    EVERY_CHATBOT,
    ROLES,
    SHOWN_PREFIX,
    ApiKey,
    hash_key,
)
from confab.platform.errors import Forbidden, InvalidRequest, NotFound, Unavailable, UnprocessableEntity
from confab.platform.retries import Retries
from confab.storage.attempts import finished
from confab.storage.table import ConditionFailed

MAX_CHATBOTS: Final = 300
"""Chatbots of a workspace: a list of them, each with settings of the largest size, fits into one answer."""
MAX_KEYS: Final = 1000
BUSY: Final = Retries(10, first=0.02, cap=0.64)
CHATBOT: Final = "chatbot"
"""What a request makes: the name of the id that follows from its idempotency key."""


class Administration:
    """Creates and lists workspaces, chatbots and keys, rotates and revokes keys; each change has its audit entry.

    The caller is a key (``by``), which grants no more than it holds, or the operator's command, with all rights.

    Args:
        store: the operators' side of the table.
        audit: makes the entry of each change.
        issuer: makes keys.
        now: the clock.
        new_id: gives a random UUID.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        store: AdminStore,
        audit: Audit,
        issuer: KeyIssuer,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._audit = audit
        self._now = now
        self._new_id = new_id
        self._issuer = issuer
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

    def open_chatbot(self, by: ApiKey, name: str, attempt: Attempt | None = None) -> tuple[Chatbot, IssuedKey]:
        """Create a chatbot in a key's workspace, and with it the key that its software sends messages with.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            InvalidRequest: the name is empty or longer than 100 characters, or the workspace is full.
            Forbidden: the key is for one chatbot, or may not grant what the new key needs.
            UnprocessableEntity: what an earlier try made has changed since.
        """
        if by.chatbot_id != EVERY_CHATBOT:
            raise Forbidden("This API key is for one chatbot; chatbots are created with the key of a workspace.")
        if (made := self._opened(by, attempt)) is not None:
            return made
        chatbot = self._new_chatbot(by.workspace_id, name, attempt)
        issued = self._issuer.sending_key(by, chatbot, attempt)
        chatbot = replace(chatbot, key_id=issued.key.id)
        entries = [self._chatbot_entry(by, chatbot), self._key_entry(by, "key.create", issued.key)]
        try:
            self._store.add_chatbot(chatbot, issued.key, entries, finished(attempt))
        except ConditionFailed:
            if (made := self._opened(by, attempt, there=True)) is None:
                raise
            return made
        return chatbot, issued

    def _opened(self, by: ApiKey, attempt: Attempt | None, *, there: bool = False) -> tuple[Chatbot, IssuedKey] | None:
        """The chatbot that another try has made, with its key; ``there`` as for ``KeyIssuer.reissued``."""
        issued = self._issuer.reissued(by.workspace_id, attempt, there=there)
        if issued is None or attempt is None:
            return None
        chatbot = self._store.chatbot(attempt.id(CHATBOT))
        if chatbot is None:
            raise UnprocessableEntity(CHANGED)
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
        attempt: Attempt | None = None,
        **traits: Unpack[KeyTraits],
    ) -> IssuedKey:
        """Issue a key for one chatbot, or for all of the workspace. Without a plan it has its maker's limits.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            UnprocessableEntity: what an earlier try made has changed since.
            InvalidRequest: name, permissions, kind, limits, expiry or origins make no sense, or the workspace is full.
            NotFound: there is no such workspace, or no such chatbot in it.
            Forbidden: the key that is used does not hold what it would grant.
        """
        self._require_workspace(workspace_id)
        if chatbot_id != EVERY_CHATBOT:
            chatbot = self._store.chatbot(chatbot_id)
            if chatbot is None or chatbot.workspace_id != workspace_id:
                raise NotFound(f"There is no chatbot {chatbot_id} in this workspace.")
        if (made := self._issuer.reissued(workspace_id, attempt)) is not None:
            return made
        if self._store.count_keys(workspace_id) >= MAX_KEYS:
            raise InvalidRequest(f"A workspace has at most {MAX_KEYS} keys; revoke some that nobody uses.")
        name = checked_name(name)
        issued = self._issuer.issue(by, workspace_id, chatbot_id, attempt, name=name, permissions=permissions, **traits)
        try:
            self._store.add_key(issued.key, self._key_entry(by, "key.create", issued.key), finished(attempt))
        except ConditionFailed:
            if (made := self._issuer.reissued(workspace_id, attempt, there=True)) is None:
                raise
            return made
        return issued

    def keys(self, workspace_id: str, chatbot_id: str | None = None) -> list[ApiKey]:
        """The keys of a workspace, or those for one of its chatbots alone; oldest first."""
        self._require_workspace(workspace_id)
        found = self._store.keys_of(workspace_id)
        return [key for key in found if chatbot_id is None or key.chatbot_id == chatbot_id]

    def rotate_key(
        self,
        workspace_id: str,
        key_id: str,
        *,
        chatbot_id: str | None = None,
        by: ApiKey | None = None,
        attempt: Attempt | None = None,
    ) -> IssuedKey:
        """Give a key a new secret; the old one is gone from the table at once, from warm functions within 60 s.

        Args:
            chatbot_id: only when the key is for this chatbot alone.
            attempt: the request as one that may have been tried before.

        Raises:
            NotFound: the workspace has no such key.
            Forbidden: the key that is used does not hold what the other one grants.
            UnprocessableEntity: the key was rotated again after an earlier try.
        """
        for pause in BUSY.pauses(self._sleep):
            old = self._key(workspace_id, key_id, chatbot_id, by)
            secret = self._issuer.secret(attempt)
            if old.hash == hash_key(secret):
                return IssuedKey(old, secret)
            if attempt is not None and attempt.done:
                raise UnprocessableEntity(CHANGED)
            issued = IssuedKey(replace(old, hash=hash_key(secret), prefix=secret[:SHOWN_PREFIX]), secret)
            require_grant(issued.key, by)
            with suppress(ConditionFailed):
                self._store.replace_key(old, issued.key, self._key_entry(by, "key.rotate", old), finished(attempt))
                return issued
            pause()
        raise Unavailable("The key kept changing; try again.")

    def rotate_chatbot_key(
        self, by: ApiKey, chatbot: Chatbot, attempt: Attempt | None = None
    ) -> tuple[Chatbot, IssuedKey]:
        """Give the key that was issued with a chatbot a new secret; a chatbot without such a key gets one.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            Forbidden: the key that is used does not hold what the other one grants.
            UnprocessableEntity: the key was rotated again after an earlier try.
        """
        if chatbot.key_id is not None:
            with suppress(NotFound):
                return chatbot, self.rotate_key(chatbot.workspace_id, chatbot.key_id, by=by, attempt=attempt)
        issued = self._issuer.sending_key(by, chatbot, attempt)
        after = replace(chatbot, key_id=issued.key.id)
        try:
            self._store.change_chatbot(
                chatbot,
                after,
                self._key_entry(by, "key.create", issued.key),
                [*key_puts(issued.key), *finished(attempt)],
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
        for pause in BUSY.pauses(self._sleep):
            key = self._key(workspace_id, key_id, chatbot_id, by)
            with suppress(ConditionFailed):
                self._store.remove_key(key, self._key_entry(by, "key.revoke", key))
                return key
            pause()
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

    def _new_chatbot(self, workspace_id: str, name: str, attempt: Attempt | None = None) -> Chatbot:
        self._require_workspace(workspace_id)
        if self._store.count_chatbots(workspace_id) >= MAX_CHATBOTS:
            raise InvalidRequest(f"A workspace has at most {MAX_CHATBOTS} chatbots.")
        chatbot_id = self._new_id() if attempt is None else attempt.id(CHATBOT)
        return Chatbot(id=chatbot_id, workspace_id=workspace_id, name=checked_name(name), created_at=self._now())

    def _chatbot_entry(self, by: ApiKey | None, chatbot: Chatbot) -> AuditEntry:
        workspace = chatbot.workspace_id
        return self._audit.entry(by, workspace, "chatbot.create", chatbot.id, chatbot_id=chatbot.id)

    def _key_entry(self, by: ApiKey | None, action: str, key: ApiKey) -> AuditEntry:
        chatbot = None if key.chatbot_id == EVERY_CHATBOT else key.chatbot_id
        return self._audit.entry(by, key.workspace_id, action, key.id, chatbot_id=chatbot)

    def _require_workspace(self, workspace_id: str) -> None:
        if not self._store.has_workspace(workspace_id):
            raise NotFound(f"There is no workspace {workspace_id}.")
