"""Reconciliation: what a client says that it sent, against what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from confab.capture.reach import SERVERS
from confab.domain.chatbot import Chatbot
from confab.domain.manifest import MISSING, Claim, Comparison, compare, content_digest
from confab.platform.errors import Unavailable
from confab.storage.conversation_parts import AHEAD, read_parts
from confab.storage.lists import ConversationLists
from confab.storage.partition_reader import PartitionReader
from confab.storage.values import Place

SIDE_BY_SIDE: Final = 10
NO_TIME: Final = "There was no time to compare all of it; send fewer conversations at a time."


class Reconcile:
    """Compares claims with conversations. Every comparison is made with a consistent read.

    A text that was redacted cannot be compared: whoever could have guesses of it checked would learn it.

    Args:
        conversations, partitions: the stores.
        side_by_side: applies a function to several values, side by side.
    """

    def __init__(
        self,
        conversations: ConversationLists,
        partitions: PartitionReader,
        side_by_side: Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]],
    ) -> None:
        self._conversations = conversations
        self._partitions = partitions
        self._side_by_side = side_by_side

    def __call__(
        self, chatbot: Chatbot, claims: Iterable[Claim], has_time: Callable[[], bool] = lambda: True
    ) -> Iterator[Comparison]:
        """The outcome of each claim, in order.

        Args:
            has_time: whether there is time for more.

        Raises:
            Unavailable: there is none, or the table did not answer.
        """
        batch: list[Claim] = []
        for claim in claims:
            batch.append(claim)
            if len(batch) == SIDE_BY_SIDE:
                yield from self._compared(chatbot, batch, has_time)
                batch = []
        yield from self._compared(chatbot, batch, has_time)

    def _compared(
        self, chatbot: Chatbot, claims: Sequence[Claim], has_time: Callable[[], bool]
    ) -> Iterator[Comparison]:
        if not has_time():
            raise Unavailable(NO_TIME)
        places = {claim.conversation_id: SERVERS.places(chatbot.id, claim.conversation_id) for claim in claims}
        # Two claims may be about one conversation, by its two ids.
        wanted = list(dict.fromkeys(place for each in places.values() for place in each))
        known = self._conversations.heads(wanted, consistent=True)

        def one(claim: Claim) -> Comparison:
            place = next((each for each in places[claim.conversation_id] if each in known), None)
            return _missing(claim) if place is None else self._compare(claim, place)

        yield from self._side_by_side(one, claims)

    def _compare(self, claim: Claim, place: Place) -> Comparison:
        stored: dict[str, str] = {}
        redacted: set[str] = set()
        first = self._partitions.read(place, AHEAD)
        if not first.readable:
            return _missing(claim)
        for _, part in read_parts(self._partitions, place, first=first):
            for message in part.messages:
                stored[message.id] = content_digest(message.role, message.content)
                if message.origin is not None:
                    redacted.add(message.id)
        return compare(claim, stored, frozenset(redacted))


def _missing(claim: Claim) -> Comparison:
    return Comparison(conversation_id=claim.conversation_id, status=MISSING)
