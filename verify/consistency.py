"""A walk of the table: what must hold once everything has come to rest, whatever went wrong before.

It counts again from the messages themselves, and compares with what rows, contributions and statistics say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from confab.analysis.consumer import counted_of
from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.findings import findings_of
from confab.domain.identity import digest
from confab.domain.judged import is_judged
from confab.domain.limits import SCORES
from confab.domain.message import Message, transcript_order
from confab.domain.statistics import found_of
from confab.storage import keys
from confab.storage.blobs import chunk_keys
from confab.storage.checkpoint import read_checkpoint
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    ENTRIES,
    ERASING,
    FOUND,
    HISTORY_FIELD,
    STATE,
    any_head_of,
    read_head,
)
from confab.storage.counting import CountingState, read_standing
from confab.storage.entries import Entries
from confab.storage.feedback_items import read_all_feedback
from confab.storage.given import GIVEN
from confab.storage.given_writes import COUNT
from confab.storage.histories import EXTERNAL_ID
from confab.storage.messages import message_bytes, read_messages, stray_parts
from confab.storage.ratings import OVER
from confab.storage.results import read_message_results
from confab.storage.score_items import read_scores
from confab.storage.tally import read_counters
from confab.storage.values import Item, Key

Partition = Mapping[str, Item]
"""The items of one partition by sort key."""

CONVERSATION: Final = "CONV#"
COUNTERS: Final = ("STAT#", "USER#", "ORG#")
"""Partitions of counters, some with a profile beside them."""
FOUND_BY: Final = ("CONTACT#", "CHANNEL#", "EXT#", "FACET#")
"""Partitions of small items that each name a conversation."""
BLOB: Final = "BLOB#"


def partitions_of(items: Iterable[Item]) -> dict[str, dict[str, Item]]:
    """Items by partition and sort key."""
    partitions: defaultdict[str, dict[str, Item]] = defaultdict(dict)
    for item in items:
        partitions[item["pk"]][item["sk"]] = item
    return dict(partitions)


def findings(items: Iterable[Item]) -> list[str]:
    """Everything that does not hold among the items of a whole table at rest; nothing when all is well."""
    partitions = partitions_of(items)
    conversations = {pk: partition for pk, partition in partitions.items() if pk.startswith(CONVERSATION)}
    found = [
        f"{pk}: {finding}"
        for pk, partition in sorted(conversations.items())
        for finding in _conversation(pk, partition)
    ]
    return [*found, *_look_ups(partitions, conversations), *_sums(partitions, conversations)]


def _conversation(pk: str, partition: Partition) -> Iterator[str]:
    head = partition.get(keys.HEAD)
    if head is None:
        yield f"no row, but {', '.join(sorted(partition))}"
        return
    if ERASING in head:
        yield "its erasure was not finished"
        return
    items = list(partition.values())
    broken = list(_pieces(partition))
    if broken:
        yield from broken
        return
    messages = sorted(read_messages(items), key=transcript_order)
    yield from _row(pk, head, partition, messages)
    yield from _results(head, items, messages)
    yield from _checkpoint(head, partition, messages)


def _pieces(partition: Partition) -> Iterator[str]:
    """Values that are spread over items: all pieces there, and none that belongs to nothing."""
    wanted: set[str] = set()
    for sk, item in partition.items():
        if "parts" in item:
            wanted.update(f"{keys.PART}{item['pn']}#{number:04d}" for number in range(item["parts"]))
        elif not sk.startswith(BLOB):
            wanted.update(chunk for _, chunk in chunk_keys(item))
    if missing := sorted(wanted - partition.keys()):
        yield f"pieces are missing: {', '.join(missing)}"
    orphans = [part["sk"] for part in stray_parts(partition.values())]
    orphans += [sk for sk in partition if sk.startswith(BLOB) and sk not in wanted]
    if orphans:
        yield f"pieces belong to nothing: {', '.join(sorted(orphans))}"


def _row(pk: str, head: Item, partition: Partition, messages: Sequence[Message]) -> Iterator[str]:
    chatbot_id, conversation_id = keys.split_conversation(pk)
    listed = keys.listed if _waited_once(head) else keys.listed_new
    expected: dict[str, Any] = {
        "messages": len(messages),
        "pendingSince": None,
        "analysisFailed": None,
        "g1pk": listed(chatbot_id, keys.shard_of(conversation_id)),
        "g3pk": keys.aging(chatbot_id, keys.shard_of(conversation_id)),
        **_counts(partition),
    }
    if messages:
        times = [to_micros(message.created_at) for message in messages]
        expected |= {"firstAt": min(times), "lastAt": max(times)}
    if "t.count" in head:
        expected["t.count"] = sum(message.key.startswith("n:") for message in messages)
    if head.get("g3sk", "") > index_time(from_micros(head[ACTIVE])):
        yield "the index of ages has it later than it was active"
    for name, value in expected.items():
        if (found := head.get(name)) != value and (found or value):
            yield f"the row says {name}={found}, and it is {value}"


def _waited_once(head: Item) -> bool:
    """Whether there ever was anything for the consumer to count.

    A conversation that was begun without a message waits for its first one among the new entries of the lists.
    """
    return bool(head.get("version"))


def _counts(partition: Partition) -> dict[str, int]:
    """How much feedback of each kind, how many events and how many scores there are."""
    counts = Counter({f"{COUNT}positive": 0, f"{COUNT}negative": 0, f"{COUNT}events": 0, GIVEN + SCORES: 0})
    for sk, item in partition.items():
        if sk.startswith(keys.FEEDBACK) and OVER not in item:
            counts[COUNT + item["kind"]] += 1
        elif sk.startswith(keys.EVENT):
            counts[f"{COUNT}events"] += 1
        elif sk.startswith(keys.SCORE):
            counts[GIVEN + SCORES] += 1
    return dict(counts)


def _results(head: Item, items: Sequence[Item], messages: Sequence[Message]) -> Iterator[str]:
    _, judged = read_message_results(items)
    unjudged = [
        message.key
        for message in messages
        if is_judged(message) and judged.get(message.key) != digest(message.role, message.content).hex()
    ]
    if unjudged:
        yield f"not analysed: {', '.join(unjudged)}"
    known = _analysed(head, items, messages)
    counted, recount = read_standing(head, items).counted, counted_of(known) if _waited_once(head) else CountingState()
    if not counted.agrees(recount):
        yield f"it has counted {counted}, and a recount says {recount}"
    if (head.get("sentimentSum", 0), head.get("sentimentCount", 0)) != (sum(known.scores), len(known.scores)):
        yield "the row's mean sentiment is not that of its messages"
    if list(head.get(FOUND, found_of(recount.contribution))) != found_of(recount.contribution):
        yield "a search does not find the row by what its messages are"


def _analysed(head: Item, items: Sequence[Item], messages: Sequence[Message]) -> AnalysedConversation:
    """A conversation with the results that are stored."""
    message_results, _ = read_message_results(items)
    conversation = read_head(head)
    return AnalysedConversation(
        conversation=conversation,
        messages=messages,
        message_results={
            message.key: message_results[message.key] for message in messages if message.key in message_results
        },
        outcome=conversation.outcome,
        feedback=read_all_feedback(items),
        given_scores=read_scores(items),
    )


def _checkpoint(head: Item, partition: Partition, messages: Sequence[Message]) -> Iterator[str]:
    """Where the next analysis goes on from: what the state in force was made of, if nothing came in another way."""
    item = partition.get(keys.CHECKPOINT)
    if item is None or item["state"] != head.get(STATE):
        return
    checkpoint = read_checkpoint(item, read_standing(head, partition.values()).counted)
    if checkpoint.version != head.get("version"):
        return
    found = (checkpoint.messages, checkpoint.size, checkpoint.last)
    expected = (len(messages), sum(map(message_bytes, messages)), transcript_order(messages[-1]))
    if found != expected:
        yield f"its checkpoint says {found}, and it is {expected}"
    if (
        checkpoint.findings.topic_counts
        != findings_of(_analysed(head, list(partition.values()), messages)).topic_counts
    ):
        yield "its checkpoint has other topics than its messages"


def _counted(conversations: Mapping[str, Partition]) -> Iterator[tuple[tuple[str, str], CountingState]]:
    """The state in which the statistics have each conversation, with its place."""
    for pk, partition in conversations.items():
        yield keys.split_conversation(pk), read_standing(partition.get(keys.HEAD, {}), partition.values()).counted


def _look_ups(partitions: Mapping[str, Partition], conversations: Mapping[str, Partition]) -> Iterator[str]:
    """The items by which conversations are found: exactly those that the conversations name."""
    wanted: set[Key] = set()
    for pk, partition in conversations.items():
        place, head = keys.split_conversation(pk), any_head_of(list(partition.values())) or {}
        entries = Entries.unpacked(head.get(ENTRIES))
        wanted.update(entries.keys(*place) if entries else ())
        if external := head.get(HISTORY_FIELD + EXTERNAL_ID):
            wanted.add((keys.external(place[0], external), keys.external_entry(place[1])))
    for place, counted in _counted(conversations):
        wanted.update(counted.entries(place))
    there = {(pk, sk) for pk, partition in partitions.items() if pk.startswith(FOUND_BY) for sk in partition}
    for pk, sk in sorted(wanted - there):
        yield f"{pk}: there is no entry {sk}, which a conversation names"
    for pk, sk in sorted(there - wanted):
        yield f"{pk}: the entry {sk} belongs to no conversation"


def _sums(partitions: Mapping[str, Partition], conversations: Mapping[str, Partition]) -> Iterator[str]:
    """Each statistic: over its shards the sum of what conversations have counted. And a profile for each person."""
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    people: set[Key] = set()
    for (chatbot_id, _), counted in _counted(conversations):
        for statistic, counters in counted.contribution.items():
            sums[chatbot_id, statistic].update(counters)
        people.update((keys.person(chatbot_id, statistic), keys.PROFILE) for statistic in counted.people)
    stored: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    profiles: set[Key] = set()
    for pk, partition in partitions.items():
        if pk.startswith(COUNTERS):
            profiles.update((pk, sk) for sk in partition if sk == keys.PROFILE)
            _add_up(stored, pk, [item for sk, item in partition.items() if sk not in (keys.PROFILE, keys.SPREAD)])
    for pk, sk in sorted(people - profiles):
        yield f"{pk}: there is no {sk}"
    for pk, sk in sorted(profiles - people):
        yield f"{pk}: the {sk} is nobody's"
    for place in sorted(sums.keys() | stored.keys()):
        summed, kept = _trimmed(sums.get(place, {})), _trimmed(stored.get(place, {}))
        if summed != kept:
            yield f"{place[0]} {place[1]}: it says {kept}, and its conversations sum up to {summed}"


def _add_up(stored: defaultdict[tuple[str, str], Counter[str]], pk: str, items: Iterable[Item]) -> None:
    """Add the counters of a partition to those of their statistics."""
    kind, chatbot_id, *rest = pk.split("#")
    for item in items:
        for statistic, counters in read_counters(item).items():
            name = statistic if kind == "STAT" else f"{kind}#{rest[0]}"
            stored[chatbot_id, name].update(counters)


def _trimmed(counters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in counters.items() if value}
