"""Copies of conversations follow the table, in whatever order and how often its stream comes, and whoever dies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from confab.facts import archive, archive_wiring, schema
from confab.facts.source_store import FactSource
from confab.facts.stream_store import Changed

from tests.support.answers import Answer
from tests.support.copies import Copies
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

pytestmark = pytest.mark.long

SECRET = "The wire transfer went to Mallory"
MESSAGES = [
    {"id": "m1", "role": "user", "content": f"Where is my order? {SECRET}!"},
    {"id": "m2", "role": "assistant", "content": "It arrives tomorrow."},
]
ALL_VIEWS = list(schema.VIEWS)


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def copies(clocked: World, engine: Engine) -> Copies:
    return Copies(clocked, engine)


@pytest.fixture
def tenant(copies: Copies) -> Tenant:
    return copies.world.tenant()


def talk(copies: Copies, tenant: Tenant, name: str, **more: Any) -> str:
    """Capture a conversation; its id."""
    body = {"conversationId": name, "messages": MESSAGES, **more}
    return str(copies.world.capture(tenant.ingest, body).body["conversationId"])


def ask(copies: Copies, tenant: Tenant, method: str, path: str, body: Any = None) -> Answer:
    """A request in the Inkeep dialect."""
    return copies.world.inkeep(copies.key(tenant), method, path, body)


def rate(copies: Copies, tenant: Tenant, message: str, kind: str = "negative") -> None:
    body = {"type": kind, "messageId": message, "details": "no"}
    assert ask(copies, tenant, "POST", "/feedback", body).status == 200


def log(copies: Copies, tenant: Tenant, name: str, *said: str, **more: Any) -> None:
    """Send a whole history, whose messages alternate."""
    roles = ("user", "assistant")
    messages = [{"id": f"{name}-{n}", "role": roles[n % 2], "content": text} for n, text in enumerate(said)]
    body = {"id": name, "type": "openai", "messages": messages, **more}
    assert copies.world.send_history(copies.key(tenant), body).status == 200


def test_a_conversation_is_in_every_view_once_it_was_counted(copies: Copies, tenant: Tenant) -> None:
    user, organization = {"id": "u1", "plan": "pro"}, {"id": "o1", "industry": "retail"}
    conversation = talk(
        copies, tenant, "c1", user=user, organization=organization, session={"country": "DE"}, custom={"seats": 5}
    )
    assert copies.records() == [], "a capture is not copied"
    copies.settle()
    columns = "conversation_id, external_id, messages, user_messages, plan, industry, country, custom"
    assert copies.rows(tenant, "conversations", columns) == [
        (conversation, "c1", 2, 1, "pro", "retail", "DE", '{"seats":5}')
    ]
    assert copies.rows(tenant, "messages", "number, role, content") == [
        (n, message["role"], message["content"]) for n, message in enumerate(MESSAGES, 1)
    ]
    (thread,) = copies.rows(tenant, "threads", "question, answer, answered, is_initial, user_id, message_ids")
    assert thread == (MESSAGES[0]["content"], MESSAGES[1]["content"], True, True, "u1", ["m1", "m2"])
    assert copies.rows(tenant, "feedback") == copies.rows(tenant, "events") == []
    assert copies.compared(tenant).exact


def test_feedback_and_events_are_copied_before_anything_is_analysed(copies: Copies, tenant: Tenant) -> None:
    log(copies, tenant, "h1", "Hello", "Hi", projectId="p1")
    copies.settle()
    rate(copies, tenant, "h1-1")
    event = {"type": "copied", "entityType": "message", "messageId": "h1-1", "properties": {"a": 1}}
    ask(copies, tenant, "POST", "/events", event)
    search = {"type": "searched", "entityType": "search", "searchQuery": "prices", "userProperties": {"userId": "u7"}}
    ask(copies, tenant, "POST", "/events", search)
    copies.archive()
    columns = "type, message_id, counts, details, project_id"
    assert copies.rows(tenant, "feedback", columns) == [("negative", "h1-1", True, "no", "p1")]
    assert copies.rows(tenant, "events", "entity_type, type, search_query, user_id, project_id, properties") == [
        ("message", "copied", None, None, "p1", '{"a":1}'),
        ("search", "searched", "prices", "u7", tenant.id, None),
    ]
    assert copies.rows(tenant, "conversations", "negative_feedback, positive_feedback") == [(1, 0)]
    copies.settle()
    assert copies.compared(tenant).exact


def story(copies: Copies, tenant: Tenant) -> Iterator[Callable[[], object]]:
    """What happens to some conversations, step by step."""
    world = copies.world
    yield lambda: talk(copies, tenant, "c1", user={"id": "u1", "name": "Ann"})
    yield lambda: log(copies, tenant, "h1", "Hello", "Hi")
    yield world.analyse_queued
    yield lambda: rate(copies, tenant, "h1-1")
    yield lambda: log(copies, tenant, "h1", "Hello again", "Hi", "Where is my order?")
    yield world.analyse_queued
    yield lambda: ask(copies, tenant, "DELETE", "/conversations/c1")
    yield lambda: talk(copies, tenant, "c2")
    yield lambda: log(copies, tenant, "h2", "Erase me")
    yield world.analyse_queued
    yield lambda: ask(copies, tenant, "DELETE", "/conversations/h2")
    yield world.analyse_queued
    yield lambda: log(copies, tenant, "h2", "I am back")
    yield world.analyse_queued
    yield lambda: rate(copies, tenant, "h1-1", "positive")
    yield world.analyse_queued


def deeds(copies: Copies, tenant: Tenant, chance: random.Random) -> Iterator[Callable[[], object]]:
    """Something that happens to one of a few conversations, again and again."""
    world, said = copies.world, ["Hello", "Hi", "Where is it?", "Here.", "Thanks", "Bye"]
    while True:
        name = chance.choice("abc")
        deed = chance.choice(["talk", "log", "rate", "note", "search", "erase", "forget", "change"])
        if deed == "talk":
            yield lambda name=name: talk(copies, tenant, f"c{name}", user={"id": name})
        elif deed == "log":
            number = chance.randrange(1, len(said) + 1)
            yield lambda name=name, number=number: log(copies, tenant, f"h{name}", *said[:number])
        elif deed == "rate":
            body = {"type": chance.choice(["positive", "negative"]), "messageId": f"h{name}-0"}
            yield lambda body=body: ask(copies, tenant, "POST", "/feedback", body)
        elif deed == "note":
            event = {"type": "seen", "entityType": "conversation", "conversationId": f"h{name}"}
            yield lambda event=event: ask(copies, tenant, "POST", "/events", event)
        elif deed == "search":
            search = {
                "type": "searched",
                "entityType": "search",
                "searchQuery": name,
                "userProperties": {"userId": name},
            }
            yield lambda search=search: ask(copies, tenant, "POST", "/events", search)
        elif deed == "erase":
            kind = chance.choice("ch")
            yield lambda name=name, kind=kind: ask(copies, tenant, "DELETE", f"/conversations/{kind}{name}")
        elif deed == "forget":
            path = f"/chatbots/{tenant.id}/users/{name}"
            yield lambda path=path: world.admin(tenant.admin, "DELETE", path)
        else:
            yield world.analyse_queued


@pytest.mark.parametrize(("seed", "many"), [(0, 2_000), (3, 2_000), (4, 3)])
def test_any_order_and_repetition_of_the_stream_gives_the_rows_of_the_table(
    copies: Copies, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, seed: int, many: int
) -> None:
    monkeypatch.setattr(archive, "MANY", many)
    clock, chance = copies.world.clock, random.Random(seed)
    assert clock is not None
    waiting: list[dict[str, Any]] = []
    steps = story(copies, tenant) if seed < 3 else islice(deeds(copies, tenant, chance), 25)
    for step in steps:
        step()
        # Conversations may begin again in another month.
        clock.advance(days=chance.choice([0, 0, 9]), seconds=chance.randrange(1, 400))
        waiting += copies.records()
        chance.shuffle(waiting)
        taken = chance.randrange(len(waiting) + 1)
        copies.archive([*waiting[:taken], *chance.sample(waiting, min(2, len(waiting)))])
        del waiting[:taken]
        if chance.random() < 0.4:
            copies.merge()
    copies.world.handler("maintenance")({}, CONTEXT)
    copies.world.analyse_queued()
    copies.archive([*waiting, *copies.records()])
    copies.merge()
    assert copies.compared(tenant).exact
    shown = {view: copies.rows(tenant, view, "* EXCLUDE (chatbot_id)") for view in ALL_VIEWS}
    if seed < 3:
        assert copies.rows(tenant, "conversations", "id, messages") == [("c2", 2), ("h1", 3), ("h2", 1)]
    for _ in range(2):
        clock.advance(hours=1)
        copies.merge()
    assert {view: copies.rows(tenant, view, "* EXCLUDE (chatbot_id)") for view in ALL_VIEWS} == shown
    assert copies.compared(tenant).exact
    assert "tail-" not in " ".join(copies.world.bucket.objects)


def test_a_failed_read_comes_again_and_the_rest_is_copied(
    copies: Copies, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = talk(copies, tenant, "c1"), talk(copies, tenant, "c2")
    copies.world.analyse_queued()
    whole = FactSource.conversation

    def broken(self: FactSource, place: tuple[str, str]) -> Any:
        if place[1] == first:
            raise ValueError("cannot be read")
        return whole(self, place)

    records = copies.records()
    with monkeypatch.context() as patched:
        patched.setattr(FactSource, "conversation", broken)
        failed = copies.archive(records)
    (number,) = {each["dynamodb"]["SequenceNumber"] for each in records if first in each["dynamodb"]["Keys"]["pk"]["S"]}
    assert failed == [number]
    assert copies.rows(tenant, "conversations", "conversation_id") == [(second,)]
    assert copies.archive(records) == []
    assert copies.compared(tenant).exact


def dying_at(copies: Copies, position: int, work: Callable[[], object]) -> bool:
    """Do work in a process that dies at one of its calls of the bucket; whether there were that many."""
    calls = 0

    def before(_: str) -> None:
        nonlocal calls
        calls += 1
        if calls == position + 1:
            raise Died

    copies.world.bucket.before = before
    try:
        work()
    except Died:
        return True
    finally:
        copies.world.bucket.before = lambda _: None
    return False


def test_whoever_dies_at_any_call_leaves_copies_that_are_right(copies: Copies, tenant: Tenant) -> None:
    clock = copies.world.clock
    assert clock is not None
    log(copies, tenant, "h1", "Hello", "Hi")
    log(copies, tenant, "gone", SECRET, "Hi")
    copies.settle()
    clock.advance(minutes=30)
    copies.merge()
    clock.advance(minutes=30)
    ask(copies, tenant, "DELETE", "/conversations/gone")
    log(copies, tenant, "h1", "Hello", "Hi", "Bye")
    copies.world.analyse_queued()
    records = copies.records()
    position = 0
    while dying_at(copies, position, lambda: copies.archive(records)):
        found = copies.rows(tenant, "conversations", "id, messages")
        assert set(found) <= {("gone", 2), ("h1", 2), ("h1", 3)} and ("h1", 2 + (("h1", 3) in found)) in found
        position += 1
    assert position > len(ALL_VIEWS) - 1
    assert copies.rows(tenant, "conversations", "id, messages") == [("h1", 3)]
    deaths = 0
    for _ in range(3):
        clock.advance(minutes=30)
        position = 0
        while dying_at(copies, position, copies.merge):
            assert copies.rows(tenant, "conversations", "id, messages") == [("h1", 3)]
            assert len(copies.rows(tenant, "messages", "id")) == 3
            position += 1
            deaths += 1
    assert deaths > 10
    assert copies.compared(tenant).exact


def test_a_large_conversation_is_copied_by_the_schedule_whoever_dies(
    copies: Copies, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MANY", 3)
    reads = Counter[str]()
    whole = FactSource.conversation

    def counted(self: FactSource, place: tuple[str, str]) -> Any:
        reads["conversations"] += 1
        return whole(self, place)

    monkeypatch.setattr(FactSource, "conversation", counted)
    clock = copies.world.clock
    assert clock is not None
    log(copies, tenant, "h1", "Hello", "Hi")
    copies.settle()
    said = ["Hello", "Hi", "Where?", "Here."]
    for number in range(3):
        log(copies, tenant, "h1", *said, *["More"] * number)
        copies.settle()
        rate(copies, tenant, "h1-1")
        assert copies.archive() == []
        clock.advance(minutes=1)
    assert copies.rows(tenant, "conversations", "id, messages") == [("h1", 2)]
    assert reads["conversations"] == 1, "not once a window"
    found = copies.compared(tenant)
    assert found.exact and found.waiting == 1
    position = 0
    while dying_at(copies, position, copies.merge):
        position += 1
    assert copies.rows(tenant, "conversations", "id, messages, negative_feedback") == [("h1", 6, 3)]
    assert copies.compared(tenant).exact
    assert "deferred" not in " ".join(copies.world.bucket.objects)
    log(copies, tenant, "h1", *said, *["More"] * 3)
    copies.settle()

    def overtaken(self: FactSource, place: tuple[str, str]) -> Any:
        found = whole(self, place)
        archive_wiring.deferred(copies.world.deployment).note(Changed(place, "another"))
        return found

    monkeypatch.setattr(FactSource, "conversation", overtaken)
    assert copies.merge()["copied"] == 1
    (note,) = [key for key in copies.world.bucket.objects if "deferred" in key]
    assert note.endswith("/another"), "a change while it is read is not forgotten"
    monkeypatch.setattr(FactSource, "conversation", whole)
    assert copies.merge()["copied"] == 1
    assert copies.rows(tenant, "conversations", "messages") == [(7,)]
    ask(copies, tenant, "DELETE", "/conversations/h1")
    copies.archive()
    assert copies.rows(tenant, "conversations") == [], "what is erased is hidden at once"


@pytest.mark.parametrize("how", ["conversation", "user", "chatbot", "age"])
def test_what_is_erased_is_hidden_at_once_and_gone_within_the_hour(copies: Copies, tenant: Tenant, how: str) -> None:
    world, clock = copies.world, copies.world.clock
    assert clock is not None
    talk(copies, tenant, "c1", user={"id": "u1"})
    copies.settle()
    clock.advance(minutes=40)
    copies.merge()
    assert copies.rows(tenant, "messages", "id") != []
    if how == "conversation":
        assert ask(copies, tenant, "DELETE", "/conversations/c1").status == 200
    elif how == "user":
        assert world.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}/users/u1").status in (200, 202)
    elif how == "chatbot":
        assert world.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}").status in (200, 204)
    else:
        settings = {"settings": {"privacy": {"retentionDays": 1}}}
        assert world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", settings).status == 200
        clock.advance(days=2)
        copies.world.deployment.shared.clear()
    erased_at = clock.time
    if how != "age":
        copies.archive()
    for view in ALL_VIEWS:
        assert copies.rows(tenant, view) == []
    while clock.time - erased_at < timedelta(minutes=60):
        world.handler("maintenance")({}, CONTEXT)
        world.analyse_queued()
        copies.archive()
        copies.merge()
        clock.advance(minutes=10)
    assert SECRET not in copies.texts
    assert copies.compared(tenant).exact


def test_copies_are_made_from_what_was_there_before_and_of_what_the_stream_lost(copies: Copies, tenant: Tenant) -> None:
    for name in ("h1", "h2", "h3"):
        log(copies, tenant, name, "Hello", "Hi")
    ask(copies, tenant, "POST", "/events", {"type": "s", "entityType": "search", "searchQuery": "prices"})
    copies.world.analyse_queued()
    copies.records()
    comparing = archive_wiring.compare(copies.world.deployment)
    found = copies.compared(tenant)
    assert len(found.differing) == 4 and not found.exact
    assert comparing.rebuild(tenant.id) == 4
    assert copies.compared(tenant).exact
    ask(copies, tenant, "DELETE", "/conversations/h1")
    log(copies, tenant, "h2", "Hello", "Hi", "Bye")
    copies.world.analyse_queued()
    copies.records()
    found = copies.compared(tenant)
    assert len(found.differing) == 2
    assert comparing.repair(found) == 2
    assert copies.compared(tenant).exact
    assert copies.rows(tenant, "conversations", "id, messages") == [("h2", 3), ("h3", 2)]
