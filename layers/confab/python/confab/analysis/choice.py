"""The analyzer of a chatbot, as its settings and the deployment's defaults choose it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from confab.analysis.analyzer import Analyzer, Past
from confab.analysis.topics import ChatbotTopics
from confab.domain.analyzer_settings import BEDROCK, SETTING, AnalyzerSettings, BadAnalyzerSettings
from confab.domain.chatbot import Chatbot
from confab.domain.message import Message
from confab.domain.results import Analysis
from confab.domain.topics import Topic
from confab.platform.cache import Cache

CHATBOTS_KEPT: Final = 100
PROMPTED_TOPICS: Final = 60
NOT_ENABLED: Final = "not enabled in this deployment"
NO_MODEL: Final = "no model is set"
NO_REGION: Final = "no region is set"
NO_PRICE: Final = "the model's price is not known"
BAD_SETTINGS: Final = "the chatbot's settings are not valid"


@dataclass(frozen=True, slots=True)
class TopicNames:
    """Names that a model is to prefer for topics.

    Attributes:
        declared: the operator's.
        found: those that came up in conversations; they are made of what users wrote, so they are data.
    """

    declared: Sequence[str]
    found: Sequence[str]


class BedrockMaker(Protocol):
    """Makes the Bedrock analyzer of a chatbot whose settings are whole."""

    def __call__(
        self, chatbot_id: str, settings: AnalyzerSettings, builtin: Analyzer, *, topics: TopicNames, waits: bool
    ) -> Analyzer: ...


BuiltinMaker = Callable[[Mapping[str, Sequence[str]], Sequence[str]], Analyzer]
"""Makes a built-in analyzer from the operator's topics with their phrases, and the names of the topics found."""


class Analyzers:
    """Gives a chatbot the analyzer that its settings choose, else the deployment's default.

    Args:
        chatbot_of: finds chatbots.
        builtin: makes the built-in analyzer that knows a chatbot's topics.
        topics: the topics of chatbots.
        bedrock: makes Bedrock analyzers; None where the deployment does not allow them.
        defaults: what chatbots leave open.
        report: is told a chatbot's id and the reason when its settings cannot be followed.
        waits: whether an analyzer may ask to be called again later.
    """

    def __init__(
        self,
        chatbot_of: Callable[[str], Chatbot | None],
        builtin: BuiltinMaker,
        topics: ChatbotTopics,
        bedrock: BedrockMaker | None,
        *,
        defaults: AnalyzerSettings,
        report: Callable[[str, str], None],
        waits: bool = True,
    ) -> None:
        self._chatbot_of = chatbot_of
        self._make_builtin = builtin
        self._topics = topics
        self._bedrock = bedrock
        self._kept: Cache[str, tuple[Sequence[Topic], Analyzer]] = Cache(CHATBOTS_KEPT)
        self._defaults = defaults
        self._report = report
        self._waits = waits

    def __call__(self, chatbot_id: str) -> Analyzer:
        """The analyzer of a chatbot; of one that is gone, the built-in one."""
        chatbot = self._chatbot_of(chatbot_id)
        try:
            settings = AnalyzerSettings.parsed((chatbot.settings if chatbot else {}).get(SETTING) or {})
        except BadAnalyzerSettings:
            return self._instead(chatbot_id, BAD_SETTINGS)
        settings = settings.over(self._defaults)
        if settings.provider != BEDROCK:
            return self._builtin(chatbot_id)
        lacking = (
            (NOT_ENABLED, self._bedrock),
            (NO_MODEL, settings.model),
            (NO_REGION, settings.region),
            (NO_PRICE, settings.price),
        )
        for reason, needed in lacking:
            if needed is None:
                return self._instead(chatbot_id, reason)
        assert self._bedrock is not None
        return self._bedrock(
            chatbot_id, settings, self._builtin(chatbot_id), topics=self._topic_names(chatbot_id), waits=self._waits
        )

    def _builtin(self, chatbot_id: str) -> Analyzer:
        """The built-in analyzer with a chatbot's topics, made anew when they changed."""
        declared, found = self._topics.declared(chatbot_id), self._topics.found(chatbot_id)
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[0] == [*declared, *found]:
            return kept[1]
        taxonomy = {topic.name: topic.phrases for topic in declared}
        analyzer = self._make_builtin(taxonomy, [topic.name for topic in found])
        self._kept.put(chatbot_id, ([*declared, *found], analyzer))
        return analyzer

    def _topic_names(self, chatbot_id: str) -> TopicNames:
        """The names that a model is to prefer, as many as fit a prompt."""
        declared, found = self._topics.declared(chatbot_id), self._topics.found(chatbot_id)
        return TopicNames(*([topic.name for topic in topics[:PROMPTED_TOPICS]] for topics in (declared, found)))

    def _instead(self, chatbot_id: str, reason: str) -> Analyzer:
        self._report(chatbot_id, reason)
        return _Instead(self._builtin(chatbot_id), f"{BEDROCK}: {reason}")


class _Instead:
    """The built-in analyzer in another's place, with the reason."""

    def __init__(self, builtin: Analyzer, note: str) -> None:
        self._builtin = builtin
        self._note = note

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        return replace(self._builtin.analyse(transcript, judge, past), note=self._note)
