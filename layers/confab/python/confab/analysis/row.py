"""The change of a conversation's row with which its analysis ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from confab.analysis.loaded import Commit
from confab.domain.conversation import Conversation
from confab.domain.findings import Findings
from confab.domain.message import Message
from confab.domain.results import Analysis
from confab.domain.statistics import found_of
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.clocks import index_time, optional_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    AGAIN,
    BYTES,
    COUNTED_AT,
    ENTRIES,
    ERASING,
    FOUND,
    LEFT,
    MESSAGES,
    PENDING_ATTRIBUTES,
    PEOPLE,
    managed_attributes,
    waiting_attributes,
)
from confab.storage.entries import Entries, moves
from confab.storage.list_moves import LISTED_AT
from confab.storage.previews import shown_of
from confab.storage.writes import Action, Change


def shown_attributes(
    conversation: Conversation, findings: Findings, messages: Sequence[Message], analysis: Analysis | None
) -> dict[str, Any]:
    """The attributes of a conversation's row that lists and searches show of its results.

    Args:
        messages: in transcript order: all, or the last ones.
        analysis: what was just made; None when nothing needed a result.
    """
    attributes: dict[str, Any] = {
        "sentimentSum": findings.sentiment_sum,
        "sentimentCount": findings.sentiment_count,
        "topics": findings.topics,
        "flags": findings.flags,
        FOUND: found_of(findings.contribution),
    }
    if findings.outcome is not None:
        attributes["outcome"] = findings.outcome
    if analysis is not None:
        attributes["headline"] = analysis.conversation.headline
    if not conversation.managed:
        return attributes
    fields = shown_of(messages)
    if analysis is not None:
        fields["topics"] = list(analysis.conversation.topics)
    return {**attributes, **managed_attributes(fields)}


def settled(commit: Commit) -> Change:
    """The change of a row that has not changed since it was read: it waits no more."""
    loaded = commit.loaded
    conversation, row = loaded.conversation, loaded.row
    change = Change((row["pk"], keys.HEAD))
    pending_since = conversation.pending_since
    change.equals = {
        "version": conversation.version,
        "pendingSince": None if pending_since is None else to_micros(pending_since),
        "g1sk": row.get("g1sk"),
        ERASING: None,
    }
    change.sets = {
        MESSAGES: loaded.count,
        BYTES: loaded.size,
        "firstAt": to_micros(loaded.first_at),
        "lastAt": to_micros(loaded.last_at),
        "g1pk": keys.listed(conversation.chatbot_id, keys.shard_of(conversation.id)),
        "g1sk": list_key(commit),
        PEOPLE: commit.counted.people,
        **commit.row,
    }
    if loaded.checkpoint is None:
        change.sets[COUNTED_AT] = to_micros(commit.read_at)
    active_at = optional_time(row.get(ACTIVE))
    if active_at is not None:
        change.sets.update(age_attributes(conversation.chatbot_id, conversation.id, active_at))
    if change.sets["g1sk"] != row.get("g1sk"):
        change.sets[LISTED_AT] = to_micros(commit.made_at)
    change.removes = [*PENDING_ATTRIBUTES, "analysisFailed", *([LEFT] if LEFT in row else [])]
    wanted = wanted_entries(commit)
    if wanted is not None:
        change.equals[ENTRIES] = conversation.entries
        if wanted.packed is None:
            change.removes.append(ENTRIES)
        else:
            change.sets[ENTRIES] = wanted.packed
    return change


def overtaken(commit: Commit) -> Change:
    """The change of a row that has got more meanwhile: what was read counts, and the rest waits from then on."""
    conversation = commit.loaded.conversation
    change = Change((commit.loaded.row["pk"], keys.HEAD), must_exist=True)
    again = commit.loaded.row.get(AGAIN)
    # Who asks meanwhile that all be judged is not answered by what was read before.
    change.equals = {ERASING: None, "createdAt": commit.loaded.row.get("createdAt"), AGAIN: again}
    change.removes = [] if again is None else [AGAIN]
    waiting = waiting_attributes(conversation.id, commit.read_at)
    change.sets = {PEOPLE: commit.counted.people, **commit.row, **waiting}
    return change


def list_key(commit: Commit) -> str:
    """What lists are ordered by: the last message or the last change, whichever is later."""
    last, changed = commit.loaded.last_at, commit.loaded.conversation.updated_at
    return index_time(last if changed is None else max(last, changed))


def wanted_entries(commit: Commit) -> Entries | None:
    """Where a conversation is to be found from now on by contact and channel; None to leave that as it is."""
    conversation = commit.loaded.conversation
    last = commit.loaded.last_at
    time = max(last, conversation.updated_at or last)
    wanted = Entries.at(time, conversation.external_user_id, conversation.managed.get("channelId"))
    before = Entries.unpacked(conversation.entries)
    if wanted.packed is None and before is None:
        return None
    return wanted if wanted.differs(before) else None


def entries_moved(commit: Commit) -> list[Action]:
    """What moves the entries of a managed conversation there."""
    wanted = wanted_entries(commit)
    return moves(commit.loaded.place, commit.loaded.conversation.entries, wanted) if wanted else []
