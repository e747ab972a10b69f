"""Conversations that are larger than an answer: what was accepted is read, in pages, by every dialect."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from confab.domain.identity import conversation_id

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World

LARGEST = 6 * 1024 * 1024
IMAGES = 16
"""Of 450 KB each: more than an answer holds, also without their repetition."""


def _noise(seed: int, length: int) -> str:
    """Text that does not compress."""
    letters = string.ascii_letters + string.digits + "+/"
    return "".join(random.Random(seed).choices(letters, k=length))


def _image(number: int) -> dict[str, Any]:
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_noise(number, 450_000)}"}}
    return {"id": f"m{number}", "role": "user", "content": [{"type": "text", "text": f"picture {number}"}, part]}


@pytest.fixture(scope="module")
def pictures(world: World) -> Tenant:
    """A conversation of many images, logged in several requests."""
    tenant = world.tenant()
    for start in range(0, IMAGES, 4):
        body = {"type": "openai", "id": "c", "messages": [_image(n) for n in range(start, start + 4)]}
        answer = world.send_history(world.key(tenant, "api"), body)
        _is_held(answer)
        assert answer.status == 200
    world.analyse_queued()
    return tenant


def _is_held(answer: Answer) -> None:
    assert answer.status == 200, answer.body
    assert answer.size < LARGEST


def _read_pages(ask: Any, rows: str = "messages") -> tuple[list[dict[str, Any]], int]:
    """All rows of a conversation, page by page, and how many pages there were."""
    found: list[dict[str, Any]] = []
    query: dict[str, str] = {}
    for number in range(1, 100):
        answer = ask(query)
        _is_held(answer)
        found += answer.body[rows]
        if "nextCursor" not in answer.body:
            return found, number
        query = {"cursor": answer.body["nextCursor"]}
    raise AssertionError("there is no end")


def test_pages_of_many_images_have_each_once_and_unchanged(world: World, pictures: Tenant) -> None:
    key = world.key(pictures, "api")
    rows, pages = _read_pages(lambda query: world.inkeep(key, "GET", "/conversations/c", query=query))
    assert [row["id"] for row in rows] == [f"m{number}" for number in range(IMAGES)]
    assert [row["content"] for row in rows] == [_image(number)["content"] for number in range(IMAGES)]
    assert pages > 1


def test_an_answer_says_that_many_images_were_left_out(world: World, pictures: Tenant) -> None:
    answer = world.inkeep(world.key(pictures, "api"), "GET", "/conversations/c")
    assert answer.body["shortened"] is True
    assert answer.body["messageCount"] == IMAGES
    assert answer.body["messagesOpenAIFormat"] == []


def test_every_conversation_in_a_list_with_a_large_one_is_reached(world: World, pictures: Tenant) -> None:
    key = world.key(pictures, "api")
    for other in ("before", "after"):
        body = {"type": "openai", "id": other, "messages": [{"role": "user", "content": "hello"}]}
        assert world.send_history(key, body).status == 200
    seen: list[str] = []
    while len(seen) < 3:
        answer = world.inkeep(key, "GET", "/conversations", query={"offset": str(len(seen))})
        _is_held(answer)
        assert answer.body["count"] > 0
        seen += [row["id"] for row in answer.body["conversations"]]
    assert sorted(seen) == ["after", "before", "c"]


def test_given_feedback_to_a_large_conversation_when_read_then_its_message_is_whole(
    world: World, pictures: Tenant
) -> None:
    key = world.key(pictures, "api")
    sent = {"id": "f", "type": "negative", "messageId": f"m{IMAGES - 1}"}
    _is_held(world.inkeep(key, "POST", "/feedback", sent))
    one, every = world.inkeep(key, "GET", "/feedback/f"), world.inkeep(key, "GET", "/feedback")
    for answer, row in ((one, one.body), (every, every.body["negativeFeedback"][0])):
        _is_held(answer)
        assert row["message"]["content"] == _image(IMAGES - 1)["content"]
        assert row["conversation"]["shortened"] is True


def test_pages_of_a_large_transcript_have_all_once_and_in_order(
    world: World,
) -> None:
    tenant = world.tenant()
    texts = [_noise(number, 31_000) for number in range(300)]
    for start in range(0, 300, 100):
        messages = [{"id": f"m{start + i}", "role": "user", "content": texts[start + i]} for i in range(100)]
        _is_held(world.capture(tenant.ingest, {"conversationId": "c", "messages": messages}))
    event = {"id": "e", "type": "seen", "entityType": "conversation", "conversationId": "c"}
    _is_held(world.inkeep(world.key(tenant, "api"), "POST", "/events", event))
    conversation = conversation_id(tenant.id, "c")

    def read(path: str) -> Any:
        return lambda query: world.request("GET", path, tenant.admin, query=query)

    rows, pages = _read_pages(read(f"/api/v1/conversations/{conversation}"))
    assert [row["content"] for row in rows] == texts
    assert pages > 1
    events, _ = _read_pages(read(f"/api/v1/conversations/{conversation}"), "events")
    assert [row["id"] for row in events] == ["e"]
    judged, _ = _read_pages(read(f"/v1/insights/conversations/{conversation}/analysis"))
    assert [row["externalId"] for row in judged] == [f"m{number}" for number in range(300)]
    path = f"/{conversation}/messages"
    managed, _ = _read_pages(lambda query: world.manage(tenant.admin, "GET", tenant.id, path, query=query))
    assert [row["content"]["text"] for row in managed] == texts


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_given_a_limit_when_a_conversation_is_read_then_pages_have_so_many_entries(world: World, limit: int) -> None:
    tenant = world.tenant()
    messages = [{"role": "user", "content": str(number)} for number in range(5)]
    world.track(tenant.ingest, {"conversationId": "c", "messages": messages})
    path = f"/api/v1/conversations/{conversation_id(tenant.id, 'c')}"

    def read(query: dict[str, str]) -> Answer:
        return world.request("GET", path, tenant.admin, query={**query, "limit": str(limit)})

    rows, pages = _read_pages(read)
    assert [row["content"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert pages == -(-5 // limit)


def test_a_cursor_of_another_conversation_is_refused(world: World) -> None:
    tenant = world.tenant()
    for name in ("a", "b"):
        messages = [{"role": "user", "content": str(number)} for number in range(3)]
        world.track(tenant.ingest, {"conversationId": name, "messages": messages})

    def read(name: str, **query: str) -> Answer:
        path = f"/api/v1/conversations/{conversation_id(tenant.id, name)}"
        return world.request("GET", path, tenant.admin, query=query)

    cursor = read("a", limit="1").body["nextCursor"]
    assert read("a", cursor=cursor).status == 200
    refused = read("b", cursor=cursor)
    assert (refused.status, refused.body["details"][0]["path"]) == (400, "cursor")
