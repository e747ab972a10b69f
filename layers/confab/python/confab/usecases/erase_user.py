"""Erasing all that is kept of a user, with a receipt of what was removed.

The work is noted, and done in pieces by whoever asks for it and by the sweep; any number of runs, side by side or after
a crash, ends the same. Before a conversation goes it is noted what is in it, so the receipt counts each once. What the
user says after the erasure began belongs to new conversations: it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from confab.domain.audit import COMMAND
from confab.domain.receipts import Receipt, signature_of, subject_of, summed_counts
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest
from confab.storage import keys
from confab.storage.clocks import to_micros
from confab.storage.people import PeopleStore
from confab.storage.subjects import SubjectStore, counts_of
from confab.storage.table import ConditionFailed
from confab.storage.user_erasures import UserErasure, UserErasureStore
from confab.storage.values import Item
from confab.usecases.audit import Audit
from confab.usecases.configure import Configure
from confab.usecases.deletion import SIDE_BY_SIDE

AT_ONCE: Final = 50
"""How many conversations are erased before a request is answered; the sweep does the rest."""
LONGEST_ID: Final = 1024
_SEARCHES: Final = "searches"


class Eraser(Protocol):
    """Erases conversations (``usecases.erase.Erase``)."""

    def __call__(
        self, chatbot_id: str, conversation_id: str, noting: Callable[[Sequence[Item]], None] | None = None
    ) -> bool: ...

    def finish(self, chatbot_id: str, conversation_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an erasure stands: its id, and its receipt when it is done."""

    id: str
    receipt: Mapping[str, Any] | None


class EraseUser:
    """The use cases.

    Args:
        configure: finds chatbots.
        subjects, erasures, people: the stores.
        erase: erases conversations.
        audit: makes the entry.
        secret: gives the deployment's secret, which signs receipts.
        now: the clock.
        new_id: gives ids that sort by time.
    """

    def __init__(
        self,
        configure: Configure,
        subjects: SubjectStore,
        erasures: UserErasureStore,
        people: PeopleStore,
        erase: Eraser,
        audit: Audit,
        secret: Callable[[], bytes],
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._configure = configure
        self._subjects = subjects
        self._erasures = erasures
        self._people = people
        self._erase = erase
        self._audit = audit
        self._secret = secret
        self._now = now
        self._new_id = new_id

    def __call__(self, by: ApiKey | None, chatbot_id: str, user_id: str, budget: int = AT_ONCE) -> Progress:
        """Begin to erase a user's data, or go on with it.

        Args:
            user_id: the caller's id of the user.
            budget: how many conversations to erase now.

        Raises:
            InvalidRequest: no such id can be.
            NotFound: there is no such chatbot, or it belongs to another tenant.
            Unavailable: the table was busy or did not answer; the sweep goes on.
        """
        chatbot = self._configure.chatbot(by, chatbot_id)
        _require_user(user_id)
        known = self._people.get(chatbot.id, [person_statistic(USER_PREFIX, user_id)])
        erasure = self._erasures.begin(
            UserErasure(
                id=self._new_id(),
                workspace_id=chatbot.workspace_id,
                chatbot_id=chatbot.id,
                user_id=user_id,
                actor=COMMAND if by is None else by.id,
                begun_at=self._now(),
                profiles=len(known),
            )
        )
        self._piece(erasure, budget)
        return Progress(erasure.id, self._erasures.receipt(chatbot.id, erasure.id))

    def receipts(self, by: ApiKey | None, chatbot_id: str) -> Sequence[Mapping[str, Any]]:
        """The latest receipts of a chatbot, the last one first.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        return self._erasures.receipts(self._configure.chatbot(by, chatbot_id).id)

    def waiting(self) -> list[str]:
        """The names of the erasures that are under way."""
        return self._erasures.running()

    def resume(self, name: str, budget: int) -> int:
        """Go on with an erasure; how many conversations were erased.

        Raises:
            Unavailable: the table was busy or did not answer; the next run goes on.
        """
        erasure = self._erasures.find(name)
        return self._piece(erasure, budget) if erasure is not None else 0

    def is_genuine(self, receipt: Mapping[str, Any], user_id: str | None = None) -> bool:
        """Whether a receipt is one of this deployment's, and that of a user when one is given."""
        signed = receipt.get("signature") == signature_of(self._secret(), receipt)
        return signed and (user_id is None or receipt.get("subject") == subject_of(self._secret(), user_id))

    def _piece(self, erasure: UserErasure, budget: int) -> int:
        rows = self._subjects.rows(erasure.chatbot_id, erasure.user_id)
        older = (row for row in rows if row["createdAt"] <= to_micros(erasure.begun_at))
        found = [keys.split_conversation(row["pk"])[1] for row in islice(older, budget + 1)]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            erased = sum(pool.map(lambda conversation: self._erase_one(erasure, conversation), found[:budget]))
        if len(found) <= budget:
            self._finish(erasure)
        return erased

    def _erase_one(self, erasure: UserErasure, conversation: str) -> bool:
        return self._erase(
            erasure.chatbot_id,
            conversation,
            lambda items: self._erasures.note(erasure, conversation, counts_of(items), self._now()),
        )

    def _finish(self, erasure: UserErasure) -> None:
        """Remove what is left beside conversations, and give the receipt."""
        notes = self._erasures.notes(erasure)
        for conversation in notes:
            if not conversation.startswith(_SEARCHES):
                self._erase.finish(erasure.chatbot_id, conversation)
        for items in self._subjects.searches(erasure.chatbot_id, erasure.user_id):
            self._erasures.note(erasure, f"{_SEARCHES}#{items[0]['sk']}", {_SEARCHES: 1}, self._now())
            self._subjects.remove(items)
        self._people.forget_idle(erasure.chatbot_id, person_statistic(USER_PREFIX, erasure.user_id))
        secret = self._secret()
        receipt = Receipt(
            id=erasure.id,
            chatbot_id=erasure.chatbot_id,
            subject=subject_of(secret, erasure.user_id),
            actor=erasure.actor,
            begun_at=erasure.begun_at,
            completed_at=self._now(),
            removed=summed_counts([*self._erasures.notes(erasure).values(), {"profiles": erasure.profiles}]),
        )
        receipt = replace(receipt, signature=signature_of(secret, receipt.value()))
        entry = self._audit.entry(None, erasure.workspace_id, "user.erase", erasure.id, chatbot_id=erasure.chatbot_id)
        with suppress(ConditionFailed):
            self._erasures.finish(erasure, receipt.value(), replace(entry, actor=erasure.actor))


def _require_user(user_id: str) -> None:
    if not 1 <= len(user_id) <= LONGEST_ID:
        fault = Fault("userId", f"must have 1 to {LONGEST_ID} characters")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
