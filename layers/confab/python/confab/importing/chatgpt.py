"""ChatGPT's export: ``conversations.json``, in which each conversation is a tree of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from confab.domain.message import Draft
from confab.importing.drafts import Wrong, draft_of, fields_of, id_of, time_of
from confab.importing.files import File
from confab.importing.json_stream import JsonStream
from confab.importing.pieces import Fault, Found, Options, Piece, in_pieces, made_id

FORM: Final = "chatgpt"
MAX_NODES: Final = 200_000


def read_chatgpt(file: File, _options: Options, name: str | None = None) -> Iterator[Found]:
    """The conversations of an export, each along the branch that was shown last."""
    with file.opened(name) as source:
        stream = JsonStream(source)
        if stream.peek() != "[":
            yield from _conversation(1, stream.value())
            return
        for _ in stream.elements():
            stream.peek()
            line = stream.line
            yield from _conversation(line, stream.value())


def _conversation(line: int, value: Any) -> Iterator[Found]:
    try:
        mapping = value.get("mapping") if isinstance(value, Mapping) else None
        if not isinstance(mapping, Mapping):
            raise Wrong("a conversation has a mapping of messages")
        named = next((value[each] for each in ("conversation_id", "id") if isinstance(value.get(each), str)), None)
        title = value.get("title")
        custom = fields_of({"title": title[:1000]}, "custom") if isinstance(title, str) else {}
        base = Piece(
            line=line,
            external_id=id_of(named or made_id(sorted(mapping)), "id"),
            attributes={"custom": custom} if custom else {},
        )
        drafts = [draft for node in _path(value, mapping) if (draft := _draft(node)) is not None]
    except Wrong as wrong:
        yield Fault(line, str(wrong))
        return
    yield from in_pieces(base, drafts)


def _path(value: Mapping[str, Any], mapping: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The nodes from the first message to the one that was shown last."""
    node, path, seen = value.get("current_node"), list[Mapping[str, Any]](), set[str]()
    if not isinstance(node, str) or node not in mapping:
        leaves = [name for name, each in mapping.items() if isinstance(each, Mapping) and not each.get("children")]
        node = leaves[-1] if leaves else None
    while isinstance(node, str) and node in mapping and node not in seen:
        if len(seen) == MAX_NODES:
            raise Wrong(f"has more than {MAX_NODES:,} messages")
        seen.add(node)
        found = mapping[node]
        if not isinstance(found, Mapping):
            raise Wrong("a node of the mapping is a JSON object")
        path.append(found)
        node = found.get("parent")
    return path[::-1]


def _draft(node: Mapping[str, Any]) -> Draft | None:
    """The message of a node; None for one that nobody saw."""
    message = node.get("message")
    if not isinstance(message, Mapping):
        return None
    author, content, about = (message.get(each) for each in ("author", "content", "metadata"))
    role = author.get("role") if isinstance(author, Mapping) else None
    hidden = isinstance(about, Mapping) and about.get("is_visually_hidden_from_conversation") is True
    text = _text(content)
    if role not in ("user", "assistant", "system", "tool") or hidden or message.get("weight") == 0 or not text.strip():
        return None
    time = message.get("create_time")
    return draft_of(
        {"role": role, "content": text},
        id_of(str(message.get("id") or node.get("id") or made_id(text))),
        None if time is None else time_of(time, "create_time"),
    )


def _text(content: Any) -> str:
    """What a message says: the texts among its parts, or its text."""
    if not isinstance(content, Mapping):
        return content if isinstance(content, str) else ""
    parts = content.get("parts")
    if isinstance(parts, list):
        said = [part if isinstance(part, str) else _part(part) for part in parts]
        return "\n".join(each for each in said if each)
    found = next((content[each] for each in ("text", "result", "content") if isinstance(content.get(each), str)), "")
    return str(found)


def _part(part: Any) -> str:
    text = part.get("text") if isinstance(part, Mapping) else None
    return text if isinstance(text, str) else ""
