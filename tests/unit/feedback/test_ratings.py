"""Which of several ratings counts, and what brings the others in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.storage.ratings import JUDGE, JUDGED_AT, OVER, RatingChange, settle
from hypothesis import given
from hypothesis import strategies as st

PK = "CONV#bot#00000000-0000-5000-8000-000000000000"


def _item(name: str, kind: str, at: int, judge: str | None = "ann", message: str = "m") -> dict[str, Any]:
    judged = {} if judge is None else {JUDGE: judge, JUDGED_AT: at}
    sk = f"FEEDBACK#{name}"
    return {"pk": PK, "sk": sk, "id": name, "kind": kind, "mid": message, "at": at, "st": at, "rev": b"r", **judged}


def _apply(known: Mapping[str, Any], sk: str, settled: RatingChange) -> dict[str, Any]:
    after = {name: item for name, item in known.items() if name != sk}
    for change in settled.others:
        assert change.allowed_by(after[change.key[1]])
        after[change.key[1]] = change.applied(after[change.key[1]])
    return after if settled.item is None else {**after, sk: settled.item}


def _counting(known: Mapping[str, Any]) -> dict[str, int]:
    found = [item["kind"] for item in known.values() if OVER not in item]
    return {kind: found.count(kind) for kind in ("positive", "negative")}


@st.composite
def _steps(draw: st.DrawFn) -> list[tuple[str, dict[str, Any] | None]]:
    steps: list[tuple[str, dict[str, Any] | None]] = []
    for _ in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from("abc"))
        kind, judge = draw(st.sampled_from(["positive", "negative"])), draw(st.sampled_from(["ann", "bob", None]))
        item = _item(name, kind, draw(st.integers(0, 3)), judge, draw(st.sampled_from("mn")))
        steps.append((f"FEEDBACK#{name}", item if draw(st.integers(0, 3)) else None))
    return steps


@given(_steps())
def test_one_rating_of_each_person_counts_for_each_message(
    steps: list[tuple[str, dict[str, Any] | None]],
) -> None:
    known: dict[str, Any] = {}
    counts = {"positive": 0, "negative": 0}
    for sk, item in steps:
        if item is None and sk not in known:
            continue
        settled = settle(known, sk, item)
        known = _apply(known, sk, settled)
        counts = {kind: counts[kind] + settled.counts.get(kind, 0) for kind in counts}
        assert counts == _counting(known)
        for each in known.values():
            alike = [
                other
                for other in known.values()
                if JUDGE in each and (other.get(JUDGE), other["mid"]) == (each[JUDGE], each["mid"])
            ] or [each]
            last = max(alike, key=lambda other: (other.get(JUDGED_AT, 0), other["st"], other["sk"]))
            assert each.get(OVER) == (None if each is last else last["id"])
            assert ("g1pk" in each) == (each is last)
