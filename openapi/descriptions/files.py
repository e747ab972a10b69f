"""Exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.analysis import ANALYSIS
from openapi.descriptions.described import Described
from openapi.descriptions.shared import SHARED

_SEARCH: Final = "getV1InsightsConversations."
_EXPORT: Final = "getV1InsightsConversationsExport."

FILES: Final[Mapping[str, Described]] = {
    # An export has the filters of the list.
    **{
        _EXPORT + key.removeprefix(_SEARCH): described
        for key, described in {**SHARED, **ANALYSIS}.items()
        if key.startswith(_SEARCH)
    },
    f"{_EXPORT}format": Described(
        "`csv`: a row a conversation. `jsonl`: whole conversations. `openai`: examples for fine-tuning. "
        "`manifest`: ids and digests of messages, for a reconciliation.",
        "csv",
    ),
    "ReconcileBody.conversations": Described("What the client says that it sent; at most 5,000 messages in all."),
    "ClaimedConversation.messages": Described("Every message of the conversation; instead of `count` and `digest`."),
    "ClaimedConversation.count": Described("How many messages there are; with `digest`.", 2),
    "ClaimedConversation.digest": Described(
        "SHA-256, in hexadecimal, over the lines `id` NUL `sha256` LF of all messages, sorted by id.", "0f" * 32
    ),
    "ClaimedMessage.id": Described("The message's id.", "m-1"),
    "sha256": Described("SHA-256, in hexadecimal, of the role, a line feed and the content.", "0f" * 32),
    "Reconciled.ok": Described("Whether nothing is missing, changed or unknown.", True),
    "Reconciled.conversations": Described("The outcome of each conversation, in the order sent."),
    "Reconciled.summary": Described("How many conversations there are by outcome."),
    "ReconcileSummary.conversations": Described("How many conversations were compared.", 2),
    "ReconcileSummary.match": Described("How many are stored as they were sent.", 1),
    "ReconcileSummary.different": Described("How many are stored otherwise.", 1),
    "ReconcileSummary.missing": Described("How many are not stored.", 0),
    "ReconcileSummary.unverifiable": Described("How many match but for texts that were redacted.", 0),
    "ReconciledConversation.status": Described(
        "`missing`: it is not stored; `unverifiable`: texts were redacted before they were stored.", "different"
    ),
    "ReconciledConversation.missing": Described("Ids that were sent and are not stored."),
    "ReconciledConversation.changed": Described("Ids under which something else is stored."),
    "ReconciledConversation.unknown": Described("Ids that are stored and not in the list."),
    "ReconciledConversation.unverifiable": Described("Ids whose text was redacted, which leaves nothing to compare."),
    "ReconciledConversation.stored": Described("How many messages are stored.", 2),
    "ConversationLine.web": Described("Present for conversations that a browser began."),
}
