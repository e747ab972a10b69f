"""Workflows end to end: what the analysis commits, told to a receiver on this machine, once."""

from __future__ import annotations

from confab.erasure import conversation_wiring
from confab.storage import notice_keys

from tests.support.notifying import (
    ANGRY,
    HAPPY,
    Receiver,
    clock,
    commit,
    deliver,
    destination,
    is_genuine,
    receiving,
    rule,
    runs,
    say,
    stream,
)
from tests.support.world import World

UNHAPPY = ("sentiment.score", "<=", -0.5)


def test_an_angry_message_is_one_signed_delivery_whatever_comes_again(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        made = destination(clocked, tenant, receiver.url)
        rule(clocked, tenant, made["destination"]["id"], UNHAPPY, on="user_message")
        for _ in range(3):
            talk = say(clocked, tenant, "talk", HAPPY, ANGRY, user={"id": "user-1", "email": "ann@example.com"})
        commit(clocked, tenant, talk)
        stream(clocked, tenant, talk, talk)
        assert deliver(clocked, tenant) == ["success"]
        clocked.request("POST", f"/v1/insights/conversations/{talk}/reanalyse", tenant.admin)
        commit(clocked, tenant, talk)
        clock(clocked)
        assert deliver(clocked, tenant) == []
    ((headers, body),) = receiver.deliveries
    assert is_genuine(headers, body, made["secret"])
    assert ANGRY not in body
    assert "ann@example.com" not in body
    (said,) = receiver.bodies
    assert (said["type"], said["version"], said["rule"]["kind"]) == ("workflow.matched", 1, "workflow")
    (told,) = said["data"]["conversations"]
    assert (told["id"], told["externalId"], told["user"]) == (talk, "talk", {"id": "user-1"})
    assert told["message"]["id"] == "m1"
    assert "text" not in told["message"]
    (run,) = runs(clocked, tenant)
    assert (run["status"], run["count"], run["conversationIds"]) == ("success", 1, [talk])
    assert [attempt["status"] for attempt in run["attempts"]] == [200]
    assert headers["webhook-id"] == run["id"] == said["id"]


def test_text_leaves_only_where_the_rule_says_so_and_is_stored_nowhere_else(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        to = destination(clocked, tenant, receiver.url)["destination"]["id"]
        template = '{"said": "{{message.text}}", "score": {{sentiment.score}}, "who": "{{user.name}}"}'
        rule(clocked, tenant, to, UNHAPPY, on="user_message", includeText=True, template=template)
        talk = say(clocked, tenant, "talk", f'{ANGRY} "quoted" \\', user={"id": "u", "name": 'Ann "A"\n'})
        commit(clocked, tenant, talk)
        kept = [
            item
            for pk in (notice_keys.runs(tenant.id), notice_keys.notified(tenant.id))
            for item in clocked.table.query(pk)
        ]
        assert len(kept) > 2
        assert "terrible" not in str(kept)
        deliver(clocked, tenant)
    (said,) = receiver.bodies
    assert said["said"] == f'{ANGRY} "quoted" \\'
    assert said["score"] < -0.5
    assert said["who"].startswith('Ann "A"')


def test_what_was_erased_before_it_is_told_is_not_told(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        to = destination(clocked, tenant, receiver.url)["destination"]["id"]
        rule(clocked, tenant, to, UNHAPPY, on="user_message")
        talk = say(clocked, tenant, "talk", ANGRY)
        commit(clocked, tenant, talk)
        conversation_wiring.erase(clocked.deployment)(tenant.id, talk)
        assert deliver(clocked, tenant) == ["skipped"]
    assert receiver.deliveries == []
    assert clocked.items(tenant.id, talk) == []


def test_nothing_that_happened_before_the_rule_is_told(clocked: World) -> None:
    tenant = clocked.tenant()
    to = destination(clocked, tenant, "http://127.0.0.1:9/")["destination"]["id"]
    talk = say(clocked, tenant, "talk", ANGRY)
    clocked.analyse_queued()
    clocked.clock.advance(minutes=10)  # type: ignore[union-attr]
    rule(clocked, tenant, to, UNHAPPY, on="user_message")
    rule(clocked, tenant, to, UNHAPPY, on="conversation")
    stream(clocked, tenant, talk)
    assert runs(clocked, tenant) == []
    clocked.clock.advance(minutes=10)  # type: ignore[union-attr]
    say(clocked, tenant, "talk", ANGRY, start=1)
    commit(clocked, tenant, talk)
    assert len(runs(clocked, tenant)) == 2


def test_a_conversation_is_told_again_only_after_its_cooldown_and_something_new(clocked: World) -> None:
    tenant = clocked.tenant()
    to = destination(clocked, tenant, "http://127.0.0.1:9/")["destination"]["id"]
    rule(clocked, tenant, to, UNHAPPY, cooldownMinutes=60)
    talk = say(clocked, tenant, "talk", ANGRY)
    counts = []
    for minutes, new in ((0, 0), (30, 1), (31, 0), (1, 2), (0, 0), (500, 0)):
        clocked.clock.advance(minutes=minutes)  # type: ignore[union-attr]
        if new:
            say(clocked, tenant, "talk", ANGRY, start=new)
        commit(clocked, tenant, talk)
        counts.append(len(runs(clocked, tenant)))
    # What came within the cooldown is told when it is over.
    assert counts == [1, 1, 2, 2, 2, 3]


def test_a_flood_is_told_together(clocked: World) -> None:
    tenant = clocked.tenant()
    with receiving(Receiver()) as receiver:
        to = destination(clocked, tenant, receiver.url)["destination"]["id"]
        rule(clocked, tenant, to, UNHAPPY, on="user_message", cadence="immediate")
        talk = say(clocked, tenant, "talk", *[ANGRY] * 13)
        commit(clocked, tenant, talk)
        deliver(clocked, tenant)
        assert len(receiver.deliveries) == 10
        clocked.clock.advance(minutes=5)  # type: ignore[union-attr]
        assert deliver(clocked, tenant) == ["success"]
    assert len(receiver.deliveries) == 11
    (noted,) = [run for run in runs(clocked, tenant) if run["digest"]]
    assert (noted["count"], noted["conversationIds"]) == (3, [talk])
    data = receiver.bodies[-1]["data"]
    assert data["count"] == 3
    assert len(data["conversations"]) == 3
