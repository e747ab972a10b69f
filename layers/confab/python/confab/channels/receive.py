"""Messages of managed conversations: those that channels send, and those that are written there; each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from confab.capture.capture import Capture
from confab.capture.intake import CaptureRequest
from confab.channels.catalogue import DIALECT, unknown
from confab.channels.new_conversation import NewConversation
from confab.channels.results import Detail, ReceivedMessage
from confab.channels.rows import ManagedRows
from confab.channels.store import ManagementStore
from confab.domain.channel_media import BODY
from confab.domain.content import begins_session
from confab.domain.conversation import Scalar
from confab.domain.identity import channel_conversation_id, is_uuid
from confab.domain.message import Draft
from confab.domain.verdict import CONFLICT, STORED
from confab.platform.attempts import Attempt
from confab.redaction.redactors import Redactors
from confab.storage.previews import showing
from confab.storage.row_updates import RowChange, RowFields, RowGone
from confab.storage.values import Place


class ReceiveMessages:
    """Stores messages of managed conversations, each once, and what they change on the row.

    Args:
        store: the store.
        rows: makes and changes rows.
        capture: stores messages and queues their analysis.
        redactors: what the chatbots want redacted.
        now: the clock.
        new_message_id: gives an id for a message without one.
    """

    def __init__(
        self,
        store: ManagementStore,
        rows: ManagedRows,
        capture: Capture,
        redactors: Redactors,
        *,
        now: Callable[[], datetime],
        new_message_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._rows = rows
        self._capture = capture
        self._redactors = redactors
        self._now = now
        self._new_message_id = new_message_id

    def receive(
        self, chatbot_id: str, new: NewConversation, draft: Draft | None, attempt: Attempt | None = None
    ) -> ReceivedMessage | Detail:
        """Take what a channel sends: find or make the conversation, and store the message once.

        Args:
            attempt: the request as one that may have been tried before.

        Returns:
            The message with its conversation; the conversation alone when there was no message.
        """
        assert new.provider_id is not None
        place = chatbot_id, channel_conversation_id(chatbot_id, new.channel_id, new.provider_id)
        now, new = self._now(), new.redacted(self._redactors.of(chatbot_id))
        at = now if draft is None or draft.sent_at is None else min(draft.sent_at, now)
        row = RowChange(said=RowFields(updated_at=now), first=new.first(), entries=new.entries(at))
        if draft is None:
            return self._rows.touch(place, new.user, row, now)
        row = replace(row, stored=RowFields(managed={"unread": True}))
        stored = self._store_message(place, draft, row, new.user, attempt)
        assert stored is not None
        return stored

    def add(
        self, chatbot_id: str, conversation_id: str, draft: Draft, attempt: Attempt | None = None
    ) -> ReceivedMessage:
        """Store a message in a conversation that is there.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            NotFound: there is no such conversation.
        """
        if not is_uuid(conversation_id):
            raise unknown()
        row = RowChange(create=False)
        given = draft if draft.id is not None else self._with_key(draft, attempt)
        stored = self._store_message((chatbot_id, conversation_id), given, row, {}, attempt)
        if stored is None:
            raise unknown()
        return stored

    def _with_key(self, draft: Draft, attempt: Attempt | None) -> Draft:
        """A message that nothing identifies is a new one, whatever it says."""
        return replace(draft, key=f"g:{self._new_message_id() if attempt is None else attempt.id('message')}")

    def _store_message(
        self,
        place: Place,
        draft: Draft,
        row: RowChange,
        user: Mapping[str, Scalar | None],
        attempt: Attempt | None,
    ) -> ReceivedMessage | None:
        """Store one message and what it changes on the row; None when there is no such conversation.

        Args:
            user: what is known of the contact, redacted already.
        """
        redactor = self._redactors.of(place[0])
        draft = redactor.message(draft)
        key = redactor.fingerprints.own_key(draft)
        if key is None:
            draft = self._with_key(draft, attempt)
        content = draft.extras.get(BODY, {}).get("content", {"text": draft.content})
        request = CaptureRequest(
            external_id=None,
            conversation_id=place[1],
            dialect=DIALECT,
            drafts=[draft],
            attributes={"user": user} if user else {},
            row=showing(row, key or draft.key or "", content),
            redacted=True,
        )
        try:
            captured = self._capture(place[0], request)
        except RowGone:
            return None
        touched, (message,), (verdict,) = captured.touched, captured.messages, captured.verdicts
        assert touched is not None
        conversation = touched.row.conversation
        if verdict.status != STORED:
            _, first = self._store.message(place, message.key)
            message = first or message
        elif begins_session(touched.before.last_alive_at, message.created_at):
            self._store.count_session(place)
            sessions = conversation.managed.get("sessions", 0) + 1
            conversation = replace(conversation, managed={**conversation.managed, "sessions": sessions})
        own = attempt is not None and attempt.made(message.stored_at)
        return ReceivedMessage(
            message=message,
            conversation=conversation,
            duplicate=verdict.status != STORED and not own,
            conflict=verdict.status == CONFLICT and not own,
            ahead=bool(captured.ahead),
        )
