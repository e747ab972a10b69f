"""A chatbot's topics: each name that an analyzer gives becomes a topic with an id that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from confab.analysis.builtin.topics import phrase_key
from confab.domain.topics import IN_USE, MAX_FOUND, Topic, topic_id
from confab.platform.cache import Cache
from confab.storage.topics import TopicStore

CACHE_LIFETIME: Final = timedelta(seconds=60)
CHATBOTS_KEPT: Final = 200
NOTED_AGAIN: Final = timedelta(weeks=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Known:
    declared: dict[str, Topic]
    found: dict[str, Topic]


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
        self._kept: Cache[str, _Known] = Cache(CHATBOTS_KEPT, now=now, lifetime=CACHE_LIFETIME)

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
        that is new is noted, in the place of one that is out of use where the chatbot has as many as it can have. When
        all of those are in use, further names are left out.
        """
        known = self._known(chatbot_id)
        ids = self.ids_of(chatbot_id, named)
        found = {topic: Topic(topic, name, seen_at=self._now()) for name, topic in ids.items() if topic}
        of_its_own = {topic: each for topic, each in found.items() if topic not in known.declared}
        self._see_again(chatbot_id, known, of_its_own)
        self._add(chatbot_id, known, [each for topic, each in of_its_own.items() if topic not in known.found])
        return {name: topic for name, topic in ids.items() if topic in known.declared or topic in known.found}

    def _see_again(self, chatbot_id: str, known: _Known, named: Iterable[str]) -> None:
        """Note that topics came up, of each once a week."""
        since = self._now() - NOTED_AGAIN
        again = [topic for topic in named if topic in known.found and _seen(known.found[topic]) < since]
        self._store.seen_again(chatbot_id, again, self._now())
        known.found.update({topic: replace(known.found[topic], seen_at=self._now()) for topic in again})

    def _add(self, chatbot_id: str, known: _Known, new: Sequence[Topic]) -> None:
        lacking = len(known.found) + len(new) - MAX_FOUND
        if lacking > 0:
            since = self._now() - IN_USE
            idle = sorted((each for each in known.found.values() if _seen(each) < since), key=_seen)[:lacking]
            self._store.remove(chatbot_id, [topic.id for topic in idle])
            for topic in idle:
                del known.found[topic.id]
        added = list(new)[: max(0, MAX_FOUND - len(known.found))]
        self._store.add(chatbot_id, added, self._now())
        known.found.update({topic.id: topic for topic in added})

    def ids_of(self, chatbot_id: str, named: Iterable[str]) -> dict[str, str]:
        """The ids that names stand for, whether they are noted or not; empty for a name without a word."""
        own = {topic.name.casefold(): topic.id for topic in self.declared(chatbot_id)}
        return {name: own.get(name.casefold()) or topic_id(phrase_key(name).split()) for name in named}

    def _known(self, chatbot_id: str) -> _Known:
        return self._kept.of(chatbot_id, lambda: self._read(chatbot_id))

    def _read(self, chatbot_id: str) -> _Known:
        declared = {topic.id: topic for topic in self._declared(chatbot_id)}
        return _Known(declared, {topic.id: topic for topic in self._store.found(chatbot_id)})


def _seen(topic: Topic) -> datetime:
    return topic.seen_at or _NEVER
