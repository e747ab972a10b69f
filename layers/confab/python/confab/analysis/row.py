"""The change of a conversation's row with which its analysis ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from confab.analysis.loaded import Commit
from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import Conversation
from confab.domain.results import Analysis
from confab.domain.statistics import Contribution, found_of
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.clocks import index_time, optional_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    AGAIN,
    BYTES,
    ENTRIES,
    ERASING,
    FOUND,
    LEFT,
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
    analysed: AnalysedConversation, contribution: Contribution, analysis: Analysis | None
) -> dict[str, Any]:
    """The attributes of a conversation's row that lists and searches show of its results.

    Args:
        analysed: the results of the conversation, the new ones among them.
        contribution: what it adds to the statistics.
        analysis: what was just made; None when nothing needed a result.
    """
    attributes: dict[str, Any] = {
        "sentimentSum": sum(analysed.scores),
        "sentimentCount": len(analysed.scores),
        "topics": analysed.topics,
        "flags": analysed.flags,
        FOUND: found_of(contribution),
    }
    if analysed.outcome is not None:
        attributes["outcome"] = analysed.outcome
    if not analysed.conversation.managed:
        return attributes
    fields = shown_of(analysed.messages)
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
    times = _times(commit)
    change.sets = {
        "messages": len(loaded.messages),
        BYTES: loaded.size,
        "firstAt": to_micros(min(times)),
        "lastAt": to_micros(max(times)),
        "countedAt": to_micros(commit.read_at),
        "g1pk": keys.listed(conversation.chatbot_id, keys.shard_of(conversation.id)),
        "g1sk": list_key(commit),
        PEOPLE: commit.counted.people,
        **commit.row,
    }
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
    last, changed = max(_times(commit)), commit.loaded.conversation.updated_at
    return index_time(last if changed is None else max(last, changed))


def wanted_entries(commit: Commit) -> Entries | None:
    """Where a conversation is to be found from now on by contact and channel; None to leave that as it is."""
    conversation = commit.loaded.conversation
    last = max(_times(commit))
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


def _times(commit: Commit) -> list[datetime]:
    conversation: Conversation = commit.loaded.conversation
    return [message.created_at for message in commit.loaded.messages] or [conversation.created_at]
