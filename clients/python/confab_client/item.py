"""A message on its way, as JSON: what the caller changes later changes nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

MAX_MESSAGES = 100
"""Messages of one request."""
MAX_BYTES = 1_000_000
"""Characters of the messages of one request; a larger message goes alone."""


@dataclass(frozen=True, slots=True)
class Item:
    """A message on its way.

    Attributes:
        conversation_id: which conversation it belongs to.
        message: as JSON.
        known: what is known of the conversation, as JSON; empty for nothing.
    """

    conversation_id: str
    message: str
    known: str = ""

    def line(self) -> str:
        """The item as one line."""
        return json.dumps([self.conversation_id, self.message, self.known])

    @classmethod
    def of_line(cls, line: str) -> Item:
        """The item of a line.

        Raises:
            ValueError: it is not one, as when a process ended while it wrote.
        """
        match json.loads(line):
            case [str(conversation), str(message), str(known)]:
                return cls(conversation, message, known)
        raise ValueError("not a line of the spool")


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items as requests: each of one conversation, in order, within the limits of a request."""
    by_conversation: dict[str, list[Item]] = {}
    for item in items:
        by_conversation.setdefault(item.conversation_id, []).append(item)
    for of_one in by_conversation.values():
        rest = iter(of_one)
        while batch := list(islice(_fitting(rest), MAX_MESSAGES)):
            yield batch


def _fitting(rest: Iterator[Item]) -> Iterator[Item]:
    room = MAX_BYTES
    for item in rest:
        yield item
        room -= len(item.message)
        if room < 0:
            return


def body_of(batch: list[Item]) -> bytes:
    """The body of a request: the messages, and all that is known of their conversation."""
    known: dict[str, dict[str, Any]] = {}
    for item in batch:
        for group, fields in (json.loads(item.known) if item.known else {}).items():
            known[group] = {**_kept(known.get(group, {}), fields), **fields}
    messages = ",".join(item.message for item in batch)
    rest = json.dumps({"conversationId": batch[0].conversation_id, **known})
    return f'{{"messages":[{messages}],{rest[1:]}'.encode()


def _kept(before: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """What stays known: nothing of another user or organization."""
    return {} if "id" in fields and before.get("id", fields["id"]) != fields["id"] else before
