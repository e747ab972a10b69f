"""Feedback and events: stored, read, removed. They are erased with the conversation that they are about."""

from __future__ import annotations

import time
from collections import ChainMap, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from confab.capture.reach import SERVERS, Reach
from confab.domain.feedback import Event, Feedback
from confab.domain.limits import Given
from confab.domain.message import Message
from confab.domain.placing import not_ahead
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import Forbidden, NotFound, Unavailable, UnprocessableEntity
from confab.platform.retries import Retries
from confab.reading.histories import ReadHistories
from confab.redaction.redactors import Redactors
from confab.storage import keys
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.clocks import from_micros
from confab.storage.credentials import CredentialStore
from confab.storage.feedback import FeedbackStore, Listed, Place, Refused
from confab.storage.feedback_items import read_feedback
from confab.storage.given import read_given
from confab.storage.histories import HistoryStore, Stored
from confab.storage.table import Table
from confab.storage.transcripts import Span
from confab.storage.values import Item
from confab.storage.values import Place as Conversation

BUSY: Final = Retries(6, first=0.02, cap=0.64)
LOOKUPS: Final = (0.0, 0.05, 0.2, 0.6)
"""Seconds to wait before each look for a message: the index may lag behind a message stored a moment ago."""
READ_AHEAD: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Feedback with the message and the conversation that it is about."""

    feedback: Feedback
    message: Message
    stored: Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPage:
    """A page of feedback, read as it is asked for, and how much there is of each kind.

    Attributes:
        entries: each with its position.
        position: where the next page begins; None at the end.
    """

    entries: Iterator[tuple[list[str], Judged]]
    counts: dict[str, int]
    position: list[str] | None


class FeedbackAndEvents:
    """Stores, lists and removes feedback, and stores events: each one once under its id, however often it is sent.

    Args:
        table: runs reads side by side.
        timeline, logs, credentials: the stores.
        consult: finds conversations by the ids that callers know.
        enqueue_analysis: queues a conversation whose feedback changed.
        redactors: what the chatbots want redacted.
        now: the clock.
        new_id: gives an id for what came without one.
        revision: gives a random mark for each write.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        table: Table,
        timeline: FeedbackStore,
        logs: HistoryStore,
        credentials: CredentialStore,
        consult: ReadHistories,
        enqueue_analysis: EnqueueAnalysis,
        redactors: Redactors,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        revision: Callable[[], bytes],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._timeline = timeline
        self._logs = logs
        self._credentials = credentials
        self._consult = consult
        self._enqueue_analysis = enqueue_analysis
        self._redactors = redactors
        self._now = now
        self._new_id = new_id
        self._revision = revision
        self._sleep = sleep

    def give_feedback(
        self,
        chatbot_id: str,
        reach: Reach = SERVERS,
        *,
        feedback_id: str | None,
        kind: str,
        message_id: str,
        created_at: datetime | None,
        updated_at: datetime | None,
        body: dict[str, Any],
    ) -> Feedback:
        """Store feedback; a known id changes that feedback, and the same again changes nothing.

        Of what one person says of one message the last counts. A browser's key changes no feedback, and what servers
        and browsers say of people is kept apart.

        Raises:
            UnprocessableEntity: nobody logged the message in a conversation that the key reaches.
            ConversationFull: the conversation takes no more feedback.
            TooManyRequests: it takes no more in this minute.
            Forbidden: a browser's key would change feedback that was given.
            Unavailable: the conversation kept changing.
        """
        redactor = self._redactors.of(chatbot_id)
        judge, body = redactor.fingerprints.person(body.get("userProperties") or {}), redactor.body(body)
        judge = f"web:{judge}" if judge is not None and reach.web else judge
        given = feedback_id if feedback_id is not None else self._new_id()
        for pause in BUSY.pauses(self._sleep):
            row = self._row_of(chatbot_id, message_id, reach)
            place = Place(*keys.split_conversation(row["pk"]), keys.feedback_item(given))
            before = self._timeline.read_feedback(place) if feedback_id is not None else None
            known = feedback_id is not None and before is None and not reach.web
            moved = self._elsewhere(place, given) if known else None
            first = before or moved
            now = self._now()
            feedback = Feedback(
                id=given,
                kind=kind,
                message_id=message_id,
                created_at=not_ahead(created_at, now) if created_at or not first else from_micros(first["at"]),
                updated_at=not_ahead(updated_at, now),
                body=body,
                judge=judge,
                judged_at=not_ahead(updated_at or (None if first else created_at), now),
            )
            if before is not None:
                stored = self._timeline.whole_feedback(before)
                if _said(stored) == _said(feedback):
                    return feedback if reach.web else stored
                if reach.web:
                    raise Forbidden("A browser's key changes no feedback; give it under another id.")
            with suppress(Refused):
                given_now, waiting = self._timeline.put_feedback(
                    place, row, feedback, now, self._revision(), before, moved, web=reach.web
                )
                for conversation in waiting:
                    self._enqueue_analysis(*conversation)
                return feedback if reach.web else given_now
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _elsewhere(self, place: Place, feedback_id: str) -> Item | None:
        """The item of the same feedback on another conversation."""
        other = self._timeline.find_feedback(place.chatbot_id, feedback_id, browsers_too=False)
        return None if other is None or other == place else self._timeline.read_feedback(other)

    def feedback(self, key: ApiKey, feedback_id: str) -> Judged:
        """Feedback with what it is about.

        Raises:
            NotFound: there is none of this id among those that the key reaches.
        """
        for chatbot in self._chatbots(key):
            place = self._timeline.find_feedback(chatbot, feedback_id)
            judged = self._judged([place]) if place else {}
            if place in judged:
                return judged[place]
        raise NotFound("There is no such feedback.")

    def feedback_page(
        self, key: ApiKey, *, offset: int, limit: int, position: Sequence[str] | None = None
    ) -> FeedbackPage:
        """A page of feedback of both kinds together, the newest first.

        Args:
            position: where the page before ended; then the offset does not count.
        """
        chatbots = self._chatbots(key)
        counts = self._timeline.feedback_counts(chatbots)
        before = (position[0], position[1]) if position else None
        found = self._timeline.newest_feedback(chatbots, 0 if before else offset, limit + 1, before) if limit else []
        page = found[:limit]
        ends = list(page[-1][0]) if len(found) > limit else None
        return FeedbackPage(entries=self._all_judged(page), counts=counts, position=ends)

    def take_back(self, chatbot_id: str, feedback_id: str) -> None:
        """Remove feedback.

        Raises:
            NotFound: there is none of this id.
            Unavailable: it kept changing.
        """
        for pause in BUSY.pauses(self._sleep):
            place = self._timeline.find_feedback(chatbot_id, feedback_id)
            item = self._timeline.read_feedback(place) if place else None
            if place is None or item is None:
                raise NotFound("There is no such feedback.")
            with suppress(Refused):
                if self._timeline.remove_feedback(item, self._now()):
                    self._enqueue_analysis(place.chatbot_id, place.conversation_id)
                return
            pause()
        raise Unavailable("The feedback stayed busy; try again.")

    def note_message_event(self, chatbot_id: str, event: Event, reach: Reach = SERVERS) -> Event:
        """Store an event of a message, and return it as it is stored.

        Raises:
            UnprocessableEntity: nobody logged the message in a conversation that the key reaches.
            ConversationFull: the conversation takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        return self._note(self._row_of(chatbot_id, event.subject, reach), event)

    def note_conversation_event(self, key: ApiKey, event: Event) -> Event:
        """Store an event of a conversation, and return it as it is stored.

        Raises:
            UnprocessableEntity: there is no such conversation.
            ConversationFull: it takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        try:
            conversation = self._consult.find_row(key, event.subject)
        except NotFound:
            raise UnprocessableEntity(f"conversationId: there is no conversation '{event.subject}'.") from None
        return self._note_in((conversation.chatbot_id, conversation.id), conversation.given, event)

    def note_search(self, chatbot_id: str, event: Event, reach: Reach = SERVERS) -> Event:
        """Store an event that belongs to no conversation, and return it as it is stored."""
        redactor = self._redactors.of(chatbot_id)
        event = replace(event, subject=redactor.text(event.subject), body=redactor.body(event.body))
        self._timeline.put_search(chatbot_id, event, self._now(), web=reach.web)
        return event

    def _note(self, row: Item, event: Event) -> Event:
        return self._note_in(keys.split_conversation(row["pk"]), read_given(row), event)

    def _note_in(self, place: Conversation, given: Given, event: Event) -> Event:
        event = replace(event, body=self._redactors.of(place[0]).body(event.body))
        for pause in BUSY.pauses(self._sleep):
            with suppress(Refused):
                self._timeline.put_event(place, event, self._now(), given)
                return event
            row = self._timeline.row(place)
            if row is None:
                raise UnprocessableEntity("The conversation of this event has just been deleted.")
            given = read_given(row)
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _row_of(self, chatbot_id: str, message_id: str, reach: Reach) -> Item:
        for wait in LOOKUPS:
            self._sleep(wait)
            row = self._timeline.row_of_message(chatbot_id, message_id, web=reach.web)
            if row is not None:
                return row
        raise UnprocessableEntity(f"messageId: nobody logged a message with the id '{message_id}'.")

    def _judged(self, places: Sequence[Place]) -> dict[Place, Judged]:
        """Feedback of one conversation with its messages, those of which neither is gone; one query."""
        wanted = Span(judged=frozenset(place.sk for place in places))
        stored = self._logs.load(places[0].chatbot_id, places[0].conversation_id, wanted)
        judged: dict[Place, Judged] = {}
        for place in places if stored.readable and stored.excerpt is not None else ():
            feedback = read_feedback(stored.items, place.sk)
            message = stored.excerpt.further.get(feedback.message_id) if feedback and stored.excerpt else None
            if feedback is not None and message is not None:
                judged[place] = Judged(feedback=feedback, message=message, stored=stored)
        return judged

    def _all_judged(self, found: Sequence[Listed]) -> Iterator[tuple[list[str], Judged]]:
        for start in range(0, len(found), READ_AHEAD):
            ahead = found[start : start + READ_AHEAD]
            of_each: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
            for _, place in ahead:
                of_each[place.chatbot_id, place.conversation_id].append(place)
            judged = ChainMap(*self._table.pool.map(self._judged, of_each.values()))
            for position, place in ahead:
                if place in judged:
                    yield list(position), judged[place]

    def _chatbots(self, key: ApiKey) -> list[str]:
        if key.chatbot_id != EVERY_CHATBOT:
            return [key.chatbot_id]
        return self._credentials.chatbot_ids(key.workspace_id)


def _said(feedback: Feedback) -> tuple[str, str, Mapping[str, Any]]:
    return feedback.kind, feedback.message_id, feedback.body
