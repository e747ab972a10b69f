"""The administration's answers: types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import ConversationKind, Count, Object, Ok, Time, Uuid
from confab.dialects.openbat.job_answers import (
    ExportedPart,
    ExportJob,
    ExportStarted,
    ImportFault,
    ImportJob,
    ImportMade,
)

__all__ = ["ExportJob", "ExportStarted", "ExportedPart", "ImportFault", "ImportJob", "ImportMade", "Ok"]
ApiKey = Annotated[str, Field(pattern="^ob_live_[0-9a-f]{32}$")]
KeyPrefix = Annotated[str, Field(pattern="^ob_live_[0-9a-f]{6}$")]
Limit = Annotated[int, Field(ge=1)]
FieldType = Annotated[str, Field(json_schema_extra={"enum": ["string", "number", "boolean"]})]
KeyKind = Annotated[str, Field(json_schema_extra={"enum": ["API", "WEB"]})]
Signed = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Chatbot(TypedDict):
    """A chatbot; its settings are the team's own besides the known sections."""

    id: Uuid
    name: str
    api_key_prefix: KeyPrefix | None
    settings: Object
    created_at: Time
    archived_at: NotRequired[Time]


Chatbots = list[Chatbot]


class ChatbotWithKey(Ok):
    """A chatbot and its key, which is shown this once."""

    chatbot: Chatbot
    apiKey: ApiKey


class Key(TypedDict):
    """A key, without the key itself."""

    id: Uuid
    name: str
    api_key_prefix: KeyPrefix
    chatbot_id: Uuid | None
    permissions: list[str]
    kind: KeyKind
    origins: list[str] | None
    plan: str | None
    rate_per_minute: Limit | None
    burst: Limit | None
    daily_quota: Limit | None
    bytes_per_minute: Limit | None
    bytes_per_day: Limit | None
    created_at: Time
    expires_at: Time | None


Keys = list[Key]


class IssuedKey(Ok):
    """A key with the key itself, which is shown this once."""

    key: Key
    apiKey: ApiKey


class DeclaredField(TypedDict):
    """A custom field that is declared."""

    name: str
    type: FieldType
    required: bool


class DiscoveredField(TypedDict):
    """A custom field that was sent."""

    name: str
    type: FieldType
    first_seen_at: Time


class Fields(TypedDict):
    """The custom fields of a chatbot."""

    declared: list[DeclaredField]
    discovered: list[DiscoveredField]
    denied: list[str]


class FieldDeclared(Ok):
    """A custom field as it is declared now."""

    field: DeclaredField


class DeclaredTopic(TypedDict):
    """A topic of the team's own."""

    id: str
    name: str
    phrases: list[str]
    parent_id: str | None


DeclaredTopics = list[DeclaredTopic]


class TopicDeclared(Ok):
    """A topic that was declared."""

    topic: DeclaredTopic


class Responder(TypedDict):
    """A responder, without its secret."""

    url: str
    enabled: bool
    secret_rotated_at: Time | None


class ResponderStored(Ok):
    """A responder, and its secret when it is new."""

    responder: Responder
    secret: NotRequired[str]


class Prices(TypedDict):
    """What a model costs."""

    inputPerMillionUsd: float
    outputPerMillionUsd: float


class Analyzer(TypedDict):
    """Which analyzer judges; what is left out is the deployment's choice."""

    provider: NotRequired[Literal["builtin", "bedrock"]]
    model: NotRequired[str]
    region: NotRequired[str]
    serviceTier: NotRequired[str]
    dailyBudgetUsd: NotRequired[float]
    prices: NotRequired[Prices]
    output: NotRequired[Literal["native", "tool"]]


class Spent(TypedDict):
    """What a day's analyses by models have cost."""

    spentUsd: Annotated[float, Field(ge=0)]
    calls: Count
    tokens: Count


