"""Loads the new messages of a long conversation, with the checkpoint that they go on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from confab.analysis.loaded import LoadedConversation
from confab.domain.message import Message, transcript_order
from confab.domain.results import MessageResult
from confab.domain.scores import Score
from confab.storage import keys
from confab.storage.captured import LONG, captured_key, notes_in
from confab.storage.checkpoint import Checkpoint, read_checkpoint
from confab.storage.conversation_row import AGAIN, LEFT, MESSAGES, STATE, read_head
from confab.storage.counting import read_standing, version_of
from confab.storage.given import read_given
from confab.storage.messages import is_split, message_bytes, read_message
from confab.storage.results import analysis_key, read_message_results
from confab.storage.score_items import read_score
from confab.storage.table import Table
from confab.storage.values import Item

MAX_NEW: Final = 200
"""New messages that are read one by one; more are read with all the rest."""
GROWTH: Final = 2
LEASE: Final = timedelta(days=1)
"""All messages are read again when there are so many times as many, or so much later: what a crash left is found."""


class Continuing:
    """Reads what is new in a long conversation.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, row: Item, now: datetime | None) -> LoadedConversation | None:
        """What is new since the checkpoint, read consistently; None where all messages are to be read.

        Costs as much for a conversation of a million messages as for one of a hundred.

        Args:
            row: the conversation's, as it was just read.
            now: the time; None to go on even where it is time to read all messages again.
        """
        name = row.get(STATE)
        if name is None or int(row.get(MESSAGES, 0)) < LONG or LEFT in row or AGAIN in row:
            return None
        since, pk = version_of(name), row["pk"]
        bounds = [
            (analysis_key(since), f"{keys.ANALYSIS}~"),
            (captured_key(since + 1), f"{keys.COUNTED_STATE}~"),
        ]
        results, others = self._table.pool.map(
            lambda each: list(self._table.query_between(pk, *each, consistent=True)), bounds
        )
        standing = read_standing(row, [*results, *others])
        item = next((each for each in others if each["sk"] == keys.CHECKPOINT), None)
        if item is None or item["state"] != name or standing.left or not standing.in_force:
            return None
        if any(each["sk"] >= analysis_key(since + 1) for each in results):
            # An attempt that did not end has judged what is new already.
            return None
        checkpoint = read_checkpoint(item, standing.counted)
        new = _named(checkpoint, int(row.get("version", 0)), others)
        if new is None or (now is not None and _is_due(checkpoint, len(new), now)):
            return None
        scores = self._scores(row)
        messages = self._messages(pk, new)
        if messages is None or (messages and transcript_order(messages[0]) <= checkpoint.last):
            return None
        return LoadedConversation(
            conversation=read_head(row),
            messages=messages,
            message_results={},
            judged={},
            feedback=(),
            standing=standing,
            strays=(),
            row=row,
            size=checkpoint.size + sum(map(message_bytes, messages)),
            results=sum(each["sk"].startswith(analysis_key(row.get("version", 0))) for each in results),
            checkpoint=checkpoint,
            outcome=checkpoint.findings.outcome,
            scores=scores,
            corrected=self._corrected(pk, scores),
        )

    def _scores(self, row: Item) -> list[Score]:
        """All scores of a conversation, read consistently; one without any costs no call."""
        if not read_given(row).scores:
            return []
        return [read_score(item) for item in self._table.query(row["pk"], keys.SCORE, consistent=True)]

    def _corrected(self, pk: str, scores: Sequence[Score]) -> Mapping[str, MessageResult]:
        """The stored results of the messages that scores correct: all results are read where there are such scores."""
        corrected = {score.message_key for score in scores if score.finding is not None and score.message_key}
        there = self._table.get_many([(pk, keys.MESSAGE + key) for key in sorted(corrected)], consistent=True)
        corrected = {key for key in corrected if (pk, keys.MESSAGE + key) in there}
        if not corrected:
            return {}
        return read_message_results(self._table.query(pk, keys.ANALYSIS, consistent=True), corrected)[0]

    def _messages(self, pk: str, new: Sequence[str]) -> list[Message] | None:
        """Messages by their keys in transcript order; None where one is gone, or is spread over parts."""
        found = self._table.get_many([(pk, keys.MESSAGE + key) for key in new], consistent=True)
        if len(found) < len(new) or any(is_split(item) for item in found.values()):
            return None
        return sorted(map(read_message, found.values()), key=transcript_order)


def _is_due(checkpoint: Checkpoint, new: int, now: datetime) -> bool:
    """Whether it is time to read all messages again."""
    return checkpoint.messages + new >= GROWTH * checkpoint.whole or now >= checkpoint.until + LEASE


def _named(checkpoint: Checkpoint, version: int, items: Sequence[Item]) -> list[str] | None:
    """The keys of what is new up to a version of the row; None where a note is missing, or there are too many."""
    noted = notes_in(items)
    versions = range(checkpoint.version + 1, version + 1)
    if any(each not in noted for each in versions):
        return None
    named = dict.fromkeys(chain.from_iterable(noted[each] for each in versions))
    new = [key for key in named if not checkpoint.has(key)]
    return new if len(new) <= MAX_NEW else None
