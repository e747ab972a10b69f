"""Storing what a file holds: every message once, however often the file is imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Final, TypeVar

from confab.capture.capture import Capture
from confab.capture.history import HistoryRequest, LogConversation
from confab.capture.intake import CaptureRequest
from confab.capture.reach import SERVERS, Servers
from confab.domain.fingerprints import HISTORY_EXTRAS, Fingerprints
from confab.domain.identity import DIGEST_BYTES, conversation_id, position_digest, position_key, web_conversation_id
from confab.domain.message import Draft
from confab.feedback.events import NoteEvents
from confab.feedback.give import FeedbackRequest, GiveFeedback
from confab.importing.own import CREATED_AT, UNSAID
from confab.importing.pieces import Piece
from confab.platform.errors import TooManyRequests, Unavailable
from confab.platform.runtime import Runtime
from confab.redaction.redactors import Redactors
from confab.scores.give import GiveScores
from confab.storage.clocks import to_micros
from confab.storage.row_updates import RowChange, RowFields
from confab.storage.values import Place
from confab.storage.visibility import Visibility

WAITS: Final = 20
"""How often one thing waits for its conversation's next minute, which takes so much of feedback, events and scores."""

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Tally:
    """What became of what was read.

    Attributes:
        conversations: pieces that were stored, or are stored already.
        messages: those that were read in them.
        stored, duplicates, conflicts: of the messages; a conflict stays as it was stored before.
        feedback, events, scores: how many were stored, or are stored already.
        expired: conversations that the chatbot's retention would remove at once, and that were not stored.
    """

    conversations: int = 0
    messages: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    feedback: int = 0
    events: int = 0
    scores: int = 0
    expired: int = 0

    def add(self, other: Tally) -> None:
        """Add another one."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class ImportUses:
    """The use cases that an import stores with."""

    capture: Capture
    log_conversation: LogConversation
    give_feedback: GiveFeedback
    note_events: NoteEvents
    give_scores: GiveScores


class _Web(Servers):
    """Conversations that browsers' keys began, for an import, which may write all of them."""

    web = True  # type: ignore[misc]

    def begins_at(self, chatbot_id: str, external_id: str) -> str:
        return web_conversation_id(chatbot_id, external_id)


WEB: Final = _Web()


