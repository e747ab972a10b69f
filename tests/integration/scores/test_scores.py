"""Scores as they are given, changed, listed, counted and taken back."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from confab.analysis import recount_wiring
from confab.domain.identity import conversation_id, message_uuid
from confab.domain.limits import Limits
from confab.storage import keys
from confab.storage.captured import LONG

from tests.support.calls import calls_of
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.interleaving import overtaken
from tests.support.long_talk import Talk
from tests.support.world import World
from verify.consistency import findings
from verify.table import scan

SAID = [
    {"id": "m1", "role": "user", "content": "This is terrible, I want my money back!"},
    {"id": "m2", "role": "assistant", "content": "I am sorry. I cannot help with that."},
]


def _tenant(world: World, *names: str) -> Tenant:
    tenant = world.tenant()
    for name in names or ("c",):
        assert world.capture(tenant.ingest, {"conversationId": name, "messages": SAID}).status == 200
    world.analyse_queued()
    return tenant


def _give(world: World, key: str, **body: Any) -> dict[str, Any]:
    answer = world.request("POST", "/api/v1/scores", key, {"conversationId": "c", "name": "stars", "value": 4, **body})
    assert answer.status == 200, answer.body
    given: dict[str, Any] = answer.body
    return given


def _list(world: World, key: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = world.request("GET", "/api/v1/scores", key, query={**query, **cursor})
        assert answer.status == 200, answer.body
        found += answer.body["data"]
        if "nextCursor" not in answer.body:
            return found
        cursor = {"cursor": answer.body["nextCursor"]}


def _figures(world: World, tenant: Tenant, **query: str) -> dict[str, dict[str, Any]]:
    query = {"chatbotId": tenant.id, **query}
    answer = world.request("GET", "/v1/insights/scores", tenant.admin, query=query)
    assert answer.status == 200, answer.body
    return {each["name"]: each for each in answer.body["scores"]}


def _is_exact(world: World, tenant: Tenant) -> None:
    recounted = recount_wiring.recount(world.deployment)(tenant.id)
    assert (recounted.exact, recounted.waiting) == (True, 0)
    assert findings(scan(world.dynamodb, world.deployment.settings.table)) == []


def test_scores_of_every_type_are_counted_by_day_name_and_bucket(fresh: World) -> None:
    tenant = _tenant(fresh)
    _give(fresh, tenant.ingest, source="end_user", userId="ann")
    _give(fresh, tenant.ingest, value=2.5, messageId="m2", source="evaluator")
    _give(fresh, tenant.ingest, name="solved", value=True)
    _give(fresh, tenant.ingest, name="kind", value="bug #1", comment="why not")
    _give(fresh, tenant.ingest, name="note", value="call back", dataType="TEXT", createdAt="2026-01-02T03:04:05Z")
    fresh.analyse_queued()
    shown = _figures(fresh, tenant)
    assert {name: (each["count"], each["mean"]) for name, each in shown.items()} == {
        "stars": (2, 3.25),
        "solved": (1, None),
        "kind": (1, None),
    }, "the note is of another month"
    assert shown["stars"]["buckets"] == [{"value": "2", "count": 1}, {"value": "4", "count": 1}]
    assert shown["stars"]["sources"] == {"end_user": 1, "human": 0, "api": 0, "evaluator": 1}
    assert shown["kind"]["buckets"] == [{"value": "bug #1", "count": 1}]
    assert [each["value"] for each in _list(fresh, tenant.admin)] == ["bug #1", True, 2.5, 4, "call back"]
    _is_exact(fresh, tenant)


def test_a_changed_score_counts_once_and_one_sent_again_changes_nothing(world: World) -> None:
    tenant = _tenant(world, "c", "d")
    first = _give(world, tenant.ingest, id="r/1 ä")
    assert _give(world, tenant.ingest, id="r/1 ä") == first
    second = _give(world, tenant.ingest, id="r/1 ä", value=2)
    assert (second["value"], second["createdAt"]) == (2, first["createdAt"])
    moved = _give(world, tenant.ingest, id="r/1 ä", value=2, conversationId="d")
    assert moved["conversationId"] == conversation_id(tenant.id, "d")
    world.analyse_queued()
    (stars,) = _figures(world, tenant).values()
    assert (stars["count"], stars["buckets"]) == (1, [{"value": "2", "count": 1}])
    assert world.request("DELETE", "/api/v1/scores/r%2F1%20%C3%A4", tenant.ingest).status == 200
    assert world.request("DELETE", "/api/v1/scores/r%2F1%20%C3%A4", tenant.ingest).status == 404
    world.analyse_queued()
    assert (_figures(world, tenant), _list(world, tenant.admin)) == ({}, [])


def test_one_persons_score_of_the_same_counts_once_without_an_id(world: World) -> None:
    tenant = _tenant(world)
    for value in (5, 1):
        _give(world, tenant.ingest, value=value, source="end_user", userId="ann")
    for other in ({"userId": "bob"}, {"userId": "ann", "messageId": "m1"}, {"userId": "ann", "name": "tone"}, {}):
        _give(world, tenant.ingest, source="end_user", **other)
    assert [each["value"] for each in _list(world, tenant.admin)].count(1) == 1
    assert len(_list(world, tenant.admin)) == 5


def test_a_list_of_scores_says_what_became_of_each(world: World) -> None:
    tenant = _tenant(world)
    sent = [
        {"conversationId": "c", "name": "a", "value": 1},
        {"conversationId": "nobody's", "name": "a", "value": 1},
        {"conversationId": "c", "messageId": "m9", "name": "a", "value": 1},
        {"conversationId": "c", "name": "b", "value": "yes"},
    ]
    once = [
        world.request("POST", "/api/v1/scores", tenant.ingest, sent, headers={"idempotency-key": "k"}) for _ in "ab"
    ]
    assert once[0].body == once[1].body
    assert [each["name"] for each in once[0].body["data"]] == ["a", "b"]
    assert [(each["index"], each["status"]) for each in once[0].body["errors"]] == [(1, 422), (2, 422)]
    assert len(_list(world, tenant.admin)) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "needs a name"),
        ({"name": "x" * 101}, "name: must have at most 100"),
        ({"value": "x" * 101}, "100 characters"),
        ({"value": 1e10}, "1,000,000,000"),
        ({"value": None}, "value"),
        ({"value": [1]}, "value"),
        ({"dataType": "STARS"}, "dataType: must be"),
        ({"source": "robot"}, "source: must be"),
        ({"id": "feedback:1"}, "id: must not begin with feedback:"),
        ({"finding": "outcome", "source": "api"}, "has a finding"),
        ({"comment": "x" * 2001}, "comment: must have at most 2,000"),
        ({"metadata": {"x": "y" * 2048, **{f"k{n}": "z" * 2000 for n in range(4)}}}, "metadata"),
        ({"finding": "outcome", "value": "perfect"}, "value: the outcome"),
        ({"finding": "behaviour", "value": "helpful", "messageId": "m1"}, "finding: of a message of the role user"),
    ],
)
def test_what_is_no_score_is_refused_by_the_name_of_the_field(world: World, body: dict[str, Any], message: str) -> None:
    tenant = _tenant(world)
    sent = {"conversationId": "c", "name": "stars", "value": 4, **body}
    answer = world.request("POST", "/api/v1/scores", tenant.ingest, sent)
    assert answer.status in (400, 422)
    assert message in answer.body["error"]
    assert _list(world, tenant.admin) == []


def test_a_browsers_key_gives_no_scores_and_one_of_another_tenant_finds_none(world: World) -> None:
    tenant, other = _tenant(world), _tenant(world)
    given = _give(world, tenant.ingest, id="mine")
    body = {"conversationId": given["conversationId"], "name": "stars", "value": 1}
    assert world.request("POST", "/api/v1/scores", world.key(tenant, "web", "WEB"), body).status == 403
    assert world.request("POST", "/api/v1/scores", other.ingest, body).status == 422
    assert world.request("DELETE", "/api/v1/scores/mine", other.admin).status == 404
    assert _list(world, other.admin) == []
    query = {"conversationId": given["conversationId"]}
    assert world.request("GET", "/api/v1/scores", other.admin, query=query).status == 404
    assert world.request("GET", "/api/v1/scores", tenant.ingest).status == 403


def test_lists_are_filtered_paged_and_have_feedback_among_them(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    history = {"type": "openai", "id": "c", "messages": [{"id": "m", "role": "assistant", "content": "Here it is."}]}
    assert world.send_history(key, history).status == 200
    given = world.inkeep(key, "POST", "/feedback", {"type": "negative", "messageId": "m"}).body
    for number in range(5):
        _give(world, key, id=f"s{number}", value=number, source="api" if number % 2 else "evaluator")
    everything = _list(world, key, limit="2")
    assert [each["id"] for each in everything] == ["s4", "s3", "s2", "s1", "s0", f"feedback:{given['id']}"]
    assert [each["readOnly"] for each in everything] == [False] * 5 + [True]
    assert _list(world, key, limit="2", conversationId="c") == everything
    assert [each["id"] for each in _list(world, key, source="api", limit="1")] == ["s3", "s1"]
    assert [each["value"] for each in _list(world, key, name="feedback")] == ["negative"]
    assert _list(world, key, to="2026-01-01") == []
    assert len(_list(world, key, **{"from": "2026-01-01"})) == 6
    assert world.request("DELETE", f"/api/v1/scores/feedback:{given['id']}", key).status == 404
    world.analyse_queued()
    figures = _figures(world, tenant)
    assert (figures["feedback"]["count"], figures["stars"]["mean"]) == (1, 2.0)


def test_any_order_of_changes_and_deletions_leaves_a_plain_count(fresh: World) -> None:
    tenant, chance = _tenant(fresh, "c", "d"), random.Random(7)
    standing: dict[str, int] = {}
    for step in range(30):
        score = f"s{chance.randrange(5)}"
        if chance.random() < 0.3:
            status = fresh.request("DELETE", f"/api/v1/scores/{score}", tenant.ingest).status
            assert status == (200 if standing.pop(score, None) is not None else 404)
        else:
            standing[score] = chance.randrange(1, 6)
            where = chance.choice(["c", "d"])
            _give(fresh, tenant.ingest, id=score, value=standing[score], conversationId=where)
        if step % 7 == 6:
            fresh.analyse_queued()
    fresh.analyse_queued()
    counts = Counter(map(str, standing.values()))
    (stars,) = _figures(fresh, tenant).values() or [{"buckets": []}]
    assert {each["value"]: each["count"] for each in stars["buckets"]} == counts
    _is_exact(fresh, tenant)


@pytest.mark.parametrize("position", range(0, 12, 2))
def test_two_requests_for_the_same_score_make_one(world: World, position: int) -> None:
    tenant = _tenant(world)
    values: list[int] = []

    def give(value: int) -> None:
        values.append(_give(world, tenant.ingest, id="s", value=value)["value"])

    world.handler("track")
    overtaken(world.dynamodb, position, lambda: give(1), lambda: give(2))
    (standing,) = _list(world, tenant.admin)
    assert standing["value"] in (1, 2)
    world.analyse_queued()
    (stars,) = _figures(world, tenant).values()
    assert stars["count"] == 1


def test_a_score_on_a_long_conversation_reads_no_message_again(clocked: World) -> None:
    talk = Talk(clocked, clocked.tenant())
    for start in range(0, LONG + 20, 40):
        talk.say(*(f"my order {number} is late, and I want a refund" for number in range(start, start + 40)))
    talk.analyse()
    clocked.clock.advance(minutes=5)  # type: ignore[union-attr]
    body = {"conversationId": "long", "name": "stars"}
    for change in ({"id": "a", "value": 3}, {"id": "b", "value": 5, "messageId": "m1"}, {"id": "a", "value": 4}):
        assert clocked.request("POST", "/api/v1/scores", talk.tenant.ingest, {**body, **change}).status == 200
        talk.analyse()
    correction = {"id": "c", "finding": "label", "value": "Neutral", "messageId": "m3", "author": "ann"}
    assert clocked.request("POST", "/api/v1/scores", talk.tenant.ingest, {**body, **correction}).status == 200
    with calls_of(clocked) as calls:
        talk.analyse()
        talk.say("hello?")
        talk.analyse()
    whole = keys.conversation(*talk.place)
    assert not any(
        call.operation == "Query" and call.parameters["KeyConditionExpression"] == "pk = :pk"
        for call in calls
        if call.parameters.get("ExpressionAttributeValues", {}).get(":pk") == {"S": whole}
    )
    assert clocked.request("DELETE", "/api/v1/scores/b", talk.tenant.ingest).status == 200
    talk.analyse()
    assert talk.judge.shown == [LONG + 20, 1]
    assert _figures(clocked, talk.tenant)["stars"]["buckets"] == [{"value": "4", "count": 1}]
    talk.is_sound()


def test_a_message_is_meant_by_either_of_its_ids(world: World) -> None:
    tenant = _tenant(world)
    place = conversation_id(tenant.id, "c")
    _give(world, tenant.ingest, messageId=message_uuid(place, "i:m2"), finding="behaviour", value="helpful", author="a")
    _give(world, tenant.ingest, messageId="m2", finding="behaviour", value="dodging", author="a", conversationId=place)
    (one,) = _list(world, tenant.admin)
    assert one["value"] == "dodging"


def test_scores_go_with_their_conversation_and_leave_no_figure(fresh: World) -> None:
    tenant = _tenant(fresh, "c", "d")
    for name in ("c", "d"):
        _give(fresh, tenant.ingest, id=name, conversationId=name)
    _give(fresh, tenant.ingest, finding="outcome", value="resolved", name=None, author="ann")
    fresh.analyse_queued()
    assert fresh.inkeep(fresh.key(tenant, "api"), "DELETE", "/conversations/c").status == 200
    fresh.analyse_queued()
    assert [each["id"] for each in _list(fresh, tenant.admin)] == ["d"]
    assert fresh.request("DELETE", "/api/v1/scores/c", tenant.ingest).status == 404
    (stars,) = _figures(fresh, tenant).values()
    assert stars["count"] == 1
    assert not [name for name in fresh.statistics(tenant.id) if name.startswith("AGREE#")]
    _is_exact(fresh, tenant)


def test_a_conversation_takes_so_many_scores_in_a_minute_and_in_all(engine: Engine) -> None:
    world = World(engine, Clock())
    world.deployment.limits = Limits(scores=101, scores_a_minute=100)
    tenant = _tenant(world)
    sent = [{"conversationId": "c", "name": f"n{number}", "value": number} for number in range(100)]
    answer = world.request("POST", "/api/v1/scores", tenant.ingest, sent).body
    assert (len(answer["data"]), answer["errors"]) == (100, [])
    refused = world.request("POST", "/api/v1/scores", tenant.ingest, sent[:1]).body["errors"]
    assert [(each["status"], each["code"]) for each in refused] == [(429, "rate_limited")]
    assert world.request("POST", "/api/v1/scores", tenant.ingest, sent[0]).status == 429
    assert world.clock is not None
    world.clock.advance(minutes=1)
    assert [world.request("POST", "/api/v1/scores", tenant.ingest, sent[0]).status for _ in "ab"] == [200, 422]
    world.analyse_queued()
    assert sum(each["count"] for each in _figures(world, tenant).values()) == 101
    _is_exact(world, tenant)
