"""The interface that every analysis provider serves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from confab.domain.message import Message
from confab.domain.results import Analysis


@dataclass(frozen=True, slots=True)
class Past:
    """What a long conversation had before the messages that an analyzer is given.

    Attributes:
        messages: the last of them in transcript order, long ones cut.
        course: of all of them, ``Analysis.course`` as it was.
    """

    messages: Sequence[Message]
    course: Mapping[str, Any]


class Analyzer(Protocol):
    """Judges messages of one conversation at a time."""

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        """Judge some messages of a conversation in the light of all of it.

        Args:
            transcript: the conversation in transcript order: all of it, or what came after ``past``.
            judge: keys of the messages in ``transcript`` that need a result.
            past: what came before; None where ``transcript`` is all.

        Returns:
            Insights for the messages in ``judge`` (system messages may be left out) and for the conversation.

        Raises:
            confab.platform.errors.AnalysisRetry: the provider cannot answer now (throttled, unreachable).
        """
        ...
