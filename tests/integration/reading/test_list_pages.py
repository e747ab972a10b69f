"""Lists are read page by page while data arrives: nothing that stays in the list is left out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from confab.channels import wiring as channels_wiring
from confab.storage.list_pages import ListPage, PageEntry, Position

from tests.support.answers import Answer
from tests.support.chatcaptain import handle_body, handle_directly
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

Page = tuple[list[str], str | None]
Between = Callable[[int], None]


def _capture(world: World, tenant: Tenant, name: str, message: int) -> None:
    body = {"conversationId": name, "messages": [{"id": f"m{message}", "role": "user", "content": "hello"}]}
    world.capture_directly(tenant, body)


def _handle(world: World, tenant: Tenant, name: str, message: int) -> None:
    handle_directly(world, tenant, handle_body(name, contact={"id": "same"}, providerMessageId=f"m{message}"))


def _openbat(world: World, tenant: Tenant, **query: str) -> Page:
    body = _ok(world.list_page(tenant.admin, limit="4", **query))
    return [row["external_conversation_id"] for row in body["conversations"]], body.get("nextCursor")


def _inkeep(world: World, tenant: Tenant, **query: str) -> Page:
    answer = world.inkeep(world.key(tenant, "api"), "GET", "/conversations", query={"limit": "4", **query})
    body = _ok(answer)
    return [row["id"] for row in body["conversations"]], body.get("nextCursor")


def _managed(world: World, tenant: Tenant, **query: str) -> Page:
    body = _ok(world.manage(tenant.admin, "GET", tenant.id, query={"limit": "4", **query}))
    return [row["providerId"] for row in body["conversations"]], body.get("nextCursor")


def _of_contact(world: World, tenant: Tenant, **query: str) -> Page:
    return _managed(world, tenant, contactId="same", **query)


def _of_both(world: World, tenant: Tenant, **query: str) -> Page:
    return _managed(world, tenant, contactId="same", channelId="site", **query)


LISTS: dict[str, tuple[Any, Any]] = {
    "openbat": (_capture, _openbat),
    "inkeep": (_capture, _inkeep),
    "chatcaptain": (_handle, _managed),
    "contact": (_handle, _of_contact),
    "contact and channel": (_handle, _of_both),
}
each_list = pytest.mark.parametrize(("say", "page"), LISTS.values(), ids=LISTS)


def _ok(answer: Answer) -> Mapping[str, Any]:
    assert answer.status == 200, answer.body
    body: Mapping[str, Any] = answer.body
    return body


def _read_pages(world: World, tenant: Tenant, page: Any, between: Between, **query: str) -> list[str]:
    """What all pages have, one after the other; something happens after each."""
    shown, cursor = page(world, tenant, **query)
    number = 0
    while cursor is not None:
        between(number)
        number += 1
        more, cursor = page(world, tenant, cursor=cursor, **query)
        shown += more
    return list(shown)


def _tick(world: World, seconds: float = 90) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.advance(seconds=seconds)


def _begin(world: World, say: Any, number: int, *, twice: bool = False) -> tuple[Tenant, list[str]]:
    """Conversations of a tenant; with two messages the second of which came later, in another order."""
    tenant, names = world.tenant(), [f"c{each:02d}" for each in range(number)]
    for name in names:
        _tick(world)
        say(world, tenant, name, 0)
    if twice:
        for name in reversed(names):
            _tick(world)
            say(world, tenant, name, 1)
    return tenant, names


@each_list
def test_pages_of_an_unchanged_list_have_each_once_the_last_active_first(clocked: World, say: Any, page: Any) -> None:
    tenant, names = _begin(clocked, say, 11)
    assert _read_pages(clocked, tenant, page, lambda _: None) == names[::-1]
    clocked.analyse_queued()
    assert _read_pages(clocked, tenant, page, lambda _: None) == names[::-1]


@each_list
def test_conversations_counted_between_pages_come_once(clocked: World, say: Any, page: Any) -> None:
    tenant, names = _begin(clocked, say, 11, twice=True)

    def analyse(number: int) -> None:
        _tick(clocked, 3)
        if number == 0:
            clocked.analyse_queued()
            _tick(clocked, 3)

    assert Counter(_read_pages(clocked, tenant, page, analyse)) == Counter(names)


@each_list
@pytest.mark.parametrize("seed", range(4))
def test_arrivals_between_pages_leave_none_out_and_double_none(clocked: World, say: Any, page: Any, seed: int) -> None:
    choice = random.Random(seed)
    tenant, names = _begin(clocked, say, 14, twice=seed % 2 == 0)
    if seed > 1:
        clocked.analyse_queued()
    numbers: Iterator[int] = iter(range(10, 10_000))

    def happens(_: int) -> None:
        for _ in range(choice.randrange(1, 5)):
            _tick(clocked, choice.choice([3, 90]))
            what = choice.choice(["new", "old", "old", "analyse", "patch"])
            if what == "analyse":
                clocked.analyse_queued()
            elif what == "patch" and say is _handle:
                place = handle_directly(
                    clocked, tenant, handle_body(choice.choice(names), message=None)
                ).conversation.id
                channels_wiring.change_conversations(clocked.deployment).patch(
                    tenant.id, place, {"tags": [str(next(numbers))]}
                )
            else:
                name = f"new{next(numbers)}" if what == "new" else choice.choice(names)
                say(clocked, tenant, name, next(numbers))
        _tick(clocked, 3)

    shown = Counter(_read_pages(clocked, tenant, page, happens))
    assert {name for name in names if shown[name] != 1} == set()
    assert all(number == 1 for number in shown.values())


def test_a_fixed_end_gives_what_matches_throughout_once_and_nothing_else(
    clocked: World,
) -> None:
    tenant, names = _begin(clocked, _capture, 14, twice=True)
    end = clocked.now().replace(microsecond=0)
    _tick(clocked, 1)

    def happens(number: int) -> None:
        _tick(clocked)
        _capture(clocked, tenant, f"new{number}", 0)
        _capture(clocked, tenant, names[number], 5)
        _tick(clocked, 3)
        clocked.analyse_queued()
        _tick(clocked, 3)

    for query in ({"to": end.isoformat()}, {"to": end.isoformat(), "from": "2026-03-01T12:00:00Z"}):
        shown = Counter(_read_pages(clocked, tenant, _openbat, happens, **query))
        assert all(shown[name] == 1 for name in names[4:])
        assert set(shown) <= set(names)


def test_a_cursor_continues_behind_its_page_number(clocked: World) -> None:
    tenant, names = _begin(clocked, _capture, 11)
    shown, cursor = _openbat(clocked, tenant, page="2")
    assert (shown, cursor is not None) == (names[::-1][4:8], True)
    _tick(clocked)
    _capture(clocked, tenant, "new", 0)
    assert _openbat(clocked, tenant, cursor=str(cursor)) == (names[::-1][8:], None)
    assert _openbat(clocked, tenant, page="3")[0] == names[::-1][7:]


def test_what_moved_comes_before_the_rest_over_several_pages(clocked: World) -> None:
    tenant, names = _begin(clocked, _handle, 12)
    clocked.analyse_queued()
    shown, cursor = _managed(clocked, tenant)
    _tick(clocked)
    for name in names[:7]:
        _handle(clocked, tenant, name, 1)
        clocked.analyse_queued()
        _tick(clocked, 5)
    pages = []
    while cursor is not None:
        more, cursor = _managed(clocked, tenant, cursor=cursor)
        pages.append(more)
    assert sorted(name for page in pages for name in page) == sorted(set(names) - set(shown))
    assert [sorted(page) for page in pages] == [names[:4], [*names[4:7], names[7]]]


def test_a_cursor_continues_behind_a_page_that_ended_early(clocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("confab.dialects.inkeep.mapping.ROOM", 1)
    tenant, names = _begin(clocked, _capture, 6)
    pages: list[int] = []

    def one(world: World, tenant: Tenant, **query: str) -> Page:
        shown, cursor = _inkeep(world, tenant, **query)
        pages.append(len(shown))
        return shown, cursor

    assert _read_pages(clocked, tenant, one, lambda _: None) == names[::-1]
    assert set(pages) == {1}


@pytest.mark.parametrize("largest", [1, 5_000_000])
def test_feedback_that_arrives_between_pages_hides_and_doubles_none(
    clocked: World, monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    monkeypatch.setattr("confab.dialects.inkeep.feedback.ROOM", largest)
    tenant = clocked.tenant()
    key = clocked.key(tenant, "api")
    messages = [{"id": "m", "role": "assistant", "content": "hello"}]
    assert clocked.send_history(key, {"type": "openai", "id": "c", "messages": messages}).status == 200

    def give(name: str) -> None:
        body = {"id": name, "type": random.Random(name).choice(["positive", "negative"]), "messageId": "m"}
        _ok(clocked.inkeep(key, "POST", "/feedback", body))
        _tick(clocked, 1)

    def page(world: World, tenant: Tenant, **query: str) -> Page:
        body = _ok(world.inkeep(key, "GET", "/feedback", query={"limit": "4", **query}))
        return [row["id"] for kind in ("positive", "negative") for row in body[f"{kind}Feedback"]], body.get(
            "nextCursor"
        )

    names = [f"f{number}" for number in range(11)]
    for name in names:
        give(name)
    shown = Counter(_read_pages(clocked, tenant, page, lambda number: give(f"new{number}")))
    assert shown == Counter(names)


def test_given_a_cursor_of_another_list_when_sent_then_400(clocked: World) -> None:
    tenant, _ = _begin(clocked, _capture, 6)
    _, cursor = _openbat(clocked, tenant)
    assert cursor is not None
    _tick(clocked)
    for query in ({"from": "2026-01-01"}, {"chatbotId": tenant.id}):
        assert_error(clocked.list_page(tenant.admin, cursor=cursor, **query), 400, "invalid_request")
    other = clocked.tenant()
    assert_error(clocked.list_page(other.admin, cursor=cursor), 400, "invalid_request")
    key = clocked.key(tenant, "api")
    for path in ("/conversations", "/feedback"):
        assert clocked.inkeep(key, "GET", path, query={"cursor": cursor}).status in (400, 422)


def test_the_position_is_behind_the_last_of_fewer_steps() -> None:
    moved, listed = (
        PageEntry(("9", "a"), None, 70, moved=True),
        [PageEntry((str(5 - n), f"b{n}"), None) for n in range(3)],
    )
    before = Position(("6", "z"), 60)
    walked = ListPage([moved, *listed], True, before, 100)
    assert walked.position == walked.after(4)
    assert walked.after(4).last == ("3", "b2")
    assert walked.after(2).last == ("5", "b0")
    assert (walked.after(1).last, walked.after(1).read_at) == (before.last, 100)
    assert (walked.after(0).last, walked.after(0).read_at) == (before.last, 60)
    position = walked.after(4)
    assert Position.of(position.parts) == position
