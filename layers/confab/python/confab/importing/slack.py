"""Slack's export: a ZIP with a folder for each channel, and in it a file for each day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from confab.domain.message import ASSISTANT, USER, Draft
from confab.importing.drafts import Wrong, content_of, id_of
from confab.importing.files import File
from confab.importing.json_stream import JsonStream
from confab.importing.pieces import Fault, Found, Options, Piece, Unreadable

FORM: Final = "slack"
DAY: Final = re.compile(r"(?:.*/)?([^/]+)/(\d{4}-\d{2}-\d{2})\.json")
MAX_USERS: Final = 200_000
_BESIDE: Final = frozenset({"bot_message", "thread_broadcast", "me_message", "file_share", "file_comment"})
"""Subtypes of messages that people or bots wrote; all others are notices, such as of joins."""
_MENTION: Final = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_ESCAPES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ESCAPED: Final = re.compile("|".join(_ESCAPES))


def read_slack(file: File, options: Options, _: str | None = None) -> Iterator[Found]:
    """The conversations of an export: each thread is one, and so is what else was said in a channel on a day.

    A day's file may have messages of threads that began on another day: they go to those.
    """
    names = file.names()
    users = _users(file, names)
    for name in sorted(names, key=_order):
        found = DAY.fullmatch(name)
        if found is None:
            continue
        with file.opened(name) as source:
            try:
                yield from _day(source, found[1], found[2], users, options)
            except Unreadable as error:
                yield Fault(0, f"{name}: {error}")


def _order(name: str) -> tuple[str, str]:
    folder, _, day = name.rpartition("/")
    return folder, day


def _users(file: File, names: list[str]) -> dict[str, dict[str, str]]:
    """What is known of people, by id."""
    found: dict[str, dict[str, str]] = {}
    listed = next((name for name in names if name.rpartition("/")[2] == "users.json"), None)
    if listed is None:
        return found
    with file.opened(listed) as source:
        stream = JsonStream(source)
        for _ in stream.elements():
            user = stream.value()
            if isinstance(user, Mapping) and isinstance(user.get("id"), str) and len(found) < MAX_USERS:
                profile = user.get("profile")
                about = profile if isinstance(profile, Mapping) else {}
                name = about.get("real_name") or user.get("real_name") or user.get("name")
                bot = "1" if user.get("is_bot") else ""
                known = {"id": user["id"], "name": name, "email": about.get("email"), "bot": bot}
                found[user["id"]] = {k: v[:256] for k, v in known.items() if isinstance(v, str) and v}
    return found


def _day(source: Any, channel: str, day: str, users: Mapping[str, dict[str, str]], options: Options) -> Iterator[Found]:
    stream = JsonStream(source)
    runs: dict[str, list[Draft]] = {}
    people: dict[str, dict[str, Any]] = {}
    for _ in stream.elements():
        stream.peek()
        line, message = stream.line, stream.value()
        try:
            said = _said(message, users, options)
        except Wrong as wrong:
            yield Fault(line, f"{channel}/{day}.json: {wrong}")
            continue
        if said is None:
            continue
        thread = message.get("thread_ts")
        conversation = f"slack:{channel}/{thread if isinstance(thread, str) and thread else day}"[:1024]
        draft, user = said
        runs.setdefault(conversation, []).append(draft)
        if user and draft.role == USER:
            people.setdefault(conversation, user)
    for conversation, drafts in runs.items():
        custom = {"channel": channel[:256]}
        groups = {"user": people.get(conversation, {}), "custom": custom}
        attributes = {name: fields for name, fields in groups.items() if fields}
        yield Piece(line=1, external_id=conversation, drafts=drafts, attributes=attributes)


def _said(message: Any, users: Mapping[str, dict[str, str]], options: Options) -> tuple[Draft, dict[str, Any]] | None:
    """A message, and who wrote it; None for a notice."""
    if not isinstance(message, Mapping):
        raise Wrong("a message is a JSON object")
    subtype, text = message.get("subtype"), message.get("text")
    if message.get("type") != "message" or (subtype and subtype not in _BESIDE) or not isinstance(text, str):
        return None
    content = content_of(_plain(text, users))
    if not content.strip():
        return None
    ts, user = message.get("ts"), message.get("user")
    if not isinstance(ts, str) or not re.fullmatch(r"\d{1,11}(\.\d{1,9})?", ts):
        raise Wrong("ts is no time")
    known = users.get(user, {}) if isinstance(user, str) else {}
    names = {str(each) for each in (user, known.get("name"), message.get("username"), message.get("bot_id")) if each}
    assistant = bool(message.get("bot_id")) or bool(known.get("bot")) or bool(names & options.assistants)
    at = datetime.fromtimestamp(float(ts), UTC)
    unknown = {"id": user} if isinstance(user, str) else {}
    about = {name: value for name, value in known.items() if name != "bot"} or unknown
    return Draft(role=ASSISTANT if assistant else USER, content=content, id=id_of(ts, "ts"), sent_at=at), dict(about)


def _plain(text: str, users: Mapping[str, dict[str, str]]) -> str:
    """A text as people read it."""
    named = _MENTION.sub(lambda found: "@" + users.get(found[1], {}).get("name", found[1]), text)
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], named)
