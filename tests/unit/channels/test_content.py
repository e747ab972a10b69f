"""What of a channel's message counts as its text, its role, and a new session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.channel_media import kind_of, media_of
from confab.domain.content import NOTE, begins_session, preview_of, role_of, text_of
from confab.domain.judged import has_words
from confab.domain.responder import BOTH_VALID, Responder

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"text": "a", "file": {"caption": "b"}}, "a"),
        ({"text": "", "file": {"caption": "b", "transcript": "c"}}, "b"),
        ({"file": {"transcript": "c"}, "template": {"body": "d"}}, "c"),
        ({"template": {"body": "d"}, "email": {"body": "e"}}, "d"),
        ({"email": {"body": "e"}, "transcription": {"text": "f"}}, "e"),
        ({"transcription": {"text": "f"}, "selectedButton": {"label": "g"}}, "f"),
        ({"selectedButton": {"label": "g"}}, "g"),
        ({"file": {"caption": 5}, "email": "x", "future": {"text": "no"}}, ""),
        ({}, ""),
    ],
)
def test_the_text_is_the_first_part_of_the_contracts_order(content: dict[str, Any], text: str) -> None:
    assert text_of(content) == text


def test_given_senders_and_notes_when_mapped_then_notes_are_nobodys_turn() -> None:
    assert [role_of(sender, "text", {}) for sender in ("user", "bot", "agent")] == ["user", "assistant", "assistant"]
    assert role_of("agent", "note", {"text": "x"}) == NOTE
    assert role_of("user", "text", {"note": {"text": "x"}}) == NOTE


def test_given_a_long_content_when_previewed_then_its_first_words_stay() -> None:
    assert preview_of("k", {"text": "short", "x": 1}) == {"key": "k", "content": {"text": "short", "x": 1}}
    assert preview_of("k", {"text": "x" * 500}) == {"key": "k", "text": "x" * 200}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"text": "a"}, "text"),
        ({}, "text"),
        ({"text": "a", "file": {"url": "u"}}, "file"),
        ({"text": "Choose", "buttons": {"buttons": []}}, "buttons"),
        ({"template": {"body": "b"}}, "template"),
        ({"email": {"body": "b"}}, "email"),
        ({"selectedButton": {"label": "yes"}}, "text"),
        ({"transcription": {"text": "said"}}, "text"),
        ({"text": "a", "future": {"x": 1}}, "text"),
        ({"future": {"x": 1}}, "future"),
        ({"text": "👍", "reaction": {"emoji": "👍"}}, "reaction"),
        ({"type": "sticker", "id": "s"}, "sticker"),
        ({"file": None, "text": "a"}, "text"),
        ({"file": "odd", "location": []}, "file"),
    ],
)
def test_given_a_content_without_a_type_then_the_part_it_is_about_names_it(content: dict[str, Any], kind: str) -> None:
    assert kind_of(content) == kind


def test_given_odd_parts_when_media_are_looked_for_then_objects_alone_are_media() -> None:
    odd = {"file": 5, "image": None, "location": {"latitude": True, "longitude": "1"}, "files": [1, {"url": "u"}]}
    assert media_of(odd) == [{"type": "location"}, {"type": "file", "url": "u"}]
    assert media_of({"text": "a", "buttons": {"buttons": []}, "email": {"body": "b"}, "note": {"text": "n"}}) == []


def test_given_a_long_content_without_words_when_previewed_then_a_mark_names_it() -> None:
    assert preview_of("k", {"file": {"type": "image", "url": "x" * 500}})["text"] == "[image]"
    assert preview_of("k", {"buttons": {"buttons": ["x" * 500]}})["text"] == "[buttons]"


def test_blanks_and_invisible_characters_are_no_words() -> None:
    assert [has_words(text) for text in ("", " \n\t", "\u00a0\u200b\ufeff", "\0")] == [False] * 4
    assert [has_words(text) for text in ("a", " . ", "👍", "\u200d👍", "。")] == [True] * 5


def test_given_silence_when_a_day_is_full_then_a_session_begins() -> None:
    day = timedelta(hours=24)
    assert [begins_session(last, NOW) for last in (None, NOW, NOW - day + timedelta(seconds=1), NOW - day)] == [
        False,
        False,
        False,
        True,
    ]


def test_a_rotated_secret_signs_no_more_after_a_day() -> None:
    responder = Responder(url="https://e.com/", secret="new", previous_secret="old", rotated_at=NOW)
    assert Responder.of({"responder": responder.setting()}) == responder
    assert responder.secrets(NOW) == ["new", "old"]
    assert responder.secrets(NOW + BOTH_VALID + timedelta(seconds=1)) == ["new"]
    assert Responder.of({}) is None
