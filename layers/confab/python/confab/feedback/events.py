"""Events that a client notes: each once under its id, in the conversation that it is about, or in none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

from confab.capture.reach import SERVERS, Reach
from confab.domain.feedback import Event
from confab.domain.limits import Given
from confab.feedback.lookup import MessageLookup
from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound, Unavailable, UnprocessableEntity
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.reading.histories import ReadHistories
from confab.redaction.redactors import Redactors
from confab.storage.events import EventStore
from confab.storage.feedback import FeedbackStore
from confab.storage.given_writes import Refused
from confab.storage.partition_reader import PartitionReader
from confab.storage.values import Place

BUSY: Final = Retries(6, first=0.02, cap=0.64)


class NoteEvents:
    """Stores events of messages, of conversations, and searches.

    Args:
        events, feedback, partitions: the stores.
        histories: finds conversations by the ids that callers know.
        redactors: what the chatbots want redacted.
        runtime: the clock, and waits.
    """

    def __init__(
        self,
        events: EventStore,
        feedback: FeedbackStore,
        partitions: PartitionReader,
        histories: ReadHistories,
        redactors: Redactors,
        runtime: Runtime,
    ) -> None:
        self._events = events
        self._lookup = MessageLookup(feedback, runtime.sleep)
        self._partitions = partitions
        self._histories = histories
        self._redactors = redactors
        self._runtime = runtime

    def of_message(self, chatbot_id: str, event: Event, reach: Reach = SERVERS) -> Event:
        """Store an event of a message, and return it as it is stored.

        Raises:
            UnprocessableEntity: nobody logged the message in a conversation that the key reaches.
            ConversationFull: the conversation takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        row = self._lookup(chatbot_id, event.subject, reach)
        return self._note(row.place, row.given, event)

    def of_conversation(self, key: ApiKey, event: Event) -> Event:
        """Store an event of a conversation, and return it as it is stored.

        Raises:
            UnprocessableEntity: there is no such conversation.
            ConversationFull: it takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        try:
            conversation = self._histories.find_row(key, event.subject)
        except NotFound:
            raise UnprocessableEntity(f"conversationId: there is no conversation '{event.subject}'.") from None
        return self._note((conversation.chatbot_id, conversation.id), conversation.given, event)

    def of_search(self, chatbot_id: str, event: Event, reach: Reach = SERVERS) -> Event:
        """Store an event that belongs to no conversation, and return it as it is stored."""
        redactor = self._redactors.of(chatbot_id)
        event = replace(event, subject=redactor.text(event.subject), body=redactor.body(event.body))
        self._events.put_search(chatbot_id, event, self._runtime.now(), web=reach.web)
        return event

    def in_conversation(self, place: Place, event: Event) -> Event:
        """Store an event in a conversation whose place is known, and return it as it is stored.

        Raises:
            UnprocessableEntity: there is no such conversation.
            ConversationFull: it takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        row = self._partitions.row(place)
        if row is None:
            raise UnprocessableEntity("There is no such conversation.")
        return self._note(place, row.given, event)

    def _note(self, place: Place, given: Given, event: Event) -> Event:
        event = replace(event, body=self._redactors.of(place[0]).body(event.body))
        for pause in BUSY.pauses(self._runtime.sleep):
            with suppress(Refused):
                self._events.put(place, event, self._runtime.now(), given)
                return event
            row = self._partitions.row(place)
            if row is None:
                raise UnprocessableEntity("The conversation of this event has just been deleted.")
            given = row.given
            pause()
        raise Unavailable("The conversation stayed busy; try again.")
