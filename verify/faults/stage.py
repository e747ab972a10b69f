"""Where cases are played: processes that can die, queues that deliver again, and the rest afterwards."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any, Final

from confab.admin import wiring as admin_wiring
from confab.domain.message import transcript_order
from confab.erasure import wiring as erasure_wiring
from confab.erasure.user_store import UserErasureStore
from confab.platform import aws
from confab.platform.credentials import ROLES
from confab.platform.errors import Unavailable
from confab.platform.settings import Settings
from confab.storage import keys
from confab.storage.conversation_row import ERASING, any_head_of
from confab.storage.messages import read_messages, stray_parts
from confab.storage.table import Table
from confab.storage.values import Item

from samples.responder.responder import Responder
from tests.support.answers import Answer
from tests.support.clock import Clock
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.processes import serving_here
from tests.support.world import World
from verify.consistency import findings
from verify.faults.injection import Died, Fault, Injector, OneAtATime
from verify.ledger import Ledger
from verify.table import scan

MAX_RECEIVES: Final = Settings(table="").max_receives
REST_ROUNDS: Final = 8
LOOK_AGAIN: Final = timedelta(minutes=5)
"""How long after an erasure of a user's data found nothing more it looks once again, and gives the receipt. Where the
erasure overtakes another operation it looks at once: later it would find what began before it, and erase it whole."""
WALKS: Final = 4
"""How many days the sweeper has for a walk through the table; each run looks at a part of it."""
OPERATOR: Final = "c.operatorId"
"""The field of a conversation's row that the matrix patches."""
NOTED: Final = "cj.notes"
"""The field that the notes of operators stand in."""
TOLD: Final[dict[str, list[tuple[str, str]]]] = defaultdict(list)
"""What a receiver of notices was told, by chatbot: ids of deliveries, and their bodies."""
LEAKS: Final = ("Traceback", "botocore", 'File "')


class TickingClock(Clock):
    """A clock on which a millisecond passes between any two looks at it."""

    def __call__(self) -> datetime:
        self.advance(milliseconds=1)
        return self.time


@dataclass(slots=True)
class Record:
    """A message of a queue that is out for delivery; ``receives`` says how often it was handed out."""

    function: str
    body: Mapping[str, Any]
    receives: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try of an operation ended.

    Attributes:
        done: whether the service said that it is done.
        finding: what was wrong with the answer; None when nothing was.
    """

    done: bool
    finding: str | None = None

    @classmethod
    def of(cls, answer: Answer, *, done: Sequence[int] = (200, 201)) -> Attempt:
        """What an HTTP answer says: done, or a clear error that the client may try again."""
        if answer.status in done:
            return cls(True)
        body = answer.body
        text = json.dumps(body)
        clear = (
            answer.status == 503
            and answer.headers.get("retry-after", "").isdigit()
            and body.get("requestId") == answer.headers.get("x-request-id")
            and any(isinstance(body.get(name), str) for name in ("error", "detail", "message"))
            and not any(leak in text for leak in LEAKS)
        )
        return cls(False, None if clear else f"it was answered with {answer.status}: {text[:300]}")


class Site:
    """A world in the engine where cases are played one after another, each on a chatbot of its own.

    Args:
        engine: as ``tests.support.engine.running_engine`` gives it.
        responder_url: who answers for the chatbots that have a responder.
    """

    def __init__(self, engine: Any, responder_url: str) -> None:
        self.clock = TickingClock()
        self.world = World(engine, self.clock)
        self.responder_url = responder_url
        self._clients = {
            "dynamodb": aws.Clients(self.world.dynamodb.meta.endpoint_url),
            "sqs": aws.Clients(self.world.sqs.meta.endpoint_url),
        }
        self.clean, _ = self.process(None)
        self._use_once()

    def look_again(self, after: timedelta) -> None:
        """Let erasures of users' data look again so long after they found nothing."""
        parts = self.world.deployment
        if parts.settings.erasure_look_again_after != after:
            parts.settings = replace(parts.settings, erasure_look_again_after=after)
            self.clean, _ = self.process(None)

    def _use_once(self) -> None:
        """Let the deployment make its own secrets, which only the first request of all does."""
        stage = Stage(self)
        body = {"conversationId": "first", "messages": [{"role": "user", "content": "hello"}]}
        assert self.clean.capture(stage.key, body).status == 200
        stage.rest()

    def process(self, fault: Fault | None, overtake: Callable[[], None] | None = None) -> tuple[World, Injector]:
        """A new process of the functions, which knows nothing yet, and in which something may go wrong."""
        injector = Injector(fault, overtake)
        clients = {service: make(service) for service, make in self._clients.items()}
        for client in clients.values():
            injector.attach(client)
        process = self.world.restarted(clients.__getitem__)
        name = process.deployment.settings.table
        process.deployment.table = process.table = Table(clients["dynamodb"], name, OneAtATime(), sleep=lambda _: None)
        return process, injector


