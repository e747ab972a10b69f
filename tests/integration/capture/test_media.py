"""Media and reactions: what they are stays readable in every dialect, and nothing without words is judged."""

from __future__ import annotations

from typing import Any

import pytest
from confab.domain.identity import conversation_id

from tests.contract.inkeep_shapes import AnyConversation
from tests.support.deployment import Tenant
from tests.support.world import World

PNG = {"url": "https://cdn.example.org/cat.png", "mimeType": "image/png", "name": "cat.png"}
PLACE = {"latitude": 52.5, "longitude": 13}
INCOMING: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"file": PNG}, "file", {"type": "image", **PNG}),
    ({"file": {"url": "https://e.org/a.ogg", "type": "audio"}}, "file", {"type": "audio", "url": "https://e.org/a.ogg"}),
    ({"file": {"name": "offer.pdf", "attachmentRef": "r"}}, "file", {"type": "file", "name": "offer.pdf"}),
    ({"image": {"url": "https://e.org/b.png"}}, "image", {"type": "image", "url": "https://e.org/b.png"}),
    ({"location": PLACE}, "location", {"type": "location", **PLACE}),
    ({"contact": {"name": "Ann"}}, "contact", {"type": "contact", "name": "Ann"}),
    ({"reaction": {"emoji": "👍", "messageId": "m1"}}, "reaction", {"type": "reaction", "name": "👍"}),
    ({"sticker": {"id": "s"}}, "sticker", {"type": "sticker"}),
    ({"hologram": {"url": "https://e.org/h"}}, "hologram", {"type": "hologram", "url": "https://e.org/h"}),
    ({"text": " \n", "file": PNG}, "file", {"type": "image", **PNG}),
]  # fmt: skip


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


def hand_over(world: World, tenant: Tenant, provider: str, message: Any) -> dict[str, Any]:
    body = {"channelId": "c", "channelName": "whatsapp", "providerId": provider, "message": message}
    answer = world.manage(tenant.admin, "POST", tenant.id, "/handle", body)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.body
    return found


def results_of(world: World, tenant: Tenant, conversation: str) -> list[Any]:
    path = f"/v1/insights/conversations/{conversation}/analysis"
    answer = world.request("GET", path, tenant.admin)
    return [message["result"] for message in answer.body["messages"]]


@pytest.mark.parametrize(("content", "kind", "kept"), INCOMING, ids=[kind for _, kind, _ in INCOMING])
def test_every_reading_says_what_a_message_without_words_is(
    world: World, tenant: Tenant, content: dict[str, Any], kind: str, kept: dict[str, Any]
) -> None:
    handed = hand_over(world, tenant, f"{content}", content)
    conversation = handed["conversation"]["id"]
    assert (handed["message"]["type"], handed["message"]["content"]) == (kind, content)
    read = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}/messages").body["messages"]
    assert [message["type"] for message in read] == [kind]
    (row,) = world.read(tenant.admin, conversation).body["messages"]
    assert row["attachments"] == [kept]
    history = world.inkeep(world.key(tenant, "api"), "GET", f"/conversations/{conversation}").body
    AnyConversation.model_validate({"conversation": history})
    (shown,) = history["messages"]
    assert shown["content"] not in ("", [])


def test_messages_without_words_are_not_analysed_or_counted_as_such(world: World) -> None:
    tenant = world.tenant()
    first = hand_over(world, tenant, "p", {"file": PNG})["conversation"]["id"]
    hand_over(world, tenant, "p", {"text": " \u200b\n"})
    hand_over(world, tenant, "p", {"reaction": {"emoji": "👍"}})
    world.analyse_queued()
    assert results_of(world, tenant, first) == [None] * 3
    read = world.read(tenant.admin, first).body
    assert not read["analysis_pending"]
    assert [(m["user_sentiments"], m["user_intents"]) for m in read["messages"]] == [([], [])] * 3
    overview = world.request("GET", "/api/v1/analytics/overview", tenant.admin).body
    assert (overview["totalMessages"], overview["avgSentiment"]) == (3, None)
    assert sum(overview["sentimentDistribution"].values()) == 0
    hand_over(world, tenant, "p", {"text": "I love it"})
    world.analyse_queued()
    assert [result is not None for result in results_of(world, tenant, first)] == [False] * 3 + [True]


