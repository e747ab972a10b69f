"""The page about deployments names every type of resource that a deployment makes."""

from __future__ import annotations

import re

import pytest

from local.nested import STACK
from local.settings import ROOT
from local.template import load

PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
MADE = {resource["Type"] for resource in load(ROOT / "template.yaml")["Resources"].values()} | {STACK}


@pytest.mark.parametrize("kind", sorted(MADE))
def test_a_type_that_is_made_is_named(kind: str) -> None:
    assert re.search(rf"{kind}\b", PAGE)


def test_no_other_type_is_named() -> None:
    section = PAGE[PAGE.index("## What it makes") : PAGE.index("## Rights")]
    assert set(re.findall(r"AWS::\w+::\w+", section)) == MADE
