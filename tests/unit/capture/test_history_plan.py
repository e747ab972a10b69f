"""Laying a whole history over what is stored: nothing doubled, nothing lost, the latest order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from confab.domain.fingerprints import HISTORY_EXTRAS, Fingerprints
from confab.domain.history import Plan, plan_of
from confab.domain.message import Draft, Message, transcript_order
from hypothesis import given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = Fingerprints(lambda: b"key").said


def _says(content: str, message_id: str | None = None, **more: object) -> Draft:
    return Draft(role="user", content=content, id=message_id, **more)  # type: ignore[arg-type]


class Conversation:
    """A conversation in memory: plans applied one after the other, each a minute later."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.now = NOW
        self._ids: Iterator[int] = itertools.count()

    def post(self, *drafts: Draft) -> Plan:
        self.now += timedelta(minutes=1)
        plan = plan_of(self.messages.values(), drafts, self.now, lambda: f"generated-{next(self._ids)}", SAID)
        self.messages.update({message.key: message for message in plan.to_write})
        assert [m.key for m in self.transcript] == [m.key for m in plan.messages]
        return plan

    @property
    def transcript(self) -> list[Message]:
        return sorted(self.messages.values(), key=transcript_order)

    @property
    def texts(self) -> list[str]:
        return [message.content for message in self.transcript]


def test_given_the_same_history_when_posted_again_then_nothing_is_written() -> None:
    conversation = Conversation()
    history = [_says("a", "1"), _says("b"), _says("b"), _says("c", "3")]
    conversation.post(*history)
    ids = [message.id for message in conversation.transcript]
    assert conversation.post(*history).to_write == []
    assert [message.id for message in conversation.transcript] == ids


def test_given_a_longer_history_when_posted_then_only_the_new_message_is_written() -> None:
    conversation = Conversation()
    conversation.post(*[_says(f"t{n}", f"m{n}") for n in range(50)])
    plan = conversation.post(*[_says(f"t{n}", f"m{n}") for n in range(51)])
    assert [message.content for message in plan.to_write] == ["t50"]


def test_given_an_edited_message_when_posted_then_it_is_changed_in_place() -> None:
    conversation = Conversation()
    conversation.post(_says("a", "1"), _says("b", "2"), _says("c", "3"))
    plan = conversation.post(_says("a", "1"), _says("B", "2"), _says("c", "3"))
    assert plan.changed == plan.edited == {"i:2"}
    assert conversation.texts == ["a", "B", "c"]
    assert conversation.messages["i:2"].stored_at == conversation.now


def test_given_a_shorter_history_when_posted_then_the_rest_keeps_its_place() -> None:
    conversation = Conversation()
    conversation.post(*[_says(text, text) for text in "abcde"])
    conversation.post(_says("b", "b"), _says("d", "d"))
    assert conversation.texts == list("abcde")
    conversation.post(_says("d", "d"), _says("b", "b"))
    assert conversation.texts == ["a", "d", "e", "b", "c"]


def test_given_a_reordered_history_when_posted_then_one_moved_message_is_one_write() -> None:
    conversation = Conversation()
    conversation.post(*[_says(str(n), str(n)) for n in range(100)])
    order = [99, *range(99)]
    plan = conversation.post(*[_says(str(n), str(n)) for n in order])
    assert conversation.texts == [str(n) for n in order]
    assert len(plan.to_write) == 1
    assert not plan.edited


def test_a_callers_times_are_kept_unless_the_order_contradicts_them() -> None:
    conversation = Conversation()
    first, second = NOW - timedelta(days=2), NOW - timedelta(days=1)
    conversation.post(_says("a", "1", sent_at=first), _says("b", "2", sent_at=second), _says("c", "3", sent_at=first))
    times = [message.created_at for message in conversation.transcript]
    assert times == [first, second, second + timedelta(microseconds=1)]
    assert conversation.texts == ["a", "b", "c"]


