"""Of one person's ratings of one message the last counts; the others stay readable, in no list and no figure.

Feedback that does not count names the feedback that counts instead. That follows from all feedback of the conversation,
so a request that stores, changes or removes feedback updates the others in the same transaction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confab.storage import keys
from confab.storage.clocks import from_micros, index_time
from confab.storage.values import Item
from confab.storage.writes import Change

JUDGE: Final = "jg"
"""Attribute with a keyed digest of who gave feedback; absent where nobody said so."""
JUDGED_AT: Final = "jd"
"""Attribute with the time at which it was given or changed, in microseconds."""
OVER: Final = "over"
"""Attribute with the id of the feedback that counts instead."""
SEQUENCE: Final = "ratings"
"""Attribute of a row that moves with its feedback by known people: two of them at a time follow one another."""
MAX_SETTLED: Final = 80
"""Items that one change brings in order; there are more only where old feedback gets in order for the first time."""


@dataclass(frozen=True, slots=True)
class RatingChange:
    """The effect of a change of one item of feedback.

    Attributes:
        item: the item as it is to be written; None when it goes.
        others: changes of the other items.
        counts: by kind, how much more feedback counts.
    """

    item: Item | None
    others: Sequence[Change]
    counts: Mapping[str, int]


def settle(known: Mapping[str, Item], sk: str, item: Item | None) -> RatingChange:
    """Put, change or remove an item among the feedback of its conversation.

    Args:
        known: the items as they stand, by sort key: all of the same people and messages at least.
        sk: the sort key of the item that changes.
        item: how it will be; None when it goes.
    """
    after = {**known, sk: item} if item is not None else {name: known[name] for name in known if name != sk}
    over = _superseded([each for each in after.values() if each is not None])
    moved = [each for name, each in known.items() if name != sk and each.get(OVER) != over.get(name)][:MAX_SETTLED]
    counts: Counter[str] = Counter()
    others: list[Change] = []
    for each in moved:
        others.append(_moved(each, over.get(each["sk"])))
        counts[each["kind"]] += (over.get(each["sk"]) is None) - (OVER not in each)
    if sk in known:
        counts[known[sk]["kind"]] -= OVER not in known[sk]
    if item is None:
        return RatingChange(None, others, counts)
    counts[item["kind"]] += sk not in over
    return RatingChange({**item, **({OVER: over[sk]} if sk in over else listed(item))}, others, counts)


def listed(item: Item) -> dict[str, Any]:
    """The attributes by which lists find an item of feedback."""
    chatbot_id, conversation_id = keys.split_conversation(item["pk"])
    time = index_time(from_micros(item["at"]))
    return {
        "g1pk": keys.feedback_list(chatbot_id, item["kind"], keys.shard_of(conversation_id)),
        "g1sk": f"{time}#{item['sk'][len(keys.FEEDBACK) :]}",
    }


def _superseded(items: Sequence[Item]) -> dict[str, str]:
    """By sort key, the id of the feedback that counts instead of an item that does not."""
    alike: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        if JUDGE in item:
            alike[item["mid"], item[JUDGE]].append(item)
    over: dict[str, str] = {}
    for group in alike.values():
        last = max(group, key=lambda item: (item[JUDGED_AT], item["st"], item["sk"]))
        over |= {item["sk"]: last["id"] for item in group if item is not last}
    return over


def _moved(item: Item, over: str | None) -> Change:
    change = Change((item["pk"], item["sk"]), must_exist=True, equals={"rev": item["rev"], OVER: item.get(OVER)})
    if over is None:
        change.sets, change.removes = listed(item), [OVER]
    else:
        change.sets, change.removes = {OVER: over}, ["g1pk", "g1sk"]
    return change
