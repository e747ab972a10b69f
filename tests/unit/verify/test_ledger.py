"""The clients' own record, with which the fault matrix compares what can be read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from verify.ledger import NOTES, Ledger, empty
from verify.runs import Said, readable


def _run(texts: str, required: str = "") -> Sequence[Said]:
    """A run of one-letter messages; of the required ones all must be there."""
    return [Said(text, text in required) for text in texts]


def test_the_ledger_finds_what_a_transcript_lacks_or_doubles() -> None:
    ledger = Ledger()
    ledger.send({0: "a", 1: "b", 2: "c"})
    ledger.acknowledge([0, 1])
    for fine in ("ab", "abc"):
        assert ledger.finding(list(fine)) is None
    for wrong in ("a", "ba", "aab", "abb", "abd", ""):
        assert ledger.finding(list(wrong)) is not None
    change = ledger.attempt(empty)
    assert ledger.finding([]) is None
    assert ledger.finding(["a"]) is not None
    ledger.confirm(change)
    assert ledger.finding(["a", "b"]) is not None


def test_the_ledger_counts_texts_that_repeat() -> None:
    ledger = Ledger()
    ledger.send(dict(enumerate("xyxyxy")))
    ledger.acknowledge(range(6))
    assert ledger.finding(list("xyxyxy")) is None
    for wrong in ("xyxy", "xyxyxyxy", "xyxyx", "xxyyxy"):
        assert ledger.finding(list(wrong)) is not None


def test_each_run_keeps_its_order_among_two_clients() -> None:
    ledger = Ledger()
    with ledger.telling(dict(enumerate("abc"))):
        with ledger.telling(dict(enumerate("xy")), "other"):
            pass
        ledger.acknowledge(range(2), "other")
    ledger.acknowledge(range(3))
    for fine in ("abcxy", "xyabc", "axbyc"):
        assert ledger.finding(list(fine)) is None
    for wrong in ("abcx", "acbxy", "yxabc", "abcxyy"):
        assert ledger.finding(list(wrong)) is not None


def test_earlier_acknowledged_messages_stand_before_another_clients() -> None:
    ledger = Ledger()
    ledger.send({0: "a"})
    ledger.acknowledge([0])
    ledger.send({0: "x"}, "other")
    ledger.acknowledge([0], "other")
    assert ledger.finding(["a", "x"]) is None
    assert ledger.finding(["x", "a"]) is not None


def test_what_came_after_an_erasure_within_a_request_must_be_there() -> None:
    ledger = Ledger()
    ledger.send({0: "a"})
    ledger.acknowledge([0])
    with ledger.telling({0: "a", 1: "b", 2: "c"}):
        with ledger.erasing(["a", "b"]) as erasure:
            pass
        ledger.confirm(erasure)
    ledger.acknowledge([0, 1, 2])
    for fine in ("c", "bc", "abc"):
        assert ledger.finding(list(fine)) is None
    for wrong in ("", "ab", "cc"):
        assert ledger.finding(list(wrong)) is not None


@pytest.mark.parametrize(("doomed", "fine"), [(None, ["", "x"]), ([], ["x"]), (["a"], ["x"])])
def test_what_was_acknowledged_after_an_erasure_began_must_be_there(doomed: list[str] | None, fine: list[str]) -> None:
    ledger = Ledger()
    ledger.send({0: "a"})
    ledger.acknowledge([0])
    with ledger.erasing(["a"]) as erasure:
        with ledger.telling({0: "x"}, "other", doomed):
            pass
        ledger.acknowledge([0], "other")
    ledger.confirm(erasure)
    assert [text for text in ("", "x", "a", "ax") if ledger.finding(list(text)) is None] == fine


def test_only_the_new_text_may_be_there_after_an_erasure() -> None:
    ledger = Ledger()
    ledger.send({0: "a"})
    ledger.acknowledge([0])
    with ledger.telling({0: "b"}) as change:
        with ledger.erasing([]) as erasure:
            pass
        ledger.confirm(erasure)
    ledger.confirm(change)
    ledger.acknowledge([0])
    assert ledger.finding(["b"]) is None
    assert ledger.finding(["a"]) is not None


def test_the_ledger_finds_two_answers_that_call_one_message_new() -> None:
    ledger = Ledger()
    ledger.send({0: "a", 1: "b"})
    ledger.acknowledge([0, 1], statuses=["stored", "stored"])
    assert ledger.finding(["a", "b"]) is None
    ledger.acknowledge([0, 1], statuses=["duplicate", "stored"])
    assert ledger.finding(["a", "b"]) is not None


def test_the_ledger_finds_what_is_lost_or_left_next_to_the_messages() -> None:
    ledger = Ledger()
    ledger.send({0: "FEEDBACK#f"}, NOTES)
    assert ledger.finding([], []) is None
    ledger.acknowledge([0], NOTES)
    assert ledger.finding([], ["FEEDBACK#f", "EVENT#of-the-service"]) is None
    assert ledger.finding([], []) is not None
    ledger.confirm(ledger.attempt(empty))
    assert ledger.finding([], ["FEEDBACK#f"]) is not None
    assert ledger.finding([], []) is None


def test_a_message_may_stand_without_optional_ones_before_it() -> None:
    behind = Said("b", True, [(0, 2)])
    assert readable(["b"], [_run("xy"), [behind]])
    assert readable(["x", "b"], [_run("xy"), [behind]])
    assert not readable(["b", "x"], [_run("xy"), [behind]])
    assert not readable(["b"], [_run("xy", required="y"), [behind]])
