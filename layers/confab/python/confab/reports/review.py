"""A review: what happened at a chatbot in a window of time, against the one before, and what to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.message import ASSISTANT, Message
from confab.domain.metrics import COMPARED, METRICS, Figure
from confab.domain.results import MessageResult
from confab.domain.statistics import ALL_TIME, Counters, mean_sentiment, outcome_counter
from confab.domain.topics import Topic, by_id
from confab.reading.ranking import TopicFigures, ranked
from confab.reports.windows import ReadWindows, Window, WindowFigures
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.topics import TopicStore
from confab.storage.transcripts import FIRST_PAGE

MAX_TOPICS: Final = 5
MAX_EXAMPLES: Final = 3
MAX_LOOKED_AT: Final = 6
"""How many conversations are read to find examples: one may have been removed, or have no turn that went wrong."""
WENT_WRONG: Final = ("escalated", "unresolved", "abandoned")
"""Outcomes of conversations that make good examples, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A conversation that went wrong, with the turn at which it did.

    Attributes:
        turn: the user's message; None where the analysis names none, or it stands after the first page.
        result: what was found in it.
        reply: the assistant's answer to it, and ``reply_result`` what was found in that; None where there is none.
    """

    conversation: Conversation
    turn: Message | None = None
    result: MessageResult | None = None
    reply: Message | None = None
    reply_result: MessageResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What happened in a window.

    Attributes:
        current, previous: the figures of the window and of the one before it.
        topics: of the window, those with the greatest opportunity first.
        new_topics: those that were found for the first time in it.
        names: all topics by id.
        examples: conversations of the window that went wrong.
    """

    chatbot: Chatbot
    current: WindowFigures
    previous: WindowFigures
    topics: Sequence[TopicFigures]
    new_topics: Sequence[TopicFigures]
    names: Mapping[str, Topic]
    examples: Sequence[Example]

    def compared(self) -> dict[str, tuple[Figure, Figure]]:
        """The metrics by name, of the window and of the one before."""
        return {
            name: (METRICS[name].of(self.current.counters, ""), METRICS[name].of(self.previous.counters, ""))
            for name in COMPARED
        }


class ReviewChatbot:
    """Makes reviews. What it reads is bounded: two windows, a query of topics, and some conversations as examples.

    Args:
        windows: reads figures.
        topics, partitions: the stores.
    """

    def __init__(self, windows: ReadWindows, topics: TopicStore, partitions: PartitionReader) -> None:
        self._windows = windows
        self._topics = topics
        self._partitions = partitions

    def __call__(self, chatbot: Chatbot, window: Window, before: Window) -> Review:
        """The review of a window against another one."""
        current, previous = self._windows.pair(chatbot.id, window, before)
        declared = by_id(chatbot.topics)
        names = by_id(self._topics.found(chatbot.id), chatbot.topics)
        figures = ranked([_figures(topic, counters, names, declared) for topic, counters in current.topics.items()])
        new = self._topics.new_since(chatbot.id, current.window.since)
        return Review(
            chatbot=chatbot,
            current=current,
            previous=previous,
            topics=figures[:MAX_TOPICS],
            new_topics=[each for each in figures if each.topic.id in new][:MAX_TOPICS],
            names=names,
            examples=self._examples(chatbot.id, current),
        )

    def _examples(self, chatbot_id: str, current: WindowFigures) -> list[Example]:
        found: list[Example] = []
        for conversation in worst(current)[:MAX_LOOKED_AT]:
            partition = self._partitions.read((chatbot_id, conversation), FIRST_PAGE)
            if partition.readable:
                found.append(example_of(partition))
            if len(found) == MAX_EXAMPLES:
                break
        return found


def worst(figures: WindowFigures) -> list[str]:
    """The ids of the conversations that went wrong, the worst first: by outcome, then by mood, then the last ones."""
    order: dict[str, tuple[int, float]] = {}
    for conversation, contribution in figures.conversations.items():
        adds = contribution.get(ALL_TIME, {})
        outcome = next((rank for rank, name in enumerate(WENT_WRONG) if adds.get(outcome_counter(name))), None)
        if outcome is not None:
            order[conversation] = (outcome, mean_sentiment(adds) or 0.0)
    return sorted(order, key=lambda each: order[each])


def example_of(partition: ConversationPartition) -> Example:
    """A conversation as an example: with the turn at which it went wrong, and the answer to that."""
    bad, messages = partition.conversation_result.first_bad_turn, partition.messages
    at = next((number for number, message in enumerate(messages) if message.key == bad), None)
    if at is None:
        return Example(conversation=partition.conversation)
    results = partition.message_results()
    reply = next((message for message in messages[at + 1 :] if message.role == ASSISTANT), None)
    return Example(
        conversation=partition.conversation,
        turn=messages[at],
        result=results.get(messages[at].key),
        reply=reply,
        reply_result=None if reply is None else results.get(reply.key),
    )


def _figures(topic: str, counters: Counters, names: Mapping[str, Topic], declared: Mapping[str, Topic]) -> TopicFigures:
    known = names.get(topic, Topic(topic, topic))
    return TopicFigures(
        topic=known,
        parent=declared.get(known.parent_id or ""),
        declared=topic in declared,
        counters=counters,
        weekly=(),
        direction=None,
    )
