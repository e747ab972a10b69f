"""Redaction: what is personal becomes a mark, and messages are told apart as if nothing had been redacted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.alignment import Said, TranscriptState, align
from confab.domain.fingerprints import HISTORY_EXTRAS, Fingerprints
from confab.domain.history import plan_of
from confab.domain.message import USER, Draft, Message, transcript_order
from confab.redaction.detection import KINDS, Detector
from confab.redaction.redactor import HASH, KEEP, MASK, NO_RULES, Redactor, Rules
from confab.redaction.redactors import detector_of
from confab.redaction.settings import OwnPattern
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALL_MASKED = dict.fromkeys(KINDS, MASK)
PERSONAL = {
    "email": "jane.doe@example.com",
    "phone": "+49 171 1234567",
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "ip": "203.0.113.7",
}


def _pattern(expression: str) -> Detector:
    return detector_of(OwnPattern("order", expression, MASK))


def redactor(key: bytes = b"key", users: bool = False, **actions: str) -> Redactor:
    patterns = {name: _pattern("ORD-[0-9]{6}") for name in actions if name == "order"}
    rules = Rules(actions=actions or ALL_MASKED, patterns=patterns, users=users)
    return Redactor(rules, Fingerprints(lambda: key), lambda: key)


@pytest.mark.parametrize("kind", KINDS)
def test_given_a_kind_when_masked_then_its_mark_stands_in_its_place_and_others_stay(kind: str) -> None:
    other = "email" if kind != "email" else "card"
    text = f"{PERSONAL[kind]}, {PERSONAL[other]} and {PERSONAL[kind]}"
    assert redactor(**{kind: MASK}).text(text) == f"[{kind}], {PERSONAL[other]} and [{kind}]"


def test_a_hashed_value_has_one_mark_in_a_chatbot_whatever_its_spelling() -> None:
    ours, theirs = redactor(phone=HASH), redactor(b"theirs", phone=HASH)
    mark = ours.text("+49 171 1234567")
    assert ours.text("call 0049171/1234567!") == f"call {mark}!"
    assert mark.startswith("[phone:") and len(mark) == len("[phone:]") + 16
    assert ours.text("+49 171 1234568") != mark
    assert theirs.text("+49 171 1234567") != mark


def test_a_teams_pattern_goes_before_the_kinds_and_marks_stay_whole() -> None:
    rules = Rules(
        actions={"order": MASK, "word": MASK, "phone": MASK},
        patterns={"order": _pattern("0[0-9]{9}"), "word": _pattern("[a-z]+")},
    )
    assert Redactor(rules, Fingerprints(lambda: b""), lambda: b"").text("AT 0123456789 x") == "AT [order] [word]"


def test_given_nothing_to_redact_when_asked_then_everything_stays_the_very_same() -> None:
    draft = Draft(role="user", content=PERSONAL["email"], extras={"tools": [PERSONAL]})
    for idle in (redactor(email=KEEP), Redactor(NO_RULES, Fingerprints(lambda: b""), lambda: b"")):
        assert idle.message(draft) is draft
        assert idle.text(draft.content) == draft.content
    assert redactor(ip=MASK).message(replace(draft, extras={})).origin is None


def test_texts_names_numbers_and_inner_json_are_redacted_in_their_form() -> None:
    value = {
        "to": [PERSONAL["email"], 1, 2.5, None, True],
        PERSONAL["email"]: "x",
        "you@example.com": "y",
        "card": 4111111111111111,
        "id": 1772366400000,
        "arguments": '{"mail": "jane\\u0040example.com", "card": 4111111111111111}',
        "broken": '{"mail": jane@example.com',
        "same": '{ "a" : 1 }',
        "sent": "2026-01-31T12:00:00.123456Z",
    }
    marked = redactor().value(value)
    assert marked == {
        "to": ["[email]", 1, 2.5, None, True],
        "[email]": "x",
        "[email] (2)": "y",
        "card": "[card]",
        "id": 1772366400000,
        "arguments": '{"mail": "[email]", "card": "[card]"}',
        "broken": '{"mail": [email]',
        "same": '{ "a" : 1 }',
        "sent": "2026-01-31T12:00:00.123456Z",
    }


def test_redaction_of_user_data_follows_its_choice_and_keeps_ids() -> None:
    known = {
        "user": {"id": "jane@example.com", "email": "jane@example.com"},
        "session": {"id": "1.2.3.4", "pageUrl": "https://x.example/?m=jane%40example.com"},
        "custom": {"note": "jane@example.com", "n": 5},
        "client": {"userAgent": "Chrome/120.0.0.0", "forwardedFor": "203.0.113.7, 10.0.0.1"},
    }
    fields = {"name": "+49 171 1234567", "variables": {"mail": "jane@example.com"}, "channelId": "203.0.113.7"}
    properties = {"userProperties": {"mail": "jane@example.com"}, "properties": {"mail": "jane@example.com"}}
    left, taken = redactor(), redactor(users=True, **ALL_MASKED)
    assert left.attributes(known) == {
        "user": known["user"],
        "session": {"id": "1.2.3.4", "pageUrl": "https://x.example/?m=[email]"},
        "custom": {"note": "[email]", "n": 5},
        "client": {"userAgent": "Chrome/120.0.0.0", "forwardedFor": "[ip], [ip]"},
    }
    assert taken.attributes(known)["user"] == {"id": "jane@example.com", "email": "[email]"}
    assert left.fields(fields) == {**fields, "variables": {"mail": "[email]"}}
    assert taken.fields(fields)["name"] == "[phone]"
    assert left.body(properties) == {**properties, "properties": {"mail": "[email]"}}
    assert taken.body(properties)["userProperties"] == {"mail": "[email]"}


WORDS = st.text("ab ,.:-[]()\u00e4\n", max_size=8)


@given(st.lists(st.tuples(WORDS, st.sampled_from(sorted(PERSONAL))), max_size=6), st.sampled_from([MASK, HASH]))
def test_no_personal_data_is_left_in_any_text(parts: list[tuple[str, str]], action: str) -> None:
    text = "".join(f"{before} {PERSONAL[kind]} " for before, kind in parts)
    marked = redactor(**dict.fromkeys(KINDS, action))
    draft = Draft(role="assistant", content=text, extras={"tools": [{"input": {"q": text}}], "reasoning": text})
    stored = marked.message(draft)
    shown = json.dumps([stored.content, stored.extras])
    assert not [value for value in PERSONAL.values() if value in shown]
    assert stored.content.count("[") - text.count("[") == len(parts)
    assert (stored.origin is None) == (not parts)


SAID = st.sampled_from(["hello", "ok", "I am a@b.de", "I am c@d.de", "I am +49 171 1234567", "I am +49 171 7654321"])


@given(turns=st.lists(SAID, min_size=1, max_size=30), cuts=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30))))
def test_aligned_arrays_have_the_same_new_messages_with_redaction(
    turns: list[str], cuts: list[tuple[int, int]]
) -> None:
    marked = redactor()
    plain, stored = _Aligned(None), _Aligned(marked)
    for start, length in [*cuts, (0, len(turns)), (0, len(turns))]:
        drafts = [Draft(role="user", content=text) for text in turns[start : start + length]]
        plain.send(drafts)
        stored.send(drafts)
    assert stored.texts == [marked.text(text) for text in plain.texts]


class _Aligned:
    """A conversation that stores what alignment calls new, redacted first."""

    def __init__(self, redactor_of: Redactor | None) -> None:
        self._redactor = redactor_of or Redactor(NO_RULES, Fingerprints(lambda: b"key"), lambda: b"key")
        self._state = TranscriptState()
        self._digests: list[bytes] = []
        self.texts: list[str] = []

    def send(self, drafts: Sequence[Draft]) -> None:
        sent = self._redactor.messages(drafts)
        said = [Said(self._redactor.fingerprints.said(draft)[:6], draft.role != USER) for draft in sent]
        new_from = align(self._state, said, self._digests).new_from
        self._digests += [one.digest for one in said[new_from:]]
        self._state = self._state.extended(said[new_from:])
        self.texts += [draft.content for draft in sent[new_from:]]


LOGGED_MESSAGE = st.tuples(st.sampled_from([None, None, "1", "2", "3"]), SAID, st.booleans())


@given(posts=st.lists(st.lists(LOGGED_MESSAGE, min_size=1, max_size=6), min_size=1, max_size=5))
def test_histories_leave_the_same_with_redaction_as_without(
    posts: list[list[tuple[str | None, str, bool]]],
) -> None:
    marked = redactor()
    plain, stored = _Logged(None), _Logged(marked)
    for post in posts:
        drafts = [
            Draft(
                role="user", content=text, id=id_, extras={HISTORY_EXTRAS: {"links": [{"url": text}]}} if linked else {}
            )
            for id_, text, linked in post
        ]
        plain.post(drafts)
        stored.post(drafts)
        again = stored.post(drafts)
        assert again == 0
    assert stored.told == [(key, marked.text(text), marked.value(extras)) for key, text, extras in plain.told]


class _Logged:
    """A conversation in memory that histories are laid over, redacted first."""

    def __init__(self, redactor_of: Redactor | None) -> None:
        self._redactor = redactor_of or Redactor(NO_RULES, Fingerprints(lambda: b"key"), lambda: b"key")
        self._messages: dict[str, Message] = {}
        self._now = NOW
        self._ids = itertools.count()

    def post(self, drafts: Sequence[Draft]) -> int:
        self._now += timedelta(minutes=1)
        said = self._redactor.fingerprints.said
        sent = self._redactor.messages(drafts)
        plan = plan_of(self._messages.values(), sent, self._now, lambda: f"n{next(self._ids)}", said)
        self._messages.update({message.key: message for message in plan.to_write})
        return len(plan.to_write)

    @property
    def told(self) -> list[tuple[str, str, Any]]:
        ordered = sorted(self._messages.values(), key=transcript_order)
        return [(message.key, message.content, dict(message.extras)) for message in ordered]


@given(first=SAID, second=SAID, rules=st.lists(st.sampled_from([KEEP, MASK, HASH]), min_size=2, max_size=2))
def test_a_rule_changed_between_two_sendings_changes_no_verdict(first: str, second: str, rules: list[str]) -> None:
    before, after = (redactor(email=rule, phone=rule) for rule in rules)
    stored = before.message(Draft(role="user", content=first, id="m"))
    sent = after.message(Draft(role="user", content=second, id="m"))
    assert after.fingerprints.same(stored, sent) == (first == second)
