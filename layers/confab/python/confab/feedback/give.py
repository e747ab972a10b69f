"""Feedback that is given, changed and taken back: each once under its id, however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from confab.capture.reach import SERVERS, Reach
from confab.domain.feedback import Feedback
from confab.domain.placing import not_ahead
from confab.feedback.lookup import MessageLookup
from confab.platform.errors import Forbidden, NotFound, Unavailable
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.redaction.redactors import Redactors
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.feedback import FeedbackStore, FeedbackWrite
from confab.storage.feedback_items import StoredFeedback, feedback_place
from confab.storage.given_place import GivenPlace
from confab.storage.given_writes import Refused

BUSY: Final = Retries(6, first=0.02, cap=0.64)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRequest:
    """Feedback as a caller sends it.

    Attributes:
        id: the caller's id of the feedback; None for new feedback.
        kind: ``positive`` or ``negative``.
        message_id: the id of the message as the outside knows it.
        created_at: when it was given first (UTC); None for now, or for the time that is stored.
        updated_at: when it was given or changed last (UTC); None for now.
        body: the rest of what was sent, JSON values only.
    """

    id: str | None
    kind: str
    message_id: str
    created_at: datetime | None
    updated_at: datetime | None
    body: Mapping[str, Any]

    def feedback(self, given: str, judge: str | None, first: StoredFeedback | None, now: datetime) -> Feedback:
        """The feedback that the request makes.

        Args:
            given: the id that it is stored under.
            judge: a digest of who gives it; None where nobody says so.
            first: the same feedback as it stands; None where it is new.
            now: the time of the request (UTC).
        """
        return Feedback(
            id=given,
            kind=self.kind,
            message_id=self.message_id,
            created_at=not_ahead(self.created_at, now) if self.created_at or not first else first.created_at,
            updated_at=not_ahead(self.updated_at, now),
            body=self.body,
            judge=judge,
            judged_at=not_ahead(self.updated_at or (None if first else self.created_at), now),
        )


class GiveFeedback:
    """Stores feedback, changes it, and takes it back; the conversation waits for the consumer, which counts it.

    Args:
        feedback: the store.
        enqueue_analysis: queues a conversation whose feedback changed.
        redactors: what the chatbots want redacted.
        runtime: the clock, ids, marks of writes, and waits.
    """

    def __init__(
        self,
        feedback: FeedbackStore,
        enqueue_analysis: EnqueueAnalysis,
        redactors: Redactors,
        runtime: Runtime,
    ) -> None:
        self._feedback = feedback
        self._lookup = MessageLookup(feedback, runtime.sleep)
        self._enqueue_analysis = enqueue_analysis
        self._redactors = redactors
        self._runtime = runtime

    def __call__(self, chatbot_id: str, request: FeedbackRequest, reach: Reach = SERVERS) -> Feedback:
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
        judge = redactor.fingerprints.person(request.body.get("userProperties") or {})
        judge = f"web:{judge}" if judge is not None and reach.web else judge
        request = replace(request, body=redactor.body(request.body))
        given = request.id if request.id is not None else self._runtime.new_id()
        for pause in BUSY.pauses(self._runtime.sleep):
            row = self._lookup(chatbot_id, request.message_id, reach)
            place = feedback_place(row.place, given)
            before = self._feedback.read(place) if request.id is not None else None
            known = request.id is not None and before is None and not reach.web
            moved = self._elsewhere(place, given) if known else None
            now = self._runtime.now()
            feedback = request.feedback(given, judge, before or moved, now)
            if before is not None:
                stored = self._feedback.whole(before)
                if _said(stored) == _said(feedback):
                    return feedback if reach.web else stored
                if reach.web:
                    raise Forbidden("A browser's key changes no feedback; give it under another id.")
            write = FeedbackWrite(
                place=place,
                row=row,
                feedback=feedback,
                now=now,
                request_token=self._runtime.request_token(),
                before=before,
                moved=moved,
                web=reach.web,
            )
            with suppress(Refused):
                return self._put(write)
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _put(self, write: FeedbackWrite) -> Feedback:
        """Write feedback and queue what waits for the consumer; the feedback as the caller may see it."""
        stored, waiting = self._feedback.put(write)
        for conversation in waiting:
            self._enqueue_analysis(*conversation)
        return write.feedback if write.web else stored

    def _elsewhere(self, place: GivenPlace, feedback_id: str) -> StoredFeedback | None:
        """The same feedback on another conversation."""
        other = self._feedback.find(place.chatbot_id, feedback_id, browsers_too=False)
        return None if other is None or other == place else self._feedback.read(other)

    def take_back(self, chatbot_id: str, feedback_id: str) -> None:
        """Remove feedback.

        Raises:
            NotFound: there is none of this id.
            Unavailable: it kept changing.
        """
        for pause in BUSY.pauses(self._runtime.sleep):
            place = self._feedback.find(chatbot_id, feedback_id)
            stored = self._feedback.read(place) if place else None
            if place is None or stored is None:
                raise NotFound("There is no such feedback.")
            with suppress(Refused):
                if self._feedback.remove(stored, self._runtime.now()):
                    self._enqueue_analysis(*place.conversation)
                return
            pause()
        raise Unavailable("The feedback stayed busy; try again.")


def _said(feedback: Feedback) -> tuple[str, str, Mapping[str, Any]]:
    return feedback.kind, feedback.message_id, feedback.body
