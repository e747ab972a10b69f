"""A conversation with what belongs to it, in the domain's words: what one consistent read of its partition found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from confab.domain.conversation import Conversation
from confab.domain.feedback import Event, Feedback
from confab.domain.message import Message
from confab.domain.results import ConversationResult, Judge, MessageResult
from confab.domain.scores import Score
from confab.storage import keys
from confab.storage.blobs import chunk_keys, read_blob
from confab.storage.feedback_items import bare_feedback, event_from, feedback_from, read_event, read_events
from confab.storage.results import read_conversation_result, read_judges, read_message_results
from confab.storage.row import NO_ROW, ConversationRow
from confab.storage.score_items import read_score, read_scores
from confab.storage.values import Item, Key, Place

USERS: Final = "userProperties"
"""The large field that says who a conversation is with."""


@dataclass(frozen=True, kw_only=True)
class ConversationPartition:
    """A conversation with all that belongs to it, or with a part of its messages, as one consistent read found it.

    Attributes:
        row: the conversation's row; false where there is none.
        expired: whether its retention has passed.
        messages: those that were wanted, in transcript order.
        further: those that were wanted besides, by message id.
        last: the last message, where it was wanted.
        message_count: how many messages the conversation has.
        first_at, last_at: when its first and its last message were written (UTC); None when it has none.
        more: whether there are messages after these.
        unindexed: keys of those messages that feedback cannot find by their ids yet: they were captured elsewhere.
        written: the large fields, where a write knows them; None where they are among the items.
        others: for stores alone: the items of everything but messages and results, by sort key.
        results: for stores alone: the items of results, packed.
    """

    row: ConversationRow
    messages: Sequence[Message] = ()
    expired: bool = False
    further: Mapping[str, Message] = field(default_factory=dict)
    last: Message | None = None
    message_count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    more: bool = False
    unindexed: frozenset[str] = frozenset()
    written: Mapping[str, Any] | None = None
    others: Mapping[str, Item] = field(default_factory=dict)
    results: Sequence[Item] = ()

    @property
    def conversation(self) -> Conversation:
        """The conversation without what belongs to it; there must be one that is not being erased."""
        return self.row.conversation

    @property
    def place(self) -> Place:
        """The ids of the chatbot and of the conversation; there must be a row."""
        return self.row.place

    @property
    def readable(self) -> bool:
        """Whether there is such a conversation for those who read."""
        return bool(self.row) and not self.row.erasing and not self.expired

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """The fields that may be large: properties, userProperties, tags; not those of a former user."""
        if self.written is not None:
            return self.written
        kept = self.others.get(keys.PROPERTIES)
        fields = read_blob(kept, self.others) if kept else {}
        return {name: fields[name] for name in fields if name != USERS or not self.row.user_moved}

    def further_properties(self, kept: int) -> list[Key]:
        """The keys of the items that hold the large fields, but for the first ``kept`` of them."""
        item = self.others.get(keys.PROPERTIES)
        return chunk_keys(item, kept) if item else []

    @property
    def events(self) -> list[Event]:
        """All events, by time."""
        return read_events(self.others)

    def event(self, event_id: str) -> Event | None:
        """The event of an id; None when the conversation has none."""
        return read_event(self.others, event_id)

    def feedback(self, place: str) -> Feedback | None:
        """The feedback at a place (``GivenPlace.name``); None when it is gone."""
        item = self.others.get(place)
        return feedback_from(item, self.others) if item is not None else None

    @property
    def scores(self) -> list[Score]:
        """All scores of the conversation and of its messages, in the order in which they were given."""
        return read_scores(self.others)

    def given_after(self, place: str) -> Iterator[tuple[str, Feedback | Event | Score]]:
        """Feedback, events and scores in the order of their places, each with its place.

        Args:
            place: only those behind this place; empty for all.
        """
        for sk in sorted(self.others):
            if sk > place and sk.startswith(keys.EVENT):
                yield sk, event_from(self.others[sk], self.others)
            elif sk > place and sk.startswith(keys.FEEDBACK):
                yield sk, feedback_from(self.others[sk], self.others)
            elif sk > place and sk.startswith(keys.SCORE):
                yield sk, read_score(self.others[sk])

    def feedback_counts(self) -> dict[str, Counter[str]]:
        """How much feedback of each kind counts, by the id of the message that the outside knows."""
        counts: dict[str, Counter[str]] = {}
        for sk, item in self.others.items():
            if sk.startswith(keys.FEEDBACK) and (given := bare_feedback(item)).superseded_by is None:
                counts.setdefault(given.message_id, Counter())[given.kind] += 1
        return counts

    def message_results(self) -> dict[str, MessageResult]:
        """The latest results of these messages, by message key; a message that has none is left out."""
        return read_message_results(self.results, {message.key for message in self.messages})[0]

    @property
    def conversation_result(self) -> ConversationResult:
        """The latest result of the conversation as a whole; an empty one before the first analysis."""
        return read_conversation_result(self.results)

    def judges(self, of: Collection[str]) -> tuple[dict[str, Judge], Judge | None]:
        """What judged messages last, by message key, and what judged the conversation as a whole last.

        Args:
            of: the keys of the messages.
        """
        return read_judges(self.results, of)


def written_history(
    row: ConversationRow, messages: Sequence[Message], properties: Mapping[str, Any]
) -> ConversationPartition:
    """A conversation as a write of its whole history has left it.

    Args:
        properties: the large fields by name.
    """
    return ConversationPartition(row=row, messages=messages, message_count=len(messages), written=properties)


NOTHING_STORED: Final = ConversationPartition(row=NO_ROW)
"""The partition of a conversation that does not exist yet."""
