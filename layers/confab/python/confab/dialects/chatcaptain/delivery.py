"""Deliveries to a responder and its answers (chatcaptain.md, "Responder and delivery"; docs/chatcaptain.md)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from confab.channels.deliver import ResponderAnswer
from confab.dialects.chatcaptain.models import AnyContent, MessageBody, Persona, Word, size_of
from confab.dialects.chatcaptain.reading import conversation_value, event_value, message_value
from confab.dialects.chatcaptain.writing import content_value, written_draft
from confab.dialects.fields import Request, iso
from confab.domain.conversation import Conversation
from confab.domain.feedback import Event
from confab.domain.message import Draft, Message
from confab.platform.bodies import OverLimit, read_json
from confab.platform.errors import DeliveryFailed
from confab.platform.faults import Unfit, fitted

MAX_REPLIES: Final = 100
MAX_TAKEN: Final = 256 * 1024


class Reply(Request):
    """A message that a responder wants to say: ``content``, or ``text`` alone."""

    content: AnyContent | None = None
    text: Annotated[str, Field(min_length=1, max_length=32_000)] | None = None
    type: Word | None = None
    sender: Literal["bot", "agent"] | None = None
    persona: Persona | None = None


class Wording:
    """How deliveries and answers look."""

    def delivery(self, conversation: Conversation, subject: Message | Event, now: datetime) -> bytes:
        """The body of a delivery: what it is, when it was made, and the data."""
        data: dict[str, Any] = {
            "chatbotId": conversation.chatbot_id,
            "conversation": conversation_value(conversation),
        }
        if isinstance(subject, Message):
            kind = "message.created"
            data["message"] = message_value(subject, conversation)
        else:
            kind = "event.created"
            data["event"] = event_value(subject)
        body = {"type": kind, "timestamp": iso(now), "data": data}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    def answer(self, body: bytes) -> ResponderAnswer:
        """What an answer wants to say: at most 100 messages and 256 KB, with a note of what was left out.

        Raises:
            DeliveryFailed: it is no JSON object with messages, or one of those that count breaks a rule.
        """
        messages = _messages(body)
        taken: list[Draft] = []
        size = 0
        for number, value in enumerate(messages[:MAX_REPLIES]):
            reply = _reply(number, value)
            size += size_of(reply)
            if size > MAX_TAKEN:
                break
            taken.append(written_draft(MessageBody.model_validate(reply)))
        if len(taken) == len(messages):
            return ResponderAnswer(taken, None)
        return ResponderAnswer(
            taken,
            f"The responder answered {len(messages)} messages; the first {len(taken)} were stored, because an answer "
            f"has at most {MAX_REPLIES} messages and {MAX_TAKEN} bytes.",
        )


def _messages(body: bytes) -> list[Any]:
    if not body.strip():
        return []
    try:
        answer = read_json(body)
    except OverLimit as error:
        raise DeliveryFailed(f"its answer {error}") from None
    except ValueError:
        raise DeliveryFailed("its answer is not valid JSON") from None
    messages = answer.get("messages", []) if isinstance(answer, dict) else None
    if not isinstance(messages, list):
        raise DeliveryFailed("its answer is not an object with a list of messages")
    return messages


def _reply(number: int, value: Any) -> dict[str, Any]:
    """One message of an answer, checked; what is kept of it."""
    try:
        reply = fitted(Reply, value)
    except Unfit as unfit:
        fault = unfit.faults[0]
        where = ".".join(["messages", str(number), *([fault.path] if fault.path else [])])
        raise DeliveryFailed(f"its answer breaks a rule: {where}: {fault.message}") from None
    content = reply.content if reply.content is not None else reply.text
    if content is None:
        raise DeliveryFailed(f"its answer breaks a rule: messages.{number}: content or text is required")
    kept = reply.model_dump(exclude_none=True, include={"type", "persona"})
    return {"content": content_value(content), "sender": reply.sender or "bot", **kept}
