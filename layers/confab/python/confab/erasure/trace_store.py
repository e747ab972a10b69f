"""What names a user in the conversations of others: found, handed out, and taken away without touching the rest.

Feedback, events and scores that the user gave go whole. Of messages, of what was logged with the conversation and of
its custom fields and variables only what says who the user is goes. What was said stays: it is a part of somebody
else's conversation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from confab.domain.fingerprints import HISTORY_EXTRAS
from confab.domain.limits import EVENTS
from confab.domain.message import Message
from confab.domain.persons import USER_PROPERTIES, Person
from confab.erasure.subject_store import Search, Subject, large_fields
from confab.storage import keys
from confab.storage.blobs import blob_items, chunk_keys, read_blob
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import ERASING, read_attributes, read_managed
from confab.storage.feedback_items import StoredFeedback
from confab.storage.given import GIVEN
from confab.storage.given_writes import COUNT
from confab.storage.messages import message_items, read_messages
from confab.storage.named import SENT_WITH, sent_with
from confab.storage.row import ConversationRow
from confab.storage.row_updates import version_kept
from confab.storage.score_items import StoredScore
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Action, Change, Delete, Put

_AUTHOR: Final = "name"
"""A field of a logged message that may say who wrote it."""
_MANAGED: Final = ("variables", "tags", "notes")
_GIVEN: Final = (keys.FEEDBACK, keys.EVENT, keys.SCORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What names a user in a conversation of somebody else.

    Attributes:
        feedback, scores: what the user gave, which goes.
        events: items of events that the user gave, which go.
        bodies: further items, each with its value as it will be: what was given and also names the user.
        messages: items of messages, each with the message as it will be.
        shared: names of parts that other messages have too.
        fields: the large fields as they will be; None when they stay.
        attributes: of the row, as they will be; None for one that goes.
        said: what is about the user, by the sort key of the item that has it, to be handed out.
    """

    feedback: Sequence[StoredFeedback] = ()
    scores: Sequence[StoredScore] = ()
    events: Sequence[Item] = ()
    bodies: Sequence[tuple[Item, Any]] = ()
    messages: Sequence[tuple[Item, Message]] = ()
    shared: Collection[str] = ()
    fields: Mapping[str, Any] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.said)

    @property
    def places(self) -> list[str]:
        """A name for each place that has something of the user, which says nothing of what it is."""
        return [hashlib.sha256(sk.encode()).hexdigest()[:24] for sk in self.said]


def traces_of(subject: Subject, person: Person, before: datetime) -> Traces:
    """What names a user in a conversation of somebody else.

    Args:
        subject: the whole conversation.
        before: only feedback, events, scores and messages that were stored at this time (UTC) or before.
    """
    row, items, until = subject.row.item, subject.items, to_micros(before)
    there = [item for item in items.values() if item.get("st", 0) <= until]
    said: dict[str, Any] = {}
    gone, bodies = _bodies(there, items, person, said)
    messages = _messages(there, items, person, said)
    changed = {item["sk"] for item, _ in messages}
    return Traces(
        feedback=[StoredFeedback(item) for item in gone if item["sk"].startswith(keys.FEEDBACK)],
        scores=[StoredScore(item) for item in gone if item["sk"].startswith(keys.SCORE)],
        events=[item for item in gone if item["sk"].startswith(keys.EVENT)],
        bodies=bodies,
        messages=messages,
        shared={item["pn"] for sk, item in items.items() if "pn" in item and sk not in changed},
        fields=_fields(items, person, said),
        attributes=_attributes(row, person, said),
        said=said,
    )


def addresses_in(subject: Subject, person: Person) -> set[str]:
    """The addresses that a conversation gives together with the user's id, as far as it was read."""
    items = subject.items
    bodies = (read_blob(item, items) for sk, item in items.items() if sk.startswith(_GIVEN))
    messages = (sent_with(message) for message in read_messages(items.values()))
    found = person.addresses_in(subject.row.attributes.get("user", {}), users=True)
    for value in (large_fields(items), *bodies, *messages):
        found |= person.addresses_in(value)
    return found


def _bodies(
    there: Sequence[Item], items: Mapping[str, Item], person: Person, said: dict[str, Any]
) -> tuple[list[Item], list[tuple[Item, Any]]]:
    gone: list[Item] = []
    changed: list[tuple[Item, Any]] = []
    for item in there:
        if not item["sk"].startswith(_GIVEN):
            continue
        body = read_blob(item, items)
        if person.is_meant(body.get(USER_PROPERTIES) or {}, users=True):
            gone.append(item)
            said[item["sk"]] = body
        elif (left := person.removed_from(body)) is not body:
            changed.append((item, left))
            said[item["sk"]] = _difference(body, left)
    return gone, changed


