"""Exporting all data of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from confab.admin.chatbot_settings import Configure
from confab.domain.chatbot import Chatbot
from confab.domain.feedback import Event, Feedback
from confab.domain.merge import json_bytes
from confab.domain.message import Message
from confab.domain.persons import Person, addresses_among
from confab.domain.results import ConversationResult, MessageResult
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.erasure.find_user import FindUser, UserData
from confab.erasure.subject_store import SubjectStore
from confab.migration.older_store import OlderStore
from confab.platform.credentials import ApiKey
from confab.platform.errors import Unavailable
from confab.storage.messages import message_bytes
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.people import PeopleStore
from confab.storage.people import Person as Profile
from confab.storage.transcripts import Span, order_of, read_order, written_order
from confab.storage.visibility import Visibility

MAX_PAGE: Final = 4_000_000
"""Bytes of a page of several parts at most."""
ENOUGH: Final = 2_000_000
"""Bytes from which on a page ends: what follows may have to be read from a large conversation first."""
MAX_PART: Final = 700_000
"""Bytes of what messages say in one part, and of feedback and events, at most."""
MAX_MESSAGES: Final = 1_000
"""Messages of one part."""
AHEAD: Final = Span(room=3_000_000, limit=6_000)
"""What is read of a conversation at a time; it becomes several parts."""
AROUND: Final = "beside"
AT_A_TIME: Final = 100
NOT_READY: Final = "What was stored before the last upgrade is being prepared to be found; try again in some minutes."
OTHERS: Final = "}"
SEARCHES: Final = "~"
"""Where conversations of others come, and searches, which belong to none: after all conversations of the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPart:
    """All data of a conversation, or a part of it.

    Attributes:
        stored: the conversation; None in parts that follow the first.
        message_results: results by message key.
        result: the result of the conversation as a whole; None in parts that follow the first.
        continued: whether a further part of it follows.
    """

    conversation_id: str
    stored: ConversationPartition | None = None
    result: ConversationResult | None = None
    messages: Sequence[Message] = ()
    message_results: Mapping[str, MessageResult] = field(default_factory=dict)
    feedback: Sequence[Feedback] = ()
    events: Sequence[Event] = ()
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """The data that names the user in another user's conversation, by its place there."""

    conversation_id: str
    said: Mapping[str, Any]


Part = Profile | ConversationPart | Mention | Event
"""A part of what is handed out: the profile, a conversation, what names the user elsewhere, a search."""
Position = Sequence[str]
Line = TypeVar("Line", bound=Mapping[str, Any])
"""Where a part stands: its place among all, and of a conversation's part the place in that."""


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
                yield from self._conversation(chatbot.id, conversation, inside if conversation == after else [])
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

    def _conversation(
        self, chatbot_id: str, conversation: str, inside: Position
    ) -> Iterator[tuple[Position, ConversationPart]]:
        """The parts of a conversation that follow a position in it; none of one that nobody reads any more."""
        span, begun = AHEAD, bool(inside)
        if begun and inside[0] != AROUND:
            span = replace(AHEAD, after=read_order(inside))
        while True:
            stored = self._partitions.read((chatbot_id, conversation), span)
            if not stored.readable:
                return
            parts = parts_of(conversation, stored, inside, begun=begun)
            yield from parts
            if not stored.more or inside[:1] == [AROUND]:
                return
            begun, span = True, replace(AHEAD, after=order_of(stored.messages[-1]))


def parts_of(
    conversation: str, stored: ConversationPartition, inside: Position, *, begun: bool
) -> Iterator[tuple[Position, ConversationPart]]:
    """The parts of what was read of a conversation, each with its position.

    Args:
        inside: the position in the conversation that they follow.
        begun: whether its first part was handed out before.
    """
    message_results = stored.message_results()
    at_end = inside[:1] == [AROUND]
    around = _around(stored, inside[1] if at_end else "")
    # What fits into one part comes with the first; of more than that all comes behind the messages.
    small = around if len(around) == 1 and not at_end else []
    later = [] if small else around
    first = ConversationPart(
        conversation_id=conversation,
        stored=stored,
        result=stored.conversation_result,
        feedback=small[0][1] if small else (),
        events=small[0][2] if small else (),
    )
    runs = [] if at_end or (begun and not stored.messages) else _runs(stored.messages)
    for number, run in enumerate(runs):
        part = first if number == 0 and not begun else ConversationPart(conversation_id=conversation)
        more = number + 1 < len(runs) or stored.more or bool(later)
        known = {message.key: message_results[message.key] for message in run if message.key in message_results}
        place = (written_order(order_of(run[-1])) if run else ["-1", ""]) if more else []
        yield [conversation, *place], replace(part, messages=run, message_results=known, continued=more)
    if stored.more:
        return
    for number, (last, feedback, events) in enumerate(later, 1):
        more = number < len(later)
        place = [AROUND, last] if more else []
        yield (
            [conversation, *place],
            ConversationPart(conversation_id=conversation, feedback=feedback, events=events, continued=more),
        )


def _runs(messages: Sequence[Message]) -> list[Sequence[Message]]:
    """Messages in runs that a part holds; one run of none where there is none."""
    runs: list[list[Message]] = [[]]
    size = 0
    for message in messages:
        length = message_bytes(message)
        if runs[-1] and (size + length > MAX_PART or len(runs[-1]) == MAX_MESSAGES):
            runs.append([])
            size = 0
        runs[-1].append(message)
        size += length
    return list(runs)


def _around(stored: ConversationPartition, after: str) -> list[tuple[str, list[Feedback], list[Event]]]:
    """Feedback and events behind a place, in runs that a part holds, each with the place of its last one."""
    runs: list[tuple[str, list[Feedback], list[Event]]] = []
    size = 0
    for place, one in stored.given_after(after):
        size += json_bytes(one.body)
        if not runs or size > MAX_PART:
            runs.append((place, [], []))
            size = json_bytes(one.body)
        _, feedback, events = runs[-1]
        runs[-1] = place, [*feedback, one] if isinstance(one, Feedback) else feedback, events
        if isinstance(one, Event):
            events.append(one)
    return runs


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
