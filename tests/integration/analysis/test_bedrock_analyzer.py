"""The Bedrock analyzer over the wire: the SDK's own client against a server that speaks Converse, faults included."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from confab.domain.model_prices import NANO
from confab.platform.errors import AnalysisRetry, Unavailable

from tests.support.bedrock import (
    CLAUDE,
    NOVA,
    Asked,
    Bedrock,
    Given,
    answered,
    bedrock_server,
    judgement,
    lines_of,
    refused,
)
from tests.support.judging import BUILTIN, Ledger, analysed, analyzer, is_builtin, transcript


@pytest.fixture(scope="module")
def server() -> Iterator[Bedrock]:
    with bedrock_server() as bedrock:
        yield bedrock


@pytest.mark.parametrize(("model", "way"), [(CLAUDE, "outputConfig"), (NOVA, "toolConfig")])
def test_a_models_results_carry_provider_model_and_version(server: Bedrock, model: str, way: str) -> None:
    server.does(answered())
    found = analysed(analyzer(server, model, topics=["refund"]))
    (asked,) = server.asked
    assert asked.model == model
    assert way in asked.body
    assert (found.provider, found.model, found.version, found.note) == ("bedrock", model, "1", "")
    first, reply, last = found.messages
    assert (first.score, first.intent, first.topics, first.flags) == (
        -0.5,
        "request_refund",
        ("refund",),
        ("frustrated_user",),
    )
    assert (reply.behaviour, reply.outcome, reply.score) == ("helpful", "deflected", None)
    assert (first.language, last.language) == ("en", BUILTIN.analyse(transcript(), {"m:2"}).messages[0].language)
    assert found.conversation.outcome == "unresolved"
    assert found.conversation.first_bad_turn == "m:0"
    assert found.conversation.topics == ("refund", "waiting time")


def test_only_the_messages_to_analyse_are_asked_for(server: Bedrock) -> None:
    server.does(answered())
    found = analyzer(server).analyse(transcript(), {"m:2"})
    assert [result.key for result in found.messages] == ["m:2"]
    assert (server.asked[0].users, server.asked[0].replies) == ([2], [])
    assert len(lines_of(server.asked[0].parts[1])) == 3


@pytest.mark.parametrize(
    "bad",
    [
        "Very Positive",
        lambda asked: {**judgement(asked), "users": []},
        lambda asked: judgement(asked, score=3),
        lambda asked: judgement(asked, flags=["happy"]),
    ],
)
@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_given_a_bad_answer_when_repaired_then_the_second_one_counts(server: Bedrock, model: str, bad: Any) -> None:
    server.does(answered(bad), answered(score=0.25))
    ledger = Ledger()
    found = analysed(analyzer(server, model, ledger=ledger))
    assert found.provider == "bedrock"
    assert found.messages[0].score == 0.25
    first, second = server.asked
    assert len(first.parts) == 2
    assert second.parts[2].startswith("Your earlier answer broke these rules.")
    assert first.parts[0] == second.parts[0]
    assert lines_of(first.parts[1]) == lines_of(second.parts[1])
    assert first.parts[1] != second.parts[1], "each call has a nonce of its own"
    assert ledger.calls == 2


def test_two_bad_answers_fall_back_and_the_note_says_why(server: Bedrock) -> None:
    server.does(answered("no"), answered(lambda asked: judgement(asked, score=7, reasoning="Where is my refund?")))
    reasons: list[str] = []
    found = analysed(analyzer(server, report=reasons.append))
    assert is_builtin(found)
    assert found.note.startswith("bedrock: bad answer twice (users.0.score:")
    assert "refund" not in found.note
    assert reasons == [found.note.removeprefix("bedrock: ")]
    assert len(server.asked) == 2


def test_given_an_answer_that_was_cut_off_when_repaired_then_it_is_told_to_be_brief(server: Bedrock) -> None:
    cut = lambda asked: json.dumps(judgement(asked))[:-40]  # noqa: E731
    server.does(answered(cut, stop="max_tokens"), answered())
    assert analysed(analyzer(server, CLAUDE)).provider == "bedrock"
    assert "was cut off" in server.asked[1].parts[2]


@pytest.mark.parametrize(
    ("stop", "note"),
    [
        ("guardrail_intervened", "bedrock: answer withheld by a guardrail"),
        ("content_filtered", "bedrock: answer withheld by a filter"),
        ("model_context_window_exceeded", "bedrock: conversation too long"),
    ],
)
def test_a_withheld_answer_is_not_asked_for_again(server: Bedrock, stop: str, note: str) -> None:
    server.does(answered("", stop=stop))
    found = analysed(analyzer(server))
    assert is_builtin(found)
    assert found.note == note
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (429, "ThrottlingException", "throttled"),
        (429, "ModelNotReadyException", "throttled"),
        (408, "ModelTimeoutException", "model timed out"),
        (424, "ModelErrorException", "model failed"),
        (500, "InternalServerException", "unavailable"),
        (503, "ServiceUnavailableException", "unavailable"),
    ],
)
def test_a_passing_fault_is_tried_again_later_and_costs_nothing(
    server: Bedrock, status: int, error: str, reason: str
) -> None:
    server.does(refused(status, error))
    ledger = Ledger()
    with pytest.raises(AnalysisRetry, match=reason):
        analysed(analyzer(server, ledger=ledger))
    assert len(server.asked) == 1, "the queue repeats it, and not the SDK"
    assert ledger.spent == 0


def test_a_passing_fault_falls_back_at_once_when_nobody_waits(server: Bedrock) -> None:
    server.does(refused(429, "ThrottlingException"))
    found = analysed(analyzer(server, waits=False))
    assert is_builtin(found)
    assert found.note == "bedrock: throttled"


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (400, "ValidationException", "request refused"),
        (403, "AccessDeniedException", "access denied"),
        (404, "ResourceNotFoundException", "model not found"),
        (418, "Teapot", "refused"),
    ],
)
def test_a_lasting_fault_falls_back_to_the_builtin_at_once(
    server: Bedrock, status: int, error: str, reason: str
) -> None:
    server.does(refused(status, error))
    reasons: list[str] = []
    found = analysed(analyzer(server, report=reasons.append))
    assert is_builtin(found)
    assert (found.note, reasons) == (f"bedrock: {reason}", [reason])
    assert len(server.asked) == 1


def test_the_reservation_of_an_unanswered_call_stays_counted(server: Bedrock) -> None:
    def slow(_: Asked) -> Given:
        time.sleep(0.5)
        return Given(500, {}, "InternalServerException")

    server.does(slow)
    ledger = Ledger()
    with pytest.raises(AnalysisRetry, match="model timed out"):
        analysed(analyzer(server, seconds=0.05, ledger=ledger))
    assert ledger.spent > 0


def test_given_nobody_at_the_address_when_analysed_then_it_is_tried_again_later(server: Bedrock) -> None:
    with pytest.raises(AnalysisRetry, match="unreachable"):
        analysed(analyzer(Bedrock("http://127.0.0.1:1")))


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ({}, "bad answer twice"),
        (b"<html>busy</html>", "bad answer twice"),
        ({"output": {"message": {"content": None}}}, "bad answer twice"),
        ({"output": {"message": {"content": [{}]}}}, "answer not understood"),
    ],
)
def test_an_answer_of_another_form_falls_back_to_the_builtin(
    server: Bedrock, body: dict[str, Any] | bytes, note: str
) -> None:
    server.does(lambda _: Given(200, body))
    found = analysed(analyzer(server))
    assert is_builtin(found)
    assert found.note.startswith(f"bedrock: {note}")


def test_given_a_tier_when_asked_then_it_is_sent_and_paid_for(server: Bedrock) -> None:
    costs = {}
    for tier in ("default", "flex", "priority"):
        server.does(answered(tokens=(1000, 200)))
        ledger = Ledger()
        analysed(analyzer(server, tier=tier, ledger=ledger))
        assert server.asked[0].body.get("serviceTier") == (None if tier == "default" else {"type": tier})
        costs[tier] = ledger.spent
    assert costs == {"default": 108_000, "flex": 54_000, "priority": 189_000}


def test_given_an_override_when_asked_then_the_model_answers_that_way(server: Bedrock) -> None:
    server.does(answered())
    assert analysed(analyzer(server, CLAUDE, output="tool")).provider == "bedrock"
    assert "toolConfig" in server.asked[0].body


def test_given_a_budget_that_is_used_up_when_analysed_then_no_call_is_made(server: Bedrock) -> None:
    server.does(answered())
    ledger = Ledger(spent=NANO)
    found = analysed(analyzer(server, ledger=ledger))
    assert is_builtin(found)
    assert found.note == "bedrock: budget"
    assert server.asked == []
    assert ledger.spent == NANO
    assert analysed(analyzer(server, limit=0)).note == "bedrock: budget"


def test_no_repair_is_made_without_the_money_for_it(server: Bedrock) -> None:
    server.does(answered("no"))
    found = analysed(analyzer(server, limit=400_000))
    assert found.note == "bedrock: budget"
    assert len(server.asked) == 1


def test_given_calls_side_by_side_when_the_budget_ends_then_it_is_never_overdrawn(server: Bedrock) -> None:
    server.does(answered(tokens=(1500, 300)))
    ledger = Ledger()
    limit = 3_000_000
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: analysed(analyzer(server, ledger=ledger, limit=limit)), range(40)))
    paid = [result for result in results if result.provider == "bedrock"]
    assert 0 < len(paid) < 40
    assert {result.note for result in results} == {"", "bedrock: budget"}
    assert ledger.spent == len(paid) * (1500 * 60 + 300 * 240) <= limit
    assert ledger.calls == len(paid) == len(server.asked)


def test_an_answer_is_kept_when_the_ledger_fails_after_the_call(server: Bedrock) -> None:
    server.does(answered())
    assert analysed(analyzer(server, ledger=Ledger(broken=1))).provider == "bedrock"
    with pytest.raises(Unavailable):
        analysed(analyzer(server, ledger=Ledger(broken=0)))
