"""The built-in analyzer: reads a conversation once and gives the requested results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Final

from confab.analysis.analyzer import Past
from confab.analysis.builtin.conversation import Course
from confab.analysis.builtin.model import Model, load
from confab.analysis.builtin.reading import Reading, Tools
from confab.analysis.builtin.satisfaction import Satisfaction, load_satisfaction
from confab.analysis.builtin.sentiment import SentimentReader
from confab.analysis.builtin.topics import TopicReader
from confab.domain.judged import is_judged
from confab.domain.message import Message
from confab.domain.results import Analysis

PROVIDER: Final = "builtin"
MODEL: Final = "lexicon+acts+linear"
VERSION: Final = "1"


class BuiltinAnalyzer:
    """Judges conversations offline and deterministically (an ``Analyzer``).

    Reading the lexicon and the model takes some ten milliseconds, at construction. Instances are safe to share.
    """

    def __init__(
        self,
        taxonomy: Mapping[str, Sequence[str]] | None = None,
        known_topics: Iterable[str] = (),
        *,
        model: Model | None = None,
        satisfaction: Satisfaction | None = None,
    ) -> None:
        """Prepare an analyzer.

        Args:
            taxonomy: the operator's topics with the phrases that stand for each; they come before all others.
            known_topics: names of topics that the chatbot has already; other forms of the same words get that name.
            model: another trained layer than the shipped one (for training and measuring).
            satisfaction: another estimate of satisfaction than the shipped one.
        """
        trained = model if model is not None else load()
        self._version = f"{VERSION}.{trained.version}"
        estimate = satisfaction if satisfaction is not None else load_satisfaction()
        self._tools = Tools(SentimentReader(trained), TopicReader(taxonomy, known_topics), estimate)

    def with_topics(self, taxonomy: Mapping[str, Sequence[str]], known_topics: Iterable[str]) -> BuiltinAnalyzer:
        """An analyzer with other topics that shares all else with this one; args as at construction."""
        other = copy(self)
        other._tools = replace(self._tools, topics=TopicReader(taxonomy, known_topics))
        return other

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        """Judge messages of a conversation; see ``Analyzer``. Those that need no result are passed over."""
        before = past.messages if past else ()
        read = [message for message in (*before, *transcript) if is_judged(message) or message.key in judge]
        reading = Reading(read, self._tools)
        course = reading.course(Course.of(past.course if past else {}), {message.key for message in before})
        return Analysis(
            messages=reading.message_results(frozenset(judge)),
            conversation=course.result,
            provider=PROVIDER,
            model=MODEL,
            version=self._version,
            course=course.kept,
        )
