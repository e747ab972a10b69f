"""Users and organizations as ``/v1/insights`` answers them (docs/insights.md)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from confab.domain.labels import LABELS
from confab.domain.results import CONVERSATION_OUTCOMES, FLAGS
from confab.erasure import conversation_wiring

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import tell
from tests.support.world import World

GROUPS = pytest.mark.parametrize("what", ["users", "organizations"])


def _read(world: World, key: str | None, what: str, **query: str) -> Answer:
    return world.request("GET", f"/v1/insights/{what}", key, query=query)


def _read_pages(world: World, tenant: Tenant, what: str, limit: int) -> list[list[str]]:
    """The ids of all pages."""
    pages, query = [], {"chatbotId": tenant.id, "limit": str(limit)}
    while True:
        body = _read(world, tenant.admin, what, **query).body
        pages.append([person["id"] for person in body[what]])
        if "nextCursor" not in body:
            return pages
        query["cursor"] = body["nextCursor"]


def test_users_and_organizations_have_their_figures(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    acme = {"id": "acme", "name": "Acme", "plan": "team"}
    ann = {"id": "ann", "name": "Ann", "email": "ann@example.com"}
    told = "score=-0.75&flags=churn_risk&ends=escalated"
    tell(clocked, tenant, "1", told, ">outcome=other", at=now - timedelta(days=2), user=ann, organization=acme)
    tell(clocked, tenant, "2", "score=0.25&ends=resolved", at=now - timedelta(days=1), user=ann, organization=acme)
    tell(clocked, tenant, "3", "score=0&ends=open", at=now, user={"id": "bob"}, organization=acme)
    answer = _read(clocked, tenant.admin, "users", chatbotId=tenant.id).body
    assert answer.keys() == {"users"}
    bob, known = answer["users"]
    assert (bob["id"], bob["name"], bob["email"], bob["plan"], bob["resolutionRate"]) == ("bob", None, None, None, None)
    assert known == {
        "id": "ann",
        "name": "Ann",
        "email": "ann@example.com",
        "plan": None,
        "lastSeenAt": "2026-02-28T12:00:00.000Z",
        "conversations": 2,
        "messages": 3,
        "avgSentiment": -0.25,
        "sentimentDistribution": dict.fromkeys(LABELS, 0) | {"Very Negative": 1, "Positive": 1},
        "outcomes": dict.fromkeys(CONVERSATION_OUTCOMES, 0) | {"escalated": 1, "resolved": 1},
        "resolutionRate": 0.5,
        "flags": [
            {"flag": flag, "conversations": number, "messages": number}
            for flag, number in zip(FLAGS, (1, 0, 0, 0, 0, 0), strict=True)
        ],
        "feedback": {"positive": 0, "negative": 0},
    }
    (organization,) = _read(clocked, tenant.admin, "organizations", chatbotId=tenant.id).body["organizations"]
    assert organization.keys() == known.keys() - {"email"}
    assert (organization["id"], organization["name"], organization["plan"]) == ("acme", "Acme", "team")
    assert (organization["conversations"], organization["messages"]) == (3, 4)
    assert _read(clocked, tenant.admin, "users/ann", chatbotId=tenant.id).body == known
    assert _read(clocked, tenant.admin, "organizations/acme", chatbotId=tenant.id).body == organization


def test_pages_have_each_user_once_the_last_seen_first(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    for number in range(7):
        at = now - timedelta(minutes=number // 2)
        tell(clocked, tenant, f"c{number}", "score=0", at=at, user={"id": f"u{number}"})
    pages = _read_pages(clocked, tenant, "users", 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    ids = [identifier for page in pages for identifier in page]
    assert [sorted(ids[start : start + 2]) for start in (0, 2, 4, 6)] == [
        ["u0", "u1"],
        ["u2", "u3"],
        ["u4", "u5"],
        ["u6"],
    ]
    assert _read_pages(clocked, tenant, "users", 7) == [ids]


def test_given_a_user_whose_last_conversation_went_when_paged_then_the_user_is_gone(clocked: World) -> None:
    tenant = clocked.tenant()
    gone = tell(clocked, tenant, "1", "score=0", at=clocked.now(), user={"id": "ann"})
    conversation_wiring.erase(clocked.deployment)(tenant.id, gone)
    assert _read_pages(clocked, tenant, "users", 10) == [[]]
    assert_error(_read(clocked, tenant.admin, "users/ann", chatbotId=tenant.id), 404, "not_found")


@pytest.mark.parametrize("identifier", ["a/b", "a b", "50%", "100%25", "ä/ö?#", "..", "ünï@example.com"])
def test_given_any_id_of_a_user_when_it_is_in_the_path_then_the_user_is_found(world: World, identifier: str) -> None:
    tenant = world.tenant()
    tell(world, tenant, "1", "score=0", at=world.now(), user={"id": identifier})
    # An HTTP API decodes every escape of a path but that of the per cent sign; a function's address decodes none.
    for path in (quote(identifier, safe=""), identifier.replace("%", "%25")):
        answer = _read(world, tenant.admin, f"users/{path}", chatbotId=tenant.id)
        assert answer.body["id"] == identifier, answer.body


@GROUPS
def test_given_a_cursor_when_it_belongs_to_something_else_then_it_is_refused(world: World, what: str) -> None:
    tenant, other = world.tenant(), world.tenant()
    for each in (tenant, other):
        for number in range(2):
            person = {"id": f"p{number}"}
            tell(world, each, f"c{number}", "score=0", at=world.now(), user=person, organization=person)
    cursor = _read(world, tenant.admin, what, chatbotId=tenant.id, limit="1").body["nextCursor"]
    assert _read(world, tenant.admin, what, chatbotId=tenant.id, cursor=cursor).status == 200
    foreign = _read(world, other.admin, what, chatbotId=other.id, cursor=cursor)
    kind = {"users": "organizations", "organizations": "users"}[what]
    confused = _read(world, tenant.admin, kind, chatbotId=tenant.id, cursor=cursor)
    forged = _read(
        world, tenant.admin, what, chatbotId=tenant.id, cursor=f"{cursor[:-1]}{'A' if cursor[-1] != 'A' else 'B'}"
    )
    for answer in (foreign, confused, forged):
        assert_error(answer, 400, "invalid_request")
        assert answer.body["details"][0]["path"] == "cursor"


@GROUPS
def test_reading_people_needs_the_right_and_reaches_own_chatbots_only(world: World, what: str) -> None:
    tenant, other = world.tenant(), world.tenant()
    person = {"id": "p"}
    tell(world, other, "c", "score=0", at=world.now(), user=person, organization=person)
    reader = world.key(tenant, "read")
    assert _read(world, reader, what).body == {what: []}
    for path in (what, f"{what}/p"):
        assert_error(_read(world, tenant.admin, path), 400, "invalid_request")
        assert_error(_read(world, reader, path, chatbotId=other.id), 404, "not_found")
        assert_error(_read(world, tenant.admin, path, chatbotId=other.id), 404, "not_found")
        assert_error(_read(world, tenant.ingest, path), 403, "forbidden")
        assert_error(_read(world, None, path), 401, "unauthorized")
    assert_error(_read(world, reader, f"{what}/p"), 404, "not_found")
    for limit in ("0", "101"):
        assert _read(world, reader, what, limit=limit).body["details"][0]["path"] == "limit"


@GROUPS
def test_those_seen_since_a_day_are_listed_and_counted(clocked: World, what: str) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    for number, days_ago in enumerate((0, 1, 1, 2, 9)):
        who = {"id": f"p{number}"}
        tell(clocked, tenant, f"c{number}", "score=0", at=now - timedelta(days=days_ago), user=who, organization=who)
    since = (now - timedelta(days=1)).date().isoformat()
    seen = _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": since}).body
    assert (sorted(person["id"] for person in seen[what]), seen["total"]) == (["p0", "p1", "p2"], 3)
    first = _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": since}, limit="2").body
    cursor = first["nextCursor"]
    rest = _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": since}, limit="2", cursor=cursor).body
    assert ([len(each[what]) for each in (first, rest)], rest["total"], "nextCursor" in rest) == ([2, 1], 3, False)
    for query in ({}, {"from": "2026-01-01"}):
        assert_error(
            _read(clocked, tenant.admin, what, chatbotId=tenant.id, **query, cursor=cursor), 400, "invalid_request"
        )
    assert_error(_read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": "x"}), 400, "invalid_request")
    assert _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": "2030-01-01"}).body == {
        what: [],
        "total": 0,
    }
    some = _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": since}, countTo="1").body
    assert (1 <= some["total"] <= 3, some["totalIsAtLeast"]) == (True, True)
    ample = _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": since}, countTo="1000").body
    assert (ample["total"], "totalIsAtLeast" in ample) == (3, False)
    for number in ("0", "1000001", "x"):
        refused = _read(clocked, tenant.admin, what, chatbotId=tenant.id, **{"from": since}, countTo=number)
        assert_error(refused, 400, "invalid_request")
