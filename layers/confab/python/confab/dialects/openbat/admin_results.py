"""What the administration answers to changes, and pages of what it lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from confab.admin.issued_keys import IssuedKey
from confab.dialects.openbat.admin import (
    audit_row,
    chatbot_row,
    field_row,
    key_row,
    responder_row,
    running_row,
    topic_row,
)
from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.responder import Responder
from confab.domain.topics import Topic
from confab.erasure.user import Progress

if TYPE_CHECKING:
    from confab.dialects.openbat import admin_answers as answers


def done() -> answers.Ok:
    """Something was done of which there is no more to say."""
    return {"ok": True}


def chatbot_with_key(chatbot: Chatbot, issued: IssuedKey) -> answers.ChatbotWithKey:
    """A chatbot and its new key."""
    return {"ok": True, "chatbot": chatbot_row(chatbot, issued.key.prefix), "apiKey": issued.secret}


def issued_key(issued: IssuedKey) -> answers.IssuedKey:
    """A new key."""
    return {"ok": True, "key": key_row(issued.key), "apiKey": issued.secret}


def declared_field(chatbot: Chatbot, name: str) -> answers.FieldDeclared:
    """A custom field that was declared."""
    return {"ok": True, "field": field_row(chatbot, name)}


def declared_topic(topic: Topic) -> answers.TopicDeclared:
    """A topic that was declared."""
    return {"ok": True, "topic": topic_row(topic)}


def stored_responder(responder: Responder, *, with_secret: bool) -> answers.ResponderStored:
    """A responder that was stored.

    Args:
        with_secret: whether its secret is new, and so is shown.
    """
    answer: answers.ResponderStored = {"ok": True, "responder": responder_row(responder)}
    if with_secret:
        answer["secret"] = responder.secret
    return answer


def erased(progress: Progress, receipt: Mapping[str, Any]) -> answers.Erased:
    """An erasure that is complete."""
    return {"ok": True, "erasureId": progress.id, "status": "done", "receipt": cast("answers.Receipt", receipt)}


def erasure_running(progress: Progress) -> answers.ErasureRunning:
    """An erasure that goes on."""
    return {"ok": True, **running_row(progress)}


def receipts_answer(receipts: Iterable[Mapping[str, Any]], running: Iterable[Progress]) -> answers.Receipts:
    """The receipts of a chatbot, and its erasures under way."""
    return {
        "receipts": cast("list[answers.Receipt]", list(receipts)),
        "running": [running_row(progress) for progress in running],
    }


def exported_page(lines: list[answers.ExportedLine]) -> answers.UserData:
    """A page of what is kept of a user."""
    return {"data": lines}


def audit_page(entries: Sequence[AuditEntry]) -> answers.AuditLog:
    """A page of the audit log."""
    return {"entries": [audit_row(entry) for entry in entries]}
