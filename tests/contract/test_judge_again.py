"""A conversation is judged again at somebody's request (``POST /v1/insights/conversations/{id}/reanalyse``)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from confab.analysis import recount_wiring
from confab.analysis.analyzer import Past
from confab.domain.identity import conversation_id
from confab.domain.message import Message
from confab.domain.results import Analysis
from confab.storage import keys

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import Scripted, tell
from tests.support.world import World
from verify.consistency import findings
from verify.table import scan

TOLD = ("score=-0.5&ends=unresolved", ">behaviour=dodging&outcome=deflected", "score=0.5")
NOBODY = "00000000-0000-4000-8000-000000000000"


class Judge(Scripted):
    """Notes which texts it judges, and lets something happen meanwhile."""

    def __init__(self, meanwhile: Sequence[object] = ()) -> None:
        self.judged: list[str] = []
        self._meanwhile = list(meanwhile)

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        self.judged += [message.content for message in transcript if message.key in judge]
        if self._meanwhile:
            happening = self._meanwhile.pop(0)
            assert callable(happening)
            happening()
        return super().analyse(transcript, judge, past)


def _ask(world: World, key: str | None, conversation: str) -> Answer:
    return world.request("POST", f"/v1/insights/conversations/{conversation}/reanalyse", key)


def _results(world: World, tenant: Tenant, conversation: str) -> list[str]:
    return [item["sk"] for item in world.items(tenant.id, conversation) if item["sk"].startswith(keys.ANALYSIS)]


def _exact(world: World, tenant: Tenant) -> bool:
    assert findings(scan(world.dynamodb, world.deployment.settings.table)) == []
    return recount_wiring.recount(world.deployment)(tenant.id).exact


def test_a_conversation_with_results_is_judged_again_once(fresh: World) -> None:
    tenant = fresh.tenant()
    conversation = tell(fresh, tenant, "c-1", *TOLD, at=fresh.now())
    fresh.queued()
    answer = _ask(fresh, tenant.admin, conversation)
    assert (answer.status, answer.body) == (202, {"id": conversation, "analysisPending": True})
    assert fresh.read(tenant.admin, conversation).body["analysis_pending"] is True
    (record,) = fresh.queued()
    judge = Judge()
    for _ in range(2):
        fresh.analyse_with(judge)(tenant.id, conversation)
    assert judge.judged == [text.removeprefix(">") for text in TOLD]
    assert fresh.read(tenant.admin, conversation).body["analysis_pending"] is False
    assert len(_results(fresh, tenant, conversation)) == 1
    assert _exact(fresh, tenant)
    assert fresh.consume([record]) == []


def test_whoever_asks_twice_queues_one_message(fresh: World) -> None:
    tenant = fresh.tenant()
    conversation = tell(fresh, tenant, "c-1", *TOLD, at=fresh.now())
    fresh.queued()
    assert [_ask(fresh, tenant.admin, conversation).status for _ in range(2)] == [202, 202]
    assert len(fresh.queued()) == 1


def test_the_queued_message_makes_the_consumer_judge_again(fresh: World) -> None:
    tenant = fresh.tenant()
    conversation = tell(fresh, tenant, "c-1", *TOLD, at=fresh.now())
    fresh.queued()
    _ask(fresh, tenant.admin, conversation)
    assert fresh.analyse_queued() == []
    path = f"/v1/insights/conversations/{conversation}/analysis"
    analysis = fresh.request("GET", path, tenant.admin).body
    assert {message["result"]["provider"] for message in analysis["messages"]} == {"builtin"}
    assert len(_results(fresh, tenant, conversation)) == 1
    assert _exact(fresh, tenant)


def test_a_request_that_comes_while_all_is_judged_again_is_answered_too(fresh: World) -> None:
    tenant = fresh.tenant()
    conversation = tell(fresh, tenant, "c-1", *TOLD, at=fresh.now())
    _ask(fresh, tenant.admin, conversation)
    judge = Judge([lambda: _ask(fresh, tenant.admin, conversation)])
    fresh.analyse_with(judge)(tenant.id, conversation)
    assert judge.judged == 2 * [text.removeprefix(">") for text in TOLD]
    assert fresh.read(tenant.admin, conversation).body["analysis_pending"] is False
    assert _exact(fresh, tenant)


def test_what_comes_while_all_is_judged_again_is_judged_alone(fresh: World) -> None:
    tenant = fresh.tenant()
    conversation = tell(fresh, tenant, "c-1", *TOLD, at=fresh.now())
    _ask(fresh, tenant.admin, conversation)
    at = (fresh.now() + timedelta(seconds=9)).isoformat()
    more = {"id": "m9", "role": "user", "content": "score=1", "sentAt": at}
    body = {"conversationId": "c-1", "messages": [more]}
    judge = Judge([lambda: fresh.capture_directly(tenant, body)])
    fresh.analyse_with(judge)(tenant.id, conversation)
    assert judge.judged == [*(text.removeprefix(">") for text in TOLD), "score=1"]
    assert _exact(fresh, tenant)


def test_only_an_administrator_of_the_conversation_may_ask(fresh: World) -> None:
    tenant, other = fresh.tenant(), fresh.tenant()
    conversation = tell(fresh, tenant, "c-1", *TOLD, at=fresh.now())
    assert_error(_ask(fresh, None, conversation), 401, "unauthorized")
    assert_error(_ask(fresh, tenant.ingest, conversation), 403, "forbidden")
    for key, wanted in ((other.admin, conversation), (tenant.admin, NOBODY), (tenant.admin, "c-2")):
        assert_error(_ask(fresh, key, wanted), 404, "not_found")
    erased = conversation_id(tenant.id, "never")
    assert_error(_ask(fresh, tenant.admin, erased), 404, "not_found")
