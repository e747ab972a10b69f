"""What the table keeps of traces. It says nothing that anybody said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.conversation_row import MESSAGES
from confab.storage.messages import bare, read_message
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item, Key, Place
from confab.storage.writes import Change

SPAN_RETENTION: Final = timedelta(days=90)
"""For how long a span that is sent again is known to be the same, and scores find it."""
TRACE_RETENTION: Final = timedelta(days=1)
"""For how long a trace's spans that come later learn whose it is."""
_MAX_RECORDS: Final = 500
_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A span that was taken.

    Attributes:
        kind: whether it is a call of a model or a run.
        first: from which of its lines on it was stored.
        seed: the path that those lines continue.
        asked: the path of all that the model was told.
        answer: the key of the message that it said; empty for none, or none yet.
        last: the path at the end of what the model was told, on which the answer follows.
        at: when it ended, in microseconds since 1970; 0 where unknown.
        inferred: whether it named no conversation.
    """

    span_id: str
    kind: str
    conversation_id: str
    first: int
    seed: bytes
    asked: bytes
    answer: str
    last: bytes
    at: int
    inferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose a trace is, as some of its spans said.

    Attributes:
        conversation: the id that the caller gave.
        attributes: of the user and custom fields, by group.
    """

    conversation: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is known of a trace.

    Attributes:
        taken: by span.
        revision: how often was noted whose it is.
    """

    whose: Whose
    taken: dict[str, Taken]
    revision: int = 0


class TraceStore:
    """Notes which spans were taken, and whose traces are.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def trace(self, chatbot_id: str, trace_id: str) -> Trace:
        """What is known of a trace."""
        items = self._table.query(keys.spans(chatbot_id, trace_id), trace_id, consistent=True)
        taken, whose, revision = dict[str, Taken](), Whose(), 0
        for item in islice(items, _MAX_RECORDS):
            if item["sk"] == trace_id:
                whose, revision = _whose(item)
            else:
                found = _taken(item)
                taken[found.span_id] = found
        return Trace(whose=whose, taken=taken, revision=revision)

    def take(self, chatbot_id: str, trace_id: str, taken: Taken, now: datetime) -> Taken:
        """Note that a span is taken so; what was noted first, if another request took it."""
        pk, sk = keys.spans(chatbot_id, trace_id), f"{trace_id}#{taken.span_id}"
        item: Item = {
            "pk": pk,
            "sk": sk,
            "k": taken.kind,
            "c": taken.conversation_id,
            "f": taken.first,
            "e": taken.seed,
            "q": taken.asked,
            "m": taken.answer,
            "l": taken.last,
            "t": taken.at,
            "i": taken.inferred,
            "expiresAt": ends(now, SPAN_RETENTION),
        }
        try:
            self._table.put_if_absent(item)
        except ConditionFailed as failed:
            return _taken(failed.found or item)
        return taken

    def answered(self, chatbot_id: str, trace_id: str, span_id: str, answer: str, at: int) -> None:
        """Note what a span said that had said nothing when it was taken."""
        change = Change((keys.spans(chatbot_id, trace_id), f"{trace_id}#{span_id}"), must_exist=True)
        change.sets = {"m": answer, "t": at}
        with suppress(ConditionFailed):
            self._table.change(change)

    def learn(
        self, chatbot_id: str, trace_id: str, known: Trace, add: Callable[[Whose], Whose], now: datetime
    ) -> Whose:
        """Note whose a trace is, on what is noted of it at that moment; what is noted then.

        Args:
            known: the trace as it was read.
            add: what is known with what is told now.

        Raises:
            Unavailable: others kept noting of the same trace.
        """
        key, before, revision = (keys.spans(chatbot_id, trace_id), trace_id), known.whose, known.revision
        for _ in range(_ROUNDS):
            whose = add(before)
            change = Change(key, equals={"n": revision or None})
            change.sets = {
                "x": json.dumps(whose.attributes),
                "n": revision + 1,
                "expiresAt": ends(now, TRACE_RETENTION),
            }
            if whose.conversation is not None:
                change.sets["s"] = whose.conversation
            try:
                self._table.change(change)
            except ConditionFailed:
                before, revision = _whose(self._table.get(key, consistent=True) or {})
            else:
                return whose
        raise Unavailable("The trace stayed busy; send it again.")

    def known_as(self, chatbot_id: str, name: str) -> str | None:
        """The conversation that was begun before its id was known; None where there is none.

        Args:
            name: recognises the id, in hexadecimal digits.
        """
        item = self._table.get(_name(chatbot_id, name), consistent=True)
        return None if item is None else str(item["c"])

    def name(self, place: Place, external_id: str, name: str, now: datetime) -> None:
        """Give a conversation that was found by its words the id that its caller has for it; the first one stays."""
        pk, sk = _name(place[0], name)
        with suppress(ConditionFailed):
            self._table.put_if_absent({"pk": pk, "sk": sk, "c": place[1], "expiresAt": ends(now, SPAN_RETENTION)})
        change = Change((keys.conversation(*place), keys.HEAD), must_exist=True)
        change.defaults = {"externalId": external_id}
        with suppress(ConditionFailed):
            self._table.change(change)

    def size(self, place: Place) -> int:
        """How many messages a conversation has."""
        row = self._table.get((keys.conversation(*place), keys.HEAD), consistent=True)
        return 0 if row is None else int(row.get(MESSAGES, 1))

    def times(self, place: Place, message_keys: Sequence[str]) -> dict[str, datetime]:
        """When those of some messages that are stored were said, by key."""
        wanted = [(keys.conversation(*place), keys.MESSAGE + key) for key in dict.fromkeys(message_keys)]
        if len(wanted) == 1:
            found = [item] if (item := self._table.get(wanted[0], consistent=True)) else []
        else:
            found = list(self._table.get_many(wanted, consistent=True).values())
        messages = [read_message(bare(item)) for item in found]
        return {message.key: message.created_at for message in messages}


def _name(chatbot_id: str, name: str) -> Key:
    return keys.chain(chatbot_id, name), f"name:{name}"


def ends(now: datetime, retention: timedelta) -> int:
    """When the table may remove what is written now, in seconds since 1970."""
    return int((now + retention).timestamp())


def _whose(item: Item) -> tuple[Whose, int]:
    whose = Whose(conversation=item.get("s"), attributes=json.loads(item.get("x", "{}")))
    return whose, int(item.get("n", 0))


def _taken(item: Item) -> Taken:
    return Taken(
        span_id=item["sk"].partition("#")[2],
        kind=item["k"],
        conversation_id=item["c"],
        first=item["f"],
        seed=item["e"],
        asked=item["q"],
        answer=item["m"],
        last=item.get("l", b""),
        at=item.get("t", 0),
        inferred=item["i"],
    )
