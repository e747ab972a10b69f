"""Reconciliation (docs/data.md): the body of the request, and the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from confab.dialects.fields import Identifier, Request
from confab.domain.manifest import (
    MATCH,
    MAX_CONVERSATIONS,
    MAX_MESSAGES,
    MAX_NAMED,
    STATUSES,
    UNVERIFIABLE,
    Claim,
    Comparison,
)

if TYPE_CHECKING:
    from confab.dialects.openbat import answers

MAX_ID: Final = 4096


def _lower(digest: str) -> str:
    return digest.lower()


Sha256 = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$"), AfterValidator(_lower)]


class ClaimedMessage(Request):
    """A message that the client sent; without ``sha256`` only its presence is compared."""

    id: Annotated[str, Field(min_length=1, max_length=MAX_ID)]
    sha256: Sha256 | None = None


class ClaimedConversation(Request):
    """A conversation that the client sent: its messages, or their number and one digest."""

    conversationId: Identifier
    messages: Annotated[list[ClaimedMessage], Field(max_length=MAX_MESSAGES)] | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    digest: Sha256 | None = None

    @model_validator(mode="after")
    def _one_form(self) -> ClaimedConversation:
        if self.messages is not None and (self.count is not None or self.digest is not None):
            raise ValueError("takes messages, or count and digest, and not both")
        if self.messages is None and (self.count is None or self.digest is None):
            raise ValueError("needs messages, or count and digest")
        if self.messages and len({message.id for message in self.messages}) < len(self.messages):
            raise ValueError("names a message twice")
        return self

    def claim(self) -> Claim:
        """What it says."""
        messages = None if self.messages is None else {message.id: message.sha256 for message in self.messages}
        return Claim(
            conversation_id=self.conversationId,
            messages=messages,
            count=self.count or 0,
            digest=self.digest or "",
        )


class ReconcileBody(Request):
    """The body of ``POST /api/v1/reconcile``."""

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    conversations: Annotated[list[ClaimedConversation], Field(min_length=1, max_length=MAX_CONVERSATIONS)]

    @model_validator(mode="after")
    def _bounded(self) -> ReconcileBody:
        if sum(len(each.messages or ()) for each in self.conversations) > MAX_MESSAGES:
            raise ValueError(f"names more than {MAX_MESSAGES:,} messages in all")
        return self

    def claims(self) -> Iterator[Claim]:
        """What it says, conversation by conversation."""
        return (each.claim() for each in self.conversations)


def reconciled(compared: Sequence[Comparison]) -> answers.Reconciled:
    """The answer."""
    counts = Counter(each.status for each in compared)
    return {
        "ok": all(each.status in (MATCH, UNVERIFIABLE) for each in compared),
        "summary": {
            "conversations": len(compared),
            "match": counts["match"],
            "different": counts["different"],
            "missing": counts["missing"],
            "unverifiable": counts["unverifiable"],
        },
        "conversations": [_row(each) for each in compared],
    }


def _row(compared: Comparison) -> answers.ReconciledConversation:
    assert compared.status in STATUSES
    return {
        "conversationId": compared.conversation_id,
        "status": compared.status,
        "missing": list(compared.missing[:MAX_NAMED]),
        "changed": list(compared.changed[:MAX_NAMED]),
        "unknown": list(compared.unknown[:MAX_NAMED]),
        "unverifiable": list(compared.unverifiable[:MAX_NAMED]),
        "stored": compared.stored,
    }
