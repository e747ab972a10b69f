"""A chatbot's topics: what an analyzer names becomes a topic with an id that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from confab.analysis.builtin.topics import phrase_key
from confab.domain.topics import MOST_FOUND, Topic, topic_id
from confab.storage.topics import TopicStore

KEPT: Final = timedelta(seconds=60)
CHATBOTS_KEPT: Final = 200


@dataclass(slots=True)
class _Known:
    declared: dict[str, Topic]
    found: dict[str, Topic]
    until: datetime


class ChatbotTopics:
    """Topics by chatbot; each chatbot's are kept for a minute in the warm function.

    Args:
        store: the topics that were found.
        declared: gives the topics that the operator of a chatbot declared.
        now: the clock.
    """

    def __init__(
        self, store: TopicStore, declared: Callable[[str], Sequence[Topic]], *, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._declared = declared
        self._now = now
        self._kept: dict[str, _Known] = {}

    def declared(self, chatbot_id: str) -> list[Topic]:
        """The operator's topics of a chatbot."""
        return list(self._known(chatbot_id).declared.values())

    def found(self, chatbot_id: str) -> list[Topic]:
        """The topics that were found in a chatbot's conversations."""
        return list(self._known(chatbot_id).found.values())

    def names(self, chatbot_id: str) -> dict[str, str]:
        """The names of all topics of a chatbot, by id."""
        known = self._known(chatbot_id)
        return {topic.id: topic.name for topic in (*known.found.values(), *known.declared.values())}

    def ids(self, chatbot_id: str, named: Iterable[str]) -> dict[str, str]:
        """The ids of the topics that an analyzer named, by that name.

        The operator's topics go by their names; every other name makes a topic with the base forms of its words. One
        that is new is noted. When a chatbot has as many topics as it can have, further names are left out.
        """
        known = self._known(chatbot_id)
        ids = self.ids_of(chatbot_id, named)
        new: dict[str, Topic] = {}
        for name, found in ids.items():
            room = len(known.found) + len(new) < MOST_FOUND
            if found and found not in known.declared and found not in known.found and room:
                new.setdefault(found, Topic(found, name))
        self._store.add(chatbot_id, list(new.values()), self._now())
        known.found.update(new)
        return {name: found for name, found in ids.items() if found in known.declared or found in known.found}

    def ids_of(self, chatbot_id: str, named: Iterable[str]) -> dict[str, str]:
        """The ids that names stand for, whether they are noted or not; empty for a name without a word."""
        own = {topic.name.casefold(): topic.id for topic in self.declared(chatbot_id)}
        return {name: own.get(name.casefold()) or topic_id(phrase_key(name).split()) for name in named}

    def _known(self, chatbot_id: str) -> _Known:
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept.until > self._now():
            return kept
        if len(self._kept) >= CHATBOTS_KEPT:
            self._kept.clear()
        declared = {topic.id: topic for topic in self._declared(chatbot_id)}
        found = {topic.id: topic for topic in self._store.found(chatbot_id)}
        known = self._kept[chatbot_id] = _Known(declared, found, self._now() + KEPT)
        return known
