"""JSON values of any size next to other attributes: deflated in one item, or spread over further ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab.storage import keys
from confab.storage.messages import pack_json, unpack_json
from confab.storage.values import Item, Key

_CHUNK_BYTES: Final = 350 * 1024


def blob_items(base: Item, value: Any) -> list[Item]:
    """The items of a value: the one with its own attributes first, then those that hold what it cannot."""
    packed = pack_json(value)
    chunks = [packed[start : start + _CHUNK_BYTES] for start in range(0, len(packed), _CHUNK_BYTES)]
    head = {**base, "z": chunks[0], **({"chunks": len(chunks)} if len(chunks) > 1 else {})}
    rest = [{"pk": base["pk"], "sk": keys.chunk(base["sk"], n), "z": chunk} for n, chunk in enumerate(chunks) if n]
    return [head, *({**item, "st": base["st"]} if "st" in base else item for item in rest)]


def chunk_keys(item: Item, start: int = 1) -> list[Key]:
    """The keys of a value's further items, from a number on."""
    return [(item["pk"], keys.chunk(item["sk"], number)) for number in range(max(start, 1), item.get("chunks", 1))]


def read_blob(item: Item, items: Mapping[str, Item]) -> Any:
    """A value from its item; further items by sort key."""
    further = [items[sk]["z"] for _, sk in chunk_keys(item)]
    return unpack_json(b"".join([item["z"], *further]))