def _messages(
    there: Sequence[Item], items: Mapping[str, Item], person: Person, said: dict[str, Any]
) -> list[tuple[Item, Message]]:
    stored = {item["sk"]: item for item in there if item["sk"].startswith(keys.MESSAGE)}
    parts = [item for sk, item in items.items() if sk.startswith(keys.PART)]
    changed: list[tuple[Item, Message]] = []
    for message in read_messages([*stored.values(), *parts]):
        own = message.extras.get(HISTORY_EXTRAS, {})
        parts_of_it = sent_with(message)
        left = person.removed_from(parts_of_it)
        if left is parts_of_it:
            continue
        kept = {name: value for name, value in own.items() if name not in SENT_WITH} | left
        if USER_PROPERTIES in parts_of_it and USER_PROPERTIES not in left:
            kept.pop(_AUTHOR, None)
        others = {name: value for name, value in message.extras.items() if name != HISTORY_EXTRAS}
        sk = keys.MESSAGE + message.key
        changed.append((stored[sk], replace(message, extras={**others, **({HISTORY_EXTRAS: kept} if kept else {})})))
        said[sk] = _difference(own, kept)
    return changed


def _fields(items: Mapping[str, Item], person: Person, said: dict[str, Any]) -> Mapping[str, Any] | None:
    fields = large_fields(items)
    left = person.removed_from(fields)
    if left is fields:
        return None
    said[keys.PROPERTIES] = _difference(fields, left)
    return dict(left)


def _attributes(row: Item, person: Person, said: dict[str, Any]) -> dict[str, Any]:
    """Custom fields, variables, tags and notes that name the user; the others stay."""
    changed: dict[str, Any] = {}
    custom = read_attributes(row).get("custom", {})
    left = person.removed_from(custom)
    changed |= {f"custom.{name}": None for name in custom if name not in left}
    managed = read_managed(row)
    for name in _MANAGED:
        if name in managed and (kept := person.removed_from(managed[name])) is not managed[name]:
            changed[f"cj.{name}"] = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    if changed:
        said[keys.HEAD] = {name: row[name] for name in changed}
    return changed


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an object that go or change, as they were."""
    return {name: value for name, value in before.items() if name not in after or after[name] != value}


class TraceStore:
    """Takes away what names a user.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def remove(self, row: ConversationRow, traces: Traces) -> None:
        """Take away all but feedback and scores, each in one transaction with the row, whose version moves.

        Raises:
            VersionMoved: the conversation changed since it was read; what was taken away so far is.
        """
        pk, version = row.item["pk"], row.item.get("version")
        for counts, actions in self._steps(pk, traces):
            change = Change((pk, keys.HEAD), must_exist=True, equals={"version": version, ERASING: None})
            change.adds = {"version": 1, **counts}
            if not actions:
                change.sets = {name: value for name, value in traces.attributes.items() if value is not None}
                change.removes = [name for name, value in traces.attributes.items() if value is None]
            with version_kept():
                self._table.commit([change, *actions])
            version = (version or 0) + 1

    def rewrite(self, search: Search, body: Mapping[str, Any]) -> None:
        """Give a search another body.

        Raises:
            VersionMoved: it changed since it was read.
        """
        with version_kept():
            self._table.commit(_rewritten(search.items[0], body))

    def _steps(self, pk: str, traces: Traces) -> list[tuple[dict[str, int], list[Action]]]:
        steps: list[tuple[dict[str, int], list[Action]]] = []
        for item in traces.events:
            gone = [Delete((item["pk"], item["sk"])), *(Delete(key) for key in chunk_keys(item))]
            steps.append(({f"{COUNT}events": -1, GIVEN + EVENTS: -1}, list(gone)))
        steps += [({}, _rewritten(item, body)) for item, body in traces.bodies]
        steps += [({}, _message(item, message, traces.shared)) for item, message in traces.messages]
        if traces.fields is not None:
            steps.append(({}, self._large(pk, traces.fields)))
        if traces.attributes:
            steps.append(({}, []))
        return steps

    def _large(self, pk: str, fields: Mapping[str, Any]) -> list[Action]:
        old = self._table.get((pk, keys.PROPERTIES), consistent=True)
        return _rewritten(old, fields) if old is not None else []


def _rewritten(item: Item, value: Any) -> list[Action]:
    """What gives an item another value; the rest of it stays."""
    base = {name: content for name, content in item.items() if name not in ("z", "chunks")}
    head, *rest = blob_items(base, value)
    puts = [Put(head, equals={"z": item["z"]}), *(Put(part, only_if_absent=False) for part in rest)]
    return [*puts, *(Delete(key) for key in chunk_keys(item, len(rest) + 1))]


def _message(item: Item, message: Message, shared: Collection[str]) -> list[Action]:
    """What gives a message other extras; its state and its places stay."""
    head, *parts = message_items(item["pk"], message, item["w"])
    said = ("text", "x", "z", "parts", "pn")
    kept = {name: value for name, value in item.items() if name not in said}
    old: list[str] = []
    if "pn" in item and item["pn"] not in shared:
        old = [f"{keys.PART}{item['pn']}#{number:04d}" for number in range(item["parts"])]
    names = {part["sk"] for part in parts}
    return [
        Put({**kept, **{name: head[name] for name in said if name in head}}, equals={"w": item["w"]}),
        *(Put(part, only_if_absent=False) for part in parts),
        *(Delete((item["pk"], sk)) for sk in old if sk not in names),
    ]
