"""An operator's side of destinations and of the run log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from confab.admin.audit import Audit
from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.notices import TEST, Notice
from confab.notify.announce import Announcer
from confab.notify.destination_store import DestinationStore
from confab.notify.destinations import BY_URL, MAX_DESTINATIONS, WEBHOOK, Destination, host_fault
from confab.notify.digest_store import DigestStore
from confab.notify.run_store import RunPage, RunStore
from confab.notify.runs import PENDING, Run, run_id
from confab.platform.attempts import Attempt
from confab.platform.credentials import ApiKey
from confab.platform.errors import DeliveryFailed, Fault, InvalidRequest, NotFound, Unavailable
from confab.platform.outbound import Outbound
from confab.platform.queue import QueueUnavailable
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.storage.table import ConditionFailed

BUSY: Final = Retries(6, first=0.02, cap=0.64)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where destinations may be.

    Attributes:
        outbound: says which URLs could be called.
        named: the ARNs of topics and event buses that the operator lets chatbots name.
    """

    outbound: Outbound
    named: Collection[str]

    def require(self, kind: str, target: str) -> None:
        """Check that notices may go to a target.

        Raises:
            InvalidRequest: they may not. Whether a name's addresses are public is checked at every delivery.
        """
        if kind in BY_URL:
            fault = host_fault(kind, target) or self._unreachable(target)
            if fault is not None:
                raise InvalidRequest.at(Fault("url", fault))
        elif target not in self.named:
            raise InvalidRequest.at(
                Fault("arn", "must be one of those that the deployment lets notices go to (parameter NotifyArns)")
            )

    def _unreachable(self, url: str) -> str | None:
        try:
            self.outbound.require_reachable(url)
        except DeliveryFailed as error:
            return str(error)
        return None


class Destinations:
    """Makes, changes, tries and removes a chatbot's destinations; each change has its audit entry.

    The caller is a key that reaches the chatbot (``by``), or the operator's command (None).

    Args:
        store: the destinations.
        allowed: where they may be.
        audit: makes the entry of each change.
        announcer: lets destinations be told that somebody tries them.
        runtime: the clock and ids.
        new_secret: gives a signing secret.
    """

    def __init__(
        self,
        store: DestinationStore,
        allowed: Allowed,
        audit: Audit,
        announcer: Announcer,
        runtime: Runtime,
        *,
        new_secret: Callable[[], str],
    ) -> None:
        self._store = store
        self._allowed = allowed
        self._audit = audit
        self._announcer = announcer
        self._runtime = runtime
        self._new_secret = new_secret

    def all(self, chatbot: Chatbot) -> Sequence[Destination]:
        """The destinations of a chatbot, the oldest first."""
        return self._store.all(chatbot.id)

    def get(self, chatbot: Chatbot, destination_id: str) -> Destination:
        """A destination.

        Raises:
            NotFound: the chatbot has none of this id.
        """
        found = self._store.get(chatbot.id, destination_id)
        if found is None:
            raise NotFound("There is no such destination.")
        return found

    def make(
        self,
        by: ApiKey | None,
        chatbot: Chatbot,
        kind: str,
        name: str,
        target: str,
        attempt: Attempt | None = None,
    ) -> Destination:
        """Make a destination; the secret of a webhook is shown this once.

        Args:
            kind: one of ``TYPES``.
            attempt: the request as one that may have been tried before.

        Raises:
            InvalidRequest: notices may not go there, or the chatbot has as many destinations as it may.
        """
        self._allowed.require(kind, target)
        if attempt is not None and attempt.again:
            made = self._store.get(chatbot.id, attempt.id("destination"))
            if made is not None:
                return made
        destination = Destination(
            id=attempt.id("destination") if attempt else self._runtime.new_timed_id(),
            chatbot_id=chatbot.id,
            name=name,
            type=kind,
            target=target,
            created_at=self._runtime.now(),
            secret=self._new_secret() if kind == WEBHOOK else None,
        )
        try:
            self._store.add(destination, self._entry(by, chatbot, "destination.create", destination.id))
        except ConditionFailed:
            found = self._store.get(chatbot.id, destination.id)
            if found is not None:
                return found
            message = f"a chatbot has at most {MAX_DESTINATIONS} destinations"
            raise InvalidRequest.at(Fault("type", message)) from None
        return destination

    def change(
        self,
        by: ApiKey | None,
        chatbot: Chatbot,
        destination_id: str,
        *,
        name: str | None = None,
        target: str | None = None,
        enabled: bool | None = None,
    ) -> Destination:
        """Change what is given. Enabling one that the service disabled forgets why that was.

        Raises:
            InvalidRequest: notices may not go to the target.
            NotFound: there is no such destination.
        """

        def changed(known: Destination) -> Destination:
            if target is not None:
                self._allowed.require(known.type, target)
            after = replace(known, name=name or known.name, target=target or known.target)
            if enabled is None:
                return after
            return replace(after, enabled=enabled, disabled_reason=None if enabled else known.disabled_reason)

        return self._change(by, chatbot, destination_id, "destination.update", changed)

    def rotate_secret(
        self, by: ApiKey | None, chatbot: Chatbot, destination_id: str, attempt: Attempt | None = None
    ) -> Destination:
        """Give a webhook a new secret; for a day deliveries carry a signature by the old one too.

        Raises:
            InvalidRequest: it is of a type that signs nothing.
            NotFound: there is no such destination.
        """
        if attempt is not None and attempt.again:
            before = self.get(chatbot, destination_id)
            if before.rotated_at is not None and attempt.made(before.rotated_at):
                return before

        def changed(known: Destination) -> Destination:
            if known.secret is None:
                raise InvalidRequest(f"A destination of the type {known.type} has no secret.")
            secret, now = self._new_secret(), self._runtime.now()
            return replace(known, secret=secret, previous_secret=known.secret, rotated_at=now)

        return self._change(by, chatbot, destination_id, "destination.rotate-secret", changed)

    def remove(self, by: ApiKey | None, chatbot: Chatbot, destination_id: str) -> None:
        """Remove a destination; what waits for it is skipped.

        Raises:
            NotFound: there is no such destination.
        """
        for pause in BUSY.pauses(self._runtime.sleep):
            known = self.get(chatbot, destination_id)
            try:
                self._store.remove(known, self._entry(by, chatbot, "destination.delete", destination_id))
            except ConditionFailed:
                pause()
            else:
                return
        raise Unavailable("The destination kept changing; try again.")

    def test(self, chatbot: Chatbot, destination_id: str, attempt: Attempt | None = None) -> str:
        """Tell a destination that somebody tries it; the id of the run.

        Raises:
            NotFound: there is no such destination.
        """
        self.get(chatbot, destination_id)
        key = attempt.id("test") if attempt else self._runtime.new_timed_id()
        notice = Notice(type=TEST, key=key, at=self._runtime.now())
        self._announcer.announce(chatbot.id, TEST, [destination_id], notice)
        return run_id(chatbot.id, TEST, key, destination_id)

    def _change(
        self,
        by: ApiKey | None,
        chatbot: Chatbot,
        destination_id: str,
        action: str,
        changed: Callable[[Destination], Destination],
    ) -> Destination:
        for pause in BUSY.pauses(self._runtime.sleep):
            before = self.get(chatbot, destination_id)
            after = changed(before)
            if after == before:
                return before
            try:
                return self._store.change(before, after, self._entry(by, chatbot, action, destination_id))
            except ConditionFailed:
                pause()
        raise Unavailable("The destination kept changing; try again.")

    def _entry(self, by: ApiKey | None, chatbot: Chatbot, action: str, destination_id: str) -> AuditEntry:
        return self._audit.entry(by, chatbot.workspace_id, action, destination_id, chatbot_id=chatbot.id)


