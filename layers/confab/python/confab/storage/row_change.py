"""The change that a request makes on a conversation's row, as one conditional update."""

from __future__ import annotations

from confab.domain.limits import Limits
from confab.platform.data_version import MARK, VERSION
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.attributes import attribute_change
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import ACTIVE, BYTES, waiting_attributes
from confab.storage.growth import grow
from confab.storage.named import NAMED, named_in
from confab.storage.row_times import follow_transcript
from confab.storage.row_updates import RowUpdate
from confab.storage.values import Item, Place
from confab.storage.writes import Change


def row_change(place: Place, update: RowUpdate, row: Item | None, limits: Limits, *, bound: bool) -> Change:
    """The change that a request makes.

    Args:
        row: as it stands, empty for a new one; None when it was not read.
        limits: how large a conversation may grow.
        bound: whether it is refused where the conversation would hold more than it may.
    """
    change = Change((keys.conversation(*place), keys.HEAD))
    change.below[MARK] = VERSION + 1
    change.defaults = _first(place, update)
    change.sets = {ACTIVE: to_micros(update.now), **update.row.always.attributes}
    if update.waits:
        change.defaults.update(waiting_attributes(place[1], update.now))
        change.adds = {"version": 1}
        change.removes = ["analysisFailed"]
    if update.stored:
        change.sets.update(update.row.stored.attributes)
        grow(change, update.stored, update.size, limits, bound=bound)
    elif update.replaced:
        # What a message that was not final grows to is counted, and never refused.
        change.adds[BYTES] = update.size
    elif not update.waits:
        change.sets.update({**update.row.said.attributes, **age_attributes(*place, update.now)})
    kept = {**update.row.first.managed, **update.row.always.managed, **update.row.said.managed}
    change.joins[NAMED] = named_in((), update.attributes, kept)
    follow_transcript(change, update, row)
    attribute_change(update.attributes, row).apply_to(change)
    # An update sets an attribute once; what is set for good needs no default.
    change.defaults = {name: value for name, value in change.defaults.items() if name not in change.sets}
    return change


def _first(place: Place, update: RowUpdate) -> dict[str, object]:
    """The attributes that a new row begins with."""
    first = {
        "dialect": update.dialect,
        "kind": update.kind,
        "createdAt": to_micros(update.now),
        "g1pk": keys.listed_new(place[0], keys.shard_of(place[1])),
        "g1sk": index_time(update.last_at or update.now),
        **age_attributes(*place, update.now),
        MARK: VERSION,
    }
    external = {} if update.external_id is None else {"externalId": update.external_id}
    return {**first, **external, **update.row.first.attributes}
