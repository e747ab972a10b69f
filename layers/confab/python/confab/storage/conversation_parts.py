"""A conversation with all that is kept of it, in parts of a bounded size: for whoever hands out a whole one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypedDict

from confab.domain.feedback import Event, Feedback
from confab.domain.merge import json_bytes
from confab.domain.message import Message
from confab.domain.results import ConversationResult, MessageResult
from confab.domain.scores import Score
from confab.storage.messages import message_bytes
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.transcripts import Span, order_of, read_order, written_order
from confab.storage.values import Place

MAX_PART: Final = 700_000
"""Bytes of what messages say in one part, and of feedback, events and scores, at most."""
MAX_MESSAGES: Final = 1_000
"""Messages of one part."""
AHEAD: Final = Span(room=3_000_000, limit=6_000)
"""What is read of a conversation at a time; it becomes several parts."""
AROUND: Final = "beside"

Position = Sequence[str]
"""The place of a part among all, and of a conversation's part the place in that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPart:
    """All data of a conversation, or a part of it.

    Attributes:
        stored: the conversation; None in parts that follow the first.
        message_results: results by message key.
        result: the result of the conversation as a whole; None in parts that follow the first.
        continued: whether a further part of it follows.
    """

    conversation_id: str
    stored: ConversationPartition | None = None
    result: ConversationResult | None = None
    messages: Sequence[Message] = ()
    message_results: Mapping[str, MessageResult] = field(default_factory=dict)
    feedback: Sequence[Feedback] = ()
    events: Sequence[Event] = ()
    scores: Sequence[Score] = ()
    continued: bool = False


def read_parts(
    partitions: PartitionReader,
    place: Place,
    inside: Position = (),
    first: ConversationPartition | None = None,
) -> Iterator[tuple[Position, ConversationPart]]:
    """The parts of a conversation, read as they are asked for; none of one that nobody reads any more.

    Args:
        place: the ids of the chatbot and of the conversation.
        inside: the position in it that they follow; empty for all of it.
        first: what was read of it already with ``AHEAD``, for all of it alone.
    """
    span, begun = AHEAD, bool(inside)
    if begun and inside[0] != AROUND:
        span = replace(AHEAD, after=read_order(inside))
    while True:
        stored = first or partitions.read(place, span)
        if not stored.readable:
            return
        yield from parts_of(place[1], stored, inside, begun=begun)
        if not stored.more or inside[:1] == [AROUND]:
            return
        begun, first, span = True, None, replace(AHEAD, after=order_of(stored.messages[-1]))


def parts_of(
    conversation: str, stored: ConversationPartition, inside: Position, *, begun: bool
) -> Iterator[tuple[Position, ConversationPart]]:
    """The parts of what was read of a conversation, each with its position.

    Args:
        inside: the position in the conversation that they follow.
        begun: whether its first part was handed out before.
    """
    message_results = stored.message_results()
    at_end = inside[:1] == [AROUND]
    around = _around(stored, inside[1] if at_end else "")
    # What fits into one part comes with the first; of more than that all comes behind the messages.
    small = around if len(around) == 1 and not at_end else []
    later = [] if small else around
    first = ConversationPart(
        conversation_id=conversation,
        stored=stored,
        result=stored.conversation_result,
        **(small[0][1] if small else _nothing()),
    )
    runs = [] if at_end or (begun and not stored.messages) else _runs(stored.messages)
    for number, run in enumerate(runs):
        part = first if number == 0 and not begun else ConversationPart(conversation_id=conversation)
        more = number + 1 < len(runs) or stored.more or bool(later)
        known = {message.key: message_results[message.key] for message in run if message.key in message_results}
        place = (written_order(order_of(run[-1])) if run else ["-1", ""]) if more else []
        yield [conversation, *place], replace(part, messages=run, message_results=known, continued=more)
    if stored.more:
        return
    for number, (last, given) in enumerate(later, 1):
        more = number < len(later)
        place = [AROUND, last] if more else []
        yield (
            [conversation, *place],
            ConversationPart(conversation_id=conversation, **given, continued=more),
        )


def _runs(messages: Sequence[Message]) -> list[Sequence[Message]]:
    """Messages in runs that a part holds; one run of none where there is none."""
    runs: list[list[Message]] = [[]]
    size = 0
    for message in messages:
        length = message_bytes(message)
        if runs[-1] and (size + length > MAX_PART or len(runs[-1]) == MAX_MESSAGES):
            runs.append([])
            size = 0
        runs[-1].append(message)
        size += length
    return list(runs)


class _Given(TypedDict):
    """What is given around the messages in one part."""

    feedback: list[Feedback]
    events: list[Event]
    scores: list[Score]


def _nothing() -> _Given:
    return {"feedback": [], "events": [], "scores": []}


def _around(stored: ConversationPartition, after: str) -> list[tuple[str, _Given]]:
    """Feedback, events and scores behind a place, in runs that a part holds, each with the place of its last one."""
    runs: list[tuple[str, _Given]] = []
    size = 0
    for place, one in stored.given_after(after):
        size += json_bytes(one.body)
        if not runs or size > MAX_PART:
            runs.append((place, _nothing()))
            size = json_bytes(one.body)
        given = runs[-1][1]
        runs[-1] = (place, given)
        if isinstance(one, Feedback):
            given["feedback"].append(one)
        elif isinstance(one, Event):
            given["events"].append(one)
        else:
            given["scores"].append(one)
    return runs
