"""OpenBat's administration (openbat.md, "Dashboard API"): chatbots as the contract has them, and in the same style what
it leaves out: keys, custom fields, topics, responders, the audit log. Bodies in camel case, rows in snake case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from confab.admin.analyzers import Choice
from confab.admin.custom_fields import Schema
from confab.admin.names import MAX_NAME
from confab.dialects.fields import MAX_FIELD, Identifier, NeverEmpty, Request, Time, Url, checked_number, iso
from confab.dialects.openbat.queries import ListLimit
from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.model_prices import NANO
from confab.domain.responder import SETTING as RESPONDER
from confab.domain.responder import Responder
from confab.domain.topics import Topic
from confab.erasure.user import Progress
from confab.platform.credentials import API, EVERY_CHATBOT, ROLES, WEB, ApiKey
from confab.platform.errors import Fault, InvalidRequest

if TYPE_CHECKING:
    from confab.dialects.openbat import admin_answers as answers

MAX_SETTING_NAME: Final = 128
MAX_TOPIC: Final = 64
MAX_PHRASES: Final = 50


def _storable(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings that the table can hold; how many and how deep is checked once they are merged."""
    _check(settings)
    return settings


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for name, below in value.items():
            if not 1 <= len(name) <= MAX_SETTING_NAME:
                raise ValueError(f"a setting's name has 1 to {MAX_SETTING_NAME} characters")
            _check(below)
    elif isinstance(value, list):
        for below in value:
            _check(below)
    elif isinstance(value, int | float):
        checked_number(value)


ObjectName = Annotated[str, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=MAX_NAME)]
Settings = Annotated[dict[str, Any], AfterValidator(_storable)]


class ChatbotBody(Request):
    """The body of ``POST /api/v1/chatbots``."""

    name: ObjectName


class ChatbotPatch(Request):
    """The body of ``PATCH /api/v1/chatbots/{id}``."""

    name: ObjectName | None = None
    settings: Settings | None = None
    archived: bool | None = None


class KeyBody(Request):
    """The body that creates a key. What narrows it is never empty by mistake: without it the key would do more."""

    name: ObjectName
    role: Annotated[Literal["ingest", "read", "web", "api", "admin"], NeverEmpty] | None = None
    permissions: Annotated[list[Annotated[str, Field(max_length=100)]], NeverEmpty] | None = None
    kind: Annotated[Literal["API", "WEB"], NeverEmpty] | None = None
    origins: Annotated[list[str], NeverEmpty] | None = None
    plan: Annotated[str, Field(max_length=64)] | None = None
    ratePerMinute: int | None = None
    burst: int | None = None
    dailyQuota: int | None = None
    bytesPerMinute: int | None = None
    bytesPerDay: int | None = None
    expiresAt: Annotated[Time, NeverEmpty] | None = None
    chatbotId: Annotated[Identifier, NeverEmpty] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> KeyBody:
        if self.role is not None and self.permissions is not None:
            raise ValueError("role and permissions exclude each other; a role is a list of permissions")
        if self.role == "web" and self.kind == API:
            raise ValueError("the role web is for keys of kind WEB")
        return self

    def integration(self) -> str:
        """The kind of key that is asked for; by the role when none is named."""
        return self.kind or (WEB if self.role == "web" else API)

    def granted(self) -> Sequence[str]:
        """The permissions that are asked for; a role by what it is for when none is named."""
        if self.permissions is not None:
            return self.permissions
        return ROLES[self.role or ("web" if self.kind == WEB else "ingest")]


def named_chatbot(chatbot_id: str | None, body: KeyBody) -> str | None:
    """The chatbot that a new key is for: of the path, or of the body where the path names none.

    Raises:
        InvalidRequest: they name different ones.
    """
    if chatbot_id is not None and body.chatbotId not in (None, chatbot_id):
        raise InvalidRequest.at(Fault("chatbotId", "must be the chatbot of the path, or left out"))
    return chatbot_id or body.chatbotId


FieldName = Annotated[str, Field(min_length=1, max_length=MAX_FIELD)]


class FieldNameBody(Request):
    """A body that names a custom field."""

    name: FieldName


class FieldBody(FieldNameBody):
    """The body that declares a custom field."""

    type: Literal["string", "number", "boolean"] | None = None
    required: bool = False


