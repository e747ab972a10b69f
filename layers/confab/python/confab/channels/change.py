"""Changes of managed conversations: made once for each contact of a channel, and patched field by field.

Notes and single variables change one by one, whoever changes others at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from confab.channels.catalogue import ManagedConversations, unknown
from confab.channels.new_conversation import NewConversation
from confab.channels.results import Detail
from confab.channels.rows import ManagedRows
from confab.channels.store import Edit, ManagementStore
from confab.domain.conversation import Conversation, Scalar
from confab.domain.identity import channel_conversation_id, is_uuid
from confab.domain.merge import json_bytes
from confab.platform.attempts import Attempt
from confab.platform.errors import Fault, InvalidRequest
from confab.redaction.redactors import Redactors
from confab.storage.row_updates import RowChange, RowFields

NOTES: Final = "notes"
VARIABLES: Final = "variables"
MAX_NOTES: Final = 100
MAX_BYTES: Final = 16 * 1024
"""How large all notes, or all variables, of a conversation may be, as JSON."""


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


class ChangeParts:
    """Adds and removes notes, and sets variables.

    Args:
        store: the store.
        redactors: what the chatbots want redacted.
        now: the clock.
    """

    def __init__(self, store: ManagementStore, redactors: Redactors, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._redactors = redactors
        self._now = now

    def add_notes(self, chatbot_id: str, conversation_id: str, notes: Sequence[str]) -> Conversation:
        """Add notes after those that are there; one that is there already stays where it is.

        Raises:
            InvalidRequest: there would be too many notes, or too much in them.
            NotFound: there is no such conversation.
        """
        added = self._redacted(chatbot_id, NOTES, list(notes))

        def edit(managed: Mapping[str, Any]) -> Mapping[str, Any]:
            before = managed.get(NOTES, [])
            after = list(dict.fromkeys([*before, *added]))
            if len(after) > MAX_NOTES:
                raise InvalidRequest.at(Fault(NOTES, f"a conversation has at most {MAX_NOTES} notes"))
            return _changed(NOTES, before, after)

        return self._edit(chatbot_id, conversation_id, edit)

    def remove_notes(self, chatbot_id: str, conversation_id: str, notes: Sequence[str]) -> Conversation:
        """Remove notes by their text; those that are not there are not missed.

        Raises:
            NotFound: there is no such conversation.
        """
        removed = {*notes, *self._redacted(chatbot_id, NOTES, list(notes))}

        def edit(managed: Mapping[str, Any]) -> Mapping[str, Any]:
            before = managed.get(NOTES, [])
            return _changed(NOTES, before, [note for note in before if note not in removed])

        return self._edit(chatbot_id, conversation_id, edit)

    def set_variable(self, chatbot_id: str, conversation_id: str, name: str, value: Any) -> Conversation:
        """Set one variable; the others stay.

        Raises:
            InvalidRequest: the variables would be too large.
            NotFound: there is no such conversation.
        """
        given = self._redacted(chatbot_id, VARIABLES, {name: value})

        def edit(managed: Mapping[str, Any]) -> Mapping[str, Any]:
            before = managed.get(VARIABLES, {})
            return _changed(VARIABLES, before, {**before, **given})

        return self._edit(chatbot_id, conversation_id, edit)

    def _redacted(self, chatbot_id: str, name: str, value: Any) -> Any:
        return self._redactors.of(chatbot_id).fields({name: value})[name]

    def _edit(self, chatbot_id: str, conversation_id: str, edit: Edit) -> Conversation:
        place = chatbot_id, conversation_id
        row = self._store.patch(place, edit, self._now(), {}) if is_uuid(conversation_id) else None
        if row is None:
            raise unknown()
        return row.conversation


def _changed(name: str, before: Any, after: Any) -> Mapping[str, Any]:
    """The field as it is to be; nothing where it is so already."""
    if before == after:
        return {}
    if json_bytes(after) > max(MAX_BYTES, json_bytes(before)):
        raise InvalidRequest.at(Fault(name, f"a conversation has at most {MAX_BYTES:,} bytes of {name} as JSON"))
    return {name: after}