class Stage:
    """One case's chatbot, its conversations, and the queues.

    Attributes:
        key: may do everything with the chatbot.
        text_of: what is said at each place of the transcript that clients share.
        ledgers: what was sent to each conversation, by its id.
        records: what the queues have handed out and not been told is done.
        dead_letters: what was handed out too often.
        deleted: whether anybody asked for a deletion of a conversation, so that it may be gone before its user is.
        at_rest: what else works until nothing is left to do.
        checks: what else must hold then; each gives what does not.
        user_erased: whether an erasure of the user's data was acknowledged, so that a receipt has to come.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.clean = site.clean
        administration = admin_wiring.administration(self.clean.deployment)
        self.workspace_id = workspace = administration.create_workspace("Helper Ltd")
        self.chatbot_id = administration.create_chatbot(workspace, "Helper").id
        self.key = administration.create_key(
            workspace, "api", chatbot_id=self.chatbot_id, permissions=ROLES["api"]
        ).secret
        self.text_of: Callable[[int], str] = distinct_text
        self.ledgers: dict[str, Ledger] = {}
        self.records: list[Record] = []
        self.dead_letters: list[Record] = []
        self.deleted = False
        self.user_erased = False
        self.at_rest: list[Callable[[Stage], None]] = []
        self.checks: list[Callable[[Stage], list[str]]] = []

    @cached_property
    def admin_key(self) -> str:
        """Administers the chatbot."""
        administration = admin_wiring.administration(self.clean.deployment)
        return administration.create_key(
            self.workspace_id, "admin", chatbot_id=self.chatbot_id, permissions=ROLES["admin"]
        ).secret

    def ledger(self, conversation: str) -> Ledger:
        """The ledger of a conversation."""
        return self.ledgers.setdefault(conversation, Ledger())

    def there(self, conversation: str) -> list[str]:
        """What is stored of a conversation, whoever may read it: texts, oldest first, and notes by their names."""
        items = self.clean.items(self.chatbot_id, conversation)
        messages = sorted(read_messages(items), key=transcript_order)
        return [*(message.content for message in messages), *notes_of(items)]

    def doomed(self, conversation: str) -> list[str] | None:
        """What an erasure that is under way is about to remove; None while that may be all that comes."""
        if not self.ledger(conversation).being_erased:
            return []
        row = any_head_of(self.clean.items(self.chatbot_id, conversation))
        return None if row is not None and ERASING not in row else self.there(conversation)

    def with_responder(self) -> None:
        """Give the chatbot a responder."""
        admin_wiring.responders(self.clean.deployment).put(self.chatbot_id, self.site.responder_url)

    def take(self) -> None:
        """Take what waits in the queues; what a case before left there is not this one's."""
        for function, url in (("analysis", self.clean.queue_url), ("delivery", self.clean.delivery_url)):
            records = [Record(function, json.loads(record["body"])) for record in self.clean.queued(url)]
            self.records += [record for record in records if record.body["chatbotId"] == self.chatbot_id]

    def handle(self, process: World, record: Record) -> Attempt:
        """Hand one record to its function; it stays out for delivery when that fails or the process dies."""
        record.receives += 1
        event = sqs_record(record.body, receives=record.receives)
        try:
            failures = process.handler(record.function)({"Records": [event]}, CONTEXT)["batchItemFailures"]
        finally:
            if record.receives >= MAX_RECEIVES and record in self.records:
                self.records.remove(record)
                self.dead_letters.append(record)
        if not failures and record in self.records:
            self.records.remove(record)
        return Attempt(not failures)

    def put_back(self, record: Record) -> None:
        """Put a dead letter back into its queue."""
        self.dead_letters.remove(record)
        record.receives = 0
        self.records.append(record)

    def rest(self) -> list[Item]:
        """Let the sweeper and the consumers work until nothing is left to do; what is then in the table."""
        for _ in range(REST_ROUNDS):
            self.site.clock.advance(minutes=30)
            self.sweep(self.clean)
            self.take()
            for record in list(self.records):
                self.handle(self.clean, record)
            self.take()
            items = self.items()
            waits = self.records or any("pendingSince" in item for item in items)
            if not waits and not self._erasures().running_of(self.chatbot_id):
                break
        for settle in self.at_rest:
            settle(self)
        return self.items() if self.at_rest else items

    def _erasures(self) -> UserErasureStore:
        return UserErasureStore(self.clean.table)

    def _receipts(self) -> Iterator[str]:
        """What is wrong with the receipts of erasures of the user's data."""
        store = self._erasures()
        if store.running_of(self.chatbot_id):
            yield "an erasure of the user's data has not come to its end"
        receipts = store.receipts(self.chatbot_id)
        if self.user_erased and not receipts:
            yield "there is no receipt of the erasure of the user's data"
        genuine = erasure_wiring.erase_user(self.clean.deployment).is_genuine
        if not all(genuine(receipt) and receipt["completedAt"] >= receipt["emptySince"] for receipt in receipts):
            yield f"a receipt is not genuine: {receipts}"
        alone = self.user_erased and not self.deleted and self.clean.deployment.settings.erasure_look_again_after
        if alone and not sum(receipt["removed"]["conversations"] for receipt in receipts):
            yield f"the receipts say that nothing was removed: {receipts}"

    def days_later(self) -> list[Item]:
        """Let the sweeper walk through the table for what has no row; what is then in the table."""
        for _ in range(WALKS):
            self.site.clock.advance(days=1)
            self.sweep(self.clean)
        return self.rest()

    def items(self) -> list[Item]:
        """All that the chatbot's conversations have in the table."""
        table = self.clean.deployment.settings.table
        return list(scan(self.site.world.dynamodb, table, self.chatbot_id))

    @staticmethod
    def sweep(process: World) -> Attempt:
        """Run the sweeper, as its schedule does; what it could not do, its next run does."""
        try:
            return Attempt(not process.handler("maintenance")({}, CONTEXT)["failed"])
        except Unavailable:
            return Attempt(False)

    def findings(self, items: Sequence[Item], *, silent: bool) -> list[str]:
        """What does not hold at rest.

        Args:
            items: what is in the table.
            silent: whether the client never came back. What it was not told is stored may then lie uncounted beside
                the rest until the conversation goes on, if it has a row.
        """
        found = findings(items)
        if found and silent:
            items = self.days_later()
            found = findings(self._without_unacknowledged(items))
        for conversation, ledger in self.ledgers.items():
            partition = [item for item in items if item["pk"] == keys.conversation(self.chatbot_id, conversation)]
            finding = ledger.finding(self.transcript(conversation), notes_of(partition))
            found += [f"{conversation}: {finding}"] if finding else []
        found += self._receipts()
        found += chain.from_iterable(check(self) for check in self.checks)
        return found + [f"still out for delivery: {record}" for record in self.records]

    def transcript(self, conversation: str) -> list[str]:
        """The texts of a conversation, oldest first, as its reader sees them."""
        answer = self.clean.read(self.key, conversation)
        return [message["content"] for message in answer.body["messages"]] if answer.status == 200 else []

    def _without_unacknowledged(self, items: Sequence[Item]) -> list[Item]:
        """The items without the messages, and parts of messages, beside a row that nobody was told are stored."""
        rows = {item["pk"] for item in items if item["sk"] == keys.HEAD}
        unacknowledged = {text for ledger in self.ledgers.values() for text in ledger.unacknowledged}
        parts = [item for item in items if item["sk"].startswith(keys.PART)]
        strays = stray_parts(items)

        def unsaid(item: Item) -> bool:
            told = item["sk"].startswith(keys.MESSAGE) and read_messages([item, *parts])
            return item in strays or any(message.content in unacknowledged for message in told or ())

        return [item for item in items if item["pk"] not in rows or not unsaid(item)]


