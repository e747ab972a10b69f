"""What each type of destination is sent: the published body, and messages for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from confab.domain.chatbot import Chatbot
from confab.domain.notices import Message, Notice, Told

VERSION: Final = 1
"""Of the published body; fields may be added to it, and none changes or goes."""
SLACK_TEXT: Final = 2900
"""Characters of one of Slack's blocks (3,000), with room for what stands around them."""
SLACK_TITLE: Final = 150
DISCORD_TEXT: Final = 2000
SUBJECT: Final = 100
"""Characters of the subject of an SNS message."""
MAX_MAIL: Final = 200_000
"""Bytes of an SNS message's text (256 KB)."""


def published(chatbot: Chatbot, told: Told, notice: Notice, message: Message, event_id: str, *, test: bool) -> str:
    """The body that webhooks and event buses get, as JSON."""
    body: dict[str, Any] = {
        "type": notice.type,
        "version": VERSION,
        "id": event_id,
        "timestamp": notice.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "workspace": chatbot.workspace_id,
        "chatbot": {"id": chatbot.id, "name": chatbot.name},
        "rule": {"id": told.id, "name": told.name, "kind": told.kind},
        "data": message.data,
    }
    if test:
        body["test"] = True
    # Half a character, which some clients send, is no UTF-8; as an escape it is JSON.
    return json.dumps(body, ensure_ascii=False).encode(errors="backslashreplace").decode()


def words(message: Message, *, test: bool) -> tuple[str, Sequence[str]]:
    """The title of a message and its lines, as people read them."""
    title = f"[test] {message.title}" if test else message.title
    return title, [message.text] if message.text is not None else message.lines


def slack(message: Message, *, test: bool) -> dict[str, Any]:
    """The body of a Slack incoming webhook. What Slack takes for a mention or a link is escaped."""
    title, lines = words(message, test=test)
    text = _for_slack("\n".join(lines))[:SLACK_TEXT]
    blocks: list[Mapping[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:SLACK_TITLE] or "-"}}
    ]
    if message.blocks is not None:
        blocks += message.blocks
    elif text:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    return {"text": _for_slack(title)[:SLACK_TEXT], "blocks": blocks}


def discord(message: Message, *, test: bool) -> dict[str, Any]:
    """The body of a Discord incoming webhook; it mentions nobody."""
    title, lines = words(message, test=test)
    content = "\n".join([f"**{title}**", *lines])[:DISCORD_TEXT]
    return {"content": content, "allowed_mentions": {"parse": []}}


def mail(message: Message, *, test: bool) -> tuple[str, str]:
    """Subject and text of a message to an SNS topic, whose subscribers may be mailed."""
    title, lines = words(message, test=test)
    # SNS takes ASCII without control characters, beginning with a letter, a digit or punctuation.
    subject = "".join(each if " " <= each <= "~" else "?" for each in title).strip()[:SUBJECT]
    text = "\n".join([title, "", *lines]).encode(errors="replace")
    return subject or "Confab", text[:MAX_MAIL].decode(errors="ignore")


def _for_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sample_time(now: datetime) -> str:
    """A time in words for people: UTC, to the minute."""
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
