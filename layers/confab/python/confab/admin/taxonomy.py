"""The topics that a chatbot's team declares: they go before those that are found, under ids that never change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Final

from confab.admin.chatbot_settings import Configure
from confab.analysis.builtin.topics import phrase_key
from confab.domain.chatbot import Chatbot
from confab.domain.merge import json_bytes
from confab.domain.topics import Topic, topic_id
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, NotFound

MAX_TOPICS: Final = 100
TOPICS_BYTES: Final = 32 * 1024


class Taxonomy:
    """Reads, declares, changes and removes a chatbot's topics; the id of a topic never changes.

    The caller is a key that administers the chatbot (``by``), or the operator's command (None).

    Args:
        configure: changes the chatbot.
    """

    def __init__(self, configure: Configure) -> None:
        self._configure = configure

    def show(self, chatbot_id: str, *, by: ApiKey | None = None) -> Sequence[Topic]:
        """The declared topics of a chatbot, in the order they were declared.

        Raises:
            NotFound: there is no such chatbot.
        """
        return self._configure.chatbot(by, chatbot_id).topics

    def declare(
        self,
        chatbot_id: str,
        name: str,
        *,
        phrases: Sequence[str] = (),
        parent_id: str | None = None,
        by: ApiKey | None = None,
        again: bool = False,
    ) -> Topic:
        """Declare a topic.

        Its id is made of the words of its first name, as that of a found topic is: one that was found under these words
        is continued, with all that was counted for it.

        Args:
            again: whether the same request may have been tried before; then a topic that is just so is the one.

        Raises:
            InvalidRequest: the name is taken or has no letter, there is no such parent, or there are too many topics.
            NotFound: there is no such chatbot.
        """

        said = (name, tuple(phrases), parent_id)
        known = self.show(chatbot_id, by=by) if again else ()
        for topic in known:
            if (topic.name, tuple(topic.phrases), topic.parent_id) == said:
                return topic

        def change(chatbot: Chatbot) -> Chatbot:
            taken = {topic.id for topic in chatbot.topics}
            topic = Topic(_free_id(name, taken), name, tuple(phrases), parent_id)
            return replace(chatbot, topics=_checked([*chatbot.topics, topic], topic))

        return self._change(chatbot_id, "topic.create", change, by).topics[-1]

    def change(
        self,
        chatbot_id: str,
        wanted: str,
        *,
        name: str | None = None,
        phrases: Sequence[str] | None = None,
        parent_id: str | None = None,
        top: bool = False,
        by: ApiKey | None = None,
    ) -> Topic:
        """Change what is given of a topic; its id stays.

        Args:
            wanted: the topic's id.
            parent_id: the topic that it is to stand below; None to leave that as it is.
            top: let it stand below none.

        Raises:
            InvalidRequest: the name is taken, there is no such parent, or it stands below the topic itself.
            NotFound: there is no such chatbot, or no such topic.
        """

        def change(chatbot: Chatbot) -> Chatbot:
            old = _topic(chatbot, wanted)
            new = replace(
                old,
                name=old.name if name is None else name,
                phrases=old.phrases if phrases is None else tuple(phrases),
                parent_id=None if top else parent_id or old.parent_id,
            )
            return replace(chatbot, topics=_checked([new if topic is old else topic for topic in chatbot.topics], new))

        return _topic(self._change(chatbot_id, "topic.update", change, by, wanted), wanted)

    def remove(self, chatbot_id: str, wanted: str, *, by: ApiKey | None = None) -> None:
        """Take a topic away; those below it go up to where it stood. What was counted for it stays counted.

        Raises:
            NotFound: there is no such chatbot, or no such topic.
        """

        def change(chatbot: Chatbot) -> Chatbot:
            gone = _topic(chatbot, wanted)
            left = [topic for topic in chatbot.topics if topic is not gone]
            topics = (replace(each, parent_id=gone.parent_id) if each.parent_id == wanted else each for each in left)
            return replace(chatbot, topics=tuple(topics))

        self._change(chatbot_id, "topic.delete", change, by, wanted)

    def _change(
        self,
        chatbot_id: str,
        action: str,
        change: Callable[[Chatbot], Chatbot],
        by: ApiKey | None,
        topic: str | None = None,
    ) -> Chatbot:
        return self._configure.change(by, chatbot_id, action, change, object_id=topic)


def _topic(chatbot: Chatbot, wanted: str) -> Topic:
    found = next((topic for topic in chatbot.topics if topic.id == wanted), None)
    if found is None:
        raise NotFound("There is no such topic.")
    return found


def _free_id(name: str, taken: set[str]) -> str:
    """The id of a new topic: made of its words, and numbered where another topic has it."""
    first = topic_id(phrase_key(name).split())
    if not first:
        raise InvalidRequest.at(Fault("name", "must have a letter or a digit"))
    number = 1
    while (wanted := first if number == 1 else f"{first}-{number}") in taken:
        number += 1
    return wanted


def _checked(topics: Sequence[Topic], changed: Topic) -> tuple[Topic, ...]:
    """Topics of which one is new or has changed, if they keep the rules.

    Raises:
        InvalidRequest: they do not.
    """
    faults = [Fault(*fault) for fault in _faults({topic.id: topic for topic in topics}, changed)]
    if faults:
        raise InvalidRequest.at(*faults)
    return tuple(topics)


def _faults(topics: dict[str, Topic], changed: Topic) -> Iterator[tuple[str, str]]:
    if len(topics) > MAX_TOPICS:
        yield "name", f"a chatbot has at most {MAX_TOPICS} declared topics"
    if not phrase_key(changed.name):
        yield "name", "must have a letter or a digit"
    others = (topic for topic in topics.values() if topic.id != changed.id)
    if any(topic.name.casefold() == changed.name.casefold() for topic in others):
        yield "name", "another topic has this name"
    if json_bytes([asdict(topic) for topic in topics.values()]) > TOPICS_BYTES:
        yield "phrases", f"the topics of a chatbot have at most {TOPICS_BYTES:,} bytes in all"
    above: str | None = changed.parent_id
    while above is not None:
        if above not in topics or above == changed.id:
            yield "parentId", "must be another topic of the chatbot, and not one below this topic"
            return
        above = topics[above].parent_id
