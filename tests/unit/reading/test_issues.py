"""Which behaviours of an answer are told as issues."""

from __future__ import annotations

import pytest
from confab.dialects.openbat.reading import _issues
from confab.domain.results import BEHAVIOURS, MessageResult

WELL = {"helpful", "asking", "acknowledged", "other"}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_behaviour_is_an_issue_only_if_it_needs_improvement(behaviour: str) -> None:
    assert _issues(MessageResult(key="m", behaviour=behaviour)) == ([] if behaviour in WELL else [behaviour])
