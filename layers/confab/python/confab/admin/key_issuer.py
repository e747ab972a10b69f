"""New API keys: a key grants no more than the one that makes it, and a request tried again makes the same key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Unpack

from confab.admin.grants import check_key, require_grant, require_limits, with_checked_origins, with_limits_of
from confab.admin.issued_keys import IssuedKey, KeyTraits
from confab.admin.store import AdminStore
from confab.domain.chatbot import Chatbot
from confab.platform.attempts import Attempt
from confab.platform.credentials import KEY_HEX_DIGITS, KEY_PREFIX, ROLES, SHOWN_PREFIX, ApiKey, hash_key
from confab.platform.errors import UnprocessableEntity

KEY: Final = "key"
"""Names the id of a key that follows from the idempotency key of the request which makes it."""
CHANGED: Final = (
    "idempotency-key: what this request made has changed since or is gone, or its secret was shown to another key; "
    "rotate the API key, or make another under a new idempotency key."
)


class KeyIssuer:
    """Makes keys and their secrets, and stores none.

    Args:
        store: finds the keys that an earlier try has stored.
        now: the clock.
        new_id: gives a random UUID.
        new_secret: gives 32 random hexadecimal digits.
        default_plan: the plan of keys that name none.
    """

    def __init__(
        self,
        store: AdminStore,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        new_secret: Callable[[], str],
        default_plan: str,
    ) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self._new_secret = new_secret
        self._default_plan = default_plan

    def sending_key(self, by: ApiKey, chatbot: Chatbot, attempt: Attempt | None) -> IssuedKey:
        """The key that is issued with a chatbot: it sends messages and reads nothing."""
        permissions = ROLES["ingest"]
        return self.issue(by, chatbot.workspace_id, chatbot.id, attempt, name=chatbot.name, permissions=permissions)

    def issue(
        self,
        by: ApiKey | None,
        workspace_id: str,
        chatbot_id: str,
        attempt: Attempt | None,
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
        secret = self.secret(attempt)
        key = ApiKey(
            id=self._new_id() if attempt is None else attempt.id(KEY),
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

    def reissued(self, workspace_id: str, attempt: Attempt | None, *, there: bool = False) -> IssuedKey | None:
        """The key that another try has made, with its secret; None when none came so far.

        Args:
            there: whether something of its id is known to be there, also when this is the first try.

        Raises:
            UnprocessableEntity: it has another secret since, or is gone, or another caller was shown its secret.
        """
        if attempt is None or not (attempt.again or there):
            return None
        key, secret = self._store.key_of(workspace_id, attempt.id(KEY)), self.secret(attempt)
        if key is not None and key.hash == hash_key(secret):
            return IssuedKey(key, secret)
        if key is None and not attempt.done:
            return None
        raise UnprocessableEntity(CHANGED)

    def secret(self, attempt: Attempt | None) -> str:
        """A key's secret: a random one, or the one that follows from the request's idempotency key."""
        digits = self._new_secret() if attempt is None else attempt.secret()
        assert len(digits) == KEY_HEX_DIGITS
        return KEY_PREFIX + digits
