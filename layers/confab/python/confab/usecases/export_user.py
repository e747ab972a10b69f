"""Handing out all that is kept of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confab.domain.chatbot import Chatbot
from confab.domain.insight import ConversationInsight, MessageInsight
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.domain.timeline import Event, Feedback
from confab.platform.credentials import ApiKey
from confab.storage import keys
from confab.storage.logs import LogStore, Stored
from confab.storage.people import PeopleStore, Person
from confab.storage.results import read_conversation_insight, read_insights
from confab.storage.subjects import SubjectStore
from confab.storage.timeline import read_all_feedback, read_event, read_events
from confab.usecases.configure import Configure

LARGEST_PAGE: Final = 4_000_000
SEARCHES: Final = "~"
"""Where the searches come, which belong to no conversation: after all conversations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeConversation:
    """A conversation with all that is kept of it."""

    stored: Stored
    insights: Mapping[str, MessageInsight]
    insight: ConversationInsight
    feedback: Sequence[Feedback]
    events: Sequence[Event]


Part = Person | WholeConversation | Event
"""A part of what is handed out: the profile, a conversation, a search."""


class ExportUser:
    """The use case.

    Args:
        configure: finds chatbots.
        subjects, people, logs: the stores.
    """

    def __init__(self, configure: Configure, subjects: SubjectStore, people: PeopleStore, logs: LogStore) -> None:
        self._configure = configure
        self._subjects = subjects
        self._people = people
        self._logs = logs

    def __call__(
        self, by: ApiKey | None, chatbot_id: str, user_id: str, after: str | None = None
    ) -> Iterator[tuple[str, Part]]:
        """All that is kept of a user, with the position of each part: the profile, the conversations, the searches.

        Args:
            after: go on behind this position.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        return self._parts(self._configure.chatbot(by, chatbot_id), user_id, after or "")

    def _parts(self, chatbot: Chatbot, user_id: str, after: str) -> Iterator[tuple[str, Part]]:
        if not after:
            statistic = person_statistic(USER_PREFIX, user_id)
            for person in self._people.get(chatbot.id, [statistic]).values():
                yield " ", person
        rows = self._subjects.rows(chatbot.id, user_id)
        for conversation in sorted(keys.split_conversation(row["pk"])[1] for row in rows):
            if conversation > after:
                stored = self._logs.load(chatbot.id, conversation)
                if stored.readable:
                    yield conversation, _whole(stored)
        for items in self._subjects.searches(chatbot.id, user_id):
            event = read_event({item["sk"]: item for item in items}, items[0]["id"])
            position = SEARCHES + items[0]["sk"]
            if event is not None and position > after:
                yield position, event


def page_of(
    parts: Iterator[tuple[str, Part]], value: Callable[[Part], Mapping[str, Any]], size: Callable[[Any], int]
) -> tuple[list[Mapping[str, Any]], str | None]:
    """The next parts as far as an answer holds them, and the position of the last one; None at the end.

    Args:
        value: a part as JSON.
        size: the bytes of a JSON value.
    """
    page: list[Mapping[str, Any]] = []
    total, last = 0, None
    for position, part in parts:
        line = value(part)
        total += size(line)
        if page and total > LARGEST_PAGE:
            return page, last
        page.append(line)
        last = position
    return page, None


def _whole(stored: Stored) -> WholeConversation:
    items = list(stored.items.values())
    return WholeConversation(
        stored=stored,
        insights=read_insights(items)[0],
        insight=read_conversation_insight(items),
        feedback=read_all_feedback(items),
        events=read_events(stored.items),
    )
