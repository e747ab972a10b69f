"""Ratings of the same person about the same message count once: the last counts, everywhere alike."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.domain.statistics import feedback_counter
from confab.feedback import wiring as feedback_wiring

from tests.integration.redaction.test_redaction import decide
from tests.support.deployment import Tenant
from tests.support.feedback import feedback_request
from tests.support.interleaving import overtaken
from tests.support.world import World

ANN = {"userProperties": {"userId": "ann"}}


def _tenant(world: World) -> tuple[Tenant, str]:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    messages = [{"id": name, "role": "assistant", "content": f"text {name}"} for name in ("m", "n")]
    assert world.send_history(key, {"type": "openai", "id": "c", "messages": messages}).status == 200
    return tenant, key


def _give(world: World, key: str, kind: str, message: str = "m", **more: Any) -> dict[str, Any]:
    answer = world.inkeep(key, "POST", "/feedback", {"type": kind, "messageId": message, **more})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def _counts(world: World, tenant: Tenant, key: str) -> tuple[int, int]:
    """How much counts of each kind, in lists; statistics, once they followed, agree with them."""
    page = world.inkeep(key, "GET", "/feedback").body
    shown = page["positiveFeedbackCount"], page["negativeFeedbackCount"]
    assert shown == (len(page["positiveFeedback"]), len(page["negativeFeedback"]))
    world.analyse_queued()
    (row,) = (item for item in world.items(tenant.id, conversation_id(tenant.id, "c")) if item["sk"] == "HEAD")
    kinds = ("positive", "negative")
    assert tuple(row.get(f"count.{kind}", 0) for kind in kinds) == shown
    counters = world.statistics(tenant.id)["ALL"]
    assert tuple(counters.get(feedback_counter(kind), 0) for kind in kinds) == shown
    return shown


@pytest.mark.parametrize(
    "who", [{"userId": "ann"}, {"id": "cookie-1", "userId": None}, {"userId": 7}, {"id": 7, "userId": ""}]
)
def test_one_persons_last_rating_counts_and_both_stay_readable(world: World, who: dict[str, Any]) -> None:
    tenant, key = _tenant(world)
    up = _give(world, key, "positive", userProperties=who)
    assert _counts(world, tenant, key) == (1, 0)
    down = _give(world, key, "negative", userProperties=who, details="no")
    assert "supersededBy" not in down
    assert _counts(world, tenant, key) == (0, 1)
    first = world.inkeep(key, "GET", f"/feedback/{up['id']}").body
    assert (first["type"], first["supersededBy"]) == ("positive", down["id"])
    assert "supersededBy" not in world.inkeep(key, "GET", f"/feedback/{down['id']}").body
    assert _counts(world, tenant, key) == (0, 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        (ANN, {"userProperties": {"userId": "bob"}}),
        (ANN, {**ANN, "messageId": "n"}),
        ({"userProperties": {"name": "Ann"}}, {"userProperties": {"name": "Ann"}}),
    ],
    ids=["nobody", "two people", "two messages", "no id"],
)
def test_given_ratings_of_others_or_of_other_messages_then_each_counts(
    world: World, first: dict[str, Any], second: dict[str, Any]
) -> None:
    tenant, key = _tenant(world)
    _give(world, key, "positive", **first)
    _give(world, key, "negative", **second)
    assert _counts(world, tenant, key) == (1, 1)


def test_given_ids_when_ratings_change_move_and_go_then_what_is_left_counts(world: World) -> None:
    tenant, key = _tenant(world)
    _give(world, key, "positive", id="a", **ANN)
    _give(world, key, "negative", id="b", **ANN)
    assert _counts(world, tenant, key) == (0, 1)
    _give(world, key, "negative", "n", id="b", **ANN)
    assert _counts(world, tenant, key) == (1, 1)
    _give(world, key, "negative", id="b", **ANN)
    _give(world, key, "positive", id="a", details="on second thoughts", **ANN)
    assert _counts(world, tenant, key) == (1, 0)
    assert world.inkeep(key, "GET", "/feedback/b").body["supersededBy"] == "a"
    world.inkeep(key, "DELETE", "/feedback/a")
    assert _counts(world, tenant, key) == (0, 1)
    assert "supersededBy" not in world.inkeep(key, "GET", "/feedback/b").body


def test_given_an_older_rating_that_comes_late_then_the_later_one_still_counts(world: World) -> None:
    tenant, key = _tenant(world)
    down = _give(world, key, "negative", createdAt="2026-01-02T00:00:00Z", **ANN)
    up = _give(world, key, "positive", createdAt="2026-01-01T00:00:00Z", **ANN)
    assert up["supersededBy"] == down["id"]
    assert _counts(world, tenant, key) == (0, 1)


def test_given_a_rating_that_is_sent_again_then_nothing_changes(world: World) -> None:
    tenant, key = _tenant(world)
    up = _give(world, key, "positive", id="a", details="x" * 3000, **ANN)
    _give(world, key, "negative", id="b", **ANN)
    world.analyse_queued()
    before = world.items(tenant.id, conversation_id(tenant.id, "c"))
    again = _give(world, key, "positive", id="a", details="x" * 3000, **ANN)
    assert again == {**up, "supersededBy": "b"}
    assert world.items(tenant.id, conversation_id(tenant.id, "c")) == before
    assert world.queued() == []


def test_given_redacted_ids_of_people_then_two_people_stay_two(fresh: World) -> None:
    tenant, key = _tenant(fresh)
    decide(fresh, tenant, {"email": "mask", "users": True})
    _give(fresh, key, "positive", userProperties={"userId": "ann@example.com"})
    _give(fresh, key, "negative", userProperties={"userId": "bob@example.com"})
    assert _counts(fresh, tenant, key) == (1, 1)


def test_given_two_ratings_of_one_person_at_once_then_one_counts(world: World) -> None:
    def rate(tenant: Tenant, kind: str) -> None:
        feedback_wiring.give_feedback(world.deployment)(tenant.id, feedback_request(None, "m", kind, {**ANN}))

    for position in count():
        tenant, key = _tenant(world)
        requests = (partial(rate, tenant, "negative"), partial(rate, tenant, "positive"))
        if not overtaken(world.dynamodb, position, *requests):
            break
        assert sum(_counts(world, tenant, key)) == 1
    assert position > 3
