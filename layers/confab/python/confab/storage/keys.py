"""The keys of the one table. Every key of a tenant's data begins with its chatbot or workspace."""

from __future__ import annotations

import hashlib
import zlib
from typing import Final

SHARDS: Final = 4
"""Over how many partitions the lists, the entries and the pending conversations of a chatbot are spread."""

CONVERSATION: Final = "CONV#"
"""What the partition key of every conversation begins with."""
HEAD: Final = "HEAD"
MESSAGE: Final = "MSG#"
PART: Final = "PART#"
ANALYSIS: Final = "ANALYSIS#"
CAPTURED: Final = "CAPTURED#"
CHECKPOINT: Final = "CHECKPOINT"
COUNTED_STATE: Final = "COUNTED#"
COUNTED: Final = "COUNTED"
"""What a conversation has counted, in the form of before."""
SPREAD: Final = "SPREAD"
PROFILE: Final = "PROFILE"
PROPERTIES: Final = "PROPS"
FEEDBACK: Final = "FEEDBACK#"
EVENT: Final = "EVENT#"
SCORE: Final = "SCORE#"
ANSWER: Final = "ANSWER#"
BOT: Final = "BOT"
KEY: Final = "KEY"
WORKSPACE: Final = "WS"
ATTEMPT: Final = "IDEM"
BOT_ENTRY: Final = "BOT#"
KEY_ENTRY: Final = "KEY#"

LIST_INDEX: Final = "GSI1"
PENDING_INDEX: Final = "GSI2"
LOOKUP_INDEX: Final = "GSI2"
DUE_INDEX: Final = "GSI2"
AGE_INDEX: Final = "GSI3"

_MAX_PLAIN_ID_BYTES: Final = 200


def conversation(chatbot_id: str, conversation_id: str) -> str:
    return f"CONV#{chatbot_id}#{conversation_id}"


def split_conversation(pk: str) -> tuple[str, str]:
    """Chatbot and conversation of a conversation's partition key."""
    _, chatbot_id, conversation_id = pk.split("#")
    return chatbot_id, conversation_id


def shard_of(conversation_id: str) -> int:
    """The shard of a conversation, always the same."""
    return int(conversation_id[-2:], 16) % SHARDS


def listed(chatbot_id: str, shard: int) -> str:
    """Index partition of the conversations that the statistics have counted."""
    return f"LIST#{chatbot_id}#{shard}"


def listed_new(chatbot_id: str, shard: int) -> str:
    """Index partition of the conversations that the statistics have not counted yet."""
    return f"LIST#{chatbot_id}#NEW{shard}"


def aging(chatbot_id: str, shard: int) -> str:
    """Index partition of all conversations, by when they were last active."""
    return f"AGE#{chatbot_id}#{shard}"


def aging_searches(chatbot_id: str, shard: int) -> str:
    """Index partition of the events that belong to no conversation, by when they were stored."""
    return f"AGE#{chatbot_id}#SEARCH{shard}"


def aging_erasures(chatbot_id: str, shard: int) -> str:
    """Index partition of the conversations that are being erased."""
    return f"AGE#{chatbot_id}#ERASING{shard}"


def older() -> str:
    """Partition that says which indexes all chatbots' older conversations have entered."""
    return "INDEXED#all"


def orphans() -> str:
    """Partition that says how far the walk for what has no row has come."""
    return "ORPHANS#walk"


def pending(shard: int) -> str:
    return f"PENDING#{shard}"


def chatbot(chatbot_id: str) -> str:
    return f"BOT#{chatbot_id}"


def discovered_fields(chatbot_id: str) -> str:
    """Apart from the chatbot itself, so that capture may write here and not there."""
    return f"FIELDS#{chatbot_id}"


def workspace(workspace_id: str) -> str:
    return f"WS#{workspace_id}"


def workspaces() -> str:
    """Partition of the ids of all workspaces, for operators."""
    return "WORKSPACES#all"


def key_entry(key_id: str) -> str:
    return KEY_ENTRY + key_id


def sessions(workspace_id: str) -> str:
    """Partition of the dashboard's sessions of a workspace."""
    return f"SESSION#{workspace_id}"