def distinct_text(place: int) -> str:
    """A text that is said at one place of a transcript alone."""
    return f"message {place}: where is my order?" if place % 2 == 0 else f"message {place}: let me look."


def repeated_text(place: int) -> str:
    """A text that is said again and again."""
    return "Next step." if place % 2 else "ok"


def notes_of(items: Iterable[Item]) -> list[str]:
    """What stands next to the messages of a conversation, as ledgers name it."""
    items = list(items)
    row = any_head_of(items) or {}
    beside = [item["sk"] for item in items if item["sk"].startswith((keys.FEEDBACK, keys.EVENT))]
    return beside + [f"{name}={row[name]}" for name in (OPERATOR, NOTED) if name in row]


def survived(send: Callable[[], Attempt]) -> Attempt:
    """One try in a process that may die."""
    try:
        return send()
    except Died:
        return Attempt(False)


def replies_to(said: str) -> list[str]:
    """What the responder answers: it names the turn, and not its words, which an operator may have changed."""
    turn = said.partition(":")[0]
    return [f"{turn}: is this what you said?", f"{turn}: anything else?"]


@contextmanager
def answering() -> Iterator[str]:
    """A responder's address, for as long as the block runs. It answers whoever asks: its clock is not the cases'."""

    class Trusting(Responder):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            before, _, chatbot_id = self.path.rpartition("/")
            if before == "/told":
                TOLD[chatbot_id].append((self.headers["webhook-id"], body.decode()))
                self.reply(200, {})
                return
            said = json.loads(body)["data"]["message"]["content"]["text"]
            self.reply(200, {"messages": [{"text": text} for text in replies_to(said)]})

        def log_message(self, *_: object) -> None:
            return

    with serving_here(Trusting) as url:
        yield f"{url}/"
