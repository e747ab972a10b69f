"""What was found in one conversation: ``/v1/insights/conversations/{id}/analysis`` and the OpenBat transcript."""

from __future__ import annotations

from typing import Any

from confab.domain.identity import conversation_id, message_uuid

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import Scripted, tell
from tests.support.world import World

ANGRY = "score=-0.75&topics=Refunds&flags=churn_risk,urgent_request&intent=get_refund"
DODGED = ">behaviour=dodging&outcome=deflected"
HELPED = ">behaviour=helpful&outcome=fully_resolved"
BY = {"provider": "scripted", "model": "none", "version": "1", "note": "only a test"}


def _analysis(world: World, key: str | None, conversation: str) -> Answer:
    return world.request("GET", f"/v1/insights/conversations/{conversation}/analysis", key)


def _told(world: World, tenant: Tenant) -> str:
    return tell(world, tenant, "c-1", ANGRY, DODGED, "score=0.5&ends=resolved", HELPED, at=world.now())


def test_every_result_is_read_with_the_analyzer_that_made_it(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = _told(clocked, tenant)
    body = _analysis(clocked, tenant.admin, conversation).body
    messages = body.pop("messages")
    first = {"id": message_uuid(conversation, "i:m0"), "externalId": "m0"}
    assert body == {
        "id": conversation,
        "chatbotId": tenant.id,
        "externalId": "c-1",
        "analysisPending": False,
        "analysisFailed": None,
        "avgSentiment": -0.125,
        "label": "Neutral",
        "outcome": "resolved",
        "topics": [{"id": "refund", "name": "Refunds"}],
        "flags": ["churn_risk", "urgent_request"],
        "firstBadTurn": first,
        "trend": "steady",
        "arrivedUpset": None,
        "state": None,
        "headline": "",
        "summary": "Told so.",
        "corrections": [],
        **BY,
    }
    assert messages[0] == {
        **first,
        "role": "user",
        "createdAt": "2026-03-01T12:00:00.000Z",
        "result": {
            "score": -0.75,
            "label": "Very Negative",
            "satisfaction": None,
            "satisfactionReasoning": None,
            "reasoning": "told so",
            "sentiments": [{"score": -0.75, "textChunk": ANGRY, "reasoning": "told"}],
            "intent": "get_refund",
            "topics": [{"id": "refund", "name": "Refunds"}],
            "flags": ["churn_risk", "urgent_request"],
            "language": "en",
            **BY,
        },
        "feedback": {"positive": 0, "negative": 0},
        "corrections": [],
    }
    assert messages[1]["result"] == {"behaviour": "dodging", "outcome": "deflected", **BY}
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2


def test_feedback_stands_at_the_message_that_it_is_about(clocked: World) -> None:
    tenant = clocked.tenant()
    key = clocked.key(tenant, "api")
    said = [{"id": "q", "role": "user", "content": "hello"}, {"id": "a", "role": "assistant", "content": "Hello."}]
    assert clocked.inkeep(key, "POST", "/conversations", {"type": "openai", "id": "c", "messages": said}).status == 200
    for kind, user in (("positive", "ann"), ("negative", "bob"), ("negative", "bob")):
        given = {"type": kind, "messageId": "a", "userProperties": {"id": user}}
        assert clocked.inkeep(key, "POST", "/feedback", given).status == 200
    messages = _analysis(clocked, tenant.admin, conversation_id(tenant.id, "c")).body["messages"]
    found = {message["externalId"]: message["feedback"] for message in messages}
    assert found == {"q": {"positive": 0, "negative": 0}, "a": {"positive": 1, "negative": 1}}


def test_a_waiting_message_and_one_of_the_system_have_no_result(clocked: World) -> None:
    tenant = clocked.tenant()
    conversation = _told(clocked, tenant)
    body: dict[str, Any] = {"conversationId": "c-1"}
    later = [{"id": "m9", "role": "user", "content": "score=1"}, {"id": "s", "role": "system", "content": "Be kind."}]
    clocked.capture_directly(tenant, {**body, "messages": later})
    waiting = _analysis(clocked, tenant.admin, conversation).body
    assert waiting["analysisPending"] is True
    assert [message["externalId"] for message in waiting["messages"] if message["result"] is None] == ["m9", "s"]
    clocked.analyse_with(Scripted())(tenant.id, conversation)
    judged = _analysis(clocked, tenant.admin, conversation).body
    assert judged["analysisPending"] is False
    assert [message["externalId"] for message in judged["messages"] if message["result"] is None] == ["s"]


def test_given_a_conversation_without_an_analysis_when_read_then_it_says_so(world: World) -> None:
    tenant = world.tenant()
    message = {"id": "m", "role": "user", "content": "score=0"}
    captured = world.capture_directly(tenant, {"conversationId": "1", "messages": [message]})["conversationId"]
    body = _analysis(world, tenant.admin, captured).body
    assert (body["analysisPending"], body["outcome"], body["provider"], body["note"]) == (True, None, None, None)
    world.analyse_with(None).give_up(tenant.id, captured, "ValueError")
    body = _analysis(world, tenant.admin, captured).body
    assert (body["analysisPending"], body["analysisFailed"]) == (False, "ValueError")


def test_another_tenants_conversation_is_as_if_there_were_none(world: World) -> None:
    tenant, other = world.tenant(), world.tenant()
    conversation = _told(world, tenant)
    reader = world.key(tenant, "read")
    assert _analysis(world, reader, conversation).status == 200
    assert_error(_analysis(world, other.admin, conversation), 404, "not_found")
    assert_error(_analysis(world, world.key(other, "read"), conversation), 404, "not_found")
    assert_error(_analysis(world, other.admin, "c-1"), 404, "not_found")
    assert_error(_analysis(world, tenant.ingest, conversation), 403, "forbidden")
    assert_error(_analysis(world, None, conversation), 401, "unauthorized")


def test_the_transcript_shows_the_later_fields_of_analysed_messages(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    conversation = _told(clocked, tenant)
    first, dodged, second, helped = clocked.read(tenant.admin, conversation).body["messages"]
    assert first["user_intents"] == [{"intent": "get_refund"}]
    assert first["user_flags"] == [{"flag": "churn_risk"}, {"flag": "urgent_request"}]
    assert (second["user_intents"], second["user_flags"]) == ([], [])
    assert dodged["assistant_outcomes"] == [{"outcome": "deflected"}]
    assert dodged["assistant_issues"] == [{"issue": "dodging"}]
    assert helped["assistant_outcomes"] == [{"outcome": "fully_resolved"}]
    assert helped["assistant_issues"] == []
    of_users, of_assistants = (
        {"user_sentiments", "user_intents", "user_flags"},
        {"assistant_outcomes", "assistant_issues"},
    )
    assert of_users <= first.keys() and of_assistants.isdisjoint(first)
    assert of_assistants <= dodged.keys() and of_users.isdisjoint(dodged)
