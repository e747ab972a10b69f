"""Erasing users' data again after a restore, if it was erased after the restored state.

A receipt names nobody. Its subject is a digest of the user's id, keyed by a secret that is in the table itself. So the
command can try every id of the restored table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from confab.erasure.identifier_store import IdentifierStore
from confab.erasure.receipt import subject_of
from confab.erasure.receipt_store import ReceiptStore
from confab.storage.conversations import ConversationStore

Receipt = Mapping[str, Any]


class Eraser(Protocol):
    """Erases a user's data (``erasure.user.EraseUser``)."""

    def __call__(self, by: None, chatbot_id: str, user_id: str, budget: int) -> Any: ...

    def is_genuine(self, receipt: Receipt, user_id: str | None = None) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Receipts by the action that each needs.

    Attributes:
        again: those that this table does not have: by chatbot, the receipts of its erasures.
        known: how many this table has, so that what they are about is erased in it.
        foreign: the ids of those that another deployment signed, or that were changed.
    """

    again: Mapping[str, Sequence[Receipt]] = field(default_factory=dict)
    known: int = 0
    foreign: Sequence[str] = ()


class ReapplyErasures:
    """Erases again the users, conversations and chatbots that a restore brought back; a second run changes nothing.

    Args:
        receipts, conversations, identifiers: stores over the table as it was restored.
        chatbots: gives the ids of its chatbots.
        erase: erases a user's data.
        secret: gives the secret that receipts' subjects are keyed by.
    """

    def __init__(
        self,
        receipts: ReceiptStore,
        conversations: ConversationStore,
        identifiers: IdentifierStore,
        chatbots: Callable[[], Sequence[str]],
        erase: Eraser,
        secret: Callable[[], bytes],
    ) -> None:
        self._receipts = receipts
        self._conversations = conversations
        self._identifiers = identifiers
        self._chatbots = chatbots
        self._erase = erase
        self._secret = secret

    def receipts_of(self, former: ReceiptStore) -> list[Receipt]:
        """All receipts that another table has of the chatbots of this one."""
        return [receipt for chatbot in self._chatbots() for receipt in former.of(chatbot)]

    def due(self, receipts: Iterable[Receipt]) -> Due:
        """Which of some receipts are about what may be in this table again."""
        again: dict[str, list[Receipt]] = {}
        known, foreign = 0, []
        there: dict[str, set[str]] = {}
        for receipt in receipts:
            if not self._erase.is_genuine(receipt):
                foreign.append(str(receipt.get("id", "")))
                continue
            chatbot = receipt["chatbotId"]
            if chatbot not in there:
                there[chatbot] = {str(own["id"]) for own in self._receipts.of(chatbot)}
            if receipt["id"] in there[chatbot]:
                known += 1
            else:
                again.setdefault(chatbot, []).append(receipt)
        return Due(again=again, known=known, foreign=foreign)

    def total(self, due: Due) -> int:
        """How many conversations are to be looked at, about."""
        return sum(1 for chatbot in due.again for _ in self._conversations.every(chatbot))

    def users(self, due: Due, step: Callable[[int], None] = lambda _: None) -> dict[tuple[str, str], Receipt]:
        """The users that receipts are about and whose data is there, by chatbot and user id, with the receipt."""
        secret = self._secret()
        found: dict[tuple[str, str], Receipt] = {}
        for chatbot, receipts in due.again.items():
            subjects = {receipt["subject"]: receipt for receipt in receipts}
            tried: set[str] = set()
            for some in self._all_identifiers(chatbot, step):
                for identifier in some - tried:
                    receipt = subjects.get(subject_of(secret, identifier))
                    if receipt is not None:
                        found[chatbot, identifier] = receipt
                tried |= some
        return found

    def _all_identifiers(self, chatbot: str, step: Callable[[int], None]) -> Iterator[set[str]]:
        for conversation in self._conversations.every(chatbot):
            yield self._identifiers.of_conversation(chatbot, conversation)
            step(1)
        yield self._identifiers.of_searches(chatbot)

    def erase(self, chatbot_id: str, user_id: str, budget: int) -> Any:
        """Begin to erase a user's data again, or go on with it; how far it has come (``EraseUser``)."""
        return self._erase(None, chatbot_id, user_id, budget)

    def keep(self, due: Due) -> None:
        """Let this table have the receipts, when all that they are about is being erased."""
        for receipts in due.again.values():
            for receipt in receipts:
                self._receipts.keep(receipt)
