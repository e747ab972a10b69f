"""A chatbot: the tenant that conversations belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatbot:
    """A chatbot: the tenant that conversations belong to.

    Attributes:
        settings: free settings of the team.
        fields: the declared custom fields, name to type (``string``, ``number``, ``boolean``).
    """

    id: str
    workspace_id: str
    name: str
    created_at: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
