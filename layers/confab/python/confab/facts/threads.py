"""Semantic threads: each question with its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid5

from confab.domain.labels import label_of, milli
from confab.domain.message import SYSTEM, USER, Message
from confab.domain.message_forms import TOOL
from confab.domain.results import MessageResult
from confab.domain.topics import main_topics

SPEECH: Final = frozenset({"greet", "end_conversation", "give_feedback"})
"""Intents that ask for nothing."""
CONFUSED: Final = "confused_user"
UNSURE: Final = frozenset({"dodging", "redirecting", "over_apologizing", "hallucinating"})
"""Behaviours of an assistant that does not know the answer."""
FAILED: Final = frozenset({"capability_failure", "incorrect"})
"""Outcomes of an answer that is none."""
_IDS: Final = UUID("5a4c0f4e-9a43-5d2b-8f0e-4d1f6f0e7c11")
"""The namespace of threads' ids."""


@dataclass(slots=True)
class Thread:
    """The user's messages in a row, and what the assistant said up to the user's next message.

    Attributes:
        number: its place in the conversation, from 1.
        questions, answers: in transcript order; there is one question at least.
    """

    number: int
    questions: list[Message]
    answers: list[Message] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        return [*self.questions, *self.answers]

    def row(self, conversation_id: str, results: Mapping[str, MessageResult]) -> dict[str, Any]:
        """What the view says of it.

        Args:
            results: the results of the conversation's messages, by key.
        """
        question = "\n".join(message.content for message in self.questions)
        return {
            "id": str(uuid5(_IDS, f"{conversation_id}\0{self.questions[0].key}")),
            "number": self.number,
            "message_ids": [message.id for message in self.messages],
            "messages": len(self.messages),
            "question": question,
            "question_length": len(question),
            "answer": "\n".join(message.content for message in self.answers) if self.answers else None,
            "answered": bool(self.answers),
            "answer_seconds": self._seconds(),
            "is_initial": self.number == 1,
            "first_message_at": self.questions[0].created_at,
            "last_message_at": self.messages[-1].created_at,
            "updated_at": max(message.stored_at for message in self.messages),
            **_asked([results[message.key] for message in self.questions if message.key in results]),
            **self._replied([results[message.key] for message in self.answers if message.key in results]),
        }

    def _seconds(self) -> float | None:
        if not self.answers:
            return None
        return max(0.0, (self.answers[0].created_at - self.questions[-1].created_at).total_seconds())

    def _replied(self, results: Sequence[MessageResult]) -> dict[str, Any]:
        sure = None
        if not self.answers:
            sure = False
        elif results:
            sure = not any(result.behaviour in UNSURE or result.outcome in FAILED for result in results)
        return {
            "behaviour": _last([result.behaviour for result in results]),
            "outcome": _last([result.outcome for result in results]),
            "is_answer_confident": sure,
        }


def threads_of(messages: Sequence[Message]) -> Iterator[Thread]:
    """The threads of a conversation. What stands before the user's first message belongs to none.

    Args:
        messages: in transcript order.
    """
    thread: Thread | None = None
    for message in messages:
        if message.role in (SYSTEM, TOOL):
            continue
        if message.role != USER:
            if thread is not None:
                thread.answers.append(message)
        elif thread is None or thread.answers:
            if thread is not None:
                yield thread
            thread = Thread(1 if thread is None else thread.number + 1, [message])
        else:
            thread.questions.append(message)
    if thread is not None:
        yield thread


def _asked(results: Sequence[MessageResult]) -> dict[str, Any]:
    """What the analysis says of a question."""
    scores = [milli(result.score) for result in results if result.score is not None]
    score = sum(scores) / len(scores) / 1000 if scores else None
    intents = [result.intent for result in results if result.intent]
    intent = next((intent for intent in intents if intent not in SPEECH), intents[0] if intents else None)
    topics = main_topics(Counter(topic for result in results for topic in result.topics))
    flags = list(dict.fromkeys(flag for result in results for flag in result.flags))
    return {
        "sentiment_score": score,
        "sentiment": None if score is None else label_of(score),
        "subject": topics[0] if topics else None,
        "category": intent,
        "topics": list(topics),
        "flags": flags,
        "languages": list(dict.fromkeys(result.language for result in results if result.language)),
        "question_type": intent,
        "is_on_topic": intent not in SPEECH if results else None,
        "is_clear": CONFUSED not in flags if results else None,
    }


def _last(values: Sequence[str | None]) -> str | None:
    return next((value for value in reversed(values) if value), None)