def test_given_a_message_before_the_first_when_posted_then_no_other_moves() -> None:
    conversation = Conversation()
    conversation.post(_says("a", "1"), _says("b", "2"))
    plan = conversation.post(_says("x", "0"), _says("y"), _says("a", "1"), _says("b", "2"))
    assert [message.content for message in plan.to_write] == ["x", "y"]
    assert conversation.texts == ["x", "y", "a", "b"]


def test_the_shown_id_of_a_message_without_one_names_it_again() -> None:
    conversation = Conversation()
    conversation.post(_says("a"))
    shown = conversation.transcript[0].id
    conversation.post(_says("A", shown), _says("b"))
    assert conversation.texts == ["A", "b"]
    assert conversation.transcript[0].id == shown


def test_an_id_twice_in_a_list_has_its_last_text_at_its_first_place() -> None:
    conversation = Conversation()
    conversation.post(_says("half", "1"), _says("b", "2"), _says("whole", "1"))
    assert conversation.texts == ["whole", "b"]


def test_dates_left_out_later_keep_the_creation_and_move_the_change() -> None:
    conversation = Conversation()
    dates = {"createdAt": "2020-01-01", "updatedAt": "2020-01-02"}
    conversation.post(_says("a", "1", extras={HISTORY_EXTRAS: dates}))
    assert conversation.post(_says("a", "1")).to_write == []
    conversation.post(_says("b", "1"))
    assert conversation.messages["i:1"].extras == {HISTORY_EXTRAS: {"createdAt": "2020-01-01"}}


def test_given_equal_texts_without_ids_when_reordered_then_none_is_doubled() -> None:
    conversation = Conversation()
    conversation.post(*map(_says, "aabb"))
    conversation.post(*map(_says, "bbaa"))
    assert conversation.texts == list("bbaa")


TEXT = st.sampled_from("abc")
IDENTIFIED = st.tuples(st.sampled_from("1234"), TEXT)
PLAIN = st.tuples(st.none(), TEXT)
SENT_AT = st.one_of(st.none(), st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours)))
POST = st.lists(st.tuples(st.one_of(IDENTIFIED, PLAIN), SENT_AT), min_size=1, max_size=8)


def _drafts(post: Sequence[tuple[tuple[str | None, str], datetime | None]]) -> list[Draft]:
    return [_says(text, message_id, sent_at=sent_at) for (message_id, text), sent_at in post]


@settings(max_examples=400, deadline=None)
@given(posts=st.lists(st.tuples(POST, st.booleans()), min_size=1, max_size=6))
def test_the_latest_of_any_histories_stands_whole_and_nothing_is_lost(
    posts: list[tuple[list[tuple[tuple[str | None, str], datetime | None]], bool]],
) -> None:
    conversation = Conversation()
    known: dict[str, str] = {}
    for post, repeated in posts:
        drafts = _drafts(post)
        before = {message.id for message in conversation.transcript}
        conversation.post(*drafts)
        if repeated:
            assert conversation.post(*drafts).to_write == []
        transcript = conversation.transcript
        ids = [message.id for message in transcript]
        times = [message.created_at for message in transcript]
        assert len(ids) == len(set(ids))
        assert times == sorted(set(times))
        assert before <= set(ids)
        known.update({draft.id: draft.content for draft in drafts if draft.id is not None})
        assert {message.id: message.content for message in transcript if message.external_id} == known
        latest = list({draft.id or index: draft for index, draft in enumerate(drafts)}.values())
        _assert_in_order([known[d.id] if d.id else d.content for d in latest], [m.content for m in transcript])
        plain = sum(draft.id is None for draft in latest)
        assert sum(message.external_id is None for message in transcript) >= plain


def _assert_in_order(wanted: Sequence[str], texts: Sequence[str]) -> None:
    rest = iter(texts)
    assert all(text in rest for text in wanted), (wanted, texts)
