"""Feedback below the resolver, which serves one request a process: for clients side by side in one process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.feedback.give import FeedbackRequest


def feedback_request(
    feedback_id: str | None, message_id: str, kind: str = "positive", body: Mapping[str, Any] | None = None
) -> FeedbackRequest:
    """Feedback that says nothing of its time."""
    return FeedbackRequest(
        id=feedback_id, kind=kind, message_id=message_id, created_at=None, updated_at=None, body=body or {}
    )
