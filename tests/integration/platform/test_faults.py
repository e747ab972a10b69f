"""A slice of the fault matrix, and proof that its checks can fail. `make verify-faults` plays all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from confab.platform.errors import Unavailable
from confab.storage.counting import state_part
from confab.storage.values import Item

from tests.support.engine import Engine
from verify.consistency import findings
from verify.faults.actions import capture, feedback, log
from verify.faults.channels import handle
from verify.faults.injection import Died, Fault, Kind, hasty_sdk
from verify.faults.known import KNOWN
from verify.faults.matrix import BY_NAME, WRITES, Case, alone, calls_of, overtaken, play, sampled
from verify.faults.queues import at_rest
from verify.faults.stage import Site, Stage, answering

pytestmark = pytest.mark.long

SEED = 7
OPERATIONS = [
    "capture-new",
    "capture-no-ids-running",
    "track-grown",
    "log-grown",
    "handle-answered-new",
    "delete-logged",
    "consume-new",
    "consume-last",
    "deliver",
    "sweep",
    "log-once",
    "match",
    "deliver-notice",
    "alert-evaluate",
    "report-due",
]
PAIRS = [
    "capture-running/log",
    "capture-no-ids-running/track-more",
    "capture-repeated/consume",
    "track-repeated/track-less",
    "track-grown/delete",
    "log-grown/capture",
    "feedback/delete",
    "handle-answered/handle",
    "delete-logged/capture",
    "consume-new/capture",
    "consume-erasing/log",
    "deliver/itself",
    "create-once/itself",
    "write-once/itself",
    "feedback-once/itself",
    "key-once/itself",
    "match-digest/itself",
    "alert-evaluate/itself",
]

MEETINGS = [
    "consume-new/delete",
    "channel-event/delete-managed",
    "delete-logged/event",
    "deliver-last/patch-message",
]
"""Pairs that met in ways which only a later write shows."""


@pytest.fixture(scope="module")
def responder() -> Iterator[str]:
    with answering() as url, hasty_sdk():
        yield url


@pytest.fixture
def site(engine: Engine, responder: str) -> Site:
    return Site(engine, responder)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_failing_call_loses_and_doubles_nothing(site: Site, name: str) -> None:
    operation = BY_NAME[name]
    ((case,),) = sampled(alone(operation, calls_of(site, operation)), 1, SEED)
    assert play(site, case).findings == [], str(case)


def _known(pair: str) -> Any:
    return pytest.param(pair, marks=pytest.mark.xfail(strict=True, reason="known to fail")) if pair in KNOWN else pair


@pytest.mark.parametrize("pair", [_known(pair) for pair in PAIRS])
def test_a_request_before_the_first_write_loses_and_doubles_nothing(site: Site, pair: str) -> None:
    operation = BY_NAME[pair.partition("/")[0]]
    cases = [case for (case,) in overtaken(operation, calls_of(site, operation)) if case.pair == pair]
    case = next(case for case in cases if case.call in WRITES)
    assert play(site, case).findings == [], str(case)


@pytest.mark.parametrize("pair", MEETINGS)
def test_a_request_before_any_call_loses_and_leaves_nothing(site: Site, pair: str) -> None:
    operation = BY_NAME[pair.partition("/")[0]]
    cases = [case for (case,) in overtaken(operation, calls_of(site, operation)) if case.pair == pair]
    assert cases
    assert {str(case): found for case in cases if (found := play(site, case).findings)} == {}


def test_the_overtaking_request_is_served_before_the_call_lands(
    site: Site,
) -> None:
    served: list[int] = []

    def overtake() -> None:
        served.append(len(list(site.clean.table.query("o", consistent=True))))

    process, injector = site.process(Fault(1, Kind.OVERTAKEN, by="someone"), overtake)
    for number in range(3):
        process.table.put({"pk": "o", "sk": str(number)})
    assert (served, injector.fired) == ([1], 1)
    assert len(list(site.clean.table.query("o", consistent=True))) == 3


def test_given_a_case_when_it_is_named_then_the_name_gives_the_case_back() -> None:
    case = Case.named("capture-new/5-PutItem/lost-always/goes-on")
    assert case.fault == Fault(5, Kind.LOST, always=True)
    assert Case.named(str(case)) == case
    case = Case.named("track-grown/6-TransactWriteItems/overtaken-by-capture-no-ids/again")
    assert case.fault == Fault(6, Kind.OVERTAKEN, by="capture-no-ids")
    assert (Case.named(str(case)), case.pair) == (case, "track-grown/capture-no-ids")
    with pytest.raises(ValueError, match="is no case"):
        Case.named("capture-new/5-PutItem/lost-always/whatever")


def _all_at_rest(site: Site) -> list[Item]:
    """What a chatbot leaves that used everything."""
    stage = Stage(site)
    stage.with_responder()
    steps = [
        partial(log, count=3, long=1),
        feedback,
        partial(capture, places=[5, 6]),
        partial(handle, turn=0, replies=True),
    ]
    for step in [*steps, at_rest]:
        assert step(stage, stage.clean).done
    items = stage.items()
    assert stage.findings(items, silent=False) == []
    return items


def _head(item: Item) -> bool:
    return bool(item["sk"] == "HEAD")


DAMAGE: dict[str, tuple[Callable[[Item], bool], Callable[[Item], Any]]] = {
    "a message lost": (lambda item: item["sk"].startswith("MSG#"), lambda item: None),
    "a result lost": (lambda item: item["sk"].startswith("ANALYSIS#"), lambda item: None),
    "a part lost": (lambda item: item["sk"].startswith("PART#"), lambda item: None),
    "a part of nothing": (lambda item: item["sk"].startswith("PART#"), lambda item: {**item, "sk": "PART#0#0000"}),
    "a row lost": (_head, lambda item: None),
    "a count off": (_head, lambda item: {**item, "messages": item["messages"] + 1}),
    "feedback not counted": (lambda item: "count.negative" in item, lambda item: {**item, "count.negative": 0}),
    "still waiting": (_head, lambda item: {**item, "pendingSince": 1}),
    "never counted": (_head, lambda item: {**item, "g1pk": item["g1pk"].replace("#", "#NEW", 2)}),
    "half erased": (_head, lambda item: {**item, "erasing": 1}),
    "a contribution lost": (state_part, lambda item: {name: value for name, value in item.items() if name != "s"}),
    "statistics off": (
        lambda item: item.get("total:messages", 0) > 0,
        lambda item: {**item, "total:messages": item["total:messages"] - 1},
    ),
    "an entry lost": (lambda item: item["pk"].startswith("CONTACT#"), lambda item: None),
    "an entry of nothing": (lambda item: item["pk"].startswith("CHANNEL#"), lambda item: {**item, "sk": "0#other"}),
    "an external id lost": (lambda item: item["pk"].startswith("EXT#"), lambda item: None),
}


def test_the_consistency_check_finds_anything_wrong_in_a_table_at_rest(site: Site) -> None:
    items = _all_at_rest(site)
    assert findings(items) == []
    for name, (chosen, damaged) in DAMAGE.items():
        place = next(number for number, item in enumerate(items) if chosen(item))
        broken = damaged(items[place])
        rest = [*items[:place], *items[place + 1 :]]
        assert findings(rest if broken is None else [*rest, broken]), name


@pytest.mark.parametrize(
    ("kind", "lands"),
    [(Kind.ERROR, False), (Kind.THROTTLED, False), (Kind.CONFLICT, False), (Kind.TIMEOUT, False), (Kind.LOST, True)],
)
def test_given_a_fault_when_a_call_is_made_then_it_lands_or_not_as_it_says(site: Site, kind: Kind, lands: bool) -> None:
    process, injector = site.process(Fault(0, kind, always=True))
    with pytest.raises(Unavailable):
        process.table.put({"pk": kind.value, "sk": "x"})
    assert injector.calls[0].name == "PutItem"
    assert (site.clean.table.get((kind.value, "x"), consistent=True) is not None) == lands


def test_given_a_process_that_dies_when_it_is_used_again_then_it_makes_no_calls(site: Site) -> None:
    process, injector = site.process(Fault(1, Kind.DIES_AFTER))
    process.table.put({"pk": "d", "sk": "0"})
    for number in (1, 2):
        with pytest.raises(Died):
            process.table.put({"pk": "d", "sk": str(number)})
    assert [item["sk"] for item in site.clean.table.query("d", consistent=True)] == ["0", "1"]
    assert injector.dead
