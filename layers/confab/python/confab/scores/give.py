"""Scores that are given, changed and taken back: each once under its id, however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from confab.domain.conversation import Conversation
from confab.domain.corrections import CONVERSATION, NotAFinding, check_correction
from confab.domain.placing import not_ahead
from confab.domain.scores import CATEGORICAL, END_USER, HUMAN, TEXT, Score, Value
from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound, Unavailable, UnprocessableEntity
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.redaction.redactors import Redactors
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.chatbot_lookup import Chatbots, require_writable
from confab.storage.given_place import GivenPlace
from confab.storage.given_writes import Refused
from confab.storage.partition_reader import PartitionReader
from confab.storage.row import ConversationRow
from confab.storage.score_items import StoredScore, score_place
from confab.storage.scores import ScoredMessage, ScoreStore, ScoreWrite
from confab.storage.values import Place

BUSY: Final = Retries(6, first=0.02, cap=0.64)
OF_FEEDBACK: Final = "feedback:"
"""What the ids begin with under which feedback appears among the scores: it is changed as feedback only."""
WORDED: Final = (CATEGORICAL, TEXT)
"""The types whose values are words of the caller's, which are redacted."""
PERSONS: Final = (END_USER, HUMAN)
"""The sources whose scores are a person's: of one person about the same the last one counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest:
    """A score as a caller sends it.

    Attributes:
        id: the caller's id of the score; None for a new one, or for the one that its author has given already.
        new_id: the id of a new one; None for a random one.
        conversation_id: the caller's own id of the conversation, or the service's.
        message_id: the caller's own id of the message, or the service's; None for the conversation.
        finding: what of the analysis it corrects; None for nothing.
        author: who gives it, as the caller names them; None where nobody says so.
        at: when it was given (UTC); None for now, or for the time that is stored.
        body: the rest of what was sent, JSON values only.
    """

    id: str | None
    new_id: str | None = None
    name: str
    data_type: str
    value: Value
    source: str
    conversation_id: str
    message_id: str | None = None
    finding: str | None = None
    author: str | None = None
    at: datetime | None = None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GivenScore:
    """A score with the conversation that it is about."""

    score: Score
    place: Place


class GiveScores:
    """Stores scores, changes them, and takes them back; the conversation waits for the consumer, which counts them.

    Args:
        scores, partitions: the stores.
        find: finds a conversation by an id that a caller knows.
        chatbots: gives the chatbot that a score goes to.
        enqueue_analysis: queues a conversation whose scores changed.
        redactors: what the chatbots want redacted.
        runtime: the clock, ids, marks of writes, and waits.
    """

    def __init__(
        self,
        scores: ScoreStore,
        partitions: PartitionReader,
        find: Callable[[ApiKey, str], Conversation],
        chatbots: Chatbots,
        enqueue_analysis: EnqueueAnalysis,
        redactors: Redactors,
        runtime: Runtime,
    ) -> None:
        self._scores = scores
        self._partitions = partitions
        self._find = find
        self._chatbots = chatbots
        self._enqueue_analysis = enqueue_analysis
        self._redactors = redactors
        self._runtime = runtime

    def __call__(self, key: ApiKey, request: ScoreRequest) -> GivenScore:
        """Store a score; a known id changes that score, and the same again changes nothing.

        Raises:
            UnprocessableEntity: there is no such conversation among those that the key reaches, it has no such message,
                or the analysis no such finding.
            ChatbotArchived: the chatbot takes no writes.
            ConversationFull: the conversation takes no more scores.
            TooManyRequests: it takes no more in this minute.
            Unavailable: the conversation kept changing.
        """
        conversation = self._conversation(key, request.conversation_id)
        place = (conversation.chatbot_id, conversation.id)
        chatbot = self._chatbots.get(conversation.chatbot_id)
        if chatbot is not None:
            require_writable(chatbot)
        message = self._message(conversation, request)
        return self._given(place, self._score(place, request, message), request.at)

    def in_conversation(self, place: Place, score: Score) -> GivenScore:
        """Store a score as it was exported, in a conversation whose place is known.

        Raises:
            UnprocessableEntity: there is no such conversation.
            ConversationFull: the conversation takes no more scores.
            TooManyRequests: it takes no more in this minute.
            Unavailable: the conversation kept changing.
        """
        redactor = self._redactors.of(place[0])
        user = (score.body.get("userProperties") or {}).get("id")
        author = score.body.get("author") or user
        reviewer = None if author is None else redactor.fingerprints.person({"id": author})
        worded = score.data_type in WORDED and score.finding is None
        value = redactor.text(str(score.value)) if worded else score.value
        body = redactor.body(dict(score.body))
        return self._given(place, replace(score, value=value, reviewer=reviewer, body=body), score.created_at)

    def _given(self, place: Place, wanted: Score, at: datetime | None) -> GivenScore:
        for pause in BUSY.pauses(self._runtime.sleep):
            row = self._partitions.row(place)
            if row is None:
                raise UnprocessableEntity("The conversation of this score has just been deleted.")
            with suppress(Refused):
                return GivenScore(self._put(row, wanted, at), place)
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _conversation(self, key: ApiKey, wanted: str) -> Conversation:
        try:
            return self._find(key, wanted)
        except NotFound:
            raise UnprocessableEntity(f"conversationId: there is no conversation '{wanted}'.") from None

    def _put(self, row: ConversationRow, wanted: Score, at: datetime | None) -> Score:
        """Write a score on a row as it was just read; the score as it stands then."""
        place = score_place(row.place, wanted.id)
        before = self._scores.read(place)
        moved = self._elsewhere(place, wanted.id) if before is None else None
        first = before or moved
        now = self._runtime.now()
        if before is not None and before.score.said == wanted.said:
            return before.score
        created = not_ahead(at, now) if at is not None or first is None else first.score.created_at
        score = replace(wanted, created_at=created, updated_at=now)
        write = ScoreWrite(
            place=place,
            row=row,
            score=score,
            now=now,
            request_token=self._runtime.request_token(),
            before=before,
            moved=moved,
        )
        for conversation in self._scores.put(write):
            self._enqueue_analysis(*conversation)
        return score

    def _message(self, conversation: Conversation, request: ScoreRequest) -> ScoredMessage | None:
        if request.message_id is None:
            message = None
        else:
            message = self._scores.message((conversation.chatbot_id, conversation.id), request.message_id)
            if message is None:
                raise UnprocessableEntity(
                    f"messageId: the conversation has no message with the id '{request.message_id}'."
                )
        if request.finding is not None:
            on = CONVERSATION if message is None else message.role
            try:
                check_correction(request.finding, on, request.data_type, request.value)
            except NotAFinding as wrong:
                raise UnprocessableEntity(str(wrong)) from None
        return message

    def _score(self, place: Place, request: ScoreRequest, message: ScoredMessage | None) -> Score:
        """A score as it is to be stored, but for its times."""
        redactor = self._redactors.of(place[0])
        reviewer = None if request.author is None else redactor.fingerprints.person({"id": request.author})
        worded = request.data_type in WORDED and request.finding is None
        now = self._runtime.now()
        return Score(
            id=request.id if request.id is not None else self._new_id(place, request, message, reviewer),
            name=request.name,
            data_type=request.data_type,
            value=redactor.text(str(request.value)) if worded else request.value,
            source=request.source,
            created_at=now,
            updated_at=now,
            message_key=None if message is None else message.key,
            message_id=request.message_id,
            finding=request.finding,
            reviewer=reviewer,
            body=redactor.body(dict(request.body)),
        )

    def _new_id(self, place: Place, request: ScoreRequest, message: ScoredMessage | None, reviewer: str | None) -> str:
        """A new id; of what a person says the one that all has which the same person says of the same."""
        if request.source not in PERSONS or reviewer is None:
            return request.new_id or self._runtime.new_id()
        about = request.finding or f"name {request.name}"
        parts = "\0".join((*place, "" if message is None else message.key, about, reviewer))
        return f"{request.source}:{hashlib.sha256(parts.encode()).hexdigest()[:32]}"

    def _elsewhere(self, place: GivenPlace, score_id: str) -> StoredScore | None:
        """The same score on another conversation."""
        other = self._scores.find(place.chatbot_id, score_id)
        return None if other is None or other == place else self._scores.read(other)

    def take_back(self, chatbot_ids: list[str], score_id: str) -> None:
        """Remove the score of an id from the first of some chatbots that has it.

        Raises:
            NotFound: there is none of this id.
            Unavailable: it kept changing.
        """
        for pause in BUSY.pauses(self._runtime.sleep):
            stored = self._found(chatbot_ids, score_id)
            if stored is None:
                raise NotFound("There is no such score.")
            with suppress(Refused):
                if self._scores.remove(stored, self._runtime.now()):
                    self._enqueue_analysis(*stored.place.conversation)
                return
            pause()
        raise Unavailable("The score stayed busy; try again.")

    def _found(self, chatbot_ids: list[str], score_id: str) -> StoredScore | None:
        for chatbot_id in chatbot_ids:
            place = self._scores.find(chatbot_id, score_id)
            stored = self._scores.read(place) if place else None
            if stored is not None:
                return stored
        return None
