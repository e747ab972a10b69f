"""Capture with a browser's key: it begins conversations of browsers and adds messages to them (docs/browser.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from confab.capture.capture import Capture, Captured
from confab.capture.reach import BROWSERS, check_continuation
from confab.domain.fingerprints import Fingerprints
from confab.domain.web_access import cannot_be_guessed, facets_added
from confab.redaction.redactors import Redactors
from confab.storage.conversation_row import ERASING, WEB, read_facets
from confab.storage.row_updates import Expiring, RowChange
from confab.storage.values import Item, Place

if TYPE_CHECKING:
    from confab.capture.intake import CaptureRequest
    from confab.storage.conversations import ConversationStore
    from confab.storage.histories import HistoryStore


class BrowserCapture:
    """Captures the messages that a browser's key may add to a conversation.

    Args:
        capture: stores it.
        conversations, logs: the stores.
        redactors: what the chatbots want redacted.
    """

    def __init__(
        self, capture: Capture, conversations: ConversationStore, logs: HistoryStore, redactors: Redactors
    ) -> None:
        self._capture = capture
        self._conversations = conversations
        self._logs = logs
        self._redactors = redactors

    def __call__(self, chatbot_id: str, request: CaptureRequest) -> Captured:
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
            facets=redactor.facets(request.facets),
            row=RowChange(first={WEB: True}),
            redacted=True,
        )
        row = self._row(place)
        if row and not cannot_be_guessed(identifier):
            self._check_known(place, request, redactor.fingerprints)
        return self._capture(chatbot_id, replace(request, facets=facets_added(read_facets(row), request.facets)))

    def _row(self, place: Place) -> Item:
        """The conversation's row; empty where none can be read."""
        try:
            row = self._conversations.snapshot(*place).row
        except Expiring:
            return {}
        return {} if ERASING in row else row

    def _check_known(self, place: Place, request: CaptureRequest, fingerprints: Fingerprints) -> None:
        stored = self._logs.load(*place)
        if stored.readable:
            check_continuation(stored, request.external_id or "", request.drafts, fingerprints.said)
