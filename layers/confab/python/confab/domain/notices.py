"""Notices: what happened, as the run log keeps it, and the message that it becomes when it is sent.

A notice holds ids and figures and no word of a conversation. What it says is read when it is sent, so what was erased
meanwhile is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.domain.chatbot import Chatbot

WORKFLOW_MATCHED: Final = "workflow.matched"
ALERT_OPENED: Final = "alert.opened"
ALERT_RECOVERED: Final = "alert.recovered"
REPORT: Final = "report"
TEST: Final = "test"
MAX_MENTIONS: Final = 20
"""Conversations that a notice names; its count says how many there are."""
MAX_FIGURES: Final = 8 * 1024
"""Bytes of JSON of a notice's figures."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A conversation that a notice is about.

    Attributes:
        conversation_id: the service's own id.
        match: what stands for the matched message (``message_mark``); empty for the conversation as a whole.
    """

    conversation_id: str
    match: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that a rule wants told.

    Attributes:
        type: such as ``workflow.matched``; a part of the published body.
        key: tells it from every other notice of its rule; the same key is the same notice.
        at: when it happened (UTC).
        mentions: the conversations that it names, at most ``MAX_MENTIONS``.
        count: how many there are.
        figures: what else is told, JSON values; no text of a conversation.
        digest: the digest (``DigestStore``) that has its conversations and their count; None where it has them itself.
    """

    type: str
    key: str
    at: datetime
    mentions: Sequence[Mention] = ()
    count: int = 1
    figures: Mapping[str, Any] = field(default_factory=dict)
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The rule that a notice is of, as destinations are told it.

    Attributes:
        kind: ``workflow``, ``alert``, ``report``; ``test`` where no rule is.
    """

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a notice says when it is sent.

    Attributes:
        title: one line.
        lines: the rest, in plain words.
        data: the ``data`` of the published body, JSON values.
        body: what a webhook gets instead of the published body, where the rule has a template; JSON, or plain text.
        text: what people read instead of title and lines, where the rule has a template.
        blocks: Slack's blocks, where they say more than the lines.
    """

    title: str
    lines: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    text: str | None = None
    blocks: Sequence[Mapping[str, Any]] | None = None


Write = Callable[[Chatbot, Told, Notice], Message | None]
"""Makes the message of a notice when it is sent; None where nothing is left to tell."""
