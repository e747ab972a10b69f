"""The interface that every analysis provider serves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from confab.domain.message import Message
from confab.domain.results import Analysis


class Analyzer(Protocol):
    """Judges messages of one conversation at a time."""

    def analyse(self, transcript: Sequence[Message], judge: Collection[str]) -> Analysis:
        """Judge some messages of a conversation in the light of all of it.

        Args:
            transcript: the whole conversation in transcript order.
            judge: keys of the messages that need a result.

        Returns:
            Insights for the messages in ``judge`` (system messages may be left out) and for the conversation.

        Raises:
            confab.platform.errors.AnalysisRetry: the provider cannot answer now (throttled, unreachable).
        """
        ...
