"""Feedback for those who read it, each with the message and the conversation that it is about."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

from confab.domain.feedback import Feedback
from confab.domain.message import Message
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import NotFound
from confab.storage.credentials import CredentialStore
from confab.storage.feedback import FeedbackStore
from confab.storage.feedback_lists import FeedbackLists, Listed
from confab.storage.given_place import GivenPlace
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.transcripts import Span
from confab.storage.values import Place

READ_AHEAD: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackDetail:
    """Feedback with the message and the conversation that it is about."""

    feedback: Feedback
    message: Message
    stored: ConversationPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPage:
    """A page of feedback, read as it is asked for, and how much there is of each kind.

    Attributes:
        entries: each with its position.
        position: where the next page begins; None at the end.
    """

    entries: Iterator[tuple[list[str], FeedbackDetail]]
    counts: dict[str, int]
    position: list[str] | None


class ReadFeedback:
    """Finds feedback by its id, and lists it, the newest first.

    Args:
        feedback, lists, partitions, credentials: the stores.
        pool: runs reads side by side.
    """

    def __init__(
        self,
        feedback: FeedbackStore,
        lists: FeedbackLists,
        partitions: PartitionReader,
        credentials: CredentialStore,
        pool: Executor,
    ) -> None:
        self._feedback = feedback
        self._lists = lists
        self._partitions = partitions
        self._credentials = credentials
        self._pool = pool

    def __call__(self, key: ApiKey, feedback_id: str) -> FeedbackDetail:
        """Feedback with what it is about.

        Raises:
            NotFound: there is none of this id among those that the key reaches.
        """
        for chatbot in self._chatbots(key):
            place = self._feedback.find(chatbot, feedback_id)
            judged = self._judged([place]) if place else {}
            if place in judged:
                return judged[place]
        raise NotFound("There is no such feedback.")

    def page(self, key: ApiKey, *, offset: int, limit: int, position: Sequence[str] | None = None) -> FeedbackPage:
        """A page of feedback of both kinds together, the newest first.

        Args:
            position: where the page before ended; then the offset does not count.
        """
        chatbots = self._chatbots(key)
        counts = self._lists.counts(chatbots)
        before = (position[0], position[1]) if position else None
        found = self._lists.newest(chatbots, 0 if before else offset, limit + 1, before) if limit else []
        page = found[:limit]
        ends = list(page[-1][0]) if len(found) > limit else None
        return FeedbackPage(entries=self._all_judged(page), counts=counts, position=ends)

    def _judged(self, places: Sequence[GivenPlace]) -> dict[GivenPlace, FeedbackDetail]:
        """Feedback of one conversation with its messages, those of which neither is gone; one query."""
        wanted = Span(judged=frozenset(place.name for place in places))
        stored = self._partitions.read(places[0].conversation, wanted)
        judged: dict[GivenPlace, FeedbackDetail] = {}
        for place in places if stored.readable else ():
            feedback = stored.feedback(place.name)
            message = stored.further.get(feedback.message_id) if feedback is not None else None
            if feedback is not None and message is not None:
                judged[place] = FeedbackDetail(feedback=feedback, message=message, stored=stored)
        return judged

    def _all_judged(self, found: Sequence[Listed]) -> Iterator[tuple[list[str], FeedbackDetail]]:
        for start in range(0, len(found), READ_AHEAD):
            ahead = found[start : start + READ_AHEAD]
            of_each: defaultdict[Place, list[GivenPlace]] = defaultdict(list)
            for _, place in ahead:
                of_each[place.conversation].append(place)
            judged = ChainMap(*self._pool.map(self._judged, of_each.values()))
            for position, place in ahead:
                if place in judged:
                    yield list(position), judged[place]

    def _chatbots(self, key: ApiKey) -> list[str]:
        if key.chatbot_id != EVERY_CHATBOT:
            return [key.chatbot_id]
        return self._credentials.chatbot_ids(key.workspace_id)