def audit(workspace_id: str) -> str:
    return f"AUDIT#{workspace_id}"


def running_erasures() -> str:
    """Partition of the erasures of users' data that are under way."""
    return "ERASURE#running"


def erasure_notes(chatbot_id: str, erasure_id: str) -> str:
    """Partition of what an erasure has removed so far."""
    return f"ERASURE#{chatbot_id}#{erasure_id}"


def moves(chatbot_id: str) -> str:
    """Partition of the look-up index with the notes of conversations that moved in a chatbot's lists."""
    return f"MOVES#{chatbot_id}"


def receipts(chatbot_id: str) -> str:
    """Partition of the receipts of a chatbot's erasures."""
    return f"ERASURE#{chatbot_id}"


def deleted_conversations(chatbot_id: str) -> str:
    """Partition that says which conversations of a chatbot were deleted, for restores."""
    return f"DELETION#{chatbot_id}"


def data_version() -> str:
    """Partition of what says of which version the data is."""
    return "SCHEMA#table"


def retentions() -> str:
    """Partition of the chatbots whose conversations are not kept for ever."""
    return "RETENTION#chatbots"


def deletions() -> str:
    """Partition of the chatbots whose conversations are still to be erased."""
    return "DELETED#chatbots"


def api_key(key_hash: str) -> str:
    return f"KEY#{key_hash}"


def attempt(tenant_id: str, name: str) -> str:
    """The first try of a request with an idempotency key.

    Args:
        tenant_id: a chatbot, or a workspace.
        name: a digest of the key.
    """
    return f"IDEM#{tenant_id}#{name}"


def rate(key_id: str) -> str:
    """What a key has used: by its id, which stays when the key is rotated."""
    return f"RATE#{key_id}"


def budget(chatbot_id: str) -> str:
    """What a chatbot's analyses have cost, by day."""
    return f"BUDGET#{chatbot_id}"


def statistics(chatbot_id: str, shard: int = 0) -> str:
    """Partition of a shard of a chatbot's statistics; the first one has also those of before, of four shards."""
    return f"STAT#{chatbot_id}#{shard}" if shard else f"STAT#{chatbot_id}"


def person(chatbot_id: str, statistic: str) -> str:
    """Partition of a user or organization, by the name of its statistic."""
    kind, digest = statistic.split("#")
    return f"{kind}#{chatbot_id}#{digest}"


def people(chatbot_id: str, kind: str, shard: int) -> str:
    """Index partition of the users or organizations of a chatbot.

    Args:
        kind: ``USER`` or ``ORG``.
    """
    return f"{kind}LIST#{chatbot_id}#{shard}"


def search_entry(chatbot_id: str, kind: str, value: str, shard: int) -> str:
    """Partition of the conversations of a shard that have something in common, ordered by their beginning."""
    digest = hashlib.sha256(f"{kind}={value}".encode()).hexdigest()[:32]
    return f"FACET#{chatbot_id}#{digest}#{shard}"


def topics(chatbot_id: str) -> str:
    """Partition of the topics that were found in a chatbot's conversations."""
    return f"TOPICS#{chatbot_id}"


def external(chatbot_id: str, external_id: str) -> str:
    """Where the conversations of an external id are noted (inkeep.md, ``externalId``)."""
    return f"EXT#{chatbot_id}#{hashlib.sha256(external_id.encode()).hexdigest()}"


def external_entry(conversation_id: str) -> str:
    return f"CONV#{conversation_id}"


def message_lookup(chatbot_id: str, message_id: str, *, web: bool = False) -> str:
    """Index partition of the logged messages of one id; of those in conversations that browsers' keys began."""
    return f"MID#{chatbot_id}#{_named(message_id, web=web)}"


def contact(chatbot_id: str, digest: str) -> str:
    """Partition of the conversations of a contact."""
    return f"CONTACT#{chatbot_id}#{digest}"


def channel(chatbot_id: str, digest: str) -> str:
    """Partition of the conversations of a channel."""
    return f"CHANNEL#{chatbot_id}#{digest}"


def secret(name: str) -> str:
    """A secret of the deployment's own."""
    return f"SECRET#{name}"


