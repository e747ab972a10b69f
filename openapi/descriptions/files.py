"""Exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.analysis import ANALYSIS
from openapi.descriptions.described import TIME, UUID, Described
from openapi.descriptions.scores import SCORES
from openapi.descriptions.shared import SHARED

_SEARCH: Final = "getV1InsightsConversations."
_EXPORT: Final = "getV1InsightsConversationsExport."

FILES: Final[Mapping[str, Described]] = {
    # An export has the filters of the list.
    **{
        of + key.removeprefix(_SEARCH): described
        for key, described in {**SHARED, **ANALYSIS, **SCORES}.items()
        for of in (_EXPORT, "FilterQuery.")
        if key.startswith(_SEARCH)
    },
    f"{_EXPORT}format": Described(
        "`csv`: a row a conversation. `jsonl`: whole conversations. `openai`: examples for fine-tuning. "
        "`manifest`: ids and digests of messages, for a reconciliation.",
        "csv",
    ),
    "exports/{exportId}": Described("The export's id.", UUID),
    "ExportBody.format": Described("`csv`, `jsonl`, `openai` or `manifest`, as for the direct export.", "csv"),
    "ExportBody.filters": Described("What conversations must have, by the names of the query; all without it."),
    "ExportStarted.id": Described("The export's id.", UUID),
    "ExportJob.id": Described("The export's id.", UUID),
    "ExportJob.format": Described("The format of its files.", "csv"),
    "ExportStarted.status": Described("How far it is.", "queued"),
    "ExportJob.status": Described("How far it is.", "done"),
    "ExportJob.rows": Described("How many conversations were written.", 1200),
    "ExportJob.total": Described("How many there were when it began; null with filters.", 1200),
    "ExportJob.createdAt": Described("When it began: ISO 8601 in UTC.", TIME),
    "ExportJob.endedAt": Described("When it ended: ISO 8601 in UTC; null while it runs.", TIME),
    "ExportJob.expiresAt": Described("Until when its files are handed out: ISO 8601 in UTC.", TIME),
    "ExportJob.failure": Described("Why it failed; null otherwise."),
    "ExportJob.files": Described("Its files, once it is done: one after the other they are the whole."),
    "ExportedPart.url": Described("Where the file is, for whoever has the address."),
    "ExportedPart.bytes": Described("How large the file is.", 900000),
    "ExportedPart.rows": Described("How many conversations it has.", 1200),
    "ExportedPart.expiresAt": Described("Until when the address works: ISO 8601 in UTC.", TIME),
    "imports/{importId}": Described("The import's id.", UUID),
    "ImportBody.format": Described("The format of the file; `auto` finds out.", "csv"),
    "ImportBody.columns": Described("Of CSV: the file's own name of a column, by the template's.", {"content": "Text"}),
    "ImportBody.assistants": Described("Of chats between people: who answers, by name or id.", ["Support"]),
    "ImportBody.dates": Described("Of WhatsApp: the order of day, month and year.", "dmy"),
    "ImportBody.analyse": Described("Whether what is stored is judged. If not, it is only counted.", True),
    "ImportBody.dryRun": Described("Whether all is read and checked, and nothing stored.", True),
    "ImportMade.id": Described("The import's id.", UUID),
    "ImportMade.status": Described("How far it is.", "waiting"),
    "ImportMade.upload": Described("How the file is uploaded."),
    "Upload.url": Described("Where the form is posted to."),
    "Upload.fields": Described("The fields of the form; the file comes after them, as `file`."),
    "Upload.maxBytes": Described("How large the file may be.", 1000000000),
    "Upload.expiresAt": Described("Until when it can be uploaded: ISO 8601 in UTC.", TIME),
    "ImportJob.id": Described("The import's id.", UUID),
    "ImportJob.format": Described("The format as it was named.", "csv"),
    "ImportJob.analyse": Described("Whether what is stored is judged.", True),
    "ImportJob.dryRun": Described("Whether nothing is stored.", False),
    "ImportJob.status": Described("How far it is.", "done"),
    "ImportJob.conversations": Described("How many conversations, or pieces of large ones, were taken.", 1200),
    "ImportJob.messages": Described("How many messages they have.", 9000),
    "ImportJob.stored": Described("How many of them are new.", 9000),
    "ImportJob.duplicates": Described("How many were stored already.", 0),
    "ImportJob.conflicts": Described("How many stay as they were stored before, which is otherwise.", 0),
    "ImportJob.feedback": Described("How much feedback was taken.", 12),
    "ImportJob.events": Described("How many events were taken.", 3),
    "ImportJob.expired": Described("Conversations older than the retention, which were not stored.", 0),
    "ImportJob.faults": Described("The first 100 things that could not be taken."),
    "ImportJob.faulty": Described("How many things could not be taken.", 0),
    "ImportFault.line": Described("The line in the file, from 1; 0 where it is the file as a whole.", 7),
    "ImportFault.message": Described("What is wrong with it.", "content is empty"),
    "ImportJob.createdAt": Described("When it was made: ISO 8601 in UTC.", TIME),
    "ImportJob.endedAt": Described("When it ended: ISO 8601 in UTC; null before.", TIME),
    "ImportJob.expiresAt": Described("Until when it is shown: ISO 8601 in UTC.", TIME),
    "ImportJob.failure": Described("Why it failed as a whole; null otherwise."),
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
