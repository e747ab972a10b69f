"""Files to import, and what is read of them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from confab.importing.detect import read
from confab.importing.files import File
from confab.importing.pieces import Fault, Options, Piece


def file_of(tmp_path: Path, content: str | bytes | Mapping[str, str], name: str = "file") -> File:
    path = tmp_path / name
    if isinstance(content, Mapping):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in content.items():
                archive.writestr(member, text)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return File(path)


def read_all(tmp_path: Path, content: Any, **options: Any) -> list[Piece | Fault]:
    return list(read(file_of(tmp_path, content), Options(**options)))


def said_in(found: Sequence[Piece | Fault]) -> dict[str | None, list[tuple[str, str, str | None]]]:
    """The messages by conversation, as role, text and id; there may be no fault."""
    said: dict[str | None, list[tuple[str, str, str | None]]] = {}
    for piece in found:
        assert isinstance(piece, Piece), piece
        name = piece.external_id or piece.conversation_id
        said.setdefault(name, []).extend((draft.role, draft.content, draft.id) for draft in piece.drafts)
    return said


def faults_in(found: Sequence[Piece | Fault]) -> list[tuple[int, str]]:
    return [(each.line, each.message) for each in found if isinstance(each, Fault)]
