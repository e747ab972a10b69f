"""The keys of what tells a chatbot's team: destinations, rules, runs, digests, and what alerts compare."""

from __future__ import annotations

from typing import Final

from confab.storage.keys import SHARDS

DESTINATION: Final = "DEST#"
RULE: Final = "RULE#"
DIGEST: Final = "DIGEST#"
FIRED: Final = "FIRED#"
FLOOD: Final = "FLOOD#"
RULE_STATE: Final = "STATE#"


def notified(chatbot_id: str) -> str:
    """Partition of a chatbot's destinations and rules, and of how many there are."""
    return f"NOTIFY#{chatbot_id}"


def ruled_chatbots() -> str:
    """Partition of the chatbots that have rules."""
    return "RULES#chatbots"


def runs(chatbot_id: str) -> str:
    """Partition of what a chatbot's destinations were told, and of digests that fill."""
    return f"RUN#{chatbot_id}"


def run_log(chatbot_id: str) -> str:
    """Index partition of a chatbot's runs, by time."""
    return f"RUNS#{chatbot_id}"


def due(run_id: str) -> str:
    """Index partition of the runs that have not ended, by when they are looked at."""
    return due_shards()[int(run_id[-2:], 16) % SHARDS]


def due_shards() -> list[str]:
    """Index partitions of the runs that have not ended."""
    return [f"DUE#{shard}" for shard in range(SHARDS)]


def digest_item(rule_id: str, ends: str) -> str:
    """What a rule's matches of a window are gathered in."""
    return f"{DIGEST}{rule_id}#{ends}"


def fired(rule_id: str, mark: str) -> str:
    """In a conversation's partition, that a rule has matched it or one of its messages."""
    return f"{FIRED}{rule_id}#{mark}"


def snapshots(chatbot_id: str) -> str:
    """Partition of a chatbot's counters as they were, every five minutes, where alerts look at them."""
    return f"SNAPSHOT#{chatbot_id}"
