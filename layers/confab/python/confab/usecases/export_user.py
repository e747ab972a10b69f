"""Handing out all that is kept of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.domain.chatbot import Chatbot
from confab.domain.insight import ConversationInsight, MessageInsight
from confab.domain.persons import Person, addresses_among
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.domain.timeline import Event, Feedback
from confab.platform.credentials import ApiKey
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.lives import Lives
from confab.storage.logs import LogStore, Stored
from confab.storage.older import OlderStore
from confab.storage.people import PeopleStore
from confab.storage.people import Person as Profile
from confab.storage.results import read_conversation_insight, read_insights
from confab.storage.subjects import SubjectStore
from confab.storage.timeline_items import read_all_feedback, read_events, search_of
from confab.usecases.configure import Configure
from confab.usecases.find_user import FindUser, UserData

LARGEST_PAGE: Final = 4_000_000
AT_A_TIME: Final = 100
NOT_READY: Final = "What was stored before the last upgrade is being prepared to be found; try again in some minutes."
OTHERS: Final = "}"
SEARCHES: Final = "~"
"""Where conversations of others come, and searches, which belong to none: after all conversations of the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeConversation:
    """A conversation with all that is kept of it."""

    stored: Stored
    insights: Mapping[str, MessageInsight]
    insight: ConversationInsight
    feedback: Sequence[Feedback]
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Mention:
    """What names the user in a conversation of somebody else, by where in it that is."""

    conversation_id: str
    said: Mapping[str, Any]


Part = Profile | WholeConversation | Mention | Event
"""A part of what is handed out: the profile, a conversation, what names the user elsewhere, a search."""


class ExportUser:
    """The use case: it finds what an erasure finds.

    Args:
        configure: finds chatbots.
        subjects, people, logs, older: the stores.
        lives: tells what has expired.
        now: the clock.
    """

    def __init__(
        self,
        configure: Configure,
        subjects: SubjectStore,
        people: PeopleStore,
        logs: LogStore,
        older: OlderStore,
        lives: Lives,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._configure = configure
        self._subjects = subjects
        self._find = FindUser(subjects)
        self._people = people
        self._logs = logs
        self._older = older
        self._lives = lives
        self._now = now

    def __call__(
        self, by: ApiKey | None, chatbot_id: str, user_id: str, after: str | None = None
    ) -> Iterator[tuple[str, Part]]:
        """All that is kept of a user, with the position of each part: the profile, conversations, mentions, searches.

        Args:
            after: go on behind this position.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
            Unavailable: what was stored before an upgrade is still being prepared to be found.
        """
        chatbot = self._configure.chatbot(by, chatbot_id)
        self._subjects.require_current()
        if not self._older.is_done(chatbot.id):
            raise Unavailable(NOT_READY)
        return self._parts(chatbot, user_id, after or "")

    def prepare(self, chatbot_id: str) -> bool:
        """Let some of what was stored before an upgrade be found; False when there is no more of it.

        Raises:
            Unavailable: some of the table's data is of an earlier version.
        """
        self._subjects.require_current()
        return self._older.enter(chatbot_id, AT_A_TIME)

    def _parts(self, chatbot: Chatbot, user_id: str, after: str) -> Iterator[tuple[str, Part]]:
        statistic = person_statistic(USER_PREFIX, user_id)
        profiles = self._people.get(chatbot.id, [statistic])
        if not after:
            for profile in profiles.values():
                yield " ", profile
        person = Person(user_id, addresses_among(profile.profile.get("email") for profile in profiles.values()))
        now = self._now()
        found = self._find(chatbot.id, person, now)
        for conversation in sorted(keys.split_conversation(row["pk"])[1] for row in found.own):
            if conversation > after:
                stored = self._logs.load(chatbot.id, conversation)
                if stored.readable:
                    yield conversation, _whole(stored)
        for conversation in sorted(found.others):
            if OTHERS + conversation > after:
                row, traces = self._find.traces(chatbot.id, conversation, found.person, now)
                if traces and self._lives.readable(row):
                    yield OTHERS + conversation, Mention(conversation, traces.said)
        yield from self._searches(chatbot, found, after)

    def _searches(self, chatbot: Chatbot, found: UserData, after: str) -> Iterator[tuple[str, Part]]:
        cutoff = self._lives.cutoff(chatbot.id)
        for search in sorted(found.searches, key=lambda each: each.items[0]["sk"]):
            head = search.items[0]
            position = SEARCHES + head["sk"]
            if position > after and (cutoff is None or head["st"] > cutoff):
                yield position, search_of(search.items)


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
