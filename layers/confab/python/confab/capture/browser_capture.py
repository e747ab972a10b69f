"""Capture with a browser's key: it begins conversations of browsers and adds messages to them (docs/browser.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from confab.capture.capture import Capture, CaptureResult
from confab.capture.reach import BROWSERS, check_continuation
from confab.domain.fingerprints import Fingerprints
from confab.domain.web_access import attributes_added, cannot_be_guessed
from confab.redaction.redactors import Redactors
from confab.storage.row import NO_ROW, ConversationRow
from confab.storage.row_updates import Expiring, RowChange, RowFields
from confab.storage.transcripts import WHOLE
from confab.storage.values import Place

if TYPE_CHECKING:
    from confab.capture.intake import CaptureRequest
    from confab.storage.conversations import ConversationStore
    from confab.storage.partition_reader import PartitionReader


class BrowserCapture:
    """Captures the messages that a browser's key may add to a conversation.

    Args:
        capture: stores it.
        conversations, partitions: the stores.
        redactors: what the chatbots want redacted.
    """

    def __init__(
        self, capture: Capture, conversations: ConversationStore, partitions: PartitionReader, redactors: Redactors
    ) -> None:
        self._capture = capture
        self._conversations = conversations
        self._partitions = partitions
        self._redactors = redactors

    def __call__(self, chatbot_id: str, request: CaptureRequest) -> CaptureResult:
        """Store what is new, change nothing, and queue the analysis.

        Under an id that cannot be guessed any messages are taken; under another one the whole history is needed.
        Messages are final: nothing that a browser sends is replaced by what is sent later.

        Raises:
            Forbidden: the key may not add this to the conversation.
            Unavailable: as ``Capture``.
        """
        identifier = request.external_id or ""
        place = (chatbot_id, BROWSERS.begins_at(chatbot_id, identifier))
        redactor = self._redactors.of(chatbot_id)
        request = replace(
            request,
            conversation_id=place[1],
            drafts=redactor.messages([replace(draft, final=True) for draft in request.drafts]),
            attributes=redactor.attributes(request.attributes),
            row=RowChange(first=RowFields(web=True)),
            redacted=True,
        )
        row = self._row(place)
        if row and not cannot_be_guessed(identifier):
            self._check_known(place, request, redactor.fingerprints)
        return self._capture(
            chatbot_id, replace(request, attributes=attributes_added(row.attributes, request.attributes))
        )

    def _row(self, place: Place) -> ConversationRow:
        """The conversation's row; false where none can be read."""
        try:
            row = self._conversations.snapshot(*place).row
        except Expiring:
            return NO_ROW
        return NO_ROW if row.erasing else row

    def _check_known(self, place: Place, request: CaptureRequest, fingerprints: Fingerprints) -> None:
        stored = self._partitions.read(place, WHOLE)
        if stored.readable:
            check_continuation(stored, request.external_id or "", request.drafts, fingerprints.said)
