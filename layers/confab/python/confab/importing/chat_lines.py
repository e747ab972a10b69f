"""Chats of language models, a line each or in an array: OpenAI's ``messages``, ShareGPT's ``conversations``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from confab.domain.message import Draft
from confab.importing.drafts import Wrong, draft_of, fields_of, id_of
from confab.importing.files import File, lines_of
from confab.importing.json_stream import JsonStream
from confab.importing.pieces import Fault, Found, Options, Piece, in_pieces, made_id
from confab.platform.bodies import read_json

OPENAI: Final = "openai"
SHAREGPT: Final = "sharegpt"
_LISTS: Final = {OPENAI: "messages", SHAREGPT: "conversations"}
_IDS: Final = ("conversationId", "conversation_id", "id", "thread_id", "session_id")
_GROUPS: Final = ("user", "organization", "session", "custom")
TOO_LONG: Final = "the line is longer than 32 MB"


def read_chats(file: File, options: Options, name: str | None = None) -> Iterator[Found]:
    """The conversations of a file of chats.

    Args:
        name: the file within an archive.
    """
    key, seen = _LISTS[options.form], Counter[str]()
    with file.opened(name) as source:
        for line, value in _values(file, name, source):
            if isinstance(value, Fault):
                yield value
                continue
            try:
                yield from _conversation(line, value, key, seen)
            except Wrong as wrong:
                yield Fault(line, str(wrong))


def _values(file: File, name: str | None, source: Any) -> Iterator[tuple[int, Any]]:
    """The values of a file: the elements of an array, or one a line."""
    with file.opened(name) as beginning:
        is_array = beginning.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    if is_array:
        stream = JsonStream(source)
        for _ in stream.elements():
            stream.peek()
            yield stream.line, stream.value()
        return
    for number, raw in lines_of(source):
        if raw is None:
            yield number, Fault(number, TOO_LONG)
            continue
        try:
            yield number, read_json(raw)
        except ValueError as error:
            yield number, Fault(number, f"is not JSON: {str(error)[:200]}")


def _conversation(line: int, value: Any, key: str, seen: Counter[str]) -> Iterator[Piece]:
    if not isinstance(value, Mapping):
        raise Wrong("a conversation is a JSON object")
    listed = value.get(key)
    if not isinstance(listed, list):
        raise Wrong(f"{key} is a list of messages")
    given = (value.get(each) for each in _IDS)
    named = next((str(each) for each in given if isinstance(each, str | int) and each != ""), None)
    if named is None:
        named = made_id(value)
        seen[named] += 1
        # Equal lines are as many conversations.
        named = named if seen[named] == 1 else made_id(named, seen[named])
    groups = {group: fields_of(value[group], group) for group in _GROUPS if isinstance(value.get(group), Mapping)}
    base = Piece(line=line, external_id=id_of(named, "id"), attributes={k: v for k, v in groups.items() if v})
    pieces = list(in_pieces(base, _drafts(listed)))
    if not pieces:
        raise Wrong("has no message that says anything")
    yield from pieces


def _drafts(listed: Sequence[Any]) -> Iterator[Draft]:
    for place, message in enumerate(listed):
        try:
            draft = draft_of(_as_openai(message), f"m{place:05d}")
        except Wrong as wrong:
            raise Wrong(f"messages.{place}: {wrong}") from None
        if draft is not None:
            yield draft


def _as_openai(message: Any) -> Any:
    """A message of ShareGPT in the words of the others."""
    if isinstance(message, Mapping) and "from" in message and "role" not in message:
        words = {"gpt": "assistant", "chatgpt": "assistant", "bing": "assistant", "bard": "assistant"}
        speaker = message["from"]
        role = words.get(speaker, speaker) if isinstance(speaker, str) else speaker
        said = message.get("value", message.get("content"))
        return {**{k: v for k, v in message.items() if k not in ("from", "value")}, "role": role, "content": said}
    return message
