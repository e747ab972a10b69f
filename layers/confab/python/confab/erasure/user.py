"""Erasing all data of a user, with a receipt of what was removed.

The erasure is noted, and done in pieces by the request and by the sweep. Any number of runs, concurrent or after a
crash, has the same result. An item is noted before it is removed, so the receipt counts each once. Messages that the
user sends after the erasure began belong to new conversations and stay.

Indexes may lag behind the table. So the receipt is given only when nothing was found twice, the second time a while
after the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from confab.admin.audit import Audit
from confab.admin.chatbot_settings import Configure
from confab.domain.audit import COMMAND
from confab.domain.persons import Person, addresses_among
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.erasure.find_user import FindUser
from confab.erasure.receipt import Receipt, signature_of, subject_of, summed_counts
from confab.erasure.removal import EraseStores, RemoveUserData
from confab.erasure.user_store import UserErasure
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, TimeOver
from confab.platform.pieces import Piece
from confab.platform.runtime import Runtime
from confab.storage.table import ConditionFailed

AT_ONCE: Final = 50
"""How many conversations are erased before a request is answered; the sweep does the rest."""
MAX_ID: Final = 1024


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an erasure.

    Attributes:
        look_again_at: when it looks for the last time, if nothing turns up till then; None while there is something to
            remove, and when it is done.
        receipt: None until it is done.
    """

    id: str
    begun_at: datetime
    look_again_at: datetime | None = None
    receipt: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """The steps by which a user's data are removed.

    Attributes:
        remove: removes what a look has found.
        finish: finishes the erasure of a conversation, which a crash left.
        look_again_after: how long after nothing was found for the first time it is looked for the last time.
    """

    remove: RemoveUserData
    finish: Callable[[str, str], None]
    look_again_after: timedelta


class EraseUser:
    """Erases all data of a user, in as many calls as that takes, and signs a receipt of what was removed.

    Args:
        configure: finds chatbots.
        stores: the stores.
        removal: removes what is found.
        audit: makes the entry.
        secret: gives the deployment's secret, which signs receipts.
        runtime: the clock, and ids that sort by time.
    """

    def __init__(
        self,
        configure: Configure,
        stores: EraseStores,
        removal: Removal,
        audit: Audit,
        secret: Callable[[], bytes],
        runtime: Runtime,
    ) -> None:
        self._configure = configure
        self._stores = stores
        self._erasures = stores.erasures
        self._find = FindUser(stores.subjects)
        self._removal = removal
        self._audit = audit
        self._secret = secret
        self._runtime = runtime

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
        self._stores.subjects.require_current()
        known = self._stores.people.get(chatbot.id, [person_statistic(USER_PREFIX, user_id)])
        erasure = self._erasures.begin(
            UserErasure(
                id=self._runtime.new_timed_id(),
                workspace_id=chatbot.workspace_id,
                chatbot_id=chatbot.id,
                user_id=user_id,
                actor=COMMAND if by is None else by.id,
                begun_at=self._runtime.now(),
                profiles=len(known),
                addresses=addresses_among(person.profile.get("email") for person in known.values()),
            )
        )
        first = self._piece(erasure, budget)
        if first.more and first.removed < budget:
            # What was found is gone; so it may be time for the receipt, or it is known from when on nothing was found.
            self._piece(self._erasures.find(erasure.name) or erasure, budget)
        return self._progress(erasure)

    def _progress(self, erasure: UserErasure) -> Progress:
        receipt = self._erasures.receipt(erasure.chatbot_id, erasure.id)
        now = erasure if receipt is not None else self._erasures.find(erasure.name) or erasure
        again = (
            None if receipt is not None or now.empty_since is None else now.empty_since + self._removal.look_again_after
        )
        return Progress(erasure.id, erasure.begun_at, again, receipt)

    def receipts(self, by: ApiKey | None, chatbot_id: str) -> Sequence[Mapping[str, Any]]:
        """The latest receipts of a chatbot, the last one first.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        return self._erasures.receipts(self._configure.chatbot(by, chatbot_id).id)

    def running(self, by: ApiKey | None, chatbot_id: str) -> list[Progress]:
        """The erasures of a chatbot that are under way, the latest first.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        found = self._erasures.running_of(self._configure.chatbot(by, chatbot_id).id)
        return [self._progress(erasure) for erasure in found]

    def waiting(self) -> list[str]:
        """The names of the erasures that are under way."""
        return self._erasures.running()

    def resume(self, name: str, budget: int) -> Piece:
        """Go on with an erasure.

        Raises:
            Unavailable: the table was busy or did not answer; the next run goes on.
        """
        erasure = self._erasures.find(name)
        return self._piece(erasure, budget) if erasure is not None else Piece()

    def is_genuine(self, receipt: Mapping[str, Any], user_id: str | None = None) -> bool:
        """Whether a receipt is one of this deployment's, and that of a user when one is given."""
        signed = receipt.get("signature") == signature_of(self._secret(), receipt)
        return signed and (user_id is None or receipt.get("subject") == subject_of(self._secret(), user_id))

    def _piece(self, erasure: UserErasure, budget: int) -> Piece:
        """Look once, and remove what is found, as far as the budget goes."""
        self._stores.subjects.require_current()
        if self._stores.older.enter(erasure.chatbot_id, budget):
            return Piece(more=True)
        person = Person(erasure.user_id, erasure.addresses)
        found = self._find(erasure.chatbot_id, person, erasure.begun_at, budget)
        erasure = self._erasures.learn(erasure, found.person.addresses)
        if found:
            erasure = self._erasures.note_found(erasure)
            return Piece(self._removal.remove(erasure, found, budget), more=True)
        now = self._runtime.now()
        erasure = self._erasures.note_empty(erasure, now)
        if erasure.empty_since is not None and now - erasure.empty_since >= self._removal.look_again_after:
            self._finish(erasure, erasure.empty_since)
        return Piece()

    def _finish(self, erasure: UserErasure, empty_since: datetime) -> None:
        """Finish what a crash left, and give the receipt; none while something of a large conversation is left."""
        for name in self._erasures.notes(erasure):
            if "#" not in name:
                try:
                    self._removal.finish(erasure.chatbot_id, name)
                except TimeOver:
                    return
        self._stores.people.forget_idle(erasure.chatbot_id, person_statistic(USER_PREFIX, erasure.user_id))
        secret = self._secret()
        receipt = Receipt(
            id=erasure.id,
            chatbot_id=erasure.chatbot_id,
            subject=subject_of(secret, erasure.user_id),
            actor=erasure.actor,
            begun_at=erasure.begun_at,
            empty_since=empty_since,
            completed_at=self._runtime.now(),
            removed=summed_counts([*self._erasures.notes(erasure).values(), {"profiles": erasure.profiles}]),
        )
        receipt = replace(receipt, signature=signature_of(secret, receipt.value()))
        entry = self._audit.entry(None, erasure.workspace_id, "user.erase", erasure.id, chatbot_id=erasure.chatbot_id)
        with suppress(ConditionFailed):
            self._erasures.finish(erasure, receipt.value(), replace(entry, actor=erasure.actor))


def _require_user(user_id: str) -> None:
    if not 1 <= len(user_id) <= MAX_ID:
        fault = Fault("userId", f"must have 1 to {MAX_ID} characters")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
