"""Telegram Desktop's export, ``result.json``: of one chat, or of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from confab.importing.drafts import Wrong, content_of, id_of, time_of
from confab.importing.files import File
from confab.importing.json_stream import JsonStream
from confab.importing.pieces import Fault, Found, Options, Unreadable
from confab.importing.sessions import Said, in_sessions

FORM: Final = "telegram"
NAMES_SHOWN: Final = 10


def read_telegram(file: File, options: Options, name: str | None = None) -> Iterator[Found]:
    """The conversations of an export: a chat goes on in another one after a day of silence.

    Raises:
        Unreadable: nobody is named who answers.
    """
    if not options.assistants:
        raise Unreadable(f"name who answers, by name or id, with --assistant; the file has {_speakers(file, name)}")
    with file.opened(name) as source:
        stream = JsonStream(source)
        yield from _chat_or_chats(stream, options)


def _chat_or_chats(stream: JsonStream, options: Options) -> Iterator[Found]:
    about: dict[str, str] = {}
    for key in stream.names():
        if key == "chats":
            for inner in stream.names():
                if inner == "list":
                    for _ in stream.elements():
                        yield from _chat_or_chats(stream, options)
                else:
                    stream.skip()
        elif key == "messages":
            yield from _messages(stream, about, options)
        elif key in ("id", "name", "type"):
            about[key] = str(stream.value())[:1000]
        else:
            stream.skip()


def _messages(stream: JsonStream, about: Mapping[str, str], options: Options) -> Iterator[Found]:
    chat, faults = f"telegram:{about.get('id', about.get('name', 'chat'))[:200]}", list[Fault]()

    def said() -> Iterator[Said]:
        for _ in stream.elements():
            stream.peek()
            line = stream.line
            try:
                message = _said(line, stream.value())
            except Wrong as wrong:
                faults.append(Fault(line, str(wrong)))
                continue
            if message is not None:
                yield message

    for piece in in_sessions(chat, said(), options.assistants, about.get("name")):
        yield from faults
        faults.clear()
        yield piece
    yield from faults


def _said(line: int, message: Any) -> Said | None:
    """A message; None for a notice of the service, and for one without a text."""
    if not isinstance(message, Mapping):
        raise Wrong("a message is a JSON object")
    if message.get("type") != "message":
        return None
    text = content_of(_text(message.get("text")))
    if not text.strip():
        return None
    name, speaker = message.get("from"), message.get("from_id")
    return Said(
        line=line,
        speaker=str(speaker or name or "unknown")[:256],
        name=name[:256] if isinstance(name, str) else "",
        text=text,
        at=_time(message),
        id=id_of(str(message.get("id", ""))) if message.get("id") is not None else None,
    )


def _time(message: Mapping[str, Any]) -> datetime:
    counted = message.get("date_unixtime")
    if isinstance(counted, str) and counted.isdigit():
        try:
            return datetime.fromtimestamp(int(counted), UTC)
        except (ValueError, OverflowError, OSError):
            raise Wrong("date_unixtime is no time") from None
    return time_of(message.get("date"), "date")


def _text(text: Any) -> str:
    """A text, or the texts of its stretches: bold, links, mentions."""
    if isinstance(text, list):
        stretches = (each.get("text") if isinstance(each, dict) else each for each in text)
        return "".join(each for each in stretches if isinstance(each, str))
    return text if isinstance(text, str) else ""


def _speakers(file: File, name: str | None) -> str:
    """Who speaks in the beginning of a file, for whoever must choose."""
    found: dict[str, None] = {}
    options = Options(form=FORM, assistants=frozenset({"\0"}))
    with file.opened(name) as source:
        for piece in _chat_or_chats(JsonStream(source), options):
            if isinstance(piece, Fault):
                continue
            user = piece.attributes.get("user", {})
            found.setdefault(f"{user.get('name', '?')} ({user.get('id', '?')})")
            if len(found) == NAMES_SHOWN:
                break
    return ", ".join(found) or "no messages"
