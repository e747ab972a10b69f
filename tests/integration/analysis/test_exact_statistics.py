"""The statistics are exact: under any interleaving, by a recount, and through a re-analysis."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from unittest.mock import patch

import pytest
import typer
from click.testing import Result
from confab.analysis import recount_wiring
from confab.analysis.analyzer import Past
from confab.analysis.reanalyse import Comparison
from confab.channels import wiring as channels_wiring
from confab.domain.identity import conversation_id
from confab.domain.message import USER, Message
from confab.domain.results import Analysis, ConversationResult, MessageResult
from confab.erasure import conversation_wiring
from confab.storage import keys
from confab.storage.results import read_message_results
from confab.storage.writes import Change
from confab_cli import statistics_commands
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.support.deployment import Tenant
from tests.support.world import World

pytestmark = pytest.mark.long

NAME = "c"
NUMBERS = st.lists(st.integers(0, 30), min_size=1, max_size=6)
NOTHING = st.just([])
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("capture"), NUMBERS),
        st.tuples(st.just("another user"), NUMBERS),
        st.tuples(st.just("edit"), NUMBERS),
        st.tuples(st.just("erase"), NOTHING),
        st.tuples(st.just("analyse"), NOTHING),
        st.tuples(st.just("capture while analysed"), NUMBERS),
        st.tuples(st.just("lose the count"), NOTHING),
        st.tuples(st.just("judge anew"), NUMBERS),
    ),
    max_size=12,
)


@dataclass
class Judge:
    """An analyzer whose results follow from lengths and a bias, and which lets something happen meanwhile."""

    bias: int = 0
    meanwhile: Callable[[], None] = lambda: None

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        self.meanwhile()
        message_results = [
            self._result(message) for message in transcript if message.key in judge and message.role == USER
        ]
        outcome = ("open", "resolved", "unresolved")[(len(transcript) + self.bias) % 3]
        course = {"seen": (past.course["seen"] if past else 0) + len(transcript)}
        return Analysis(
            messages=message_results,
            conversation=ConversationResult(outcome=outcome),
            provider="test",
            model="length",
            version=str(self.bias),
            course=course,
        )

    def _result(self, message: Message) -> MessageResult:
        size = len(message.content) + self.bias
        return MessageResult(
            key=message.key,
            score=size % 21 / 10 - 1,
            topics=[("refunds", "delivery", "login")[size % 3]],
            flags=["churn_risk"] if size % 4 == 0 else [],
        )


@dataclass
class Life:
    """A conversation and all that happens to it."""

    world: World
    tenant: Tenant
    sent: set[int] = field(default_factory=set)

    @property
    def id(self) -> str:
        return conversation_id(self.tenant.id, NAME)

    def capture(self, numbers: Sequence[int], user: str = "ann") -> None:
        body = {"conversationId": NAME, "messages": [_message(n) for n in numbers], "user": {"id": user}}
        self.world.capture_directly(self.tenant, body)
        self.sent.update(numbers)

    def capture_next(self, arrivals: Iterator[Sequence[int]]) -> None:
        for numbers in islice(arrivals, 1):
            self.capture(numbers)

    def edit(self, numbers: Sequence[int]) -> None:
        for number in self.sent.intersection(numbers):
            text = {"text": "y" * (number + 7)}
            channels_wiring.edit_message(self.world.deployment)(self.tenant.id, self.id, f"i:m{number}", {}, text)

    def analyse(self, judge: Judge) -> None:
        self.world.analyse_with(judge)(self.tenant.id, self.id)

    def judge_anew(self, bias: int) -> Comparison:
        work = recount_wiring.reanalyse(
            self.world.deployment, lambda _: Judge(bias), conversation_wiring.erase(self.world.deployment)
        )
        comparison = Comparison()
        proposal = work.propose(self.tenant.id, self.id, comparison)
        if proposal is not None:
            work.switch(self.tenant.id, proposal)
        return comparison

    def erase(self) -> None:
        conversation_wiring.erase(self.world.deployment)(self.tenant.id, self.id)
        self.sent.clear()

    def do(self, operation: str, numbers: Sequence[int]) -> None:
        if operation == "capture":
            self.capture(numbers)
        elif operation == "another user":
            self.capture(numbers, user=f"user {numbers[0] % 2}")
        elif operation == "edit":
            self.edit(numbers)
        elif operation == "erase":
            self.erase()
        elif operation == "analyse":
            self.analyse(Judge())
        elif operation == "capture while analysed":
            # Twice: what is sent again finds what is there, and the third round has its peace.
            arrivals = iter([numbers, numbers])
            self.analyse(Judge(meanwhile=lambda: self.capture_next(arrivals)))
        elif operation == "judge anew":
            self.judge_anew(numbers[0])
        elif self.sent:
            _lose_count(self.world, self.tenant, self.id)


def _message(number: int) -> dict[str, Any]:
    at = datetime(2026, 1, 1, 20, tzinfo=UTC) + timedelta(hours=number)
    role = "user" if number % 3 else "assistant"
    return {"id": f"m{number}", "role": role, "content": "x" * (number + 1), "sentAt": at.isoformat()}


def _lose_count(world: World, tenant: Tenant, conversation: str) -> None:
    """What a crash between the messages and the row leaves: a row that knows nothing of the last messages."""
    key = (keys.conversation(tenant.id, conversation), keys.HEAD)
    world.table.change(Change(key, sets={"messages": 0}, must_exist=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
@example(operations=[("another user", [1]), ("analyse", []), ("capture while analysed", [0])])
def test_statistics_equal_a_recount_after_any_interleaving(
    world: World, operations: list[tuple[str, list[int]]]
) -> None:
    life = Life(world, world.tenant())
    life.capture([0])
    for operation, numbers in operations:
        life.do(operation, numbers)
    life.capture([0])
    world.deployment.conversations.await_analysis(life.tenant.id, life.id, world.now())
    life.analyse(Judge())
    life.analyse(Judge())

    stored = {item["sk"] for item in world.items(life.tenant.id, life.id) if item["sk"].startswith("MSG#")}
    assert stored == {f"MSG#i:m{number}" for number in life.sent}
    totals = world.statistics(life.tenant.id)["TOTAL"]
    assert totals == {"conversations": 1, "messages": len(life.sent)}
    found = recount_wiring.recount(world.deployment)(life.tenant.id)
    assert (found.conversations, found.waiting, found.stale, found.differences) == (1, 0, [], [])


@settings(
    max_examples=18,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(OPERATIONS)
@example([("capture", [n]) for n in range(1, 4)] + [("analyse", []), ("capture", [5]), ("analyse", [])])
@example([("capture", [1, 2]), ("analyse", []), ("capture while analysed", [7]), ("capture", [9]), ("analyse", [])])
@example([("capture", [1, 2]), ("analyse", []), ("capture", [5]), ("edit", [5]), ("analyse", []), ("capture", [6])])
def test_statistics_stay_exact_when_only_new_messages_are_read(
    world: World, operations: list[tuple[str, list[int]]]
) -> None:
    life = Life(world, world.tenant())
    with ExitStack() as patches:
        for module in ("storage.row", "analysis.continuing_store", "analysis.consumer"):
            patches.enter_context(patch(f"confab.{module}.LONG", 2))
        life.capture([0])
        for operation, numbers in operations:
            life.do(operation, numbers)
        life.capture([0, 99])
        life.analyse(Judge())
        life.analyse(Judge())
    assert world.statistics(life.tenant.id)["TOTAL"] == {"conversations": 1, "messages": len(life.sent)}
    if ("lose the count", []) not in operations:
        found = recount_wiring.recount(world.deployment)(life.tenant.id)
        assert (found.conversations, found.waiting, found.stale, found.differences) == (1, 0, [], [])


@dataclass
class Office:
    """A world for the command."""

    world: World

    def installation(self) -> Office:
        return self

    def deployment(self) -> Any:
        return self.world.deployment

    def run(self, *arguments: str) -> Result:
        app = typer.Typer()
        statistics_commands.register(app)
        return CliRunner().invoke(app, list(arguments), obj=self)


def _some(world: World, number: int) -> Tenant:
    tenant = world.tenant()
    for each in range(number):
        body = {"conversationId": f"c{each}", "messages": [_message(n) for n in range(each + 2)], "user": {"id": "ann"}}
        world.capture_directly(tenant, body)
    world.analyse_queued()
    return tenant


def test_a_recount_names_spoilt_statistics_and_corrects_them(world: World) -> None:
    tenant = _some(world, 5)
    office = Office(world)
    before = world.statistics(tenant.id)
    assert office.run("recount", "--chatbot", tenant.id).exit_code == 0

    world.table.change(Change((keys.statistics(tenant.id), "ALL#0"), adds={"messages": 3, "flag:churn_risk": 1}))
    told = office.run("recount", "--chatbot", tenant.id)
    assert told.exit_code == 1
    rows = [line.split("\t")[:2] for line in told.stdout.splitlines() if line.startswith("ALL")]
    assert rows == [["ALL", "flag:churn_risk"], ["ALL", "messages"]]
    listed = json.loads(office.run("recount", "--chatbot", tenant.id, "--json").stdout)
    assert [row["counter"] for row in listed if row["statistic"] == "ALL"] == ["flag:churn_risk", "messages"]
    assert world.statistics(tenant.id) != before

    assert office.run("recount", "--chatbot", tenant.id, "--correct").exit_code == 0
    assert world.statistics(tenant.id) == before
    assert office.run("recount", "--chatbot", tenant.id).exit_code == 0


def test_a_recount_requeues_a_conversation_that_changed_unseen(
    world: World,
) -> None:
    tenant = _some(world, 3)
    office = Office(world)
    gone = conversation_id(tenant.id, "c2")
    world.table.delete((keys.conversation(tenant.id, gone), f"{keys.MESSAGE}i:m1"))

    assert gone in office.run("recount", "--chatbot", tenant.id).output
    office.run("recount", "--chatbot", tenant.id, "--correct")
    world.analyse_queued()
    assert world.statistics(tenant.id)["TOTAL"]["messages"] == 2 + 3 + 4 - 1
    assert office.run("recount", "--chatbot", tenant.id).exit_code == 0


def test_a_reanalysis_compares_first_and_then_replaces_all_results(
    world: World,
) -> None:
    life = Life(world, world.tenant())
    life.capture([1, 2, 4])
    life.analyse(Judge())
    before = world.statistics(life.tenant.id)

    work = recount_wiring.reanalyse(
        world.deployment, lambda _: Judge(bias=10), conversation_wiring.erase(world.deployment)
    )
    comparison = Comparison()
    proposal = work.propose(life.tenant.id, life.id, comparison)
    assert proposal is not None
    assert world.statistics(life.tenant.id) == before
    assert (comparison.conversations, comparison.messages, comparison.unjudged) == (1, 3, 0)
    assert sum(comparison.relabelled.values()) == 3
    assert comparison.judged_by == {"test length 10": 1}

    life.capture([5])
    assert work.switch(life.tenant.id, proposal) == 4
    after = world.statistics(life.tenant.id)["ALL"]
    assert after["sentimentSum"] == sum(round(((n + 1 + 10) % 21 / 10 - 1) * 1000) for n in (1, 2, 4, 5))
    results = [item for item in world.items(life.tenant.id, life.id) if item["sk"].startswith(keys.ANALYSIS)]
    assert len(results) == 1
    assert recount_wiring.recount(world.deployment)(life.tenant.id).exact


def test_messages_of_more_days_than_a_transaction_holds_keep_all_results(world: World) -> None:
    life = Life(world, world.tenant())
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    days = [{**_message(1), "id": f"m{day}", "sentAt": (begin + timedelta(days=day)).isoformat()} for day in range(130)]
    for requests in ([days[:1]], [days[:100], days[100:]]):
        for messages in requests:
            body = {"conversationId": NAME, "messages": messages, "user": {"id": "ann"}}
            world.capture_directly(life.tenant, body)
        life.analyse(Judge())
    items = world.items(life.tenant.id, life.id)
    assert len(read_message_results(items)[0]) == len(days)
    assert [item["sk"] for item in items if item["sk"].startswith(keys.COUNTED)] == []
    assert world.statistics(life.tenant.id)["ALL"]["messages"] == len(days)
    assert recount_wiring.recount(world.deployment)(life.tenant.id).exact


def test_without_confirmation_nothing_changes_and_a_budget_stops_a_reanalysis(world: World) -> None:
    tenant = _some(world, 4)
    office = Office(world)
    before = world.statistics(tenant.id)
    dry = office.run("reanalyze", "--chatbot", tenant.id, "--dry-run")
    assert dry.exit_code == 0
    assert "compared\tconversations\t4" in dry.stdout
    assert "Nothing was changed" in dry.stderr
    assert office.run("reanalyze", "--chatbot", tenant.id, "--from", "2030-01-01", "--yes").exit_code == 0
    done = office.run("reanalyze", "--chatbot", tenant.id, "--yes", "--budget", "0")
    assert "messages have their new results" in done.stderr
    assert world.statistics(tenant.id) == before
    assert recount_wiring.recount(world.deployment)(tenant.id).exact
