"""The answer about how far the analysis of a conversation has come (OpenBat's "await analysis")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from confab.dialects.pages import ROOM, Position, run_of
from confab.dialects.pages import Entry as PageEntry
from confab.domain.identity import message_uuid
from confab.domain.message import Message
from confab.reading.analysis_status import AnalysisStatus
from confab.storage.transcripts import Span, order_of

if TYPE_CHECKING:
    from confab.dialects.openbat import answers

NOT_FOUND: Final[answers.AnalysisStatus] = {
    "found": False,
    "id": None,
    "allComplete": False,
    "anyFailed": False,
    "error": None,
    "messages": [],
}


def status_answer(status: AnalysisStatus | None, span: Span) -> tuple[answers.AnalysisStatus, Position | None]:
    """The answer of the status, or of a page of it, and where the next page begins."""
    if status is None:
        return NOT_FOUND, None
    of = status.conversation.id

    def entry(message: Message, word: str) -> PageEntry:
        shown: answers.MessageStatus = {
            "id": message_uuid(of, message.key),
            "externalId": message.external_id,
            "status": word,
        }
        return PageEntry(order_of(message), "messages", lambda: shown)

    run = run_of([entry(*each) for each in status.messages], span, room=ROOM, more=status.more)
    answer: answers.AnalysisStatus = {
        "found": True,
        "id": of,
        "allComplete": status.complete,
        "anyFailed": status.failed,
        "error": status.conversation.analysis_failed,
        "messages": run.of("messages"),
    }
    return answer, run.position