class RunLog:
    """Reads what became of notices, and delivers one again.

    Args:
        runs: the log.
        digests: what runs tell together.
        announcer: queues deliveries.
        now: the clock.
    """

    def __init__(
        self, runs: RunStore, digests: DigestStore, announcer: Announcer, *, now: Callable[[], datetime]
    ) -> None:
        self._runs = runs
        self._digests = digests
        self._announcer = announcer
        self._now = now

    def page(
        self,
        chatbot: Chatbot,
        position: str | None,
        limit: int,
        *,
        rule_id: str | None = None,
        status: str | None = None,
    ) -> RunPage:
        """A page of a chatbot's log, the latest run first (``RunStore.page``); digests with what they hold by now."""
        page = self._runs.page(chatbot.id, position, limit, rule_id=rule_id, status=status)
        return replace(page, runs=list(map(self._gathered, page.runs)))

    def get(self, chatbot: Chatbot, run_id_: str) -> Run:
        """A run.

        Raises:
            NotFound: there is none, or it is forgotten.
        """
        found = self._runs.get(chatbot.id, run_id_)
        if found is None or found.expires_at <= self._now():
            raise NotFound("There is no such run.")
        return self._gathered(found)

    def _gathered(self, run: Run) -> Run:
        """A run; of a digest with the conversations and the count that it has by now."""
        notice = run.notice
        held = None if notice.digest is None else self._digests.read(run.chatbot_id, notice.digest)
        return run if held is None else replace(run, notice=replace(notice, mentions=held.mentions, count=held.count))

    def redeliver(self, chatbot: Chatbot, run_id_: str) -> Run:
        """Let a run that has ended begin once more; one that waits is left alone. The run as it is then.

        Raises:
            NotFound: there is none.
        """
        run = self.get(chatbot, run_id_)
        if self._runs.reopen(run, self._now()):
            try:
                self._announcer.queue(run)
            except QueueUnavailable:
                raise Unavailable("The queue did not answer; it is delivered within ten minutes.") from None
        return replace(self.get(chatbot, run_id_), status=PENDING)
