"""Conversations as a manifest for ``confab reconcile``: one conversation a line, with ids and digests of messages."""

from __future__ import annotations

from collections.abc import Iterator

from confab.dialects.export.json_lines import written
from confab.domain.chatbot import Chatbot
from confab.domain.manifest import content_digest
from confab.reading.export import ExportedConversation


def lines(one: ExportedConversation, _: Chatbot) -> Iterator[str]:
    """A conversation as one line."""
    row = one.conversation
    messages = [
        {"id": message.id, "sha256": content_digest(message.role, message.content)}
        for part in one.parts
        for message in part.messages
    ]
    yield written({"conversationId": row.external_id or row.id, "messages": messages})
