"""Manifests: files that say what a client sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from confab.dialects.openbat.reconcile import ClaimedConversation
from confab.domain.manifest import Claim
from confab.platform.errors import ConfabError
from confab.platform.request_body import parse


class ManifestFault(Exception):
    """A line of a manifest cannot be read; the text says which and why."""


def read_manifest(path: Path) -> list[Claim]:
    """What a manifest claims: each conversation once.

    A line is a conversation (``conversationId`` with ``messages``, or with ``count`` and ``digest``), or a message
    (``conversationId`` or ``conversation``, ``id``, ``sha256``); lines about one conversation are taken together.

    Raises:
        ManifestFault: a line is not such an object.
        OSError: the file cannot be read.
    """
    whole: dict[str, Claim] = {}
    messages: dict[str, dict[str, str | None]] = {}
    for number, line in _lines(path):
        if "id" in line:
            claim = _claim(number, {"conversationId": _conversation(line), "messages": [_message(line)]})
        else:
            claim = _claim(number, line)
        if claim.messages is None:
            whole[claim.conversation_id] = claim
        else:
            messages.setdefault(claim.conversation_id, {}).update(claim.messages)
    listed = [Claim(conversation_id=name, messages=each) for name, each in messages.items()]
    return [*listed, *(claim for name, claim in whole.items() if name not in messages)]


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                line = json.loads(text)
            except (ValueError, RecursionError):
                raise ManifestFault(f"line {number}: is not JSON") from None
            if not isinstance(line, dict):
                raise ManifestFault(f"line {number}: is not a JSON object")
            yield number, line


def _conversation(line: Mapping[str, Any]) -> Any:
    return line.get("conversationId", line.get("conversation"))


def _message(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ("id", "sha256") if name in line}


def _claim(number: int, line: Mapping[str, Any]) -> Claim:
    try:
        return parse(ClaimedConversation, line).claim()
    except ConfabError as error:
        raise ManifestFault(f"line {number}: {error.message}") from None
