"""What a key reaches of its chatbot's conversations, and what it may do to them: the one place where that is decided.

A server's key reaches all of them. A browser's key is in every visitor's hands: it reaches what browsers' keys began,
adds to it, and changes and removes nothing (docs/browser.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from confab.domain.conversation import Conversation
from confab.domain.history import Plan, Said, once_each, plan_of
from confab.domain.identity import conversation_id, is_uuid, web_conversation_id
from confab.domain.message import Draft, Message
from confab.domain.web_access import (
    View,
    attributes_added,
    cannot_be_guessed,
    continuation,
    extended,
    fields_added,
    view_of,
)
from confab.platform.credentials import ApiKey
from confab.platform.errors import Forbidden, NotFound
from confab.storage.values import Place

if TYPE_CHECKING:
    from confab.capture.history import HistoryRequest
    from confab.storage.partition import ConversationPartition

MUST_KNOW: Final = (
    "A browser's key goes on with a conversation by sending all that was said in it, unchanged and in order, "
    "and then what is new."
)


class Reach(Protocol):
    """The access of a kind of key.

    Attributes:
        web: whether its keys are browsers'.
    """

    @property
    def web(self) -> bool: ...

    def begins_at(self, chatbot_id: str, external_id: str) -> str:
        """The conversation that a caller's own id names; there may be none yet."""
        ...

    def places(self, chatbot_id: str, wanted: str) -> list[Place]:
        """Where the conversation of an id may be, the likeliest first: the caller's own id, or the service's."""
        ...

    def writes(self, conversation: Conversation, wanted: str) -> bool:
        """Whether something may be added to a conversation that is named by an id."""
        ...

    def view(self, conversation: Conversation, wanted: str) -> View:
        """How much is shown of a conversation that is named by an id."""
        ...

    def request(self, before: ConversationPartition, request: HistoryRequest) -> HistoryRequest:
        """What of a request may be kept besides the messages."""
        ...

    def plan(
        self,
        before: ConversationPartition,
        request: HistoryRequest,
        now: datetime,
        new_id: Callable[[], str],
        said: Said,
    ) -> Plan:
        """What a request does to the messages.

        Raises:
            Forbidden: the key may not do it; the answer says nothing of the conversation.
        """
        ...


class Servers:
    """The reach of a server's key: all of its chatbot. Of one id, servers' conversations go before browsers'."""

    web: Final = False

    def begins_at(self, chatbot_id: str, external_id: str) -> str:
        return conversation_id(chatbot_id, external_id)

    def places(self, chatbot_id: str, wanted: str) -> list[Place]:
        ids = [conversation_id(chatbot_id, wanted), *([wanted] if is_uuid(wanted) else [])]
        return [(chatbot_id, each) for each in [*ids, web_conversation_id(chatbot_id, wanted)]]

    def writes(self, conversation: Conversation, wanted: str) -> bool:
        return True

    def view(self, conversation: Conversation, wanted: str) -> View:
        return View.WHOLE

    def request(self, before: ConversationPartition, request: HistoryRequest) -> HistoryRequest:
        return request

    def plan(
        self,
        before: ConversationPartition,
        request: HistoryRequest,
        now: datetime,
        new_id: Callable[[], str],
        said: Said,
    ) -> Plan:
        return plan_of(before.messages, request.drafts, now, new_id, said)


class Browsers:
    """The reach of a browser's key.

    Ids that it names are apart from those of servers, so it can neither find nor take the id of a server's
    conversation; what servers made public it may read.
    """

    web: Final = True

    def begins_at(self, chatbot_id: str, external_id: str) -> str:
        return web_conversation_id(chatbot_id, external_id)

    def places(self, chatbot_id: str, wanted: str) -> list[Place]:
        return SERVERS.places(chatbot_id, wanted)

    def writes(self, conversation: Conversation, wanted: str) -> bool:
        own = self.begins_at(conversation.chatbot_id, wanted) == conversation.id
        return conversation.web and (own or cannot_be_guessed(wanted))

    def view(self, conversation: Conversation, wanted: str) -> View:
        return view_of(conversation, wanted)

    def request(self, before: ConversationPartition, request: HistoryRequest) -> HistoryRequest:
        if not before.row:
            return request
        logged = before.conversation.history_fields
        known = {name: logged.get(name) for name in request.fields}
        return replace(
            request,
            fields=fields_added(known, request.fields),
            properties=fields_added(before.properties, request.properties),
            attributes=attributes_added(before.conversation.attributes, request.attributes),
            updated_at=None,
        )

    def plan(
        self,
        before: ConversationPartition,
        request: HistoryRequest,
        now: datetime,
        new_id: Callable[[], str],
        said: Said,
    ) -> Plan:
        drafts = once_each(request.drafts)
        if not before.row:
            return plan_of((), drafts, now, new_id, said)
        wanted = before.conversation.id if request.id is None else request.id
        repeated = check_continuation(before, wanted, drafts, said)
        return extended(before.messages, drafts, repeated, now, new_id, said)


SERVERS: Final = Servers()
BROWSERS: Final = Browsers()


def reach_of(key: ApiKey) -> Reach:
    """What a key reaches."""
    return BROWSERS if key.web else SERVERS


def check_continuation(
    stored: ConversationPartition, wanted: str, drafts: Sequence[Draft], said: Said
) -> Sequence[Message | None]:
    """Check that a history goes on with what browsers began, and knows all of it where the key is not shown it.

    Returns:
        As ``continuation``.

    Raises:
        Forbidden: it does not.
    """
    conversation = stored.conversation
    repeated: Sequence[Message | None] | None = None
    if BROWSERS.writes(conversation, wanted):
        hidden = BROWSERS.view(conversation, wanted) is View.NOTHING
        repeated = continuation(stored.messages, once_each(drafts), said, complete=hidden)
    if repeated is None:
        raise Forbidden(MUST_KNOW)
    return repeated


def unknown() -> NotFound:
    """There is no such conversation, or none for this key."""
    return NotFound("There is no such conversation.")
