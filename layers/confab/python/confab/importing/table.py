"""CSV, one message a row: the template's columns, or others that are mapped onto them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from confab.domain.message import Draft
from confab.domain.message_forms import known_role
from confab.importing.drafts import Wrong, content_of, fields_of, id_of, time_of
from confab.importing.files import File
from confab.importing.pieces import PIECE_BYTES, PIECE_MESSAGES, Fault, Found, MadeIds, Options, Piece, Unreadable
from confab.platform.bodies import text_of

REQUIRED: Final = ("conversation_id", "role", "content")
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "user_id": ("user", "id"),
    "user_name": ("user", "name"),
    "user_email": ("user", "email"),
    "plan": ("user", "plan"),
    "industry": ("user", "industry"),
    "organization_id": ("organization", "id"),
    "organization_name": ("organization", "name"),
    "session_id": ("session", "id"),
    "device": ("session", "device"),
    "country": ("session", "country"),
}
"""Columns about what is around a message, and where they belong."""
TEMPLATE: Final = ("conversation_id", "message_id", "role", "content", "sent_at", *COLUMNS, "custom.name")
_CUSTOM: Final = "custom."
_DELIMITERS: Final = ",;\t|"
_CELL: Final = 4_000_000
_OF_AN_EXPORT: Final = {"externalId", "firstReplySeconds"}


def template() -> str:
    """The first line of a file, and an example."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(TEMPLATE)
    example = {"conversation_id": "chat-1", "message_id": "m1", "role": "user", "content": "Where is my parcel?"}
    example |= {"sent_at": "2026-01-31T12:00:00Z", "user_id": "user-1", "custom.name": "a field of your own"}
    rows.writerow([example.get(name, "") for name in TEMPLATE])
    return written.getvalue()


def read_table(file: File, options: Options, name: str | None = None) -> Iterator[Found]:
    """The conversations of a table; rows of one that stand together are one piece of it.

    Raises:
        Unreadable: the header lacks a column that is needed.
    """
    with file.opened(name) as source, io.TextIOWrapper(source, "utf-8-sig", "replace", newline="") as text:
        csv.field_size_limit(_CELL)
        rows = _Rows(text, options.columns)
        run: _Run | None = None
        ended: set[str] = set()
        for line, row in rows:
            if isinstance(row, Fault):
                yield row
                continue
            try:
                conversation = id_of(row["conversation_id"], "conversation_id")
                if run is None or run.conversation != conversation:
                    if run is not None:
                        ended.add(run.conversation)
                        yield from run.rest()
                    run = _Run(line, conversation, again=conversation in ended)
                run.add(line, row)
            except Wrong as wrong:
                yield Fault(line, str(wrong))
            if run is not None and run.is_full:
                yield run.piece()
        if run is not None:
            yield from run.rest()


class _Rows:
    """The rows of a table, by the template's names."""

    def __init__(self, text: Any, columns: Mapping[str, str]) -> None:
        first = text.readline(_CELL)
        delimiter = max(_DELIMITERS, key=first.count)
        self._lines, self._read = text, first
        try:
            header = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            header = []
        self._names = _renamed([text_of(each.strip()) for each in header], columns)
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        while True:
            line = reader.line_num + 2
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield line, Fault(line, f"cannot be read as CSV: {error}")
                continue
            if cells is None:
                return
            if not any(cells):
                continue
            if len(cells) > len(self._names):
                yield line, Fault(line, f"has {len(cells)} cells, and the header has {len(self._names)}")
                continue
            cells += [""] * (len(self._names) - len(cells))
            yield line, dict(zip(self._names, cells, strict=True))


def _renamed(header: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """The columns by the template's names.

    Raises:
        Unreadable: one that is needed is not there, or stands twice.
    """
    if set(header) >= _OF_AN_EXPORT:
        raise Unreadable("this is an export with one conversation a row, which has no messages: export it as jsonl")
    if missing := [own for own in columns.values() if own not in header]:
        raise Unreadable(f"the file has no column '{missing[0]}'; it has {', '.join(header)[:500]}")
    back = {own: wanted for wanted, own in columns.items()}
    names = [back.get(each, each if each not in columns else f"{each}\0") for each in header]
    if missing := [each for each in REQUIRED if each not in names]:
        raise Unreadable(
            f"the file has no column {', '.join(missing)}; name the file's own with --map {missing[0]}=<column>. "
            f"It has {', '.join(header)[:500]}"
        )
    if twice := [each for each in names if each and names.count(each) > 1]:
        raise Unreadable(f"the file has the column '{twice[0]}' twice")
    return names


class _Run:
    """Rows of one conversation that stand together."""

    def __init__(self, line: int, conversation: str, *, again: bool) -> None:
        self.conversation = conversation
        self._line = line
        self._again = again
        self._ids = MadeIds(conversation)
        self._drafts: list[Draft] = []
        self._attributes: dict[str, dict[str, Any]] = {}
        self._size = 0
        self._first = True

    @property
    def is_full(self) -> bool:
        """Whether the piece should be handed on."""
        return len(self._drafts) >= PIECE_MESSAGES or self._size >= PIECE_BYTES

    def add(self, line: int, row: Mapping[str, str]) -> None:
        """Take a row.

        Raises:
            Wrong: it cannot be taken.
        """
        role = known_role(row["role"].strip().lower())
        if role is None:
            raise Wrong(f"role: '{row['role'][:50]}' is not one of user, assistant, system, tool")
        content = content_of(row["content"])
        if not content.strip():
            raise Wrong("content is empty")
        sent_at = time_of(row["sent_at"], "sent_at") if row.get("sent_at", "").strip() else None
        given = row.get("message_id", "").strip()
        if not given and self._again:
            raise Wrong("rows of one conversation stand together where messages have no message_id")
        identifier = id_of(given, "message_id") if given else self._ids.of(role, content, row.get("sent_at", ""))
        for group, fields in _around(row).items():
            self._attributes.setdefault(group, {}).update(fields)
        if not self._drafts and self._first:
            self._line = line
        self._drafts.append(Draft(role=role, content=content, id=identifier, sent_at=sent_at))
        self._size += len(content)

    def piece(self, *, last: bool = False) -> Piece:
        """What was taken since the last piece."""
        piece = Piece(
            line=self._line,
            external_id=self.conversation,
            drafts=self._drafts,
            attributes=self._attributes,
            whole=last and self._first and not self._again,
        )
        self._drafts, self._attributes, self._size, self._first = [], {}, 0, False
        return piece

    def rest(self) -> Iterator[Piece]:
        """What was taken and not handed on."""
        if self._drafts:
            yield self.piece(last=True)


def _around(row: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What a row says of user, organization, session and custom fields."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        if not value.strip():
            continue
        if name in COLUMNS:
            group, field = COLUMNS[name]
        elif name.startswith(_CUSTOM) and len(name) > len(_CUSTOM):
            group, field = "custom", name.removeprefix(_CUSTOM)
        else:
            continue
        found.setdefault(group, {})[field] = value
    return {group: fields_of(fields, group) for group, fields in found.items()}
