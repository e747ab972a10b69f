"""What a browser's key may reach: ids that prove something, histories that go on with what is stored, additions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from confab.domain.conversation import ORGANIC, Conversation
from confab.domain.fingerprints import Fingerprints
from confab.domain.history import once_each, plan_of
from confab.domain.message import Draft, Message
from confab.domain.web_access import (
    View,
    attributes_added,
    cannot_be_guessed,
    continuation,
    extended,
    fields_added,
    view_of,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = Fingerprints(lambda: b"key").said
RANDOM = "018f2f6e-7c1a-7abc-8def-0123456789ab"


def _says(content: str, message_id: str | None = None) -> Draft:
    return Draft(role="user", content=content, id=message_id)


def _stored(*drafts: Draft) -> Sequence[Message]:
    ids = iter(range(len(drafts)))
    return plan_of((), drafts, NOW, lambda: f"generated-{next(ids)}", SAID).messages


def _conversation(*, web: bool, **logged: str) -> Conversation:
    return Conversation(
        id=RANDOM,
        chatbot_id=RANDOM,
        external_id=None,
        dialect="inkeep",
        kind=ORGANIC,
        created_at=NOW,
        first_message_at=NOW,
        last_message_at=NOW,
        message_count=1,
        version=1,
        history_fields=logged,
        web=web,
    )


@pytest.mark.parametrize("identifier", [RANDOM, RANDOM.upper(), "0190a6e2-7c1b-7def-9a3b-4c5d6e7f8091"])
def test_given_a_random_uuid_when_asked_then_it_cannot_be_guessed(identifier: str) -> None:
    assert cannot_be_guessed(identifier)


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "visitor-7",
        "wa:+4917012345678",
        "a" * 64,
        "c9a646d3-9c61-11ee-8c90-0242ac120002",
        str(uuid.uuid5(uuid.NAMESPACE_URL, "x")),
        str(uuid.UUID(int=0)),
        RANDOM.replace("-", ""),
        f"{{{RANDOM}}}",
        f"urn:uuid:{RANDOM}",
        f"{RANDOM} ",
    ],
)
def test_given_any_other_id_when_asked_then_it_may_be_guessed(identifier: str) -> None:
    assert not cannot_be_guessed(identifier)


@pytest.mark.parametrize(
    ("web", "visibility", "identifier", "view"),
    [
        (True, "private", RANDOM, View.WHOLE),
        (True, "private", "visitor-7", View.NOTHING),
        (True, "public", "visitor-7", View.SHARED),
        (True, "public", RANDOM, View.SHARED),
        (False, "private", RANDOM, View.NOTHING),
        (False, "private", "visitor-7", View.NOTHING),
        (False, "public", "visitor-7", View.SHARED),
    ],
)
def test_the_view_of_an_id_follows_who_began_it_and_what_is_known(
    web: bool, visibility: str, identifier: str, view: View
) -> None:
    assert view_of(_conversation(web=web, visibility=visibility), identifier) is view


A, B, C, D = _says("a", "1"), _says("b"), _says("c", "3"), _says("d")


@pytest.mark.parametrize(
    ("history", "new"),
    [
        ([A, B, C], 0),
        ([A, B, C, D], 1),
        ([A, B, C, _says("b")], 1),
        ([_says("a"), B, _says("c")], 0),
        ([A, replace(B, id="generated-0"), C, D, D], 2),
    ],
)
@pytest.mark.parametrize("complete", [True, False])
def test_given_a_history_that_repeats_all_when_laid_over_then_what_follows_is_new(
    history: list[Draft], new: int, complete: bool
) -> None:
    repeated = continuation(_stored(A, B, C), history, SAID, complete=complete)
    assert repeated is not None
    assert repeated == [*_stored(A, B, C), *[None] * new]


@pytest.mark.parametrize(
    "history",
    [
        [D],
        [B, C],
        [_says("x", "1"), B, C],
        [A, B, _says("x", "3")],
        [A, D, B, C],
        [A, B, C, _says("a", "1x"), A],
        [A, B, C, _says("new text", "generated-0")],
        [_says("a", "other"), B, C],
    ],
)
@pytest.mark.parametrize("complete", [True, False])
def test_a_history_that_changes_what_is_stored_is_refused(history: list[Draft], complete: bool) -> None:
    assert continuation(_stored(A, B, C), history, SAID, complete=complete) is None


@pytest.mark.parametrize("history", [[A], [A, B], [A, B, D], [A, D, D], [A, C, D], [A, C, B]])
def test_only_who_may_read_missing_messages_continues_a_history(
    history: list[Draft],
) -> None:
    assert continuation(_stored(A, B, C), history, SAID, complete=True) is None
    assert continuation(_stored(A, B, C), history, SAID, complete=False) is not None


DRAFTS = st.lists(
    st.builds(_says, st.sampled_from(["yes", "no", "why"]), st.sampled_from([None, None, "1", "2", "3"])),
    min_size=1,
    max_size=6,
)


@given(DRAFTS, DRAFTS, st.booleans())
def test_a_continued_history_changes_nothing_and_adds_at_the_end(
    first: list[Draft], then: list[Draft], complete: bool
) -> None:
    stored = _stored(*first)
    drafts = once_each(then)
    repeated = continuation(stored, drafts, SAID, complete=complete)
    if repeated is None:
        return
    ids = iter(range(100, 200))
    plan = extended(stored, drafts, repeated, NOW + timedelta(minutes=1), lambda: f"new-{next(ids)}", SAID)
    assert list(plan.messages[: len(stored)]) == list(stored)
    assert not plan.changed
    assert not plan.edited
    assert {message.key for message in plan.messages[len(stored) :]} == plan.new
    assert len(plan.listed) == len(drafts)
    assert [m.id for m in repeated if m] + [m.id for m in plan.messages[len(stored) :]] == plan.listed


@given(DRAFTS, DRAFTS)
def test_given_any_history_when_it_is_all_that_is_known_and_more_then_it_goes_on(
    first: list[Draft], more: list[Draft]
) -> None:
    first = once_each(first)
    stored = _stored(*first)
    new = [draft for draft in more if draft.id is None]
    repeated = continuation(stored, [*first, *new], SAID, complete=True)
    assert repeated == [*stored, *[None] * len(new)]


def test_given_fields_when_added_then_what_is_there_stays_and_nothing_goes() -> None:
    stored = {"externalUrl": "https://a.example", "visibility": "private", "type": None}
    sent = {"externalUrl": "https://evil.example", "type": "openai", "visibility": None, "tags": None, "new": [1]}
    assert fields_added(stored, sent) == {"type": "openai", "new": [1]}


@pytest.mark.parametrize(
    ("stored", "sent", "added"),
    [
        ({}, "private", {"visibility": "private"}),
        ({}, "public", {"visibility": "public"}),
        ({"visibility": "private"}, "public", {"visibility": "public"}),
        ({"visibility": "public"}, "private", {}),
        ({"visibility": "public"}, "public", {}),
    ],
)
def test_a_visibility_shares_a_conversation_and_never_hides_it(
    stored: dict[str, str], sent: str, added: dict[str, str]
) -> None:
    assert fields_added(stored, {"visibility": sent}) == added


def test_added_attributes_keep_a_known_person_and_fill_other_groups() -> None:
    stored = {"user": {"id": "ann"}, "custom": {"page": "/a"}}
    sent = {
        "user": {"id": "bob", "email": "b@example.com"},
        "custom": {"page": "/b", "cart": 3},
        "session": {"id": "s"},
    }
    assert attributes_added(stored, sent) == {"custom": {"cart": 3}, "session": {"id": "s"}}
    assert attributes_added({}, sent) == sent
    assert attributes_added({"custom": {"page": "/a"}}, {"custom": {"page": None, "cart": None}}) == {}
