"""Feedback and events as items, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from confab.domain.feedback import Event, Feedback
from confab.storage import keys
from confab.storage.blobs import blob_items, read_blob
from confab.storage.clocks import from_micros, to_micros
from confab.storage.given_place import GivenPlace
from confab.storage.ratings import OVER
from confab.storage.values import Item, Place


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """Feedback as it stands, on which a change of it rests.

    Attributes:
        item: its item, for stores alone.
    """

    item: Item

    @property
    def created_at(self) -> datetime:
        """What lists are ordered by (UTC)."""
        return from_micros(self.item["at"])


def feedback_place(place: Place, feedback_id: str) -> GivenPlace:
    """The place of the feedback of an id in a conversation."""
    return GivenPlace(*place, keys.feedback_item(feedback_id))


def event_items(pk: str, event: Event, now: datetime, *, web: bool = False) -> list[Item]:
    """The items of an event, the one with its own attributes first."""
    base: Item = {
        "pk": pk,
        "sk": keys.event_item(event.id, web=web),
        "id": event.id,
        "type": event.name,
        "entity": event.entity,
        "at": to_micros(event.created_at),
        "st": to_micros(now),
    }
    return blob_items(base, {"subject": event.subject, **event.body})


def read_event(items: Mapping[str, Item], event_id: str) -> Event | None:
    """An event from the items of its conversation, by sort key; None when it is not among them."""
    item = items.get(keys.event_item(event_id))
    return event_from(item, items) if item is not None else None


def search_of(items: Sequence[Item]) -> Event:
    """A search from its items, the event first."""
    return event_from(items[0], {item["sk"]: item for item in items})


def read_events(items: Mapping[str, Item]) -> list[Event]:
    """The events among the items of a conversation, by sort key; in order of their time."""
    found = [event_from(item, items) for sk, item in items.items() if sk.startswith(keys.EVENT)]
    return sorted(found, key=lambda event: (event.created_at, event.id))


def event_from(item: Item, items: Mapping[str, Item]) -> Event:
    """An event from its item; further items by sort key."""
    body = dict(read_blob(item, items))
    return Event(
        id=item["id"],
        name=item["type"],
        entity=item["entity"],
        subject=body.pop("subject", ""),
        created_at=from_micros(item["at"]),
        body=body,
    )


def read_all_feedback(items: Sequence[Item]) -> list[Feedback]:
    """The feedback among the items of a conversation."""
    by_key = {item["sk"]: item for item in items}
    return [feedback_from(item, by_key) for item in items if item["sk"].startswith(keys.FEEDBACK)]


def feedback_from(item: Item, items: Mapping[str, Item]) -> Feedback:
    """Feedback from its item; further items by sort key."""
    return _feedback(item, read_blob(item, items))


def bare_feedback(item: Item) -> Feedback:
    """Feedback from its item alone, with an empty body: what statistics count, whatever size it has."""
    return _feedback(item, {})


def _feedback(item: Item, body: Mapping[str, Any]) -> Feedback:
    return Feedback(
        id=item["id"],
        kind=item["kind"],
        message_id=item["mid"],
        created_at=from_micros(item["at"]),
        updated_at=from_micros(item["up"]),
        body=body,
        superseded_by=item.get(OVER),
    )
