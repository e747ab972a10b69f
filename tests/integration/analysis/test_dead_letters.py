"""Dead letters: looked at, given back, removed; and never lost, whatever dies half-way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import typer
from click.testing import Result
from confab.channels.deliver import MESSAGE, Work
from confab.deployment import Deployment
from confab.erasure import conversation_wiring
from confab.storage import keys
from confab_cli import dlq_commands
from confab_cli.dead_letters import DeadLetters
from confab_cli.target import Installation
from typer.testing import CliRunner

from tests.support.chatcaptain import handle, responder
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.responders import Script, saying
from tests.support.world import World

USER_MESSAGE = {"id": "m1", "role": "user", "content": "Where is my order?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InEngines(Installation):
    """A deployment whose table and queues may stand in two engines."""

    world: World

    def client(self, service: str) -> Any:
        return {"dynamodb": self.world.dynamodb, "sqs": self.world.sqs}[service]

    def deployment(self) -> Deployment:
        return Deployment(Installation.deployment(self).settings, client=self.client)


@dataclass
class Office:
    """A world with its dead-letter queues, and the command over them."""

    world: World
    installed: Installation

    def installation(self) -> Installation:
        return self.installed

    def url(self, queue: str) -> str:
        return self.installed.resources[f"{queue.title()}DeadLetterQueue"]

    def put(self, queue: str, body: Any) -> str:
        """A letter in a dead-letter queue, as SQS moves it there; its id."""
        text = body if isinstance(body, str) else json.dumps(body)
        answer = self.world.sqs.send_message(QueueUrl=self.url(queue), MessageBody=text)
        letter: str = answer["MessageId"]
        return letter

    def run(self, *arguments: str) -> Result:
        app = typer.Typer()
        dlq_commands.register(app)
        return CliRunner().invoke(app, ["dlq", *arguments], obj=self)

    def lies(self, queue: str) -> list[str]:
        """The ids of the letters that can be taken at this moment; they stay."""
        answer = self.world.sqs.receive_message(QueueUrl=self.url(queue), MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["MessageId"] for message in answer.get("Messages", [])]


@pytest.fixture
def office(world: World) -> Office:
    dead = {
        f"{queue}DeadLetterQueue": world.sqs.create_queue(QueueName=f"dead-{uuid.uuid4().hex[:12]}")["QueueUrl"]
        for queue in ("Analysis", "Delivery")
    }
    world.queued()
    live = {"AnalysisQueue": world.queue_url, "DeliveryQueue": world.delivery_url}
    return Office(
        world,
        InEngines(table=world.deployment.settings.table, stack="test", resources=dead | live, world=world),
    )


def _given_up(office: Office, tenant: Tenant, conversation: str = "c") -> tuple[str, str]:
    """A conversation whose analysis was given up; its id and that of its letter."""
    captured = office.world.capture_directly(tenant, {"conversationId": conversation, "messages": [USER_MESSAGE]})
    office.world.queued()
    office.world.analyse_with(None).give_up(tenant.id, captured["conversationId"], "ZeroDivisionError")
    place = {"chatbotId": tenant.id, "conversationId": captured["conversationId"]}
    return captured["conversationId"], office.put("analysis", place)


def _rows(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_a_redriven_dead_letter_is_analysed_once(office: Office) -> None:
    world, tenant = office.world, office.world.tenant()
    conversation, letter = _given_up(office, tenant)
    ((queue, shown, age, received, state, reason, where, about),) = _rows(office.run("list"))
    assert (queue, shown, received, state, reason) == ("analysis", letter, "1", "failed", "ZeroDivisionError")
    assert (where, about, age[-1]) == (conversation, "", "s")
    assert office.lies("analysis") == [letter], "it is given back at once"
    facts = dict(_rows(office.run("show", letter)))
    assert facts["conversationId"] == conversation
    assert facts["reason"] == "ZeroDivisionError"
    assert _rows(office.run("redrive", "analysis", "--all", "--dry-run")) == [[letter]]
    assert office.lies("analysis") == [letter]
    assert world.queued() == []

    assert _rows(office.run("redrive", "analysis", letter)) == [[letter]]

    assert office.lies("analysis") == []
    assert world.analyse_queued() == []
    row = world.table.get((keys.conversation(tenant.id, conversation), keys.HEAD))
    assert row is not None
    assert not {"analysisFailed", "pendingSince"} & row.keys()
    assert world.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}


@pytest.mark.parametrize("step", ["await_analysis", "send", "discard"])
def test_a_repeated_redrive_loses_and_doubles_nothing(
    office: Office, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """The process ends here."""

    def dies(*_: Any, **__: Any) -> None:
        raise Died

    world, tenant = office.world, office.world.tenant()
    _, letter = _given_up(office, tenant)
    letters = DeadLetters(office.installation(), "analysis")
    deployment = letters._deployment
    owner = {"await_analysis": deployment.conversations, "send": deployment.analysis_queue, "discard": letters}
    monkeypatch.setattr(owner[step], step, dies)
    with pytest.raises(Died), letters.held(10) as found:
        letters.redrive(next(found))
    assert office.lies("analysis") == [letter]
    monkeypatch.undo()

    assert _rows(office.run("redrive", "analysis", "--all")) == [[letter]]

    assert office.lies("analysis") == []
    assert world.analyse_queued() == []
    assert world.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}


def test_a_dead_letter_stays_if_the_queue_refuses_it(office: Office) -> None:
    tenant = office.world.tenant()
    _, letter = _given_up(office, tenant)
    gone = {**office.installed.resources, "AnalysisQueue": f"{office.world.queue_url}-gone"}
    broken = Office(office.world, replace(office.installed, resources=gone))
    result = broken.run("redrive", "analysis", "--all")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "still here" in " ".join(result.stderr.split())
    assert office.lies("analysis") == [letter]


def test_given_letters_in_every_state_when_listed_then_each_says_how_things_stand(office: Office) -> None:
    world, tenant = office.world, office.world.tenant()
    deleted, _ = _given_up(office, tenant, "deleted")
    assert conversation_wiring.erase(world.deployment)(tenant.id, deleted)
    newer, _ = _given_up(office, tenant, "newer")
    world.capture_directly(tenant, {"conversationId": "newer", "messages": [{**USER_MESSAGE, "id": "m2"}]})
    done, _ = _given_up(office, tenant, "done")
    world.capture_directly(tenant, {"conversationId": "done", "messages": [{**USER_MESSAGE, "id": "m2"}]})
    conversation_wiring.erase(world.deployment)(tenant.id, deleted)
    for record in world.queued():
        if done in record["body"]:
            world.handler("analysis")({"Records": [record]}, CONTEXT)
    office.put("analysis", "not JSON")
    states = {row[6]: row[4] for row in _rows(office.run("list", "analysis"))}
    assert states == {deleted: "gone", newer: "waits", done: "done", "": "unknown"}


def test_a_foreign_dead_letter_stays_until_it_is_discarded(office: Office) -> None:
    bodies: Sequence[Any] = [
        "not JSON",
        [1],
        {"chatbotId": "b"},
        {"chatbotId": "b", "conversationId": "c"},
        {"chatbotId": "b", "conversationId": 5},
    ]
    letters = [office.put("delivery", body) for body in bodies]
    assert {row[4] for row in _rows(office.run("list", "delivery"))} == {"unknown"}
    assert _rows(office.run("redrive", "delivery", "--all")) == []
    assert sorted(office.lies("delivery")) == sorted(letters)
    assert _rows(office.run("discard", "delivery", letters[0], "--yes")) == [[letters[0]]]
    assert sorted(office.lies("delivery")) == sorted(letters[1:])


def test_a_redriven_delivery_asks_the_responder_again(office: Office) -> None:
    world, tenant = office.world, office.world.tenant()
    with responder(world, tenant, Script(saying("It left today."))) as script:
        script.answers = lambda _: (500, {}, b"")
        conversation = handle(world, tenant, providerMessageId="in-1").body["conversation"]["id"]
        work = Work(MESSAGE, "i:in-1")
        place = {"chatbotId": tenant.id, "conversationId": conversation}
        letter = office.put("delivery", {**place, "kind": work.kind, "reference": work.reference})
        ((_, _, _, _, state, reason, _, about),) = _rows(office.run("list", "delivery"))
        assert (state, about) == ("failed", "message i:in-1")
        assert "500" in reason
        script.answers = saying("It left today.")
        assert _rows(office.run("redrive", "delivery", letter)) == [[letter]]
        records = world.queued(world.delivery_url)
        (record,) = (record for record in records if json.loads(record["body"])["conversationId"] == conversation)
        assert world.handler("delivery")({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    texts = [each["content"] for each in world.read(tenant.admin, conversation).body["messages"]]
    assert texts == ["hello", "It left today."]


def test_discarding_some_dead_letters_keeps_the_others(office: Office) -> None:
    letters = [office.put("analysis", {"number": number}) for number in range(23)]
    assert len(_rows(office.run("list", "analysis"))) == 23
    assert len(_rows(office.run("list", "analysis", "--limit", "7"))) == 7
    gone = letters[::2]
    assert sorted(row[0] for row in _rows(office.run("discard", "analysis", *gone, "--yes"))) == sorted(gone)
    left = {row[1] for row in _rows(office.run("list", "analysis"))}
    assert left == set(letters[1::2])


def test_a_redrive_needs_known_ids_or_all(office: Office) -> None:
    assert office.run("redrive", "analysis").exit_code == 2
    assert office.run("discard", "analysis", "x", "--all", "--yes").exit_code == 2
    result = office.run("redrive", "analysis", "nothing-here")
    assert result.exit_code == 1
    assert "nothing-here is not there" in result.stderr
    assert office.run("discard", "analysis", "--all").exit_code == 1, "nobody said yes"
    only_table = Office(office.world, Installation(table="t"))
    result = only_table.run("list")
    assert result.exit_code == 1
    assert "--stack" in result.stderr
