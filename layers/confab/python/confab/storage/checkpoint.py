"""Where the analysis of a long conversation goes on, and what came since: so it does not read all of it again.

The checkpoint says what the state in force (``storage.counting``) was made of, and is good only while the row names
that state. The notes of captures (``storage.captured``) from its version to the row's name all that is new, if none is
missing. Else all messages are read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from confab.domain.findings import Findings
from confab.domain.identity import digest
from confab.domain.message import Message, transcript_order
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.counting import CountingState
from confab.storage.messages import pack_json, unpack_json
from confab.storage.values import Item, Place

UNDER_WAY: Final = timedelta(minutes=1)
"""For how long a message may be stored before its request has counted it on the row: longer than a request runs."""
MAX_UNDER_WAY: Final = 300
RECENT: Final = 12
"""Messages that a checkpoint shows to the analyzer."""
RECENT_CHARACTERS: Final = 3_000
LONGEST_RECENT: Final = 1_000

Order = tuple[datetime, datetime, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the analysis of a conversation goes on from.

    Attributes:
        version: of the conversation that was read.
        findings: of its messages.
        messages: how many there were.
        size: what they hold, in bytes.
        last: the place of the last one in the transcript.
        whole: how many messages there were when all of them were read last.
        under_way: digests of those of them that a note may yet name.
        until: until when such notes may come.
        recent: the last messages, long ones cut.
        course: what the analyzer keeps of all of them (``Analysis.course``).
    """

    version: int
    findings: Findings
    messages: int
    size: int
    last: Order
    whole: int
    under_way: frozenset[str]
    until: datetime
    recent: Sequence[Message]
    course: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Whether a message that a note names is among those that were read before it was written."""
        return key_digest(key) in self.under_way


def key_digest(key: str) -> str:
    """A few digits by which a checkpoint recognises a message of the last minute."""
    return digest("key", key).hex()


def recent_of(messages: Sequence[Message]) -> list[Message]:
    """The end of a transcript as a checkpoint keeps it: words alone, long ones cut."""
    kept: list[Message] = []
    room = RECENT_CHARACTERS
    for message in reversed(messages[-RECENT:]):
        content = message.content[:LONGEST_RECENT]
        room -= len(content)
        if room < 0 and kept:
            break
        bare = Message(
            key=message.key,
            role=message.role,
            content=content,
            created_at=message.created_at,
            stored_at=message.stored_at,
        )
        kept.append(bare)
    return kept[::-1]


def checkpoint_item(place: Place, checkpoint: Checkpoint, state: str) -> Item:
    """A checkpoint as an item.

    Args:
        state: the name of the state that the conversation has with it.
    """
    findings = checkpoint.findings
    stored = {
        "version": checkpoint.version,
        "messages": checkpoint.messages,
        "size": checkpoint.size,
        "first": to_micros(findings.started_at),
        "last": [to_micros(checkpoint.last[0]), to_micros(checkpoint.last[1]), *checkpoint.last[2:]],
        "whole": checkpoint.whole,
        "underWay": sorted(checkpoint.under_way),
        "until": to_micros(checkpoint.until),
        "scores": [findings.sentiment_sum, findings.sentiment_count],
        "topics": list(findings.topic_counts.items()),
        "flags": list(findings.flags),
        "outcome": findings.outcome,
        "recent": [
            [each.key, each.role, each.content, to_micros(each.created_at), to_micros(each.stored_at)]
            for each in checkpoint.recent
        ],
        "course": checkpoint.course,
    }
    return {"pk": keys.conversation(*place), "sk": keys.CHECKPOINT, "state": state, "z": pack_json(stored)}


def read_checkpoint(item: Item, counted: CountingState) -> Checkpoint:
    """A checkpoint from its item.

    Args:
        counted: the state that it names.
    """
    stored = unpack_json(item["z"])
    created, arrived, rank, key = stored["last"]
    findings = Findings(
        contribution=counted.contribution,
        search_terms=counted.search_terms,
        started_at=from_micros(stored["first"]),
        sentiment_sum=stored["scores"][0],
        sentiment_count=stored["scores"][1],
        topic_counts=dict(stored["topics"]),
        flags=stored["flags"],
        outcome=stored["outcome"],
    )
    return Checkpoint(
        version=stored["version"],
        findings=findings,
        messages=stored["messages"],
        size=stored["size"],
        last=(from_micros(created), from_micros(arrived), rank, key),
        whole=stored["whole"],
        under_way=frozenset(stored["underWay"]),
        until=from_micros(stored["until"]),
        recent=[_read_recent(*each) for each in stored["recent"]],
        course=stored["course"],
    )


def _read_recent(key: str, role: str, content: str, created: int, arrived: int) -> Message:
    return Message(key=key, role=role, content=content, created_at=from_micros(created), stored_at=from_micros(arrived))


def first_checkpoint(
    version: int,
    findings: Findings,
    messages: Sequence[Message],
    size: int,
    course: Mapping[str, Any],
    read_at: datetime,
    *,
    ever: int | None,
) -> Checkpoint | None:
    """The checkpoint after all messages were read; None where too many may yet be noted.

    A request stores its messages before the row counts them, so reading may find some that a later version names.

    Args:
        messages: all of them, in transcript order.
        size: what they hold, in bytes.
        read_at: when the row was read.
        ever: how many messages requests had counted on the row; None where nobody counted so.
    """
    under_way: list[Message] = []
    if ever != len(messages):
        under_way = [message for message in messages if message.stored_at >= read_at - UNDER_WAY]
    if len(under_way) > MAX_UNDER_WAY:
        return None
    return Checkpoint(
        version=version,
        findings=findings,
        messages=len(messages),
        size=size,
        last=transcript_order(messages[-1]),
        whole=len(messages),
        under_way=frozenset(key_digest(message.key) for message in under_way),
        until=read_at + UNDER_WAY,
        recent=recent_of(messages),
        course=course,
    )


def went_on(
    before: Checkpoint,
    version: int,
    findings: Findings,
    new: Sequence[Message],
    size: int,
    course: Mapping[str, Any],
    read_at: datetime,
) -> Checkpoint:
    """The checkpoint after messages that came behind all others.

    Args:
        new: in transcript order.
        size: what all messages hold now, in bytes.
        read_at: when the row was read.
    """
    last = transcript_order(new[-1]) if new else before.last
    return replace(
        before,
        version=version,
        findings=findings,
        messages=before.messages + len(new),
        size=size,
        last=last,
        # What was under way has been counted on the row by now, and its notes have been read.
        under_way=before.under_way if read_at < before.until else frozenset(),
        recent=recent_of([*before.recent, *new]),
        course=course,
    )