class FieldQuery(BaseModel):
    """The query that names a custom field: its name may hold what a path cannot."""

    name: FieldName


TopicName = Annotated[str, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=MAX_TOPIC)]
Phrases = Annotated[list[TopicName], Field(max_length=MAX_PHRASES)]


class TopicBody(Request):
    """The body that declares a topic."""

    name: TopicName
    phrases: Phrases = Field(default_factory=list)
    parentId: Identifier | None = None


class TopicPatch(Request):
    """The body that changes a topic; a ``parentId`` that is null lets it stand below none."""

    name: TopicName | None = None
    phrases: Phrases | None = None
    parentId: Identifier | None = None


class ResponderBody(Request):
    """The body that gives a chatbot a responder."""

    url: Url
    enabled: Annotated[bool, NeverEmpty] = True


class AnalyzerPatch(Request):
    """The body that changes analyzer settings; what they may be is the domain's to say."""

    model_config = ConfigDict(extra="allow")


class AuditQuery(BaseModel):
    """The query of ``GET /api/v1/audit``."""

    limit: ListLimit = 20
    cursor: str | None = None


class ExportQuery(BaseModel):
    """The query of ``GET /api/v1/chatbots/{id}/users/{userId}``."""

    cursor: str | None = None


def chatbot_row(chatbot: Chatbot, key_prefix: str | None) -> answers.Chatbot:
    """A chatbot. Its responder is not among the settings: it has a secret, and a path of its own."""
    row: answers.Chatbot = {
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


def key_row(key: ApiKey) -> answers.Key:
    """A key; never the key itself, which is not kept."""
    return {
        "id": key.id,
        "name": key.name,
        "api_key_prefix": key.prefix,
        "chatbot_id": None if key.chatbot_id == EVERY_CHATBOT else key.chatbot_id,
        "permissions": list(key.permissions),
        "kind": key.kind,
        "origins": list(key.origins) or None,
        "plan": key.plan,
        "rate_per_minute": key.rate_per_minute,
        "burst": key.burst,
        "daily_quota": key.daily_quota,
        "bytes_per_minute": key.bytes_per_minute,
        "bytes_per_day": key.bytes_per_day,
        "created_at": iso(key.created_at),
        "expires_at": iso(key.expires_at),
    }


def audit_row(entry: AuditEntry) -> answers.AuditRow:
    """An entry of the audit log."""
    return {
        "id": entry.id,
        "created_at": iso(entry.at),
        "actor": entry.actor,
        "actor_key_prefix": entry.actor_prefix,
        "action": entry.action,
        "object_id": entry.object_id,
        "chatbot_id": entry.chatbot_id,
        "changed": list(entry.changed),
    }


def schema_answer(schema: Schema) -> answers.Fields:
    """The custom fields of a chatbot."""
    chatbot = schema.chatbot
    return {
        "declared": [field_row(chatbot, name) for name in sorted(chatbot.fields)],
        "discovered": [
            {"name": field.name, "type": field.type, "first_seen_at": iso(field.first_seen)}
            for field in schema.discovered
        ],
        "denied": sorted(chatbot.denied),
    }


def field_row(chatbot: Chatbot, name: str) -> answers.DeclaredField:
    """A declared custom field."""
    return {"name": name, "type": chatbot.fields[name], "required": name in chatbot.required}


def topic_row(topic: Topic) -> answers.DeclaredTopic:
    """A declared topic."""
    return {"id": topic.id, "name": topic.name, "phrases": list(topic.phrases), "parent_id": topic.parent_id}


def responder_row(responder: Responder) -> answers.Responder:
    """A responder, without its secret."""
    return {"url": responder.url, "enabled": responder.enabled, "secret_rotated_at": iso(responder.rotated_at)}


def running_row(progress: Progress) -> answers.RunningErasure:
    """An erasure that is under way."""
    return {
        "erasureId": progress.id,
        "status": "running",
        "begunAt": iso(progress.begun_at),
        "lookAgainAt": iso(progress.look_again_at),
    }


def analyzer_answer(choice: Choice) -> answers.AnalyzerChoice:
    """A chatbot's analyzer settings, and what today's analyses by models have cost."""
    today = choice.today
    return {
        "analyzer": cast("answers.Analyzer", dict(choice.setting)),
        "today": {"spentUsd": today.spent / NANO, "calls": today.calls, "tokens": today.tokens},
    }
