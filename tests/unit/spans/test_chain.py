"""Conversations without ids are found by what was said: as many as there were talks, in whatever order calls arrive."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from confab.domain.message import Draft
from confab.spans.calls import MODEL, Call
from confab.spans.chain import UNORDERED, Asked, Chain, Entry
from confab.spans.talk import Talk
from confab.spans.turns import turn_of
from hypothesis import given, settings
from hypothesis import strategies as st

BOT = "0b8f5f3e-1111-5111-8111-111111111111"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
WORDS = ("hi", "yes", "no")


class Memory:
    """Entries without a table."""

    def __init__(self) -> None:
        self.kept: dict[tuple[bytes, str], Entry] = {}

    def at(self, _: str, path: bytes) -> Sequence[Entry]:
        return [entry for (kept, _conversation), entry in self.kept.items() if kept == path]

    def add(self, chatbot_id: str, path: bytes, entry: Entry) -> None:
        if (path, entry.conversation_id) not in self.kept:
            self.kept[path, entry.conversation_id] = entry
        elif entry.owner:
            self.own(chatbot_id, path, entry.conversation_id, entry.owner)

    def own(self, _: str, path: bytes, conversation_id: str, owner: str) -> bool:
        return self._settle((path, conversation_id), "owner", owner)

    def go_on(self, _: str, path: bytes, conversation_id: str, continuation: str) -> bool:
        return self._settle((path, conversation_id), "continuation", continuation)

    def _settle(self, key: tuple[bytes, str], name: str, value: str) -> bool:
        entry = self.kept.get(key)
        if entry is None or getattr(entry, name) not in ("", value):
            return False
        self.kept[key] = replace(entry, **{name: value})
        return True


def said(draft: Draft) -> bytes:
    return hashlib.sha256(f"{draft.role}:{draft.content}".encode()).digest()


def asked(talk: Sequence[str], number: int, *, user: str = "", now: datetime = NOW, trace: str = "") -> Asked:
    """A call that was told all of a talk but its last text, which it answered."""
    messages = [{"role": "user" if place % 2 == 0 else "assistant", "content": text} for place, text in enumerate(talk)]
    call = Call(
        kind=MODEL, trace_id=f"{number:032x}", span_id=f"{number:016x}", talk=Talk(messages[:-1], messages[-1:])
    )
    at = NOW + timedelta(seconds=number)
    return Asked(
        chatbot_id=BOT, trace_id=trace or call.trace_id, span=call.span_id, turn=turn_of(call, said),
        user=user, start=at, end=at + timedelta(milliseconds=500), now=now,
    )  # fmt: skip


TALKS = st.lists(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), min_size=1, max_size=4), min_size=1, max_size=5
)


@settings(max_examples=200, deadline=None)
@given(TALKS, st.data())
def test_m_talks_without_ids_are_m_conversations_in_any_order_of_arrival(
    talks: list[list[tuple[str, str]]], data: st.DataObject
) -> None:
    turns = [(talk, length) for talk, texts in enumerate(talks) for length in range(1, len(texts) + 1)]
    # They take turns by the clock in one order, and arrive in another, some of them twice.
    clock = [list(range(1, len(texts) + 1)) for texts in talks]
    calls = list[Asked]()
    while any(clock):
        talk = data.draw(st.sampled_from([place for place, left in enumerate(clock) if left]))
        texts = [text for pair in talks[talk][: clock[talk].pop(0)] for text in pair]
        calls.append(asked(texts, len(calls) + 1))
    arriving = data.draw(st.permutations(calls))
    again = data.draw(st.lists(st.sampled_from(calls), max_size=4))
    chain, found = Chain(Memory()), dict[str, str]()
    spoken: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for call in [*arriving, *again]:
        conversation = chain.conversation_of(call)
        assert found.setdefault(call.span, conversation) == conversation
        spoken[conversation].add(tuple(line.draft.content for line in call.turn.lines))
    assert len(spoken) == len(talks), len(turns)
    for told in spoken.values():
        longest = max(told, key=len)
        assert all(longest[: len(each)] == each for each in told), "a conversation has the messages of one talk alone"
    whole = sorted(max(told, key=len) for told in spoken.values())
    assert whole == sorted(tuple(text for pair in talk for text in pair) for talk in talks)


def conversations(*calls: Asked) -> list[int]:
    """Which conversation each call has, by the number of its first call."""
    chain, found = Chain(Memory()), list[str]()
    for call in calls:
        found.append(chain.conversation_of(call))
    return [found.index(conversation) for conversation in found]


def test_talks_that_begin_alike_share_no_conversation() -> None:
    hello = ["Hello", "Hi"]
    assert conversations(
        asked(hello, 1), asked(hello, 2), asked([*hello, "a", "b"], 3), asked([*hello, "a", "b"], 4)
    ) == [0, 1, 1, 0]


def test_users_who_are_known_never_share_a_conversation() -> None:
    calls = asked(["Hello", "Hi"], 1, user="u1"), asked(["Hello", "Hi", "a", "b"], 2, user="u2")
    assert conversations(*calls) == [0, 1]


def test_a_long_past_beginning_is_not_taken_for_a_call_that_arrives_late() -> None:
    begun = asked(["Hello", "Hi", "a", "b"], 1)
    later = asked(["Hello", "Hi"], 50, now=NOW + UNORDERED + timedelta(seconds=1))
    assert conversations(begun, later) == [0, 1]


def test_an_answer_that_is_given_twice_goes_on_in_two_conversations() -> None:
    hello = ["Hello", "Hi"]
    assert conversations(asked(hello, 1), asked([*hello, "a", "b"], 2), asked([*hello, "a", "c"], 3)) == [0, 0, 2]


def test_calls_of_one_trace_that_are_told_the_same_are_one_turn() -> None:
    trace: Any = "f" * 32
    router, answer = asked(["Hello", "greeting"], 1, trace=trace), asked(["Hello", "Hi"], 2, trace=trace)
    later = "e" * 32
    route, more = asked(["Hello", "Hi", "a", "topic"], 3, trace=later), asked(["Hello", "Hi", "a", "b"], 4, trace=later)
    assert conversations(router, answer, route, more) == [0, 0, 0, 0]
