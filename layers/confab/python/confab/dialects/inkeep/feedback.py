"""Inkeep's feedback and events to the domain and back (inkeep.md, sections 4 and 5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from confab.dialects.fields import iso
from confab.dialects.inkeep.mapping import OPENAI, conversation_answer, message_answer, shown_id
from confab.dialects.inkeep.models import EventBody, FeedbackBody, MessageEvent, SearchEvent
from confab.dialects.pages import ROOM
from confab.domain.feedback import NEGATIVE, POSITIVE, Event, Feedback
from confab.domain.merge import json_bytes
from confab.domain.placing import not_ahead
from confab.domain.times import read_time
from confab.feedback.read import FeedbackDetail, FeedbackPage

if TYPE_CHECKING:
    from confab.dialects.inkeep import answers

FEEDBACK_FIELDS: Final = ("reasons", "details", "properties", "userProperties", "sources")
SENT_TIMES: Final = ("createdAt", "updatedAt")
EVENT_FIELDS: Final = ("createdAt", "projectId", "integrationId", "properties", "userProperties")
SUBJECTS: Final = {"message": "messageId", "conversation": "conversationId", "search": "searchQuery"}


def optional_time(text: str | None) -> datetime | None:
    """A time that may not have been sent."""
    return None if text is None else read_time(text)


def feedback_fields(body: FeedbackBody) -> dict[str, Any]:
    """What is stored of feedback besides its id, its kind and its message."""
    sent = body.model_dump(exclude_unset=True, include={*FEEDBACK_FIELDS, *SENT_TIMES})
    return {name: value for name, value in sent.items() if value is not None}


def feedback_answer(feedback: Feedback) -> answers.GivenFeedback:
    """Feedback; times come back as they were sent."""
    answer = {
        "id": feedback.id,
        "type": feedback.kind,
        "messageId": feedback.message_id,
        "createdAt": iso(feedback.created_at),
        "updatedAt": iso(feedback.updated_at),
        **dict.fromkeys(FEEDBACK_FIELDS),
        **feedback.body,
        **({} if feedback.superseded_by is None else {"supersededBy": feedback.superseded_by}),
    }
    return cast("answers.GivenFeedback", answer)


def feedback_detail_answer(judged: FeedbackDetail) -> answers.FeedbackEntry:
    """Feedback with its message whole, and its conversation whole or, where that does not fit, shortened."""
    conversation = judged.stored.conversation
    kind = conversation.history_fields.get("type", OPENAI)
    feedback = feedback_answer(judged.feedback)
    message = message_answer(judged.message, shown_id(conversation), kind)
    room = max(ROOM - json_bytes(feedback) - json_bytes(message), 0)
    return {**feedback, "message": message, "conversation": conversation_answer(judged.stored, room=room).answer}


def feedback_list_answer(page: FeedbackPage) -> tuple[answers.FeedbackPage, list[str] | None]:
    """A page of feedback, and where the next one begins; None at the end.

    It ends early where the answer would outgrow what a function can answer.
    """
    lists: dict[str, list[answers.FeedbackEntry]] = {POSITIVE: [], NEGATIVE: []}
    size, ends = 0, page.position
    taken: list[str] | None = None
    for position, judged in page.entries:
        row = feedback_detail_answer(judged)
        size += json_bytes(row)
        if size > ROOM and any(lists.values()):
            ends = taken
            break
        lists[judged.feedback.kind].append(row)
        taken = position
    answer: answers.FeedbackPage = {
        "positiveFeedbackCount": page.counts[POSITIVE],
        "negativeFeedbackCount": page.counts[NEGATIVE],
        "positiveFeedback": lists[POSITIVE],
        "negativeFeedback": lists[NEGATIVE],
    }
    return answer, ends


def event_of(body: EventBody, event_id: str, now: datetime) -> Event:
    """An event in the domain's words."""
    sent = body.model_dump(exclude_unset=True, include=set(EVENT_FIELDS))
    return Event(
        id=event_id,
        name=body.type,
        entity=body.entityType,
        subject=_subject(body),
        created_at=not_ahead(optional_time(body.createdAt), now),
        body={name: value for name, value in sent.items() if value is not None},
    )


def _subject(body: EventBody) -> str:
    if isinstance(body, SearchEvent):
        return body.searchQuery
    return body.messageId if isinstance(body, MessageEvent) else body.conversationId


def event_answer(event: Event, chatbot_id: str) -> answers.LoggedEvent:
    """An event as it was stored."""
    answer: dict[str, Any] = {
        "id": event.id,
        "type": event.name,
        "entityType": event.entity,
        SUBJECTS[event.entity]: event.subject,
        "createdAt": iso(event.created_at),
        "projectId": chatbot_id,
        "integrationId": None,
        "properties": None,
        "userProperties": None,
    }
    return cast("answers.LoggedEvent", {**answer, **event.body})
