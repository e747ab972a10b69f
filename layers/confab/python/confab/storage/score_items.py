"""Scores as items, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.domain.merge import json_bytes
from confab.domain.scores import Score
from confab.storage import keys
from confab.storage.blobs import blob_items
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.conversation_row import BYTES
from confab.storage.given_place import GivenPlace
from confab.storage.messages import unpack_json
from confab.storage.values import Item, Place

_OPTIONAL: Final = {"key": "message_key", "mid": "message_id", "find": "finding", "rv": "reviewer"}
"""Attributes that a score may have, and what they are in the domain."""


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A score as it stands, on which a change of it rests.

    Attributes:
        item: its item, for stores alone.
    """

    item: Item

    @property
    def score(self) -> Score:
        """The score."""
        return read_score(self.item)

    @property
    def place(self) -> GivenPlace:
        """Where it stands."""
        return GivenPlace.of(self.item)


def score_place(place: Place, score_id: str) -> GivenPlace:
    """The place of the score of an id in a conversation."""
    return GivenPlace(*place, keys.score_item(score_id))


def score_item(place: GivenPlace, score: Score, now: datetime, request_token: bytes) -> Item:
    """The item of a score: always one, because its body is bounded.

    Args:
        request_token: a random mark of the write.
    """
    pk, sk = place.key
    time = index_time(score.created_at)
    base: Item = {
        "pk": pk,
        "sk": sk,
        "id": score.id,
        "name": score.name,
        "type": score.data_type,
        "val": score.value,
        "src": score.source,
        "at": to_micros(score.created_at),
        "up": to_micros(score.updated_at),
        "st": to_micros(now),
        "rev": request_token,
        BYTES: json_bytes({"name": score.name, "value": score.value, **score.body}),
        "g1pk": keys.score_list(place.chatbot_id, keys.shard_of(place.conversation_id)),
        "g1sk": f"{time}#{sk[len(keys.SCORE) :]}",
        "g2pk": keys.score_lookup(place.chatbot_id, score.id),
        "g2sk": time,
    }
    for name, field in _OPTIONAL.items():
        if (value := getattr(score, field)) is not None:
            base[name] = value
    (item,) = blob_items(base, score.body)
    return item


def read_score(item: Item) -> Score:
    """A score from its item."""
    optional: dict[str, Any] = {field: item.get(name) for name, field in _OPTIONAL.items()}
    return Score(
        id=item["id"],
        name=item["name"],
        data_type=item["type"],
        value=item["val"],
        source=item["src"],
        created_at=from_micros(item["at"]),
        updated_at=from_micros(item["up"]),
        body=unpack_json(item["z"]),
        **optional,
    )


def read_scores(items: Iterable[Item] | Mapping[str, Item]) -> list[Score]:
    """The scores among the items of a conversation, in the order in which they were given."""
    each = items.values() if isinstance(items, Mapping) else items
    found = [read_score(item) for item in each if item["sk"].startswith(keys.SCORE)]
    return sorted(found, key=lambda score: (score.created_at, score.id))