def answer_item(webhook_id: str) -> str:
    """What a responder answered to a delivery."""
    return ANSWER + webhook_id


def feedback_item(feedback_id: str) -> str:
    return FEEDBACK + _short(feedback_id)


def feedback_lookup(chatbot_id: str, feedback_id: str, *, web: bool = False) -> str:
    """Index partition of the feedback of one id; of that which browsers' keys gave."""
    return f"FBID#{chatbot_id}#{_named(feedback_id, web=web)}"


def feedback_list(chatbot_id: str, kind: str, shard: int) -> str:
    """Index partition of a chatbot's feedback of one kind."""
    return f"FBLIST#{chatbot_id}#{kind}{shard}"


def score_item(score_id: str) -> str:
    return SCORE + _short(score_id)


def score_lookup(chatbot_id: str, score_id: str) -> str:
    """Index partition of the score of one id."""
    return f"SCID#{chatbot_id}#{_short(score_id)}"


def score_list(chatbot_id: str, shard: int) -> str:
    """Index partition of a chatbot's scores."""
    return f"SCLIST#{chatbot_id}#{shard}"


def search(chatbot_id: str, event_id: str) -> str:
    """Partition of an event that belongs to no conversation."""
    return searches(chatbot_id)[search_shard(event_id)]


def search_shard(event_id: str) -> int:
    """The shard of an event that belongs to no conversation, always the same."""
    return zlib.crc32(event_id.encode()) % SHARDS


def spans(chatbot_id: str, trace_id: str) -> str:
    """Partition of what is known of a trace and of the spans in it that were taken."""
    return f"SPAN#{chatbot_id}#{trace_id[-1]}"


def chain(chatbot_id: str, name: str) -> str:
    """Partition of a path in the conversations that were found by what was said in them.

    Args:
        name: hexadecimal digits.
    """
    return f"CHAIN#{chatbot_id}#{name[-1]}"


def all_spans(chatbot_id: str) -> list[str]:
    """Partitions of all traces and paths of a chatbot."""
    return [key(chatbot_id, digit) for key in (spans, chain) for digit in "0123456789abcdef"]


def ingestion(chatbot_id: str) -> str:
    """Partition of what came by OpenTelemetry, counted by day."""
    return f"INGEST#{chatbot_id}"


def jobs(chatbot_id: str) -> str:
    """Partition of a chatbot's exports that are under way or done."""
    return f"JOB#{chatbot_id}"


def imports(chatbot_id: str) -> str:
    """Partition of a chatbot's imports that are under way or done."""
    return f"IMPORT#{chatbot_id}"


def health(chatbot_id: str) -> str:
    """Partition of how often something of a chatbot did not work, by five minutes."""
    return f"HEALTH#{chatbot_id}"


def searches(chatbot_id: str) -> list[str]:
    """Partitions of the events that belong to no conversation."""
    return [f"SEARCH#{chatbot_id}#{shard}" for shard in range(SHARDS)]


def event_item(event_id: str, *, web: bool = False) -> str:
    """By the id alone, so that an event that is sent again is the same event.

    Args:
        web: whether it stands where servers' events stand too, and a browser's key sent it.
    """
    return EVENT + _named(event_id, web=web)


def is_webs_event(sk: str) -> bool:
    """Whether the sort key of an event that belongs to no conversation is of one that a browser's key sent."""
    return sk.startswith(EVENT + "w")


def chunk(sk: str, number: int) -> str:
    """A further item of a value that is larger than an item."""
    return f"{blob_prefix(sk)}#{number:04d}"


def blob_prefix(sk: str) -> str:
    """How the sort keys of further items begin, of values whose sort key begins so."""
    return f"BLOB#{sk}"


def _named(identifier: str, *, web: bool) -> str:
    """An id as a part of a key, in a namespace of its own where browsers' keys chose it."""
    return ("w" if web else "") + _short(identifier)


def _short(identifier: str) -> str:
    """An id as a part of a key: long ones are hashed to fit."""
    encoded = identifier.encode()
    return f"i:{identifier}" if len(encoded) <= _MAX_PLAIN_ID_BYTES else f"l:{hashlib.sha256(encoded).hexdigest()}"
