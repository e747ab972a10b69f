"""The administration's answers (``confab.dialects.openbat.admin``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openapi.answers.parts import Count, Object, Ok, Shape, Time, Uuid, absent

ApiKey = Annotated[str, Field(pattern="^ob_live_[0-9a-f]{32}$")]
KeyPrefix = Annotated[str, Field(pattern="^ob_live_[0-9a-f]{6}$")]
Limit = Annotated[int, Field(ge=1)]
FieldType = Literal["string", "number", "boolean"]


class Chatbot(Shape):
    """A chatbot; its settings are the team's own beside the known sections."""

    id: Uuid
    name: str
    api_key_prefix: KeyPrefix | None
    settings: Object
    created_at: Time
    archived_at: Time = absent()


Chatbots = list[Chatbot]


class ChatbotWithKey(Ok):
    """A chatbot and its key, which is shown this once."""

    chatbot: Chatbot
    apiKey: ApiKey


class Key(Shape):
    """A key, without the key itself."""

    id: Uuid
    name: str
    api_key_prefix: KeyPrefix
    chatbot_id: Uuid | None
    permissions: list[str]
    kind: Literal["API", "WEB"]
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


class DeclaredField(Shape):
    """A custom field that is declared."""

    name: str
    type: FieldType
    required: bool


class DiscoveredField(Shape):
    """A custom field that was sent."""

    name: str
    type: FieldType
    first_seen_at: Time


class Fields(Shape):
    """The custom fields of a chatbot."""

    declared: list[DeclaredField]
    discovered: list[DiscoveredField]
    denied: list[str]


class FieldDeclared(Ok):
    """A custom field as it is declared now."""

    field: DeclaredField


class DeclaredTopic(Shape):
    """A topic of the team's own."""

    id: str
    name: str
    phrases: list[str]
    parent_id: str | None


DeclaredTopics = list[DeclaredTopic]


class TopicDeclared(Ok):
    """A topic that was declared."""

    topic: DeclaredTopic


class Responder(Shape):
    """A responder, without its secret."""

    url: str
    enabled: bool
    secret_rotated_at: Time | None


class ResponderStored(Ok):
    """A responder, and its secret when it is new."""

    responder: Responder
    secret: str = absent()


class Prices(Shape):
    """What a model costs."""

    inputPerMillionUsd: float
    outputPerMillionUsd: float


class Analyzer(Shape):
    """Which analyzer judges; what is left out is the deployment's choice."""

    provider: Literal["builtin", "bedrock"] = absent()
    model: str = absent()
    region: str = absent()
    serviceTier: str = absent()
    dailyBudgetUsd: float = absent()
    prices: Prices = absent()
    output: Literal["native", "tool"] = absent()


class Spent(Shape):
    """What a day's analyses by models have cost."""

    spentUsd: Annotated[float, Field(ge=0)]
    calls: Count
    tokens: Count


class AnalyzerChoice(Shape):
    """A chatbot's analyzer settings, and today's cost."""

    analyzer: Analyzer
    today: Spent


class AuditRow(Shape):
    """One change."""

    id: Uuid
    created_at: Time
    actor: str
    actor_key_prefix: KeyPrefix | None
    action: str
    object_id: str
    chatbot_id: Uuid | None
    changed: Annotated[list[str], Field(max_length=50)]


class AuditLog(Shape):
    """A page of the audit log, the latest entries first."""

    entries: list[AuditRow]
    nextCursor: str = absent()


class Removed(Shape):
    """How much of what was removed."""

    conversations: Count
    messages: Count
    results: Count
    feedback: Count
    events: Count
    entries: Count
    searches: Count
    profiles: Count
    mentions: Count


class Stays(Shape):
    """What an erasure leaves, and until when; null for as long as somebody else's conversation is kept."""

    what: str
    until: Time | None


class Receipt(Shape):
    """The signed receipt of an erasure; ``subject`` is a keyed digest of the user's id."""

    id: str
    chatbotId: Uuid
    subject: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    actor: str
    begunAt: Time
    emptySince: Time
    completedAt: Time
    removed: Removed
    backupsUntil: Time
    stays: list[Stays]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class RunningErasure(Shape):
    """An erasure that goes on by itself; its receipt is in the list in the end.

    ``lookAgainAt`` is when it looks for the last time, if nothing turns up till then; null while there is something to
    remove.
    """

    erasureId: str
    status: Literal["running"]
    begunAt: Time
    lookAgainAt: Time | None


class Receipts(Shape):
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


class UserLine(Shape):
    """The profile of the user."""

    type: Literal["user"]
    profile: Object
    lastSeen: Time | None
    counters: dict[str, int]


class SearchLine(Shape):
    """A search event of the user."""

    type: Literal["search"]
    id: str
    name: str
    entity: str
    subject: str
    createdAt: Time
    body: Object


class ConversationLine(Shape):
    """A conversation of the user with all that is kept of it, as it is kept."""

    type: Literal["conversation"]
    id: Uuid
    chatbotId: Uuid
    externalId: str | None
    dialect: str
    kind: Literal["organic", "probe"]
    createdAt: Time
    lastActiveAt: Time
    user: Object = absent()
    organization: Object = absent()
    session: Object = absent()
    custom: Object = absent()
    client: Object = absent()
    logged: Object
    properties: Object
    managed: Object
    messages: list[Object]
    result: Object
    feedback: list[Object]
    events: list[Object]
    continued: Literal[True] = absent()
    """Whether a further part of the conversation follows, because it is large."""


class ContinuationLine(Shape):
    """A further part of the conversation that came before it."""

    type: Literal["continuation"]
    conversationId: Uuid
    messages: list[Object]
    feedback: list[Object]
    events: list[Object]
    continued: Literal[True] = absent()


class MentionLine(Shape):
    """What names the user in a conversation of somebody else, by the key of the item that has it."""

    type: Literal["mention"]
    conversationId: Uuid
    said: Object


class UserData(Shape):
    """A part of what is kept of a user."""

    data: list[
        Annotated[
            UserLine | ConversationLine | ContinuationLine | MentionLine | SearchLine, Field(discriminator="type")
        ]
    ]
    nextCursor: str = absent()
