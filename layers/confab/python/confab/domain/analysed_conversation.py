"""A conversation's results together: for lists, for filters and for statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.domain.conversation import Conversation
from confab.domain.feedback import Feedback
from confab.domain.labels import label_of, milli
from confab.domain.message import USER, Message
from confab.domain.results import FLAGS, MessageResult
from confab.domain.scores import Score
from confab.domain.topics import main_topics

ALL: Final = "all"
USERS: Final = "user"
PROBED: Final = "probe"
"""The user of a probe: found for what concerns the user alone, not by filters."""
ORGANIZATIONS: Final = "organization"
CHANNELS: Final = "channel"
TOPICS: Final = "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedConversation:
    """A conversation with all that is known of it.

    Attributes:
        messages: in transcript order.
        message_results: results by message key.
        outcome: of the conversation, one of ``domain.results.CONVERSATION_OUTCOMES``; None when nobody judged it.
        feedback: what was given to its messages.
        given_scores: what people, code and judges said of it and of its messages.
    """

    conversation: Conversation
    messages: Sequence[Message]
    message_results: Mapping[str, MessageResult]
    outcome: str | None = None
    feedback: Sequence[Feedback] = ()
    given_scores: Sequence[Score] = ()

    @property
    def started_at(self) -> datetime:
        """When the first message was written; without messages, when the conversation was made."""
        return min((message.created_at for message in self.messages), default=self.conversation.created_at)

    def of_users(self) -> list[MessageResult]:
        """The results of the user's messages."""
        found = (self.message_results.get(message.key) for message in self.messages if message.role == USER)
        return [result for result in found if result is not None]

    @property
    def scores(self) -> list[int]:
        """The scores of the user's messages, those that have one, in thousandths."""
        return [milli(result.score) for result in self.of_users() if result.score is not None]

    @property
    def label(self) -> str | None:
        """The label of the mean score; None when nothing has a score."""
        scores = self.scores
        return label_of(sum(scores) / len(scores) / 1000) if scores else None

    @property
    def topics(self) -> tuple[str, ...]:
        """The ids of the conversation's topics."""
        return main_topics(Counter(topic for result in self.of_users() for topic in result.topics))

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that at least one message has, those of the vocabulary first."""
        return in_order({flag for result in self.of_users() for flag in result.flags})

    @property
    def probed(self) -> frozenset[tuple[str, str]]:
        """What a probe can be found by."""
        user = self.conversation.external_user_id
        return frozenset() if user is None else frozenset({(PROBED, user)})

    @property
    def search_terms(self) -> frozenset[tuple[str, str]]:
        """What the conversation can be found by (``search_terms_of``)."""
        return search_terms_of(self.conversation, self.topics)


def search_terms_of(conversation: Conversation, topics: Iterable[str]) -> frozenset[tuple[str, str]]:
    """What a conversation can be found by, as pairs of a kind and a value: what selects few of many.

    Label, outcome and flags are not among them: whoever asks for those looks at the rows.

    Args:
        topics: the ids of its topics.
    """
    single = {
        ALL: "",
        USERS: conversation.external_user_id,
        ORGANIZATIONS: conversation.external_organization_id,
        CHANNELS: conversation.channel_id,
    }
    return frozenset(
        {(kind, value) for kind, value in single.items() if value is not None} | {(TOPICS, topic) for topic in topics}
    )


def in_order(flags: set[str]) -> tuple[str, ...]:
    """Flags, those of the vocabulary first."""
    return (*(flag for flag in FLAGS if flag in flags), *sorted(flags.difference(FLAGS)))