class AnalyzerChoice(TypedDict):
    """A chatbot's analyzer settings, and today's cost."""

    analyzer: Analyzer
    today: Spent


class AuditRow(TypedDict):
    """One change."""

    id: Uuid
    created_at: Time
    actor: str
    actor_key_prefix: KeyPrefix | None
    action: str
    object_id: str
    chatbot_id: Uuid | None
    changed: Annotated[list[str], Field(max_length=50)]


class AuditLog(TypedDict):
    """A page of the audit log, the latest entries first."""

    entries: list[AuditRow]
    nextCursor: NotRequired[str]


class Removed(TypedDict):
    """How much of what was removed."""

    conversations: Count
    messages: Count
    results: Count
    feedback: Count
    events: Count
    scores: Count
    entries: Count
    searches: Count
    profiles: Count
    mentions: Count


class Stays(TypedDict):
    """What an erasure leaves, and until when; null for as long as somebody else's conversation is kept."""

    what: str
    until: Time | None


class Receipt(TypedDict):
    """The signed receipt of an erasure; ``subject`` is a keyed digest of the user's id."""

    id: str
    chatbotId: Uuid
    subject: Signed
    actor: str
    begunAt: Time
    emptySince: Time
    completedAt: Time
    removed: Removed
    backupsUntil: Time
    stays: list[Stays]
    signature: Signed


class RunningErasure(TypedDict):
    """An erasure that goes on by itself; its receipt is in the list in the end.

    ``lookAgainAt`` is when it looks for the last time, if nothing turns up till then; null while there is something to
    remove.
    """

    erasureId: str
    status: Literal["running"]
    begunAt: Time
    lookAgainAt: Time | None


class Receipts(TypedDict):
    """The receipts of a chatbot, and its erasures that are under way."""

    receipts: list[Receipt]
    running: list[RunningErasure]


class Erased(Ok):
    """A user's data are erased."""

    erasureId: str
    status: Literal["done"]
    receipt: Receipt


class ErasureRunning(Ok, RunningErasure):
    """The erasure goes on by itself; the receipt is in the list in the end."""


class UserLine(TypedDict):
    """The profile of the user."""

    type: Literal["user"]
    profile: Object
    lastSeen: Time | None
    counters: dict[str, int]


class SearchLine(TypedDict):
    """A search event of the user."""

    type: Literal["search"]
    id: str
    name: str
    entity: str
    subject: str
    createdAt: Time
    body: Object


class ConversationLine(TypedDict):
    """A conversation of the user with all that is kept of it, as it is kept."""

    type: Literal["conversation"]
    id: Uuid
    chatbotId: Uuid
    externalId: str | None
    dialect: str
    kind: ConversationKind
    createdAt: Time
    lastActiveAt: Time
    user: NotRequired[Object]
    organization: NotRequired[Object]
    session: NotRequired[Object]
    custom: NotRequired[Object]
    client: NotRequired[Object]
    logged: Object
    properties: Object
    managed: Object
    messages: list[Object]
    result: Object
    feedback: list[Object]
    events: list[Object]
    scores: NotRequired[list[Object]]
    web: NotRequired[Literal[True]]
    continued: NotRequired[Literal[True]]


class ContinuationLine(TypedDict):
    """A further part of the conversation that came before it."""

    type: Literal["continuation"]
    conversationId: Uuid
    messages: list[Object]
    feedback: list[Object]
    events: list[Object]
    scores: NotRequired[list[Object]]
    continued: NotRequired[Literal[True]]


class MentionLine(TypedDict):
    """What names the user in a conversation of somebody else, by the key of the item that has it."""

    type: Literal["mention"]
    conversationId: Uuid
    said: Object


ExportedLine = Annotated[
    UserLine | ConversationLine | ContinuationLine | MentionLine | SearchLine, Field(discriminator="type")
]


class UserData(TypedDict):
    """A part of what is kept of a user."""

    data: list[ExportedLine]
    nextCursor: NotRequired[str]
