"""New results: an analyzer makes them, and they get the form in which they are stored and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from confab.analysis.analyzer import Analyzer, Past
from confab.analysis.topics import ChatbotTopics
from confab.domain.message import Message
from confab.domain.results import Analysis, MessageResult


class JudgeMessages:
    """Makes the results that a conversation lacks.

    Args:
        analyzer_of: gives the analyzer of a chatbot.
        topics: gives the topics that an analyzer names their ids.
    """

    def __init__(self, analyzer_of: Callable[[str], Analyzer], topics: ChatbotTopics) -> None:
        self._analyzer_of = analyzer_of
        self._topics = topics

    def __call__(
        self,
        chatbot_id: str,
        messages: Sequence[Message],
        keys: set[str],
        wordless: set[str],
        past: Past | None = None,
    ) -> Analysis | None:
        """New results; None when nothing needs one.

        Args:
            keys: of the messages to judge.
            wordless: of those that have lost their words since they were judged: an empty result takes their place.
            past: what came before ``messages``; None where they are all.

        Raises:
            AnalysisRetry: the analyzer cannot answer now.
        """
        if not keys and not wordless:
            return None
        analysis = self._analyzer_of(chatbot_id).analyse(messages, keys, past)
        ids = self._topics.ids(chatbot_id, topic_names(analysis))
        results = [as_stored(result, ids) for result in analysis.messages]
        return replace(analysis, messages=[*results, *(MessageResult(key=key) for key in sorted(wordless))])


def topic_names(analysis: Analysis) -> list[str]:
    """The topics that an analyzer named, as it named them."""
    return [topic for result in analysis.messages for topic in result.topics]


def as_stored(result: MessageResult, topic_ids: Mapping[str, str]) -> MessageResult:
    """The result with the ids of its topics, and its scores as exact as the statistics' sums: both always agree."""
    return replace(
        result,
        score=None if result.score is None else round(result.score, 3),
        satisfaction=None if result.satisfaction is None else round(result.satisfaction, 2),
        sentiments=[replace(chunk, score=round(chunk.score, 3)) for chunk in result.sentiments],
        topics=tuple(dict.fromkeys(topic_ids[name] for name in result.topics if name in topic_ids)),
    )
