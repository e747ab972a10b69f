"""People correct the analysis: both are kept, compared, exported, and erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from confab.importing import wiring as importing_wiring
from confab.importing.files import File
from confab.importing.pieces import Options
from confab.importing.run import Progress
from confab.platform.credentials import ROLES

from tests.integration.redaction.test_redaction import decide
from tests.integration.scores.test_scores import SAID, _figures, _give, _is_exact, _list, _tenant
from tests.support.deployment import Tenant
from tests.support.world import World


def _correct(
    world: World, tenant: Tenant, finding: str, value: Any, author: str = "ann", **more: Any
) -> dict[str, Any]:
    return _give(world, tenant.ingest, finding=finding, value=value, author=author, name=None, **more)


def _agreement(world: World, tenant: Tenant) -> dict[tuple[str, str], dict[str, Any]]:
    answer = world.request("GET", "/v1/insights/agreement", tenant.admin, query={"chatbotId": tenant.id})
    assert answer.status == 200, answer.body
    return {(each["on"], each["finding"]): each for each in answer.body["findings"]}


def _analysis(world: World, tenant: Tenant) -> dict[str, Any]:
    path = f"/v1/insights/conversations/{conversation_id(tenant.id, 'c')}/analysis"
    answer = world.request("GET", path, tenant.admin)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


def test_a_reading_has_judgement_and_correction_and_both_are_compared(fresh: World) -> None:
    tenant = _tenant(fresh)
    before = _analysis(fresh, tenant)
    judged = before["messages"][0]["result"]
    _correct(fresh, tenant, "label", judged["label"], messageId="m1")
    _correct(fresh, tenant, "label", "Neutral", "bob", messageId="m1", comment="irony")
    _correct(fresh, tenant, "outcome", "resolved")
    _correct(fresh, tenant, "outcome", "open")
    _correct(fresh, tenant, "flag:churn_risk", value=True, messageId="m1")
    fresh.analyse_queued()
    after = _analysis(fresh, tenant)
    assert [(each["author"], each["value"]) for each in after["messages"][0]["corrections"]] == [
        ("ann", judged["label"]),
        ("bob", "Neutral"),
        ("ann", True),
    ]
    assert [(each["finding"], each["value"]) for each in after["corrections"]] == [("outcome", "open")]
    assert after["messages"][0]["result"] == judged, "a correction changes no judgement"
    found = _agreement(fresh, tenant)
    assert (found["user", "label"]["judged"]["count"], found["user", "label"]["judged"]["share"]) == (2, 0.5)
    assert sorted(found["user", "label"]["reviewed"]["table"][0].values(), key=str) == sorted(
        [1, judged["label"], "Neutral"], key=str
    )
    assert found["conversation", "outcome"]["judged"]["table"] == [
        {"first": before["outcome"], "second": "open", "count": 1}
    ], "a changed correction counts once"
    assert found["user", "flag"]["judged"]["table"][0]["second"] == "true"
    assert _figures(fresh, tenant) == {}, "corrections are no figures of their own"
    _is_exact(fresh, tenant)


def test_a_conversation_judged_again_keeps_its_corrections(world: World) -> None:
    tenant = _tenant(world)
    _correct(world, tenant, "behaviour", "helpful", messageId="m2")
    world.analyse_queued()
    path = f"/v1/insights/conversations/{conversation_id(tenant.id, 'c')}/reanalyse"
    assert world.request("POST", path, tenant.admin).status == 202
    world.analyse_queued()
    (kept,) = _analysis(world, tenant)["messages"][1]["corrections"]
    assert kept["value"] == "helpful"
    assert _agreement(world, tenant)["assistant", "behaviour"]["judged"]["count"] == 1
    assert world.request("DELETE", f"/api/v1/scores/{kept['id']}", tenant.ingest).status == 200
    world.analyse_queued()
    assert _agreement(world, tenant) == {}


def test_a_search_finds_conversations_by_their_scores(world: World) -> None:
    tenant = _tenant(world, "c", "d")
    _give(world, tenant.ingest, value=4.5)
    _give(world, tenant.ingest, conversationId="d", name="kind", value="bug #1")
    world.analyse_queued()

    def found(**query: str) -> list[str]:
        answer = world.request(
            "GET", "/v1/insights/conversations", tenant.admin, query={"chatbotId": tenant.id, **query}
        )
        assert answer.status == 200, answer.body
        return [each["externalId"] for each in answer.body["conversations"]]

    assert found(score="stars") == ["c"]
    assert found(score="stars", scoreValue="4") == ["c"]
    assert found(score="stars", scoreValue="5") == []
    assert found(score="kind", scoreValue="bug #1") == ["d"]
    query = {"chatbotId": tenant.id, "scoreValue": "4"}
    assert world.request("GET", "/v1/insights/conversations", tenant.admin, query=query).status == 400


def test_what_an_export_has_of_scores_comes_back(fresh: World, tmp_path: Path) -> None:
    tenant, other = _tenant(fresh), fresh.tenant()
    _give(fresh, tenant.ingest, id="s1", comment="why", metadata={"run": 1}, source="evaluator", messageId="m2")
    _correct(fresh, tenant, "outcome", "resolved")
    fresh.analyse_queued()
    query = {"chatbotId": tenant.id, "format": "jsonl"}
    exported = fresh.request("GET", "/v1/insights/conversations/export", tenant.admin, query=query).body
    lines = exported if isinstance(exported, str) else json.dumps(exported) + "\n"
    path = tmp_path / "export.jsonl"
    path.write_text(lines, encoding="utf-8")
    for _ in range(2):
        progress = Progress()
        imported = importing_wiring.import_file(fresh.deployment, conversation_wiring.erase(fresh.deployment))
        list(imported(other.id, File(path), Options(), progress))
        assert (progress.tally.scores, progress.faults) == (2, [])
    fresh.analyse_queued()
    there, here = _list(fresh, tenant.admin), _list(fresh, other.admin)
    unlike = ("chatbotId", "conversationId", "updatedAt")
    assert [{n: v for n, v in each.items() if n not in unlike} for each in here] == [
        {n: v for n, v in each.items() if n not in unlike} for each in there
    ]
    assert _agreement(fresh, other)["conversation", "outcome"]["judged"]["count"] == 1
    _is_exact(fresh, other)


def test_what_people_write_in_scores_is_redacted(world: World) -> None:
    tenant = world.tenant()
    decide(world, tenant, {"email": "mask"})
    assert world.capture(tenant.ingest, {"conversationId": "c", "messages": SAID}).status == 200
    given = _give(
        world, tenant.ingest, value="ann@example.com", comment="of ann@example.com", metadata={"by": "ann@example.com"}
    )
    assert (given["value"], given["comment"], given["metadata"]) == ("[email]", "of [email]", {"by": "[email]"})


def test_an_operators_key_of_the_team_scores_and_corrects(world: World) -> None:
    tenant = _tenant(world)
    assert "messages.capture" in ROLES["api"]
    body = {"conversationId": conversation_id(tenant.id, "c"), "finding": "outcome", "value": "resolved"}
    assert world.request("POST", "/api/v1/scores", tenant.admin, body).status == 200
    assert world.request("POST", "/api/v1/scores", world.key(tenant, "read"), body).status == 403
