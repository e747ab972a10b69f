"""Analysis results as items: one ANALYSIS item per commit, packed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from confab.domain.results import Analysis, ChunkSentiment, ConversationResult, Judge, MessageResult
from confab.storage import keys
from confab.storage.messages import pack_json, unpack_json
from confab.storage.values import Item

MAX_ITEM: Final = 300 * 1024
"""JSON bytes of results in one item, before they are packed: an item holds 400 KB."""
MAX_CHUNK: Final = 2000
MAX_CHUNKS: Final = 100


def _compact(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in value.items() if content not in (None, "", (), [])}


def analysis_items(
    pk: str, version: int, analysis: Analysis, judged: Mapping[str, str], *, start: int = 0
) -> list[Item]:
    """The items of one analysis.

    Args:
        version: the conversation's version that was analysed.
        judged: by message key, the digest of the content that was judged: edited content needs a new result.
        start: how many items of this version there are already.
    """
    meta = _compact(
        {
            "provider": analysis.provider,
            "model": analysis.model,
            "analyzer": analysis.version,
            "note": analysis.note,
        }
    )
    message_results = [_bounded(result) | {"digest": judged[result.key]} for result in analysis.messages]
    overall = _compact(asdict(analysis.conversation))
    return [
        {
            "pk": pk,
            "sk": f"{analysis_key(version)}#{number:03d}",
            "z": pack_json({**meta, "messages": chunk, "conversation": overall}),
        }
        for number, chunk in enumerate(_by_size(message_results), start)
    ]


def analysis_key(version: int) -> str:
    """The beginning of the sort keys of the results of a version."""
    return f"{keys.ANALYSIS}{version:010d}"


def _bounded(result: MessageResult) -> dict[str, Any]:
    """A result as JSON values; very long texts keep the beginning of their evidence."""
    stored = _compact(asdict(result))
    if "sentiments" in stored:
        stored["sentiments"] = [
            {**chunk, "text_chunk": chunk["text_chunk"][:MAX_CHUNK]} for chunk in stored["sentiments"][:MAX_CHUNKS]
        ]
    return stored


def _by_size(message_results: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    groups: list[list[dict[str, Any]]] = [[]]
    size = 0
    for result in message_results:
        length = len(json.dumps(result, ensure_ascii=False).encode())
        if size and size + length > MAX_ITEM:
            groups.append([])
            size = 0
        groups[-1].append(result)
        size += length
    return groups


def read_message_results(
    items: Iterable[Item], of: Collection[str] | None = None
) -> tuple[dict[str, MessageResult], dict[str, str]]:
    """The results of a conversation by message key, the latest of each, and the digests they were made for.

    Args:
        of: only those of messages with these keys; None for all.
    """
    message_results: dict[str, MessageResult] = {}
    digests: dict[str, str] = {}
    for item in sorted(_analyses(items), key=lambda item: item["sk"]):
        for stored in unpack_json(item["z"])["messages"]:
            if of is not None and stored["key"] not in of:
                continue
            digests[stored["key"]] = stored.pop("digest")
            if stored.keys() == {"key"}:
                # It had a result, and has lost its words since.
                message_results.pop(stored["key"], None)
            else:
                message_results[stored["key"]] = _read_result(stored)
    return message_results, digests


def read_conversation_result(items: Iterable[Item]) -> ConversationResult:
    """The latest result for the conversation as a whole."""
    latest = max(_analyses(items), key=lambda item: item["sk"], default=None)
    return ConversationResult(**unpack_json(latest["z"])["conversation"]) if latest else ConversationResult()


@dataclass(frozen=True, slots=True)
class PackedAnalysis:
    """One analysis in the little space that it takes in the table."""

    _items: Sequence[Item]

    @classmethod
    def of(cls, analysis: Analysis, judged: Mapping[str, str]) -> PackedAnalysis:
        """Pack an analysis.

        Args:
            judged: by message key, the digest of the content that was judged.
        """
        return cls(analysis_items("", 0, analysis, judged))

    def unpacked(self) -> tuple[Analysis, dict[str, str]]:
        """The analysis, and by message key the digests that it was made for."""
        first = unpack_json(self._items[0]["z"])
        message_results, digests = read_message_results(self._items)
        analysis = Analysis(
            messages=list(message_results.values()),
            conversation=ConversationResult(**first["conversation"]),
            provider=first["provider"],
            model=first["model"],
            version=first["analyzer"],
            note=first.get("note", ""),
        )
        return analysis, digests


def read_judges(items: Iterable[Item], of: Collection[str]) -> tuple[dict[str, Judge], Judge | None]:
    """What judged messages last, by message key; and what judged the conversation as a whole last.

    Args:
        of: the keys of the messages.
    """
    judges: dict[str, Judge] = {}
    latest: Judge | None = None
    for item in sorted(_analyses(items), key=lambda item: item["sk"]):
        stored = unpack_json(item["z"])
        latest = Judge(
            provider=stored.get("provider", ""),
            model=stored.get("model", ""),
            version=stored.get("analyzer", ""),
            note=stored.get("note", ""),
        )
        judges.update({message["key"]: latest for message in stored["messages"] if message["key"] in of})
    return judges, latest


def _analyses(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item["sk"].startswith(keys.ANALYSIS)]


def _read_result(stored: Mapping[str, Any]) -> MessageResult:
    chunks = [ChunkSentiment(**chunk) for chunk in stored.get("sentiments", ())]
    return MessageResult(**{**stored, "sentiments": chunks})
