"""Exporting all data of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from confab.admin.chatbot_settings import Configure
from confab.domain.chatbot import Chatbot
from confab.domain.feedback import Event
from confab.domain.persons import Person, addresses_among
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.erasure.find_user import FindUser, UserData
from confab.erasure.subject_store import SubjectStore
from confab.migration.older_store import OlderStore
from confab.platform.credentials import ApiKey
from confab.platform.errors import Unavailable
from confab.storage.conversation_parts import ConversationPart, Position, read_parts
from confab.storage.partition_reader import PartitionReader
from confab.storage.people import PeopleStore
from confab.storage.people import Person as Profile
from confab.storage.visibility import Visibility

MAX_PAGE: Final = 4_000_000
"""Bytes of a page of several parts at most."""
ENOUGH: Final = 2_000_000
"""Bytes from which on a page ends: what follows may have to be read from a large conversation first."""
AT_A_TIME: Final = 100
NOT_READY: Final = "What was stored before the last upgrade is being prepared to be found; try again in some minutes."
OTHERS: Final = "}"
SEARCHES: Final = "~"
"""Where conversations of others come, and searches, which belong to none: after all conversations of the user's."""


@dataclass(frozen=True, slots=True)
class Mention:
    """The data that names the user in another user's conversation, by its place there."""

    conversation_id: str
    said: Mapping[str, Any]


Part = Profile | ConversationPart | Mention | Event
"""A part of what is handed out: the profile, a conversation, what names the user elsewhere, a search."""
Line = TypeVar("Line", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class ExportStores:
    """The stores that hold a user's data."""

    subjects: SubjectStore
    people: PeopleStore
    partitions: PartitionReader
    older: OlderStore


class ExportUser:
    """Exports all data of a user in pages; it finds exactly the data that an erasure of the user removes.

    Args:
        configure: finds chatbots.
        stores: the stores.
        visibility: tells what has expired.
        now: the clock.
    """

    def __init__(
        self,
        configure: Configure,
        stores: ExportStores,
        visibility: Visibility,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._configure = configure
        self._subjects = stores.subjects
        self._find = FindUser(stores.subjects)
        self._people = stores.people
        self._partitions = stores.partitions
        self._older = stores.older
        self._visibility = visibility
        self._now = now

    def __call__(
        self, by: ApiKey | None, chatbot_id: str, user_id: str, after: Position | None = None
    ) -> Iterator[tuple[Position, Part]]:
        """All that is kept of a user, with the position of each part: the profile, conversations, mentions, searches.

        A large conversation comes in several parts, which are read one after another.

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
        return self._parts(chatbot, user_id, after or [""])

    def prepare(self, chatbot_id: str) -> bool:
        """Let some of what was stored before an upgrade be found; False when there is no more of it.

        Raises:
            Unavailable: some of the table's data is of an earlier version.
        """
        self._subjects.require_current()
        return self._older.enter(chatbot_id, AT_A_TIME)

    def _parts(self, chatbot: Chatbot, user_id: str, position: Position) -> Iterator[tuple[Position, Part]]:
        after, *inside = position
        statistic = person_statistic(USER_PREFIX, user_id)
        profiles = self._people.get(chatbot.id, [statistic])
        if not after:
            for profile in profiles.values():
                yield [" "], profile
        person = Person(user_id, addresses_among(profile.profile.get("email") for profile in profiles.values()))
        now = self._now()
        found = self._find(chatbot.id, person, now)
        for conversation in sorted(found.own):
            if conversation > after or (conversation == after and inside):
                place = (chatbot.id, conversation)
                yield from read_parts(self._partitions, place, inside if conversation == after else [])
        for conversation in sorted(found.others):
            if OTHERS + conversation > after:
                row, traces = self._find.traces((chatbot.id, conversation), found.person, now)
                if traces and self._visibility.shows(row):
                    yield [OTHERS + conversation], Mention(conversation, traces.said)
        yield from self._searches(chatbot, found, after)

    def _searches(self, chatbot: Chatbot, found: UserData, after: str) -> Iterator[tuple[Position, Part]]:
        for search in sorted(found.searches, key=lambda each: each.place):
            position = SEARCHES + search.place
            if position > after and self._visibility.keeps(chatbot.id, search.stored_at):
                yield [position], search.event


def page_of(
    parts: Iterator[tuple[Position, Part]], value: Callable[[Part], Line], size: Callable[[Any], int]
) -> tuple[list[Line], Position | None]:
    """The next parts as far as an answer holds them, and the position of the last one; None at the end.

    A page that is full may be the last one all the same: then the next one is empty.

    Args:
        value: a part as JSON.
        size: the bytes of a JSON value.
    """
    page: list[Line] = []
    total = 0
    last: Position | None = None
    for position, part in parts:
        line = value(part)
        total += size(line)
        if page and total > MAX_PAGE:
            return page, last
        page.append(line)
        last = position
        if total >= ENOUGH:
            return page, last
    return page, None
