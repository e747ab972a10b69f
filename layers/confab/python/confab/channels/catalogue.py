"""Managing conversations: lists, single ones, their messages, and an operator's changes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from confab.capture.capture import Capture
from confab.capture.intake import CaptureRequest
from confab.channels.new_conversation import NewConversation
from confab.channels.results import Detail, Stored
from confab.channels.store import ManagementStore
from confab.domain.channel_media import BODY
from confab.domain.content import begins_session, with_content
from confab.domain.conversation import Conversation, Scalar
from confab.domain.identity import channel_conversation_id, is_uuid
from confab.domain.message import Draft, Message
from confab.domain.verdict import CONFLICT, STORED
from confab.platform.attempts import Attempt
from confab.platform.errors import NotFound
from confab.redaction.redactors import Redactors
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.clocks import optional_time, to_micros
from confab.storage.conversation_row import MANAGED, MANAGED_JSON, PEOPLE, managed_attributes, read_head
from confab.storage.conversations import ConversationStore
from confab.storage.histories import HistoryStore
from confab.storage.list_walks import ListWalks, Position, Walked
from confab.storage.previews import edited, showing, shows_last
from confab.storage.results import read_conversation_insight
from confab.storage.row_updates import Expiring, RowChange, RowGone, RowUpdate, UpdatedRow
from confab.storage.transcripts import Excerpt, Span
from confab.storage.values import Item, Place

DIALECT: Final = "chatcaptain"
ORGANIC: Final = "organic"


class Manage:
    """Lists, finds, creates and changes managed conversations and their messages.

    Args:
        store, conversations, walks, logs: the stores.
        capture: stores messages and queues their analysis.
        enqueue_analysis: queues a conversation for analysis.
        redactors: what the chatbots want redacted.
        now: the clock.
        new_conversation_id, new_message_id: give ids for what came without one.
        writer: gives a random mark for each write.
    """

    def __init__(
        self,
        store: ManagementStore,
        conversations: ConversationStore,
        walks: ListWalks,
        logs: HistoryStore,
        capture: Capture,
        enqueue_analysis: EnqueueAnalysis,
        redactors: Redactors,
        *,
        now: Callable[[], datetime],
        new_conversation_id: Callable[[], str],
        new_message_id: Callable[[], str],
        writer: Callable[[], bytes],
    ) -> None:
        self._store = store
        self._conversations = conversations
        self._walks = walks
        self._logs = logs
        self._capture = capture
        self._enqueue_analysis = enqueue_analysis
        self._redactors = redactors
        self._now = now
        self._new_conversation_id = new_conversation_id
        self._new_message_id = new_message_id
        self._writer = writer

    def page(
        self,
        chatbot_id: str,
        *,
        contact_id: str | None,
        channel_id: str | None,
        position: Sequence[str] | None,
        limit: int,
    ) -> Walked:
        """A page of conversations, the last updated first."""
        now = self._now()
        at = None if position is None else Position.of(position)
        if contact_id is None and channel_id is None:
            return self._walks.active([chatbot_id], at, limit, now)
        return self._walks.entered(chatbot_id, contact_id, channel_id, at, limit, now)

    def create(self, chatbot_id: str, new: NewConversation, attempt: Attempt | None = None) -> Detail:
        """Make a conversation; one that its channel knows already is given back as it is.

        Args:
            attempt: the request as one that may have been tried before.
        """
        place = chatbot_id, self._id_of(chatbot_id, new, attempt)
        known = new.provider_id is not None or (attempt is not None and attempt.again)
        row = self._store.row(place) if known else None
        if row is not None:
            return _as_made(self._detail(place, row), attempt)
        now, new = self._now(), new.redacted(self._redactors.of(chatbot_id))
        change = RowChange(first={**new.first(), "updatedAt": to_micros(now)}, entries=new.entries(now))
        update = RowUpdate(external_id=None, dialect=DIALECT, kind=ORGANIC, now=now, row=change)
        touched = self._touched(place, update)
        detail = Detail(conversation=read_head(touched.row), created="dialect" not in touched.before)
        return detail if detail.created else _as_made(detail, attempt)

    def _id_of(self, chatbot_id: str, new: NewConversation, attempt: Attempt | None) -> str:
        if new.provider_id is not None:
            return channel_conversation_id(chatbot_id, new.channel_id, new.provider_id)
        return self._new_conversation_id() if attempt is None else attempt.id("conversation")

    def receive(
        self, chatbot_id: str, new: NewConversation, draft: Draft | None, attempt: Attempt | None = None
    ) -> Stored | Detail:
        """Take what a channel hands over: find or make the conversation, and store the message once.

        Args:
            attempt: the request as one that may have been tried before.

        Returns:
            The message with its conversation; the conversation alone when there was no message.
        """
        assert new.provider_id is not None
        place = chatbot_id, channel_conversation_id(chatbot_id, new.channel_id, new.provider_id)
        now, new = self._now(), new.redacted(self._redactors.of(chatbot_id))
        at = now if draft is None or draft.sent_at is None else min(draft.sent_at, now)
        row = RowChange(said={"updatedAt": to_micros(now)}, first=new.first(), entries=new.entries(at))
        if draft is None:
            return self._touch(place, new.user, row, now)
        row = replace(row, stored={"c.unread": True})
        stored = self._store_message(place, draft, row, new.user, attempt)
        assert stored is not None
        return stored

    def note(self, chatbot_id: str, new: NewConversation, changes: Mapping[str, Any]) -> Detail:
        """Find or make the conversation of a channel's contact, and set some managed fields of it."""
        assert new.provider_id is not None
        place = chatbot_id, channel_conversation_id(chatbot_id, new.channel_id, new.provider_id)
        now, new = self._now(), new.redacted(self._redactors.of(chatbot_id))
        always = {"updatedAt": to_micros(now), **managed_attributes(changes)}
        return self._touch(place, new.user, RowChange(always=always, first=new.first(), entries=new.entries(now)), now)

    def _touch(self, place: Place, user: Mapping[str, Scalar | None], row: RowChange, now: datetime) -> Detail:
        facets = {"user": user} if user else {}
        update = RowUpdate(external_id=None, dialect=DIALECT, kind=ORGANIC, now=now, facets=facets, row=row)
        touched = self._touched(place, update)
        return Detail(conversation=read_head(touched.row), created="dialect" not in touched.before)

    def _touched(self, place: Place, update: RowUpdate) -> UpdatedRow:
        try:
            touched = self._conversations.touch(*place, update, 0)
        except Expiring:
            self._enqueue_analysis(*place, at_once=True)
            raise
        if touched.people_moved:
            self._recount(place)
        return touched

    def find(self, chatbot_id: str, channel_id: str, provider_id: str) -> Detail:
        """The conversation of a channel's contact.

        Raises:
            NotFound: there is none.
        """
        return self.get(chatbot_id, channel_conversation_id(chatbot_id, channel_id, provider_id))

    def get(self, chatbot_id: str, conversation_id: str) -> Detail:
        """One conversation.

        Raises:
            NotFound: there is none.
        """
        place = chatbot_id, conversation_id
        row = self._store.row(place) if is_uuid(conversation_id) else None
        if row is None:
            raise unknown()
        return self._detail(place, row)

    def has(self, chatbot_id: str, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        return self._store.row((chatbot_id, conversation_id)) is not None

    def _detail(self, place: Place, row: Item) -> Detail:
        conversation = read_head(row)
        last = conversation.managed.get("last")
        if last is None:
            # Another dialect keeps no last message on the row.
            return (
                self._from_messages(place, conversation)
                if conversation.message_count
                else Detail(conversation=conversation)
            )
        if not shows_last(conversation):
            return self._from_messages(place, conversation)
        if "content" in last:
            return Detail(conversation=conversation, topics=conversation.managed.get("topics", ()))
        _, message = self._store.message(place, last["key"])
        return Detail(conversation=conversation, last=message, topics=conversation.managed.get("topics", ()))

    def _from_messages(self, place: Place, conversation: Conversation) -> Detail:
        excerpt = self._logs.excerpt(*place, Span(limit=1, last=True))
        topics = read_conversation_insight(excerpt.results).topics
        return Detail(conversation=conversation, last=excerpt.last, topics=topics)

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
        sets = managed_attributes({name: value for name, value in fields.items() if value is not None})
        cleared = [name for name, value in fields.items() if value is None]
        removes = [prefix + name for name in cleared for prefix in (MANAGED, MANAGED_JSON)]
        place = chatbot_id, conversation_id
        row = self._store.patch(place, sets, removes, self._now(), user or {}) if is_uuid(conversation_id) else None
        if row is None:
            raise unknown()
        if PEOPLE in row and user:
            self._recount(place)
        return self._detail(place, row)

    def _recount(self, place: Place, shown: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Let the consumer look at a conversation again in which something other than its messages' number changed.

        Args:
            shown: what else changes on the row.
        """
        if self._conversations.await_analysis(*place, self._now(), shown):
            self._enqueue_analysis(*place, at_once=True)

    def messages(self, chatbot_id: str, conversation_id: str, span: Span) -> tuple[Conversation, Excerpt]:
        """A conversation and a part of its messages, oldest first; one query of the conversation.

        Raises:
            NotFound: there is no such conversation.
        """
        stored = self._logs.load(chatbot_id, conversation_id, span) if is_uuid(conversation_id) else None
        if stored is None or not stored.readable or stored.excerpt is None:
            raise unknown()
        return stored.conversation, stored.excerpt

    def message(self, chatbot_id: str, conversation_id: str, key: str | None) -> tuple[Conversation, Message]:
        """A conversation and one of its messages.

        Raises:
            NotFound: there is no such conversation, or no such message in it.
        """
        if not is_uuid(conversation_id):
            raise unknown()
        row, message = self._store.message((chatbot_id, conversation_id), key or "")
        if row is None:
            raise unknown()
        if message is None or key is None:
            raise NotFound("There is no such message.")
        return read_head(row), message

    def add_message(
        self, chatbot_id: str, conversation_id: str, draft: Draft, attempt: Attempt | None = None
    ) -> Stored:
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
    ) -> Stored | None:
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
            facets={"user": user} if user else {},
            row=showing(row, key or draft.key or "", content),
            redacted=True,
        )
        try:
            captured = self._capture(place[0], request)
        except RowGone:
            return None
        touched, (message,), (verdict,) = captured.touched, captured.messages, captured.verdicts
        assert touched is not None
        after = touched.row
        if verdict.status != STORED:
            _, first = self._store.message(place, message.key)
            message = first or message
        elif begins_session(_spoken_at(touched.before), message.created_at):
            self._store.count_session(place)
            after = {**after, "c.sessions": after.get("c.sessions", 0) + 1}
        own = attempt is not None and attempt.made(message.stored_at)
        return Stored(
            message=message,
            conversation=read_head(after),
            duplicate=verdict.status != STORED and not own,
            conflict=verdict.status == CONFLICT and not own,
            ahead=bool(captured.ahead),
        )

    def patch_message(
        self,
        chatbot_id: str,
        conversation_id: str,
        key: str | None,
        state: Mapping[str, Any],
        content: Mapping[str, Any] | None,
    ) -> tuple[Conversation, Message]:
        """Change the state of a message, field by field, or what it holds; a new text is analysed again.

        Raises:
            NotFound: there is no such conversation, or no such message in it.
            ConversationFull: the conversation has no room for the longer content; nothing was changed.
        """
        conversation, message = self.message(chatbot_id, conversation_id, key)
        place = chatbot_id, conversation_id
        rewritten = None
        if content is not None:
            rewritten = self._redactors.of(chatbot_id).message(with_content(message, content))
            self._conversations.require_edit(conversation, message, rewritten)
        if state and not self._store.patch_message(place, message.key, state):
            raise NotFound("There is no such message.")
        message = replace(message, state={**message.state, **state})
        if rewritten is None:
            return conversation, message
        message = replace(rewritten, state=message.state)
        if not self._store.rewrite_message(place, message, self._writer()):
            raise NotFound("There is no such message.")
        self._recount(place, edited(message, conversation))
        return conversation, message


def _as_made(detail: Detail, attempt: Attempt | None) -> Detail:
    """A conversation that is there: one that an earlier try of the same request has made is that request's own."""
    return replace(detail, created=attempt is not None and attempt.made(detail.conversation.created_at))


def _spoken_at(row: Item) -> datetime | None:
    """When the conversation was last alive before a message: at its last message, else when it was made."""
    return optional_time(row.get("lastAt", row.get("createdAt")))


def unknown() -> NotFound:
    """The answer for a conversation that is not there, or not this tenant's."""
    return NotFound("There is no such conversation.")
