"""The format of a file, and its parser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from confab.importing import chat_lines, chatgpt, own, slack, table, telegram, whatsapp
from confab.importing.files import File, lines_of
from confab.importing.json_stream import JsonStream
from confab.importing.pieces import Found, Options, Unreadable

CSV: Final = "csv"
AUTO: Final = "auto"
Parser = Callable[[File, Options, str | None], Iterator[Found]]
PARSERS: Final[Mapping[str, Parser]] = {
    own.FORM: own.read_own,
    CSV: table.read_table,
    chat_lines.OPENAI: chat_lines.read_chats,
    chat_lines.SHAREGPT: chat_lines.read_chats,
    chatgpt.FORM: chatgpt.read_chatgpt,
    slack.FORM: slack.read_slack,
    telegram.FORM: telegram.read_telegram,
    whatsapp.FORM: whatsapp.read_whatsapp,
}
FORMATS: Final = (AUTO, *PARSERS)
_BEGINNING: Final = 1 << 16


def read(file: File, options: Options) -> Iterator[Found]:
    """The conversations of a file, and what of it cannot be taken, in the file's order and one at a time.

    Raises:
        Unreadable: the format is not known, or the file as a whole cannot be taken.
    """
    form, name = found_form(file, options)
    return PARSERS[form](file, replace(options, form=form), name)


def found_form(file: File, options: Options) -> tuple[str, str | None]:
    """The format of a file, and of an archive the file in it that holds the conversations.

    Raises:
        Unreadable: it cannot be told, or the file does not hold what was said.
    """
    if file.is_archive:
        return _of_archive(file, options)
    form = _sniffed(file, None, options) if options.form == AUTO else options.form
    if form == slack.FORM:
        raise Unreadable("an export of Slack is a ZIP archive")
    return form, None


def _of_archive(file: File, options: Options) -> tuple[str, str | None]:
    names = file.names()
    known = {
        chatgpt.FORM: next((each for each in names if _base(each) == "conversations.json"), None),
        telegram.FORM: next((each for each in names if _base(each) == "result.json"), None),
        whatsapp.FORM: next((each for each in names if each.endswith(".txt")), None),
    }
    days = any(slack.DAY.fullmatch(each) for each in names)
    if options.form in (AUTO, slack.FORM) and days:
        return slack.FORM, None
    for form, name in known.items():
        if name is not None and options.form in (AUTO, form):
            return form, name
    single = [each for each in names if each.endswith((".jsonl", ".ndjson", ".csv", ".json"))]
    if len(single) != 1:
        raise Unreadable("the archive is no export of ChatGPT, Slack, Telegram or WhatsApp, and holds no single file")
    form = _sniffed(file, single[0], options) if options.form == AUTO else options.form
    if form == slack.FORM:
        raise Unreadable("the archive is no export of Slack")
    return form, single[0]


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _sniffed(file: File, name: str | None, options: Options) -> str:
    with file.opened(name) as source:
        beginning = source.read(_BEGINNING)
    text = beginning.decode("utf-8-sig", "replace").lstrip()
    if not text:
        raise Unreadable("the file is empty")
    if text[0] in "[{":
        return _of_json(file, name, text)
    with file.opened(name) as source:
        lines = [(raw or b"").decode("utf-8", "replace") for _, raw in islice(lines_of(source), 20)]
    if any(whatsapp.LINE.match(line.lstrip("\u200e\ufeff")) for line in lines):
        return whatsapp.FORM
    header = lines[0]
    columns = {*table.REQUIRED, *options.columns.values()}
    if any(column in header for column in columns) or "externalId" in header:
        return CSV
    raise Unreadable(f"the format cannot be told; name it with --format, one of {', '.join(PARSERS)}")


def _of_json(file: File, name: str | None, text: str) -> str:
    """The format of JSON, by the first conversation."""
    first: Any = None
    if text[0] == "{":
        try:
            first = json.loads(text.partition("\n")[0])
        except (ValueError, RecursionError):
            return _of_document(file, name)
    else:
        with file.opened(name) as source:
            stream = JsonStream(source)
            for _ in stream.elements():
                first = stream.value()
                break
    if not isinstance(first, Mapping):
        raise Unreadable("the file holds no conversations: no objects")
    if "mapping" in first:
        return chatgpt.FORM
    if first.get("type") in {"conversation", "continuation", *own.BESIDE} or "externalId" in first:
        return own.FORM
    if isinstance(first.get("conversations"), list):
        return chat_lines.SHAREGPT
    if isinstance(first.get("messages"), list):
        return telegram.FORM if "type" in first and "name" in first else chat_lines.OPENAI
    if "chats" in first:
        return telegram.FORM
    raise Unreadable(f"the format cannot be told; name it with --format, one of {', '.join(PARSERS)}")


def _of_document(file: File, name: str | None) -> str:
    """The format of an object over several lines, or of a line that is longer than what was looked at."""
    seen: dict[str, Any] = {}
    with file.opened(name) as source:
        stream = JsonStream(source)
        for key in stream.names():
            if key == "mapping":
                return chatgpt.FORM
            if key == "chats" or (key == "messages" and {"name", "type"} <= seen.keys() and "externalId" not in seen):
                return telegram.FORM
            if key == "messages":
                return own.FORM if "externalId" in seen or seen.get("type") == "conversation" else chat_lines.OPENAI
            if key == "conversations":
                return chat_lines.SHAREGPT
            if key == "externalId":
                return own.FORM
            if stream.peek() in "[{":
                seen[key] = None
                stream.skip()
            else:
                seen[key] = stream.value()
    raise Unreadable(f"the format cannot be told; name it with --format, one of {', '.join(PARSERS)}")
