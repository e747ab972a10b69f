"""WhatsApp's export of a chat, ``_chat.txt``: a line a message, and more lines where a message has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Final

from confab.importing.drafts import Wrong, content_of
from confab.importing.files import File, lines_of
from confab.importing.pieces import MAX_CONTENT, Fault, Found, Options, Unreadable, made_id
from confab.importing.sessions import Said, in_sessions
from confab.platform.bodies import text_of

FORM: Final = "whatsapp"
ORDERS: Final = ("dmy", "mdy", "ymd")
LINE: Final = re.compile(
    r"""\[?(\d{1,4})([./-])(\d{1,2})\2(\d{1,4}),?\ +
    (\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\ *([ap])?\.?\ ?(?:m\.?)?\]?
    (?:\ -\ |\ )(.*)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_MARKS: Final = re.compile("[\u200e\u200f\u202a-\u202e\ufeff]")
_BLANKS: Final = re.compile("[\u00a0\u202f]")
_MEDIA: Final = re.compile(
    r"<[^<>]{1,60}>|.{0,80}\((file attached|Datei angehängt)\)|(image|video|audio|sticker|GIF|document) omitted"
)
_SCANNED: Final = 200_000
NAMES_SHOWN: Final = 10


@dataclass(slots=True)
class _Entry:
    line: int
    numbers: tuple[int, int, int]
    separator: str
    clock: tuple[int, int, int]
    name: str
    text: str


def read_whatsapp(file: File, options: Options, name: str | None = None) -> Iterator[Found]:
    """The conversations of a chat: after a day of silence another one begins. Times are taken as UTC.

    Raises:
        Unreadable: nobody is named who answers, or both orders of day and month fit all dates.
    """
    order, speakers, first = _look(file, options, name)
    if first is None:
        raise Unreadable("the file has no message of WhatsApp's form")
    if not options.assistants:
        raise Unreadable(f"name who answers with --assistant; the file has {', '.join(speakers)}")
    chat, faults = f"whatsapp:{made_id(first.numbers, first.clock, first.name, first.text)[:16]}", list[Fault]()

    def said() -> Iterator[Said]:
        with file.opened(name) as source:
            for entry in _entries(source):
                try:
                    message = _said(entry, order)
                except Wrong as wrong:
                    faults.append(Fault(entry.line, str(wrong)))
                    continue
                if message is not None:
                    yield message

    for piece in in_sessions(chat, said(), options.assistants):
        yield from faults
        faults.clear()
        yield piece
    yield from faults


def _look(file: File, options: Options, name: str | None) -> tuple[str, list[str], _Entry | None]:
    """The order of dates, who speaks, and the first message.

    Raises:
        Unreadable: more than one order fits all dates, or none does.
    """
    fitting, speakers, first, dotted = set(ORDERS), dict[str, None](), None, True
    with file.opened(name) as source:
        for number, entry in enumerate(_entries(source)):
            if entry.name:
                first = first or entry
                if len(speakers) < NAMES_SHOWN:
                    speakers.setdefault(entry.name)
            dotted = dotted and entry.separator == "."
            fitting = {order for order in fitting if _date(entry.numbers, order) is not None}
            if number == _SCANNED:
                break
    wanted = options.dates
    if wanted is not None:
        if wanted not in fitting and first is not None:
            raise Unreadable(f"some dates of the file are not in the order {wanted}")
        return wanted, list(speakers), first
    if "dmy" in fitting and dotted:
        # Where dots stand between the numbers, the day stands first.
        fitting = {"dmy"}
    if first is not None and len(fitting) != 1:
        raise Unreadable("day and month cannot be told apart in this file: say --dates dmy or --dates mdy")
    return next(iter(fitting), "dmy"), list(speakers), first


def _entries(source: IO[bytes]) -> Iterator[_Entry]:
    """The entries of a chat, each with the lines that follow it."""
    entry: _Entry | None = None
    for number, raw in lines_of(source):
        line = "" if raw is None else _BLANKS.sub(" ", _MARKS.sub("", raw.decode("utf-8", "replace"))).rstrip("\r\n")
        found = LINE.match(line)
        if found is None:
            if entry is not None and len(entry.text) <= MAX_CONTENT:
                entry.text += f"\n{line}"
            continue
        if entry is not None:
            yield entry
        entry = _entry(number, found)
    if entry is not None:
        yield entry


def _entry(number: int, found: re.Match[str]) -> _Entry:
    hour, half = int(found[5]), (found[8] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    name, colon, text = found[9].partition(": ")
    if not colon and found[9].endswith(":"):
        name, colon, text = found[9][:-1], ":", ""
    return _Entry(
        line=number,
        numbers=(int(found[1]), int(found[3]), int(found[4])),
        separator=found[2],
        clock=(hour, int(found[6]), int(found[7] or 0)),
        name=text_of(name.strip())[:256] if colon else "",
        text=text,
    )


def _said(entry: _Entry, order: str) -> Said | None:
    """A message; None for a notice, and for media that were left out."""
    text = content_of(entry.text)
    if not entry.name or not text.strip() or _MEDIA.fullmatch(text.strip()):
        return None
    day = _date(entry.numbers, order)
    if day is None:
        raise Wrong("the date is none")
    try:
        at = day.replace(hour=entry.clock[0], minute=entry.clock[1], second=entry.clock[2])
    except ValueError:
        raise Wrong("the time is none") from None
    return Said(line=entry.line, speaker=entry.name, name=entry.name, text=text, at=at)


def _date(numbers: tuple[int, int, int], order: str) -> datetime | None:
    """A date in an order; None where it is none."""
    parts = dict(zip(order, numbers, strict=True))
    if (order[0] == "y") != (numbers[0] > 31):
        return None
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    try:
        return datetime(year, parts["m"], parts["d"], tzinfo=UTC)
    except ValueError:
        return None
