"""A flood of matches: whatever the cadence, what is told stays small, counts all, and tells each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.conversation import Conversation
from confab.domain.message import USER, Message
from confab.domain.notices import MAX_MENTIONS, Mention, Notice
from confab.domain.results import MessageResult
from confab.domain.rules import WORKFLOW, Rule
from confab.notify.digest_store import DigestStore, Gathered
from confab.storage.row import ConversationRow
from confab.storage.table import ConditionFailed
from confab.workflows.flood_store import MOST
from confab.workflows.match import MatchWorkflows
from confab.workflows.source_store import Committed, WorkflowSource
from confab.workflows.stream_store import Changed

NOW = datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
CHATBOT = "00000000-0000-4000-8000-000000000001"
MATCHES = 1000


class Known(Committed):
    """A conversation without a table."""

    @property
    def conversation(self) -> Conversation:
        return Conversation(
            id="c", chatbot_id=CHATBOT, external_id=None, dialect="openbat", kind="organic", created_at=NOW,
            first_message_at=NOW, last_message_at=NOW, message_count=MATCHES, version=1,
        )  # fmt: skip


class Memory:
    """What the table would hold: notes of matches, runs, and digests; each write is one transaction."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.notes: set[str] = set()
        self.runs: dict[str, Notice] = {}
        self.digests: dict[str, Gathered] = {}
        self.told_at_once: Counter[str] = Counter()
        self.named: list[bool] = []

    def all(self, _: str) -> Sequence[Rule]:
        return [self.rule]

    def committed(self, _: Any) -> Committed:
        messages = [Message(key=f"i:{n}", role=USER, content="", created_at=NOW, stored_at=NOW) for n in range(MATCHES)]
        results = {message.key: MessageResult(key=message.key, score=-1) for message in messages}
        row = ConversationRow({"pk": f"CONV#{CHATBOT}#c", "sk": "HEAD"})
        return Known(row, messages, results, [], None, {})

    def row(self, _: Any) -> bool:
        return True

    note = staticmethod(WorkflowSource.note)

    def noted(self, *_: Any) -> Any:
        return object()

    def announce(self, _: str, __: str, ___: Sequence[str], notice: Notice, **more: Any) -> bool:
        for put in more.get("also", ()):
            self._note(put)
        return self.runs.setdefault(notice.key, notice) is notice

    name = staticmethod(DigestStore.name)

    def read(self, _: str, digest: str) -> Gathered | None:
        return self.digests.get(digest)

    def gather(self, _: str, digest: str, mention: Mention, __: datetime, also: Sequence[Any], *, named: bool) -> None:
        held = self.digests.get(digest, Gathered())
        if held.closed:
            raise ConditionFailed
        self._note(also[0])
        self.named.append(named)
        mentions = [*held.mentions, mention] if named else held.mentions
        self.digests[digest] = Gathered(mentions, held.count + 1)

    def _note(self, put: Any) -> None:
        if put.item["sk"] in self.notes:
            raise ConditionFailed
        self.notes.add(put.item["sk"])

    def has_room(self, *_: Any) -> bool:
        self.told_at_once["asked"] += 1
        return self.told_at_once["asked"] <= MOST


def rule(cadence: str) -> Rule:
    when = {"conditions": [{"field": "sentiment.score", "operator": "<", "value": 0}]}
    settings = {"on": "user_message", "when": when, "cadence": cadence, "cooldownMinutes": 60}
    return Rule(
        id="r", chatbot_id=CHATBOT, kind=WORKFLOW, name="n", created_at=NOW - timedelta(days=1), destinations=("d",),
        since=NOW - timedelta(days=1), settings=settings,
    )  # fmt: skip


def matching(memory: Any) -> MatchWorkflows:
    return MatchWorkflows(memory, memory, memory, memory, memory, has_time=lambda: True, now=lambda: NOW)


@pytest.mark.parametrize(("cadence", "alone"), [("5m", 0), ("15m", 0), ("1h", 0), ("immediate", MOST)])
def test_a_thousand_matches_are_one_digest(cadence: str, alone: int) -> None:
    memory = Memory(rule(cadence))
    done = matching(memory)([Changed((CHATBOT, "c"), "1")])
    assert (done.matches, done.errors) == (MATCHES, {})
    ((name, digest),) = memory.digests.items()
    assert digest.count == MATCHES - alone
    assert sum(memory.named) == len(digest.mentions) == MAX_MENTIONS
    assert len(memory.runs) == alone + 1
    assert memory.runs[name].digest == name


def test_a_match_that_meets_a_closed_digest_goes_into_the_next_one() -> None:
    memory = Memory(rule("5m"))
    closed = DigestStore.name("r", NOW + timedelta(minutes=4))
    memory.digests[closed] = Gathered(closed=True)
    assert matching(memory)([Changed((CHATBOT, "c"), "1")]).matches == MATCHES
    assert memory.digests[DigestStore.name("r", NOW + timedelta(minutes=9))].count == MATCHES
