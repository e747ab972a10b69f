"""A conversation as the consumer sees it, and what an analysis changes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from confab.analysis.analyzer import Past
from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.message import Message
from confab.domain.results import MessageResult
from confab.domain.scores import Score
from confab.storage.checkpoint import Checkpoint
from confab.storage.conversation_row import AGAIN, EVER, LEFT
from confab.storage.counting import CountingState, Standing
from confab.storage.values import Item, Place


@dataclass(frozen=True, slots=True)
class LoadedConversation:
    """A conversation as the consumer sees it.

    Attributes:
        messages: in transcript order: all, or those after ``checkpoint``.
        message_results: stored results by message key.
        judged: by message key, the digest of the content that the stored result is about.
        feedback: what was given to its messages, without the bodies.
        standing: how it stands in the statistics.
        strays: parts of long messages that no message names any more.
        row: its HEAD item.
        size: what all messages hold, in bytes.
        results: how many items of results there are of the present version: those of a commit that did not end.
        checkpoint: what ``messages`` go on from; None where they are all.
        former: the checkpoint that was there although all were read; None for none.
        outcome: of the conversation, as it was judged last; None when nobody judged it.
        scores: all that the conversation and its messages have.
        corrected: stored results, by message key, of messages before ``checkpoint`` that scores correct.
    """

    conversation: Conversation
    messages: Sequence[Message]
    message_results: Mapping[str, MessageResult]
    judged: Mapping[str, str]
    feedback: Sequence[Feedback]
    standing: Standing
    strays: Sequence[Item]
    row: Item
    size: int
    results: int
    checkpoint: Checkpoint | None = None
    former: Checkpoint | None = None
    outcome: str | None = None
    scores: Sequence[Score] = ()
    corrected: Mapping[str, MessageResult] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many messages the conversation has."""
        return len(self.messages) + (self.checkpoint.messages if self.checkpoint else 0)

    @property
    def ever(self) -> int | None:
        """How many messages requests had counted on the row; None where nobody counted so."""
        return self.row.get(EVER)

    @property
    def first_at(self) -> datetime:
        """When the first message was written; without messages, when the conversation was made."""
        if self.checkpoint:
            return self.checkpoint.findings.started_at
        return min((message.created_at for message in self.messages), default=self.conversation.created_at)

    @property
    def last_at(self) -> datetime:
        """When the last message was written; without messages, when the conversation was made."""
        last = self.checkpoint.last[0] if self.checkpoint else self.conversation.created_at
        return max((message.created_at for message in self.messages), default=last)

    @property
    def past(self) -> Past | None:
        """What an analyzer is told of the messages before."""
        return Past(self.checkpoint.recent, self.checkpoint.course) if self.checkpoint else None

    @property
    def place(self) -> Place:
        """The conversation's chatbot and id."""
        return self.conversation.chatbot_id, self.conversation.id

    @property
    def again(self) -> bool:
        """Whether somebody asked that messages with a result be judged, too."""
        return AGAIN in self.row

    @property
    def left(self) -> Sequence[str]:
        """The people that a row of before names because it counts for them no more."""
        named: Sequence[str] = self.row.get(LEFT, ())
        return named

    @property
    def analysed(self) -> AnalysedConversation:
        """What is known of these messages by the stored results."""
        return AnalysedConversation(
            conversation=self.conversation,
            messages=self.messages,
            message_results=self.message_results,
            outcome=self.outcome,
            feedback=self.feedback,
            given_scores=self.scores,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The changes of an analysis.

    Attributes:
        loaded: the conversation as it was read.
        read_at: when that was.
        made_at: when the changes are written.
        counted: what the conversation adds to the statistics from now on, and where it is to be found.
        row: further attributes of the conversation's row.
        results: the items of results that were just written.
        state: the name of the item that holds ``counted``; None where none does yet.
        anew: whether the results of before go, and with them whatever holds the state in force.
        checkpoint: where the next analysis goes on from; None where it is to read all.
    """

    loaded: LoadedConversation
    read_at: datetime
    made_at: datetime
    counted: CountingState
    row: Mapping[str, Any]
    results: Sequence[Item] = ()
    state: str | None = None
    anew: bool = False
    checkpoint: Checkpoint | None = None

    @property
    def is_new(self) -> bool:
        """Whether the conversation needs another state than the one in force."""
        standing = self.loaded.standing
        return self.anew or self.counted != standing.counted or bool(standing.left)
