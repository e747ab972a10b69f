"""The keys of the one table. Every key of a tenant's data begins with its chatbot or workspace."""

from __future__ import annotations

from typing import Final

SHARDS: Final = 4
"""Over how many partitions the list, the statistics and the pending entries of a chatbot are spread."""

HEAD: Final = "HEAD"
MESSAGE: Final = "MSG#"
PART: Final = "PART#"
ANALYSIS: Final = "ANALYSIS#"
COUNTED: Final = "COUNTED"
BOT: Final = "BOT"
KEY: Final = "KEY"

LIST_INDEX: Final = "GSI1"
PENDING_INDEX: Final = "GSI2"


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


def pending(shard: int) -> str:
    return f"PENDING#{shard}"


def chatbot(chatbot_id: str) -> str:
    return f"BOT#{chatbot_id}"


def discovered_fields(chatbot_id: str) -> str:
    """Apart from the chatbot itself, so that capture may write here and not there."""
    return f"FIELDS#{chatbot_id}"


def workspace(workspace_id: str) -> str:
    return f"WS#{workspace_id}"


def api_key(key_hash: str) -> str:
    return f"KEY#{key_hash}"


def rate(key_hash: str) -> str:
    return f"RATE#{key_hash}"


def statistics(chatbot_id: str) -> str:
    return f"STAT#{chatbot_id}"
