"""Links between the pages of the documentation have a target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/**/*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _prose(page: Path) -> Iterator[tuple[int, str]]:
    """The lines of a page outside of blocks of code, with their numbers."""
    in_code = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code:
            yield number, line


def _anchors(page: Path) -> set[str]:
    """The names by which the headings of a page are linked to."""
    headings = [line.lstrip("#").strip().lower() for _, line in _prose(page) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_given_a_page_when_its_links_are_followed_then_each_has_a_target(page: Path) -> None:
    broken = []
    for number, line in _prose(page):
        for link in _LINK.findall(line):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if "://" not in link and (not target.exists() or (anchor and anchor not in _anchors(target))):
                broken.append(f"{number}: {link}")
    assert broken == []
