"""A call as lines of a transcript, each known by its path: what was said in the conversation up to it.

The same beginning of a talk gives the same paths, so every call of a conversation names its messages alike, and in
whichever order calls arrive, each message is stored once. Only what people and the assistant said in words makes a
path: instructions change, and programs leave out tools' messages later on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from confab.domain.extras import CALL
from confab.domain.message import ASSISTANT, SYSTEM, TICK, USER, Draft
from confab.domain.message_bounds import CUT
from confab.domain.message_forms import MAX_TEXT, form_of, unwrapped
from confab.domain.message_parts import ShapeError
from confab.spans.calls import Call
from confab.spans.talk import Messages

ROOT: Final = b""
"""The path before anything was said."""
PATH_BYTES: Final = 16
MAX_LINES: Final = 900
"""Messages of a call that are stored at most: the last ones of a longer history."""
_WORDS: Final = (USER, ASSISTANT)
_PREFIX: Final = "p:"
_NANOS: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Said = Callable[[Draft], bytes]
"""What a message is recognised by (``Fingerprints.said``)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a call.

    Attributes:
        draft: the message, without its place.
        word: whether it was said in words, by the user or the assistant.
        path: up to and with this line, if it was said in words; else up to the line before.
    """

    draft: Draft
    word: bool
    path: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A call as lines.

    Attributes:
        lines: what the model was told, then what it said.
        told: how many lines it was told.
        asked: the path of all that it was told.
        answered: the path with what it said; None where it said nothing in words.
        answers: the paths of the assistant's words among what it was told, the oldest first.
        cut: how many texts were cut.
        unread: how many messages had a shape that no format knows.
    """

    lines: Sequence[Line]
    told: int
    asked: bytes
    answered: bytes | None
    answers: Sequence[bytes]
    cut: int = 0
    unread: int = 0

    @property
    def before(self) -> bytes:
        """The path before the part that this call is about: its last answer, or the root."""
        return self.answers[-1] if self.answers else ROOT

    @property
    def own(self) -> int:
        """The index of the first line after the assistant's last words: with it begins what no call before told."""
        heard = self.lines[: self.told]
        words = [place for place, line in enumerate(heard) if line.word and line.draft.role == ASSISTANT]
        return words[-1] + 1 if words else 0


@dataclass(slots=True)
class _Reading:
    """Lines in the making."""

    said: Said
    lines: list[Line] = field(default_factory=list)
    path: bytes = ROOT
    cut: int = 0
    unread: int = 0

    def read(self, messages: Messages, details: Mapping[str, Any]) -> None:
        for message in messages:
            draft = self._draft(message)
            if draft is None:
                continue
            if details and draft.role == ASSISTANT:
                draft = replace(draft, extras={**draft.extras, CALL: dict(details)})
            word = draft.role in _WORDS and bool(draft.content.strip())
            if word:
                self.path = step(self.path, draft, self.said)
            self.lines.append(Line(draft, word, self.path))

    def _draft(self, message: Mapping[str, Any]) -> Draft | None:
        try:
            form = form_of(unwrapped(message))
        except ShapeError:
            form = None
        if form is None:
            self.unread += 1
            return None
        text = form.text
        if not text.strip() and not form.extras:
            return None
        if len(text) > MAX_TEXT:
            self.cut += 1
            text = text[: MAX_TEXT - len(CUT)] + CUT
        return Draft(role=form.role, content=text, extras=form.extras)


def turn_of(call: Call, said: Said, path: bytes = ROOT) -> Turn:
    """A call as lines.

    Args:
        said: recognises the chatbot's messages.
        path: what was said before its first line.
    """
    reading = _Reading(said, path=path)
    reading.read(call.talk.heard, {})
    told, asked = len(reading.lines), reading.path
    reading.read(call.talk.said, call.details)
    answered = reading.path if any(line.word for line in reading.lines[told:]) else None
    heard = reading.lines[:told]
    answers = [line.path for line in heard if line.word and line.draft.role == ASSISTANT]
    return Turn(
        lines=reading.lines,
        told=told,
        asked=asked,
        answered=answered,
        answers=answers,
        cut=reading.cut,
        unread=reading.unread,
    )


def step(path: bytes, draft: Draft, said: Said) -> bytes:
    """The path of one more message; blanks around its text do not count."""
    plain = Draft(role=draft.role, content=draft.content.strip())
    return hashlib.sha256(path + b"\0" + said(plain)).digest()[:PATH_BYTES]


def path_of(trace_id: str) -> bytes:
    """The path on which the messages of a trace stand whose place in the conversation is not known."""
    return hashlib.sha256(f"trace\0{trace_id}".encode()).digest()[:PATH_BYTES]


def key_of(path: bytes) -> str:
    """The key of the message that was said at the end of a path."""
    return _PREFIX + path.hex()


def placed(turn: Turn, call: Call, first: int, seed: bytes, said: Said) -> list[Draft]:
    """The lines from one on, with their keys and times.

    Args:
        seed: the path that they continue.
    """
    first = max(first, len(turn.lines) - MAX_LINES)
    drafts = list(_keyed(turn.lines[first:], seed, said))
    times = _times(turn, call)[first:]
    return [replace(draft, sent_at=at) for draft, at in zip(drafts, times, strict=True)]


def end_of(turn: Turn, first: int, seed: bytes, said: Said) -> bytes:
    """The path at the end of what the model was told, where the lines from one on continue a path."""
    path = seed
    for line in turn.lines[first : turn.told]:
        path = step(path, line.draft, said) if line.word else path
    return path


def answer_of(turn: Turn, drafts: Sequence[Draft]) -> str:
    """The key of the last message that the model said, of the lines that were placed; empty where it said nothing."""
    return (drafts[-1].key or "") if drafts and len(turn.lines) > turn.told else ""


def _keyed(lines: Sequence[Line], path: bytes, said: Said) -> Iterator[Draft]:
    again: Counter[bytes] = Counter()
    for line in lines:
        draft = line.draft
        if line.word:
            path, again = step(path, draft, said), Counter()
            yield replace(draft, key=key_of(path))
        elif draft.role == SYSTEM:
            # Its text alone is its identity: it is stored once, wherever it stands.
            yield replace(draft, aligned=True)
        else:
            beside = hashlib.sha256(path + b"\1" + said(draft)).digest()[:PATH_BYTES]
            again[beside] += 1
            yield replace(draft, key=f"{key_of(beside)}-{again[beside]}")


def _times(turn: Turn, call: Call) -> list[datetime | None]:
    """When each line was said: what is new to the call at its start, earlier lines before it, the answer at its end."""
    if not call.start:
        return [None] * len(turn.lines)
    start, end, own = _time(call.start), _time(call.end), turn.own
    heard: list[datetime | None] = [start + TICK * (place - own) for place in range(turn.told)]
    begun = max(end, start + TICK * (turn.told - own))
    return heard + [begun + TICK * place for place in range(len(turn.lines) - turn.told)]


def _time(nanoseconds: int) -> datetime:
    """A time; the last one that there is where it lies beyond."""
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // _NANOS)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
