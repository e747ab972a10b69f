"""A user is erased everywhere: in every field of every dialect, also in conversations of others, whose rest stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from confab.analysis import recount_wiring
from confab.dialects.inkeep import models as inkeep
from confab.erasure import wiring as erasure_wiring
from confab.erasure.trace_store import TraceStore
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.support.contents import items_of, text_of
from tests.support.engine import Engine
from tests.support.erasing import dying_at_write
from tests.support.planting import (
    JANE,
    MAIL,
    NAME,
    PHONE,
    PLANTERS,
    USER_OBJECTS,
    WAIT,
    Planter,
    as_before_the_index,
    bobs,
    event_by,
    feedback_by,
    let_pass,
    of_jane,
    planted_in,
    search_by,
    sweep,
    user_call,
)
from tests.support.world import World
from verify.consistency import findings


def _user_objects(model: type[BaseModel]) -> Iterator[str]:
    """The fields of a model, and of what it is made of, that say who somebody is."""
    for name, field in model.model_fields.items():
        for kind in _models_in(field.annotation):
            if kind is inkeep.UserProperties:
                yield f"{model.__name__}.{name}"
            else:
                yield from _user_objects(kind)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def test_every_field_that_says_who_somebody_is_is_planted() -> None:
    fields = {field for model in inkeep.BODIES for field in _user_objects(model)}
    assert fields == set(USER_OBJECTS)


WHO = st.one_of(
    st.fixed_dictionaries({"userId": st.just(JANE)}),
    st.fixed_dictionaries({"id": st.just(JANE)}),
    st.fixed_dictionaries({"email": st.sampled_from([MAIL, MAIL.lower(), MAIL.upper()])}),
)
MORE = st.dictionaries(
    st.sampled_from(
        ["identificationType", "supportAgentName", "supportAgentEmail", "userType", "name", "phone", "team"]
    ),
    st.sampled_from([MAIL, NAME, PHONE, "x"]),
)


@settings(
    max_examples=4,
    deadline=None,
    # One example is a deployment; to make a failing one smaller would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(who={"email": MAIL}, more={"name": NAME}, known=True, analysed=True, old=True)
@given(who=WHO, more=MORE, known=st.booleans(), analysed=st.booleans(), old=st.booleans())
def test_a_user_who_is_planted_everywhere_is_found_nowhere_after_an_erasure(
    engine: Engine, who: dict[str, Any], more: dict[str, Any], known: bool, analysed: bool, old: bool
) -> None:
    world = World(engine)
    tenant = world.tenant()
    planters = dict(PLANTERS)
    if known:
        planters.pop("capture").plant(world, tenant, "first", {})
        world.analyse_queued()
    user = {**more, **who}
    for number, planter in enumerate(planters.values()):
        planter.plant(world, tenant, f"c{number}", user)
    if analysed:
        world.analyse_queued()
    if old:
        as_before_the_index(world, tenant)
    assert MAIL in text_of(items_of(world))
    progress = erasure_wiring.erase_user(world.deployment)(None, tenant.id, JANE)
    while progress.receipt is None:
        progress = erasure_wiring.erase_user(world.deployment)(None, tenant.id, JANE)
    world.analyse_queued()
    assert planted_in(world) == []
    left = text_of(items_of(world))
    kept = {f"c{number} hello" for number, (name, planter) in enumerate(planters.items()) if _keeps(name, planter)}
    assert {text for text in kept if text not in left} == set()
    assert "stays-here" in left
    assert findings(items_of(world)) == []
    assert recount_wiring.recount(world.deployment)(tenant.id).exact


def _keeps(name: str, planter: Planter) -> bool:
    spoken = {"custom", "variables", "a former user's", "SearchEvent.userProperties"}
    return not planter.own and name not in spoken


def test_an_address_that_somebody_else_gave_as_theirs_stays(fresh: World) -> None:
    tenant = fresh.tenant()
    shared = {"userId": JANE, "email": "team@example.com"}
    bobs(fresh, tenant, "c", userProperties=shared)
    theirs = {"userId": "bob", "email": "team@example.com", "name": "Bob"}
    feedback_by(fresh, tenant, "c", theirs)
    body = {"conversationId": "b", "messages": [{"role": "user", "content": "x"}], "user": {"id": "bob", "email": MAIL}}
    fresh.capture(tenant.ingest, body)
    fresh.capture(tenant.ingest, {**body, "conversationId": "j", "user": {"id": JANE, "email": MAIL}})
    fresh.analyse_queued()
    receipt = user_call(fresh, tenant, "DELETE").body["receipt"]
    assert (receipt["removed"]["conversations"], receipt["removed"]["mentions"]) == (1, 1)
    left = text_of(items_of(fresh))
    assert JANE not in left
    given = fresh.inkeep(tenant.admin, "GET", "/feedback/c-f").body
    assert given["userProperties"] == theirs
    (row,) = [item for item in items_of(fresh) if item.get("user.email") == MAIL]
    assert row["user.id"] == "bob"


def test_what_the_user_does_after_the_erasure_began_stays(waiting: World) -> None:
    tenant = waiting.tenant()
    bobs(waiting, tenant, "c")
    feedback_by(waiting, tenant, "c", of_jane())
    assert user_call(waiting, tenant, "DELETE").status == 202
    let_pass(waiting, timedelta(seconds=1))
    feedback_by(waiting, tenant, "c", of_jane(), details="again")
    search_by(waiting, tenant, "s", of_jane())
    let_pass(waiting, WAIT)
    receipt = user_call(waiting, tenant, "DELETE").body["receipt"]
    assert (receipt["removed"]["mentions"], receipt["removed"]["searches"]) == (1, 0)
    assert waiting.inkeep(tenant.admin, "GET", "/feedback/c-f").body["details"] == "again"


def test_feedback_that_goes_is_counted_no_more_and_the_one_before_it_counts_again(fresh: World) -> None:
    tenant = fresh.tenant()
    bobs(fresh, tenant, "c")
    feedback_by(fresh, tenant, "c", of_jane())
    good = {"id": "g", "type": "positive", "messageId": "c-m", "userProperties": {"userId": "bob"}}
    fresh.inkeep(tenant.ingest, "POST", "/feedback", good)
    fresh.analyse_queued()
    user_call(fresh, tenant, "DELETE")
    fresh.analyse_queued()
    listed = fresh.inkeep(tenant.admin, "GET", "/feedback").body
    assert (listed["positiveFeedbackCount"], listed["negativeFeedbackCount"]) == (1, 0)
    assert recount_wiring.recount(fresh.deployment)(tenant.id).exact
    assert findings(items_of(fresh)) == []


def test_a_history_that_arrives_meanwhile_is_kept_and_the_rest_goes_next(
    fresh: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = fresh.tenant()
    bobs(fresh, tenant, "c", userProperties=of_jane())
    remove = TraceStore.remove

    def overtaken(store: TraceStore, row: Any, traces: Any) -> None:
        monkeypatch.setattr(TraceStore, "remove", remove)
        messages = [{"id": "c-m", "role": "user", "content": "c hello"}, {"id": "n", "role": "user", "content": "and"}]
        messages[0] = {**messages[0], "userProperties": of_jane()}  # type: ignore[dict-item]
        fresh.send_history_directly(tenant, {"id": "c", "type": "openai", "messages": messages})
        remove(store, row, traces)

    monkeypatch.setattr(TraceStore, "remove", overtaken)
    receipt = user_call(fresh, tenant, "DELETE").body["receipt"]
    assert receipt["removed"]["mentions"] == 1
    messages = fresh.inkeep(tenant.admin, "GET", "/conversations/c").body["messages"]
    assert [message["content"] for message in messages] == ["c hello", "and"]
    assert JANE not in text_of(items_of(fresh))


@pytest.mark.parametrize("step", range(0, 16, 3))
def test_a_crash_at_any_step_leaves_a_receipt_that_counts_each_place_once(fresh: World, step: int) -> None:
    tenant = fresh.tenant()
    bobs(fresh, tenant, "c", userProperties=of_jane())
    feedback_by(fresh, tenant, "c", of_jane())
    event_by(fresh, tenant, "c", of_jane())
    search_by(fresh, tenant, "s", of_jane())
    fresh.analyse_queued()
    erase = erasure_wiring.erase_user(fresh.deployment)
    writes = ("commit", "transact", "delete", "put", "put_if_absent", "change")
    with dying_at_write(fresh.deployment.table, step, writes):
        erase(None, tenant.id, JANE)
    receipt = erase(None, tenant.id, JANE).receipt or erase.receipts(None, tenant.id)[0]
    first = erase.receipts(None, tenant.id)[-1]
    assert (first["removed"]["mentions"], first["removed"]["searches"]) == (3, 1)
    assert erase.is_genuine(receipt)
    assert JANE not in text_of(items_of(fresh))


def test_the_export_hands_out_what_the_erasure_removes(fresh: World) -> None:
    tenant = fresh.tenant()
    bobs(fresh, tenant, "c", userProperties=of_jane(), name=NAME)
    feedback_by(fresh, tenant, "c", of_jane(), details="by Jane")
    search_by(fresh, tenant, "s", of_jane())
    search_by(fresh, tenant, "bob's", {"userId": "bob"}, properties={"colleague": of_jane()})
    fresh.capture(
        tenant.ingest,
        {"conversationId": "j", "messages": [{"role": "user", "content": "x"}], "user": {"id": JANE, "email": MAIL}},
    )
    lines = user_call(fresh, tenant, "GET").body["data"]
    assert [line["type"] for line in lines] == ["conversation", "mention", "search", "search"]
    said = lines[1]["said"]
    assert said["MSG#i:c-m"] == {"userProperties": of_jane(), "name": NAME}
    assert [body["details"] for sk, body in said.items() if sk.startswith("FEEDBACK#")] == ["by Jane"]
    assert {line["id"] for line in lines[2:]} == {"s", "bob's"}
    user_call(fresh, tenant, "DELETE")
    assert user_call(fresh, tenant, "GET").body["data"] == []


def test_data_older_than_the_index_is_found_once_it_was_read_through(fresh: World) -> None:
    tenant = fresh.tenant()
    bobs(fresh, tenant, "c", userProperties=of_jane())
    search_by(fresh, tenant, "s", of_jane())
    fresh.analyse_queued()
    as_before_the_index(fresh, tenant)
    assert user_call(fresh, tenant, "GET").status == 503
    sweep(fresh)
    lines = user_call(fresh, tenant, "GET").body["data"]
    assert [line["type"] for line in lines] == ["mention", "search"]
    assert tenant.id not in erasure_wiring.index_older(fresh.deployment).waiting()
