"""The table's stream: which conversations its records say have a new state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confab.storage import keys
from confab.storage.values import Place


@dataclass(frozen=True, slots=True)
class Changed:
    """A conversation whose row changed.

    Attributes:
        first: the sequence number of the first record about it.
    """

    place: Place
    first: str


def rows_of(records: Iterable[Mapping[str, Any]]) -> Sequence[Changed]:
    """The conversations that records are about, each once, in the order of their first records."""
    found: dict[Place, Changed] = {}
    for record in records:
        said = record["dynamodb"]
        pk, sk = (said["Keys"][name]["S"] for name in ("pk", "sk"))
        if pk.startswith(keys.CONVERSATION) and sk == keys.HEAD:
            place = keys.split_conversation(pk)
            found.setdefault(place, Changed(place, said["SequenceNumber"]))
    return list(found.values())
