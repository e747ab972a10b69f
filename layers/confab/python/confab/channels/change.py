"""Changes of managed conversations: made once for each contact of a channel, and patched field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from confab.channels.catalogue import ManagedConversations, unknown
from confab.channels.new_conversation import NewConversation
from confab.channels.results import Detail
from confab.channels.rows import ManagedRows
from confab.channels.store import ManagementStore
from confab.domain.conversation import Scalar
from confab.domain.identity import channel_conversation_id, is_uuid
from confab.platform.attempts import Attempt
from confab.redaction.redactors import Redactors
from confab.storage.row_updates import RowChange, RowFields


class ChangeConversations:
    """Makes managed conversations and changes their fields.

    Args:
        store: the store.
        catalogue: reads what was made.
        rows: makes and changes rows.
        redactors: what the chatbots want redacted.
        now: the clock.
        new_conversation_id: gives an id for a conversation without one.
    """

    def __init__(
        self,
        store: ManagementStore,
        catalogue: ManagedConversations,
        rows: ManagedRows,
        redactors: Redactors,
        *,
        now: Callable[[], datetime],
        new_conversation_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._rows = rows
        self._redactors = redactors
        self._now = now
        self._new_conversation_id = new_conversation_id

    def create(self, chatbot_id: str, new: NewConversation, attempt: Attempt | None = None) -> Detail:
        """Make a conversation; one that its channel knows already is given back as it is.

        Args:
            attempt: the request as one that may have been tried before.
        """
        place = chatbot_id, self._id_of(chatbot_id, new, attempt)
        known = new.provider_id is not None or (attempt is not None and attempt.again)
        there = self._store.conversation(place) if known else None
        if there is not None:
            return _as_made(self._catalogue.detail(there), attempt)
        now, new = self._now(), new.redacted(self._redactors.of(chatbot_id))
        change = RowChange(first=new.first(now), entries=new.entries(now))
        detail = self._rows.touch(place, {}, change, now)
        return detail if detail.created else _as_made(detail, attempt)

    def _id_of(self, chatbot_id: str, new: NewConversation, attempt: Attempt | None) -> str:
        if new.provider_id is not None:
            return channel_conversation_id(chatbot_id, new.channel_id, new.provider_id)
        return self._new_conversation_id() if attempt is None else attempt.id("conversation")

    def note(self, chatbot_id: str, new: NewConversation, changes: Mapping[str, Any]) -> Detail:
        """Find or make the conversation of a channel's contact, and set some managed fields of it."""
        assert new.provider_id is not None
        place = chatbot_id, channel_conversation_id(chatbot_id, new.channel_id, new.provider_id)
        now, new = self._now(), new.redacted(self._redactors.of(chatbot_id))
        always = RowFields(managed=changes, updated_at=now)
        row = RowChange(always=always, first=new.first(), entries=new.entries(now))
        return self._rows.touch(place, new.user, row, now)

    def patch(
        self,
        chatbot_id: str,
        conversation_id: str,
        fields: Mapping[str, Any],
        user: Mapping[str, Scalar | None] | None = None,
    ) -> Detail:
        """Change some fields; None removes one. Patches of different fields side by side all stay.

        Args:
            user: what is said of the contact; None for nothing.

        Raises:
            NotFound: there is no such conversation.
        """
        fields = self._redactors.of(chatbot_id).fields(fields)
        place = chatbot_id, conversation_id
        row = self._store.patch(place, fields, self._now(), user or {}) if is_uuid(conversation_id) else None
        if row is None:
            raise unknown()
        if row.counted and user:
            self._rows.recount(place)
        return self._catalogue.detail(row.conversation)


def _as_made(detail: Detail, attempt: Attempt | None) -> Detail:
    """A conversation that is there: one that an earlier try of the same request has made is that request's own."""
    return replace(detail, created=attempt is not None and attempt.made(detail.conversation.created_at))
