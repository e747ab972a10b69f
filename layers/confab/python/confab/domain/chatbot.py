"""A chatbot: the tenant that conversations belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.domain.topics import Topic

PRIVACY_SETTING: Final = "privacy"
RETENTION_SETTING: Final = "retentionDays"
"""The names, among a chatbot's settings, of its privacy settings and of the retention in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatbot:
    """A chatbot: the tenant that conversations belong to.

    Attributes:
        settings: the team's settings, as JSON values.
        fields: the declared custom fields, name to type (``string``, ``number``, ``boolean``).
        required: those of them that a conversation should have.
        denied: undeclared fields that the team does not want to hear of again.
        topics: the topics that the team declared; they go before those that are found.
        key_id: the key that was issued with it and that ``rotate-key`` replaces; None when there is none.
        privacy_changed_at: when the team last changed what is redacted or how long conversations are kept; None for
            never, or before that was noted.
        archived_at: since when it takes no more writes; None when it does.
        revision: moves with every change, so that two changes at a time follow one another.
    """

    id: str
    workspace_id: str
    name: str
    created_at: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    topics: Sequence[Topic] = ()
    key_id: str | None = None
    privacy_changed_at: datetime | None = None
    archived_at: datetime | None = None
    revision: int = 0
