"""The figures of one conversation, as an export has them: they add up to the figures of the dashboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from confab.domain.feedback import NEGATIVE, POSITIVE
from confab.domain.labels import label_of
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import MessageResult
from confab.storage.conversation_parts import ConversationPart


@dataclass(slots=True)
class ConversationFigures:
    """What is counted in a conversation while its parts are read.

    Attributes:
        messages, user_messages, assistant_messages: how many.
        feedback: how much of each kind counts.
        labels: how many of the user's messages have each sentiment label.
        scored: how many of the user's messages have a score.
        min_score: the lowest of these scores; None when there is none.
        languages, intents: of the user's messages, by how often.
        first_at, last_at: when the first and the last message were written; None without messages.
        first_user_at: when the user first wrote; None for never.
        first_reply_at: when the assistant first wrote after that; None for never.
        first_bad_text: the user's first message that went wrong; None when none did.
    """

    messages: int = 0
    user_messages: int = 0
    assistant_messages: int = 0
    feedback: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    scored: int = 0
    min_score: float | None = None
    languages: Counter[str] = field(default_factory=Counter)
    intents: Counter[str] = field(default_factory=Counter)
    first_at: datetime | None = None
    last_at: datetime | None = None
    first_user_at: datetime | None = None
    first_reply_at: datetime | None = None
    first_bad_text: str | None = None

    @property
    def positive(self) -> int:
        """How much positive feedback counts."""
        return self.feedback[POSITIVE]

    @property
    def negative(self) -> int:
        """How much negative feedback counts."""
        return self.feedback[NEGATIVE]

    @property
    def language(self) -> str | None:
        """The language of most of the user's messages; None when no text tells."""
        return next((language for language, _ in self.languages.most_common(1)), None)

    @property
    def seconds(self) -> float | None:
        """How long it lasted from the first message to the last; None without messages."""
        return None if self.first_at is None or self.last_at is None else (self.last_at - self.first_at).total_seconds()

    @property
    def reply_seconds(self) -> float | None:
        """How long the user waited for the first reply; None where there was none."""
        if self.first_user_at is None or self.first_reply_at is None:
            return None
        return (self.first_reply_at - self.first_user_at).total_seconds()

    def add(self, message: Message, result: MessageResult | None) -> None:
        """Count a message."""
        self.messages += 1
        self.first_at = self.first_at or message.created_at
        self.last_at = message.created_at
        if message.role == USER:
            self.user_messages += 1
            self.first_user_at = self.first_user_at or message.created_at
            self._add_result(result)
        elif message.role == ASSISTANT:
            self.assistant_messages += 1
            if self.first_user_at is not None:
                self.first_reply_at = self.first_reply_at or message.created_at

    def _add_result(self, result: MessageResult | None) -> None:
        if result is None:
            return
        if result.score is not None:
            self.scored += 1
            self.labels[label_of(result.score)] += 1
            self.min_score = result.score if self.min_score is None else min(self.min_score, result.score)
        if result.language:
            self.languages[result.language] += 1
        if result.intent:
            self.intents[result.intent] += 1


def figures_of(parts: Iterable[ConversationPart]) -> ConversationFigures:
    """The figures of a conversation, from all of its parts in order."""
    figures, first_bad = ConversationFigures(), None
    for part in parts:
        first_bad = part.result.first_bad_turn if part.result is not None else first_bad
        for message in part.messages:
            figures.add(message, part.message_results.get(message.key))
            if message.key == first_bad:
                figures.first_bad_text = message.content
        figures.feedback.update(given.kind for given in part.feedback if given.superseded_by is None)
    return figures
