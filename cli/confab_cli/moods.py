"""How a conversation and its mood look in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from confab.domain.conversation import Conversation
from confab.domain.labels import LABELS, label_of
from confab.domain.topics import Topic
from rich.text import Text

from confab_cli.output import minute

COLOURS: Final = dict(zip(LABELS, ("bright_green", "green", "", "yellow", "red"), strict=True))


def mood(score: float | None) -> Text:
    """A score with its label, in the label's colour; empty for what has none."""
    return Text("") if score is None else score_of(score).append(f" {label_of(score)}")


def score_of(score: float | None) -> Text:
    """A score in its label's colour; empty for what has none."""
    return Text("") if score is None else Text(f"{score:+.2f}", style=COLOURS[label_of(score)])


def conversation_columns(topics: Mapping[str, Topic]) -> Mapping[str, Callable[[Conversation], Any]]:
    """What a table shows of conversations.

    Args:
        topics: the chatbot's topics by id.
    """
    return {
        "conversation": name_of,
        "began": lambda row: minute(row.first_message_at or row.created_at),
        "mood": lambda row: score_of(row.sentiment),
        "outcome": lambda row: row.outcome or "",
        "topics": lambda row: ", ".join(name_of_topic(topic, topics) for topic in row.topics),
        "flags": lambda row: ", ".join(row.flags),
    }


def name_of(row: Conversation) -> str:
    """The caller's own id of a conversation, else Confab's; ``confab show`` takes both."""
    return row.external_id or row.id


def name_of_topic(topic: str, topics: Mapping[str, Topic]) -> str:
    """The name of a topic; one that was just found may still go by its id."""
    return topics[topic].name if topic in topics else topic
