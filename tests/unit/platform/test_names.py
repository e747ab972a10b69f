"""The name of a test states its claim, on one line."""

from __future__ import annotations

import re

from tests.support.sources import ROOT

TEST = re.compile(r"^ *def (test_\w+)\(", re.MULTILINE)


def test_every_tests_name_has_fewer_than_80_characters() -> None:
    names = [name for file in (ROOT / "tests").rglob("test_*.py") for name in TEST.findall(file.read_text())]
    assert len(names) > 1000
    assert [name for name in names if len(name) >= 80] == []
