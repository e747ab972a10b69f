"""The table's stream: which conversations and searches its records say have changed.

A record is only the sign of a change: what is copied is read from the table. Its images tell one thing that the table
no longer does, in which month a conversation or a search that is gone was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confab.facts.rows import month_of, search_name
from confab.storage import keys
from confab.storage.clocks import from_micros
from confab.storage.conversation_row import BYTES, ERASING, MESSAGES
from confab.storage.values import Place

_SEARCHES: Final = "SEARCH#"
_BEGAN_AT: Final = "createdAt"
_STORED_AT: Final = "st"


@dataclass(slots=True)
class Changed:
    """A conversation or a search that changed.

    Attributes:
        place: of a search, its chatbot and ``rows.search_name``.
        first: the sequence number of the first record about it.
        months: those in which it was or is, as far as the records say.
        size, messages: how many bytes its messages hold and how many they are; None where no record says so.
        at_once: whether it is to be copied now, however large it is.
    """

    place: Place
    first: str
    months: set[str] = field(default_factory=set)
    size: int | None = None
    messages: int | None = None
    at_once: bool = False

    def see(self, image: Mapping[str, Any], attribute: str) -> None:
        """Take in what an image of an item says."""
        if attribute in image:
            self.months.add(month_of(from_micros(int(image[attribute]["N"]))))
        self.size = max(self.size or 0, int(image.get(BYTES, {}).get("N", 0)))
        self.messages = max(self.messages or 0, int(image.get(MESSAGES, {}).get("N", 0)))


@dataclass(frozen=True, slots=True)
class Changes:
    """What the records of a batch are about.

    Attributes:
        places: conversations and searches, in the order of their first records.
        deleted: the ids of chatbots that were deleted, each with the sequence number of its first record.
    """

    places: Sequence[Changed]
    deleted: Mapping[str, str]


def changes_of(records: Iterable[Mapping[str, Any]]) -> Changes:
    """What changed, each conversation once."""
    places: dict[Place, Changed] = {}
    deleted: dict[str, str] = {}
    for record in records:
        said = record["dynamodb"]
        pk, sk = (said["Keys"][name]["S"] for name in ("pk", "sk"))
        number = said["SequenceNumber"]
        if pk == keys.deletions():
            deleted.setdefault(sk, number)
            continue
        place = _place(pk, sk)
        if place is None:
            continue
        changed = places.setdefault(place, Changed(place, number))
        attribute = _BEGAN_AT if sk == keys.HEAD else _STORED_AT if pk.startswith(_SEARCHES) else None
        for image in ("OldImage", "NewImage") if attribute is not None else ():
            changed.see(said.get(image, {}), attribute or "")
        # What is gone goes from the copies at once, and a conversation that began again is another one.
        gone = attribute is not None and ("NewImage" not in said or ERASING in said["NewImage"])
        changed.at_once = changed.at_once or gone or len(changed.months) > 1
    return Changes(list(places.values()), deleted)


def _place(pk: str, sk: str) -> Place | None:
    """What a record is about; None for what is no fact."""
    if pk.startswith(keys.CONVERSATION):
        return keys.split_conversation(pk)
    if pk.startswith(_SEARCHES) and sk.startswith(keys.EVENT):
        _, chatbot_id, shard = pk.split("#")
        return chatbot_id, search_name(int(shard), sk)
    return None
