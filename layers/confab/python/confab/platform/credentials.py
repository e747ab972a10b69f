"""API keys and their permissions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.platform.errors import Forbidden

KEY_PREFIX: Final = "ob_live_"
KEY_HEX_DIGITS: Final = 32
SHOWN_PREFIX: Final = 14
EVERY_CHATBOT: Final = "*"

CAPTURE: Final = "messages.capture"
READ: Final = "conversations.read"
ADMINISTER: Final = "admin.manage"

LOG_CONVERSATION: Final = "inkeep.conversations.write"
GET_CONVERSATION: Final = "inkeep.conversations.read"
LIST_CONVERSATIONS: Final = "inkeep.conversations.list"
DELETE_CONVERSATION: Final = "inkeep.conversations.delete"
SUBMIT_FEEDBACK: Final = "inkeep.feedback.write"
READ_FEEDBACK: Final = "inkeep.feedback.read"
DELETE_FEEDBACK: Final = "inkeep.feedback.delete"
LOG_EVENT: Final = "inkeep.events.write"

CHATBOT_LIST: Final = "chatbots.conversations.list"
CHATBOT_CREATE: Final = "chatbots.conversations.create"
CHATBOT_GET: Final = "chatbots.conversations.get"
CHATBOT_EDIT: Final = "chatbots.conversations.edit"
CHATBOT_LIST_MESSAGES: Final = "chatbots.messages.list"
CHATBOT_CREATE_MESSAGE: Final = "chatbots.messages.create"
CHATBOT_GET_MESSAGE: Final = "chatbots.messages.get"
CHATBOT_EDIT_MESSAGE: Final = "chatbots.messages.edit"
CHATBOT_HANDLE: Final = "chatbots.messages.handle"
CHATBOT_HANDLE_EVENT: Final = "chatbots.events.handle"
CHATBOT_HANDLE_PAYLOAD: Final = "chatbots.step-payload.handle"
PERMISSIONS: Final = frozenset(
    {
        CAPTURE,
        READ,
        ADMINISTER,
        LOG_CONVERSATION,
        GET_CONVERSATION,
        LIST_CONVERSATIONS,
        DELETE_CONVERSATION,
        SUBMIT_FEEDBACK,
        READ_FEEDBACK,
        DELETE_FEEDBACK,
        LOG_EVENT,
        CHATBOT_LIST,
        CHATBOT_CREATE,
        CHATBOT_GET,
        CHATBOT_EDIT,
        CHATBOT_LIST_MESSAGES,
        CHATBOT_CREATE_MESSAGE,
        CHATBOT_GET_MESSAGE,
        CHATBOT_EDIT_MESSAGE,
        CHATBOT_HANDLE,
        CHATBOT_HANDLE_EVENT,
        CHATBOT_HANDLE_PAYLOAD,
    }
)
"""Every permission that is asked for somewhere."""

_CHANNEL: Final = (CHATBOT_HANDLE, CHATBOT_HANDLE_EVENT, CHATBOT_HANDLE_PAYLOAD)
_CHATBOT_READS: Final = (CHATBOT_LIST, CHATBOT_GET, CHATBOT_LIST_MESSAGES, CHATBOT_GET_MESSAGE)

API: Final = "API"
WEB: Final = "WEB"

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "ingest": (CAPTURE, LOG_CONVERSATION, SUBMIT_FEEDBACK, LOG_EVENT, *_CHANNEL),
    "read": (READ, GET_CONVERSATION, LIST_CONVERSATIONS, READ_FEEDBACK, *_CHATBOT_READS),
    "web": (CAPTURE, LOG_CONVERSATION, GET_CONVERSATION, SUBMIT_FEEDBACK, LOG_EVENT),
    "api": (CAPTURE, READ, "inkeep.*", "chatbots.*"),
    "admin": ("*",),
}
"""Permissions by role: what a key made for a purpose may do. ``web`` is for keys that browsers hold; ``api`` is for the
server of one chatbot's team (inkeep.md, section 2)."""

_WEB_GRANTS: Final = (
    frozenset(ROLES["web"]),
    frozenset((LOG_CONVERSATION, GET_CONVERSATION, DELETE_CONVERSATION, SUBMIT_FEEDBACK, LOG_EVENT)),
)
"""The permissions of the role ``web`` as it is, and as it was when it could delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as stored: never the key itself, only its hash.

    Attributes:
        id: how people and the operator's command name it.
        hash: SHA-256 of the key, hex.
        prefix: the first 14 characters, to recognise it by.
        chatbot_id: the one chatbot it reaches, or ``*`` for all of its workspace.
        permissions: exact names, or prefixes that end in ``*``.
        kind: the integration it was made for: ``API``, or ``WEB`` for a key that browsers hold.
        plan: how often it may call, by name (``platform.plans``); None for the deployment's default.
        rate_per_minute, burst, daily_quota: requests a minute, in any one second and a UTC day, in place of the plan's.
        bytes_per_minute, bytes_per_day: bytes of bodies, likewise.
        expires_at: from when on it is refused (UTC); None for never.
        origins: the websites whose pages may use it, as browsers write origins; none means every website's.
    """

    id: str
    hash: str
    prefix: str
    name: str
    workspace_id: str
    chatbot_id: str
    permissions: Sequence[str]
    created_at: datetime
    kind: str = API
    plan: str | None = None
    rate_per_minute: int | None = None
    burst: int | None = None
    daily_quota: int | None = None
    bytes_per_minute: int | None = None
    bytes_per_day: int | None = None
    expires_at: datetime | None = None
    origins: Sequence[str] = ()

    @property
    def web(self) -> bool:
        """Whether browsers hold the key, so that every visitor has it: by its kind, or by having exactly that role."""
        return self.kind == WEB or frozenset(self.permissions) in _WEB_GRANTS

    def allows(self, permission: str) -> bool:
        """Whether the key holds a permission, by its exact name or by a prefix that ends in ``*``.

        A browser's key is public, so it never reaches further than the role ``web``, whatever was granted to it.
        """
        if self.web and permission not in ROLES["web"]:
            return False
        return any(includes(granted, permission) for granted in self.permissions)

    def covers(self, grant: str) -> bool:
        """Whether the key holds all that a grant stands for: a permission, or every one with a prefix."""
        if grant.endswith("*"):
            return not self.web and any(own.endswith("*") and includes(own, grant) for own in self.permissions)
        return self.allows(grant)

    def one_chatbot(self) -> str:
        """The chatbot that messages sent with this key go to.

        Raises:
            Forbidden: the key is for a whole workspace, so nothing says which chatbot is meant.
        """
        if self.chatbot_id == EVERY_CHATBOT:
            raise Forbidden("This API key is for a whole workspace; this takes the key of one chatbot.")
        return self.chatbot_id

    def reaches(self, chatbot_id: str) -> bool:
        """Whether the key is not bound to another chatbot. The chatbot's workspace is not checked here."""
        return self.chatbot_id in (EVERY_CHATBOT, chatbot_id)


def includes(grant: str, permission: str) -> bool:
    """Whether a grant, an exact name or a prefix that ends in ``*``, stands for a permission."""
    return permission.startswith(grant[:-1]) if grant.endswith("*") else grant == permission


def hash_key(secret: str) -> str:
    """The stored form of a key. A plain SHA-256 is enough: the key has 128 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
