"""A rule: when a chatbot's team wants to be told, of what, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

WORKFLOW: Final = "workflow"
ALERT: Final = "alert"
REPORT: Final = "report"
KINDS: Final = (WORKFLOW, ALERT, REPORT)
MAX_RULES: Final = 50
"""Of a chatbot, of all kinds."""
MAX_DESTINATIONS: Final = 10
"""Of a rule."""
RULE_BYTES: Final = 16 * 1024
"""Bytes of JSON of a rule's settings and template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Attributes:
        kind: one of ``KINDS``.
        destinations: the ids of the destinations that it tells.
        include_text: whether text of messages may leave the account with what it tells.
        template: what it says instead of the service's own words; None for those.
        settings: what only rules of its kind have, as JSON values.
        since: nothing counts for it that happened before (UTC): when it was made, or began to say something else.
        revision: moves with every change.
    """

    id: str
    chatbot_id: str
    kind: str
    name: str
    created_at: datetime
    since: datetime
    enabled: bool = True
    destinations: Sequence[str] = ()
    include_text: bool = False
    template: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """What an operator says of a rule; checked as its kind wants it."""

    kind: str
    name: str
    enabled: bool
    destinations: Sequence[str]
    include_text: bool
    template: str | None
    settings: Mapping[str, Any]
