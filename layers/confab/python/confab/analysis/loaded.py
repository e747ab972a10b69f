"""A conversation as the consumer sees it, and what an analysis changes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.message import Message, transcript_order
from confab.domain.results import MessageResult
from confab.storage.conversation_row import AGAIN, LEFT
from confab.storage.counting import CountingState, Standing
from confab.storage.values import Item, Place


@dataclass(frozen=True, slots=True)
class LoadedConversation:
    """A conversation as the consumer sees it.

    Attributes:
        message_results: stored results by message key.
        judged: by message key, the digest of the content that the stored result is about.
        feedback: what was given to its messages, without the bodies.
        standing: how it stands in the statistics.
        strays: parts of long messages that no message names any more.
        row: its HEAD item.
        size: what the messages hold, in bytes.
        results: how many items of results there are of the present version: those of a commit that did not end.
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
        """What is known of the conversation by the stored results."""
        return AnalysedConversation(
            conversation=self.conversation,
            messages=sorted(self.messages, key=transcript_order),
            message_results=self.message_results,
            outcome=self.conversation.outcome,
            feedback=self.feedback,
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
    """

    loaded: LoadedConversation
    read_at: datetime
    made_at: datetime
    counted: CountingState
    row: Mapping[str, Any]
    results: Sequence[Item] = ()
    state: str | None = None
    anew: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the conversation needs another state than the one in force."""
        standing = self.loaded.standing
        return self.anew or self.counted != standing.counted or bool(standing.left)
