"""The API reference is a page by itself: it needs its folder, and asks no other place for anything."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from openapi import reference
from openapi.document import document


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in ((reference.RENDERER, b"logo=" + reference.LOGO), (reference.NOTICES, b"MIT")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    cache = tmp_path / "package.tgz"
    cache.write_bytes(packed.getvalue())
    monkeypatch.setattr(reference, "CACHE", cache)
    reference.write(tmp_path / "reference")
    return tmp_path / "reference"


def test_the_page_has_all_that_it_needs_in_its_folder(written: Path) -> None:
    names = {path.name for path in written.iterdir()}
    assert names == {"index.html", "reference.js", "redoc.standalone.js", "redoc.standalone.js.LICENSE.txt"}
    assert (written / "redoc.standalone.js").read_bytes() == b"logo=data:,"


def test_the_page_may_ask_no_other_place(written: Path) -> None:
    page = (written / "index.html").read_text()
    assert "default-src 'none'" in page
    assert "http:" not in page
    assert "https:" not in page


def test_the_page_draws_the_document(written: Path) -> None:
    script = (written / "reference.js").read_text()
    drawn, _ = json.JSONDecoder().raw_decode(script.removeprefix("Redoc.init("))
    assert drawn == json.loads(json.dumps(document()))
