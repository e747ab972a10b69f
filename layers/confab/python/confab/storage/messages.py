"""Messages as items: one item each, deflated where that saves a write unit, split where one item cannot hold it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from confab.domain.fingerprints import DIGEST_BYTES
from confab.domain.message import Message, Origin
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.values import Item

WRITE_UNIT: Final = 1024
MAX_ITEM: Final = 380 * 1024
_PART_BYTES: Final = 350 * 1024
_RAW_DEFLATE: Final = -15
OPEN: Final = "open"
"""Attribute of a message whose caller has announced more of it."""
UNJUDGED: Final = "nj"
"""Attribute of a message that gets no result until somebody asks for one."""
STATE: Final = "p."
"""Attributes of a message that change one by one after it was stored."""


def item_size(item: Mapping[str, Any]) -> int:
    """The size of a flat item by DynamoDB's rules, in bytes; a number counts with its upper bound."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    return 21 if isinstance(value, int | float) and not isinstance(value, bool) else 1


def deflate(data: bytes) -> bytes:
    """Raw deflate, the smallest of the standard forms."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE)
    return packer.compress(data) + packer.flush()


def inflate(data: bytes) -> bytes:
    """The inverse of ``deflate``."""
    return zlib.decompress(data, _RAW_DEFLATE)


def pack_json(value: Any) -> bytes:
    """A JSON value, deflated."""
    return deflate(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def unpack_json(data: bytes) -> Any:
    """The inverse of ``pack_json``."""
    return json.loads(inflate(data))


def message_bytes(message: Message) -> int:
    """How much a message holds, in bytes: its text, and what belongs to it as JSON."""
    return len(message.content.encode()) + (len(_extras_json(message).encode()) if message.extras else 0)


def is_split(item: Item) -> bool:
    """Whether a message's item names parts that hold what it says."""
    return "parts" in item


def _extras_json(message: Message) -> str:
    return json.dumps(message.extras, ensure_ascii=False, separators=(",", ":"))


def message_items(
    pk: str, message: Message, request_token: bytes, index: Mapping[str, str] | None = None
) -> list[Item]:
    """The items of a message: the message itself first, then its parts, if it has any.

    Args:
        pk: the conversation's partition key.
        request_token: a random mark of this attempt, by which a write whose answer was lost is recognised as one's own.
        index: keys under which an index finds the message.
    """
    item: Item = {
        "pk": pk,
        "sk": keys.MESSAGE + message.key,
        "role": message.role,
        "at": to_micros(message.created_at),
        "st": to_micros(message.stored_at),
        "w": request_token,
        **(index or {}),
    }
    if message.external_id is not None and not message.key.startswith("i:"):
        item["id"] = message.external_id
    if not message.final:
        item[OPEN] = True
    if not message.judge:
        item[UNJUDGED] = True
    if message.origin is not None:
        item["o"] = message.origin.said + message.origin.whole
    plain: Item = {**item, "text": message.content}
    if message.extras:
        plain["x"] = _extras_json(message)
    size = item_size(plain)
    if size <= WRITE_UNIT:
        return [plain]
    packed: Item = {**item, "z": pack_json([message.content, message.extras])}
    packed_size = item_size(packed)
    if min(size, packed_size) > MAX_ITEM:
        return _split(item, packed["z"])
    return [packed] if -(-packed_size // WRITE_UNIT) < -(-size // WRITE_UNIT) else [plain]


def _split(item: Item, body: bytes) -> list[Item]:
    """Spread a body over parts, named by its hash: a part of another attempt's content is never overwritten."""
    name = hashlib.sha256(body).hexdigest()[:16]
    chunks = [body[start : start + _PART_BYTES] for start in range(0, len(body), _PART_BYTES)]
    head: Item = {**item, "parts": len(chunks), "pn": name}
    return [
        head,
        *(
            {"pk": item["pk"], "sk": f"{keys.PART}{name}#{number:04d}", "b": chunk, "st": item["st"]}
            for number, chunk in enumerate(chunks)
        ),
    ]


def read_messages(items: Iterable[Item]) -> list[Message]:
    """The messages among a conversation's items, unordered; parts are put together."""
    whole: list[Item] = []
    parts: dict[str, bytes] = {}
    for item in items:
        if item["sk"].startswith(keys.MESSAGE):
            whole.append(item)
        elif item["sk"].startswith(keys.PART):
            parts[item["sk"]] = item["b"]
    return [read_message(item, parts) for item in whole]


def stray_parts(items: Iterable[Item]) -> list[Item]:
    """The parts among a conversation's items that no message names: those of a text that was edited, or never came."""
    parts: list[Item] = []
    named: set[str] = set()
    for item in items:
        if item["sk"].startswith(keys.PART):
            parts.append(item)
        elif "pn" in item:
            named.add(item["pn"])
    return [part for part in parts if part["sk"].removeprefix(keys.PART).partition("#")[0] not in named]


def without_text(item: Item) -> Item:
    """An item; of a message that has nothing besides its text, without that text."""
    plain = item["sk"].startswith(keys.MESSAGE) and "text" in item and "x" not in item
    return {**item, "text": ""} if plain else item


def bare(item: Item) -> Item:
    """A message's item without what was said: who wrote it, when, under which id."""
    return {**{name: value for name, value in item.items() if name not in ("z", "parts", "pn", "x")}, "text": ""}


def read_message(item: Item, parts: Mapping[str, bytes] | None = None) -> Message:
    """One message from its item; ``parts`` by sort key, needed only for a split message.

    Raises:
        Unavailable: parts are missing, because the message was edited between the reading of it and of them.
    """
    key = item["sk"][len(keys.MESSAGE) :]
    content, extras = _body(item, parts or {})
    return Message(
        key=key,
        role=item["role"],
        content=content,
        created_at=from_micros(item["at"]),
        stored_at=from_micros(item["st"]),
        external_id=key[2:] if key.startswith("i:") else item.get("id"),
        extras=extras,
        state={name[len(STATE) :]: value for name, value in item.items() if name.startswith(STATE)},
        origin=Origin(item["o"][:DIGEST_BYTES], item["o"][DIGEST_BYTES:]) if "o" in item else None,
        final=OPEN not in item,
        judge=UNJUDGED not in item,
    )


def _body(item: Item, parts: Mapping[str, bytes]) -> tuple[str, Mapping[str, Any]]:
    if "text" in item:
        return item["text"], json.loads(item["x"]) if "x" in item else {}
    packed = item.get("z")
    if packed is None:
        names = [f"{keys.PART}{item['pn']}#{number:04d}" for number in range(item["parts"])]
        if not parts.keys() >= set(names):
            raise Unavailable("The message changed while it was read; try again.")
        packed = b"".join(parts[name] for name in names)
    content, extras = unpack_json(packed)
    return content, extras
