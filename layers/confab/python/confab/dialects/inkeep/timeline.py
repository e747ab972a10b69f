"""Inkeep's feedback and events to the domain and back (inkeep.md, sections 4 and 5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from confab.dialects.fields import iso
from confab.dialects.inkeep.mapping import OPENAI, conversation_answer, message_answer, shown_id
from confab.dialects.inkeep.models import EventBody, FeedbackBody, MessageEvent, SearchEvent
from confab.dialects.pages import ROOM
from confab.dialects.times import read_time
from confab.domain.feedback import NEGATIVE, POSITIVE, Event, Feedback
from confab.domain.merge import json_bytes
from confab.domain.placing import not_ahead
from confab.feedback.feedback import FeedbackPage, Judged

FEEDBACK_FIELDS: Final = ("reasons", "details", "properties", "userProperties", "sources")
SENT_TIMES: Final = ("createdAt", "updatedAt")
EVENT_FIELDS: Final = ("createdAt", "projectId", "integrationId", "properties", "userProperties")
SUBJECTS: Final = {"message": "messageId", "conversation": "conversationId", "search": "searchQuery"}


def optional_time(text: str | None) -> datetime | None:
    """A time that may not have been sent."""
    return None if text is None else read_time(text)


def feedback_fields(body: FeedbackBody) -> dict[str, Any]:
    """What is stored of feedback beside its id, its kind and its message."""
    sent = body.model_dump(exclude_unset=True, include={*FEEDBACK_FIELDS, *SENT_TIMES})
    return {name: value for name, value in sent.items() if value is not None}


def feedback_answer(feedback: Feedback) -> dict[str, Any]:
    """Feedback; times come back as they were sent."""
    return {
        "id": feedback.id,
        "type": feedback.kind,
        "messageId": feedback.message_id,
        "createdAt": iso(feedback.created_at),
        "updatedAt": iso(feedback.updated_at),
        **dict.fromkeys(FEEDBACK_FIELDS),
        **feedback.body,
        **({} if feedback.superseded_by is None else {"supersededBy": feedback.superseded_by}),
    }


def judged_answer(judged: Judged) -> dict[str, Any]:
    """Feedback with its message whole, and its conversation whole or, where that does not fit, shortened."""
    conversation = judged.stored.conversation
    kind = conversation.logged.get("type", OPENAI)
    answer = {
        **feedback_answer(judged.feedback),
        "message": message_answer(judged.message, shown_id(conversation), kind),
    }
    room = max(ROOM - json_bytes(answer), 0)
    return {**answer, "conversation": conversation_answer(judged.stored, room=room).answer}


def feedback_list_answer(page: FeedbackPage) -> tuple[dict[str, Any], list[str] | None]:
    """A page of feedback, and where the next one begins; None at the end.

    It ends early where the answer would outgrow what a function can answer.
    """
    lists: dict[str, list[dict[str, Any]]] = {POSITIVE: [], NEGATIVE: []}
    size, ends = 0, page.position
    taken: list[str] | None = None
    for position, judged in page.entries:
        row = judged_answer(judged)
        size += json_bytes(row)
        if size > ROOM and any(lists.values()):
            ends = taken
            break
        lists[judged.feedback.kind].append(row)
        taken = position
    answer = {
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


def event_answer(event: Event, chatbot_id: str) -> dict[str, Any]:
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
    return {**answer, **event.body}