def test_a_message_that_loses_its_words_loses_its_result(fresh: World) -> None:
    tenant = fresh.tenant()
    handed = hand_over(fresh, tenant, "p", {"text": "This is terrible"})
    conversation, message = handed["conversation"]["id"], handed["message"]["id"]
    fresh.analyse_queued()
    assert results_of(fresh, tenant, conversation)[0] is not None
    path = f"/{conversation}/messages/{message}"
    changed = fresh.manage(tenant.admin, "PATCH", tenant.id, path, {"message": {"content": {"file": PNG}}})
    assert (changed.status, changed.body["message"]["type"]) == (200, "file")
    fresh.analyse_queued()
    assert results_of(fresh, tenant, conversation) == [None]
    assert "label:Negative" not in str(fresh.statistics(tenant.id).get("ALL", {}))
    assert fresh.statistics(tenant.id)["ALL"].get("sentimentCount", 0) == 0
    fresh.manage(tenant.admin, "PATCH", tenant.id, path, {"message": {"content": {"text": "Great, thanks"}}})
    fresh.analyse_queued()
    assert results_of(fresh, tenant, conversation)[0]["score"] > 0


def test_a_list_names_a_large_last_message_without_words(world: World, tenant: Tenant) -> None:
    hand_over(world, tenant, "large", {"file": {**PNG, "url": "https://e.org/" + "x" * 400}})
    listed = world.manage(tenant.admin, "GET", tenant.id, query={"contactId": "large"}).body["conversations"]
    assert listed[0]["lastMessage"] == {"text": "[image]"}


def test_a_captured_picture_is_a_file_with_its_words_in_chatcaptain(world: World, tenant: Tenant) -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PNG["url"]}}]
    for name, content in (("both", parts), ("alone", parts[1:])):
        message = {"role": "user", "content": content}
        world.capture(tenant.ingest, {"conversationId": name, "messages": [message]})
        path = f"/{conversation_id(tenant.id, name)}/messages"
        (read,) = world.manage(tenant.admin, "GET", tenant.id, path).body["messages"]
        assert (read["sender"], read["type"]) == ("user", "file")
        assert read["content"]["file"] == {"type": "image", "url": PNG["url"]}
        assert read["content"].get("text") == ("What is this?" if name == "both" else None)
        history = world.inkeep(world.key(tenant, "api"), "GET", f"/conversations/{conversation_id(tenant.id, name)}")
        assert history.body["messages"][0]["content"] == content


def test_a_historys_picture_is_an_attachment_in_other_dialects(world: World, tenant: Tenant) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}},
        {"type": "input_audio", "input_audio": {"data": "bbbb", "format": "wav"}},
        {"type": "file", "file": {"file_id": "f-1", "filename": "offer.pdf"}},
        {"type": "refusal", "refusal": "No."},
    ]
    body = {"type": "openai", "id": "logged", "messages": [{"role": "user", "content": parts, "id": "m"}]}
    history = world.send_history(world.key(tenant, "api"), body)
    assert history.status == 200, history.body
    AnyConversation.model_validate({"conversation": history.body})
    assert history.body["messages"][0]["content"] == "No.\n[image] [audio] [file]"
    (read,) = world.read(tenant.admin, conversation_id(tenant.id, "logged")).body["messages"]
    assert read["content"] == "No."
    assert [(each["type"], each.get("id")) for each in read["attachments"]] == [
        ("image", None),
        ("audio", None),
        ("file", "f-1"),
    ]
