"""Results of managing conversations: single ones, received messages, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confab.domain.conversation import Conversation
from confab.domain.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A conversation with data that its row does not have.

    Attributes:
        last: the last message; None when the row has its whole content, or there is no message.
        topics: what it is about, when it was analysed.
        created: whether this request made it.
    """

    conversation: Conversation
    last: Message | None = None
    topics: Sequence[str] = ()
    created: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A message that came, and the conversation with it.

    Attributes:
        duplicate: whether it was there already.
        conflict: whether what was there already says something else.
        ahead: whether its time lies so far ahead that the time of arrival was taken with a warning.
    """

    message: Message
    conversation: Conversation
    duplicate: bool = False
    conflict: bool = False
    ahead: bool = False