class StorePieces:
    """Stores conversations of files with the use cases that store those of clients.

    Args:
        uses: the use cases.
        history_of: checks the body of a whole history.
        visibility: tells what has expired.
        redactors: recognise messages that came without an id.
        runtime: waits.
    """

    def __init__(
        self,
        uses: ImportUses,
        history_of: Callable[[Mapping[str, Any]], HistoryRequest],
        visibility: Visibility,
        redactors: Redactors,
        runtime: Runtime,
    ) -> None:
        self._uses = uses
        self._history_of = history_of
        self._visibility = visibility
        self._redactors = redactors
        self._runtime = runtime

    def __call__(self, chatbot_id: str, piece: Piece, *, dry: bool = False) -> Tally:
        """Store a piece.

        Args:
            dry: only say what would be stored.

        Raises:
            ConfabError: it cannot be stored; the text says why.
        """
        tally = Tally(conversations=1, messages=len(piece.drafts))
        if self._expired(chatbot_id, piece):
            return Tally(messages=len(piece.drafts), expired=1)
        history = None if piece.history is None else self._history_of(piece.history)
        if dry:
            tally.feedback, tally.events, tally.scores = map(len, (piece.feedback, piece.events, piece.scores))
            return tally
        place = (chatbot_id, self._stored_at(chatbot_id, piece))
        if history is not None:
            self._log(chatbot_id, piece, history, tally)
        elif piece.drafts:
            self._capture(chatbot_id, piece, tally)
        self._give(place, piece, tally)
        return tally

    def _expired(self, chatbot_id: str, piece: Piece) -> bool:
        """Whether retention would remove the conversation at once. Of a part nobody knows what follows."""
        cutoff = self._visibility.cutoff(chatbot_id)
        if cutoff is None or not piece.whole or not piece.drafts:
            return False
        return max(to_micros(draft.sent_at or self._runtime.now()) for draft in piece.drafts) <= cutoff

    def _stored_at(self, chatbot_id: str, piece: Piece) -> str:
        if piece.external_id is None:
            return piece.conversation_id or ""
        begin = web_conversation_id if piece.web else conversation_id
        return begin(chatbot_id, piece.external_id)

    def _capture(self, chatbot_id: str, piece: Piece, tally: Tally) -> None:
        request = CaptureRequest(
            external_id=piece.external_id,
            conversation_id=self._stored_at(chatbot_id, piece),
            dialect=piece.dialect,
            kind=piece.kind,
            drafts=_as_wanted(piece, self._recognised(chatbot_id, piece)),
            attributes=piece.attributes,
            row=RowChange(first=RowFields(managed=piece.managed, web=piece.web)),
        )
        counts = self._uses.capture(chatbot_id, request).counts
        tally.stored = counts["captured"]
        tally.duplicates = counts["duplicates"]
        tally.conflicts = counts["conflicts"]

    def _recognised(self, chatbot_id: str, piece: Piece) -> Sequence[Draft]:
        """The messages under the identity that the chatbot's own clients give them.

        A message without an id has a key of its chatbot's own secret, or of its place. In another chatbot it has the
        key that it would have there, so that a client without ids may go on with its conversation.
        """
        if piece.source == chatbot_id:
            return piece.drafts
        fingerprints = self._redactors.of(chatbot_id).fingerprints
        return [self._at_home(draft, fingerprints, whole=piece.whole) for draft in piece.drafts]

    @staticmethod
    def _at_home(draft: Draft, fingerprints: Fingerprints, *, whole: bool) -> Draft:
        placed = position_digest(draft.key) if draft.key is not None else None
        if placed is not None:
            if whole:
                return replace(draft, key=None, aligned=True)
            # Of a part alignment cannot tell where it belongs; its place is known.
            return replace(draft, key=position_key(placed[0], fingerprints.said(draft)[:DIGEST_BYTES]))
        if draft.key is None or draft.key[0] not in "ts":
            return draft
        bare = replace(draft, key=None, sent_at=draft.sent_at if draft.key[0] == "t" else None)
        return replace(draft, key=fingerprints.own_key(bare) or draft.key)

    def _log(self, chatbot_id: str, piece: Piece, request: HistoryRequest, tally: Tally) -> None:
        sent = (piece.history or {})["messages"]
        drafts = [_unsaid(d) if each[UNSAID] else d for d, each in zip(request.drafts, sent, strict=True)]
        request = replace(request, drafts=_as_wanted(piece, drafts))
        logged = self._uses.log_conversation(chatbot_id, request, WEB if piece.web else SERVERS)
        tally.stored = logged.new
        tally.duplicates = len(piece.drafts) - logged.new

    def _give(self, place: Place, piece: Piece, tally: Tally) -> None:
        for given in piece.feedback:
            request = FeedbackRequest(
                id=given.id,
                kind=given.kind,
                message_id=given.message_id,
                created_at=given.created_at,
                updated_at=given.updated_at,
                body=given.body,
            )
            self._patiently(partial(self._uses.give_feedback, place[0], request, WEB if piece.web else SERVERS))
            tally.feedback += 1
        for event in piece.events:
            self._patiently(partial(self._uses.note_events.in_conversation, place, event))
            tally.events += 1
        for score in piece.scores:
            self._patiently(partial(self._uses.give_scores.in_conversation, place, score))
            tally.scores += 1

    def _patiently(self, call: Callable[[], Answer]) -> Answer:
        """Make a call again when its conversation's minute is over."""
        for _ in range(WAITS):
            try:
                return call()
            except TooManyRequests as full:
                self._runtime.sleep(full.retry_after)
        raise Unavailable("The conversation stayed busy; import the file again.")


def _as_wanted(piece: Piece, drafts: Sequence[Draft]) -> Sequence[Draft]:
    return drafts if piece.analyse else [replace(draft, judge=False) for draft in drafts]


def _unsaid(draft: Draft) -> Draft:
    """A message of a history at its time, which its caller did not say."""
    own = {name: value for name, value in draft.extras.get(HISTORY_EXTRAS, {}).items() if name != CREATED_AT}
    others = {name: value for name, value in draft.extras.items() if name != HISTORY_EXTRAS}
    return replace(draft, extras={**others, **({HISTORY_EXTRAS: own} if own else {})})
