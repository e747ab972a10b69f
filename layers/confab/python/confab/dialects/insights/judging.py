"""The answer to whoever asks that a conversation be judged again; apart from the reads, which load more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from confab.dialects.insights import answers


def judged_again(conversation_id: str) -> answers.JudgedAgain:
    """The conversation that waits."""
    return {"id": conversation_id, "analysisPending": True}
