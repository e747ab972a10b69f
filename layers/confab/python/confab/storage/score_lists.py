"""Lists of scores: those of a chatbot, with the feedback that appears among them, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice, takewhile
from typing import Final

from confab.domain.feedback import KINDS
from confab.domain.scores import CATEGORICAL, END_USER, Score
from confab.storage import keys
from confab.storage.ages import AgeStore
from confab.storage.clocks import index_time
from confab.storage.feedback_items import bare_feedback
from confab.storage.score_items import read_score
from confab.storage.table import Table
from confab.storage.values import Item, Place
from confab.storage.visibility import Visibility

FEEDBACK: Final = "feedback"
"""The name, and the beginning of the id, under which feedback appears among the scores."""
READ_AHEAD: Final = 100
MAX_LOOKED_AT: Final = 1_000
"""Scores that a page looks at: where few of them are wanted the page is short, and its cursor goes on."""

Position = tuple[str, str]
"""Where a score stands in a list: by time and id, then by conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFilter:
    """What scores are asked for; None for any.

    Attributes:
        since, until: given first from ``since`` on and before ``until`` (UTC).
    """

    name: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def admits(self, score: Score) -> bool:
        """Whether a score is asked for."""
        return (
            (self.name is None or score.name == self.name)
            and (self.source is None or score.source == self.source)
            and (self.since is None or score.created_at >= self.since)
            and (self.until is None or score.created_at < self.until)
        )

    @property
    def feedback(self) -> bool:
        """Whether feedback may be among them."""
        return self.name in (None, FEEDBACK) and self.source in (None, END_USER)


@dataclass(frozen=True, slots=True)
class ListedScore:
    """A score in a list.

    Attributes:
        position: where it stands.
        place: its conversation.
        read_only: whether it is feedback, which is changed as such only.
    """

    score: Score
    position: Position
    place: Place
    read_only: bool


@dataclass(frozen=True, slots=True)
class ScorePage:
    """A page of scores.

    Attributes:
        position: where the next page begins; None at the end.
    """

    scores: Sequence[ListedScore]
    position: Position | None


class ScoreLists:
    """Reads lists of scores; those of conversations whose retention has passed are left out.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._ages = AgeStore(table, visibility)

    def newest(
        self, chatbot_ids: Sequence[str], wanted: ScoreFilter, limit: int, before: Position | None = None
    ) -> ScorePage:
        """A page of the scores of some chatbots, the newest first.

        Args:
            before: only what comes after this position.
        """
        gone = self._ages.gone(chatbot_ids)
        runs = self._table.pool.map(lambda partition: self._run(partition, wanted, before), _lists(chatbot_ids, wanted))
        entries = merge(*runs, key=_position, reverse=True)
        found: list[ListedScore] = []
        looked_at = 0
        while ahead := list(islice(entries, READ_AHEAD)):
            items = self._table.get_many([(each["pk"], each["sk"]) for each in ahead])
            for entry in ahead:
                item = items.get((entry["pk"], entry["sk"]))
                listed = None if item is None or entry["pk"] in gone else listed_score(item)
                if listed is not None and wanted.admits(listed.score):
                    if len(found) == limit:
                        return ScorePage(found, found[-1].position)
                    found.append(listed)
            looked_at += len(ahead)
            if looked_at >= MAX_LOOKED_AT:
                return ScorePage(found, _position(ahead[-1]))
        return ScorePage(found, None)

    def of_conversation(self, place: Place, wanted: ScoreFilter, limit: int, before: Position | None) -> ScorePage:
        """A page of the scores of a conversation and of its messages, the newest first, read consistently."""
        pk = keys.conversation(*place)
        prefixes = (keys.SCORE, keys.FEEDBACK) if wanted.feedback else (keys.SCORE,)
        items = [item for prefix in prefixes for item in self._table.query(pk, prefix, consistent=True)]
        listed = [listed_score(item) for item in items if "g1sk" in item]
        there = [each for each in listed if wanted.admits(each.score)]
        after = [each for each in there if before is None or each.position < before]
        page = sorted(after, key=lambda each: each.position, reverse=True)
        more = len(page) > limit
        return ScorePage(page[:limit], page[limit - 1].position if more else None)

    def _run(self, partition: str, wanted: ScoreFilter, before: Position | None) -> Iterator[Item]:
        """The entries of a partition that may be on the page, the newest first."""
        bounds = [None if wanted.until is None else index_time(wanted.until) + "~", before[0] if before else None]
        upto = min((bound for bound in bounds if bound is not None), default=None)
        entries = self._table.index_run(keys.LIST_INDEX, partition, ahead=READ_AHEAD, upto=upto)
        since = "" if wanted.since is None else index_time(wanted.since)
        inside = takewhile(lambda entry: entry["g1sk"] >= since, entries)
        return (entry for entry in inside if before is None or _position(entry) < before)


def listed_score(item: Item) -> ListedScore:
    """A score by its item, or feedback as a score."""
    if item["sk"].startswith(keys.SCORE):
        return ListedScore(read_score(item), _position(item), keys.split_conversation(item["pk"]), read_only=False)
    return ListedScore(_of_feedback(item), _position(item), keys.split_conversation(item["pk"]), read_only=True)


def _of_feedback(item: Item) -> Score:
    given = bare_feedback(item)
    return Score(
        id=f"{FEEDBACK}:{given.id}",
        name=FEEDBACK,
        data_type=CATEGORICAL,
        value=given.kind,
        source=END_USER,
        created_at=given.created_at,
        updated_at=given.updated_at,
        message_id=given.message_id,
    )


def _position(entry: Item) -> Position:
    return entry["g1sk"], entry["pk"]


def _lists(chatbot_ids: Sequence[str], wanted: ScoreFilter) -> list[str]:
    shards = range(keys.SHARDS)
    lists = [keys.score_list(chatbot, shard) for chatbot in chatbot_ids for shard in shards]
    if not wanted.feedback:
        return lists
    given = [(chatbot, kind) for chatbot in chatbot_ids for kind in KINDS]
    return [*lists, *(keys.feedback_list(*each, shard) for each in given for shard in shards)]
