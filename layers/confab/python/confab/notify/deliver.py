"""Delivering a run: one attempt, and what comes after it.

An attempt takes the run first, so of two messages about one run only one leads to an attempt at a time. After a process
died between the receiver's answer and the note of it, the run is delivered again: under the same ``webhook-id``, by
which receivers tell.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from confab.domain.chatbot import Chatbot
from confab.domain.notices import TEST, Message, Notice, Told, Write
from confab.notify.announce import MAX_DELAY
from confab.notify.attempting import verdict_on
from confab.notify.destination_store import DestinationStore
from confab.notify.destinations import Destination
from confab.notify.digest_store import DigestStore
from confab.notify.run_store import RunStore
from confab.notify.runs import FAILED, PENDING, SKIPPED, SUCCESS, Attempt, Run
from confab.notify.senders import Sending
from confab.platform.errors import DeliveryFailed
from confab.storage.table import ConditionFailed

Send = Callable[[Destination, Sending], int]
FindRule = Callable[[str, str], Told | None]
"""The rule of a chatbot, by both ids, while it is enabled."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a run.

    Attributes:
        status: as the log has it.
        wait: how long until its next attempt; None when there is nothing to wait for.
    """

    status: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DeliveryParts:
    """What deliveries read and write.

    Attributes:
        chatbot: a chatbot by its id; None when there is none.
        rule: finds rules.
        writers: make the messages, by type of notice.
    """

    runs: RunStore
    digests: DigestStore
    destinations: DestinationStore
    chatbot: Callable[[str], Chatbot | None]
    rule: FindRule
    writers: Mapping[str, Write]


class Deliver:
    """Makes one attempt to deliver a run.

    Args:
        parts: what deliveries read and write.
        send: sends to a destination.
        retry_seconds: seconds before the second attempt, at most; each later one waits twice as long.
        now: the clock.
        ticks: a clock that nobody sets, in seconds.
    """

    def __init__(
        self,
        parts: DeliveryParts,
        send: Send,
        retry_seconds: int,
        *,
        now: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._send = send
        self._retry_seconds = retry_seconds
        self._now = now
        self._ticks = ticks

    def __call__(self, chatbot_id: str, run_id: str) -> Delivered:
        """Deliver a run if it is due and nobody else does. A run that is gone or has ended stays as it is.

        Raises:
            Unavailable: the table did not answer; deliver it again.
        """
        runs = self._parts.runs
        run = runs.get(chatbot_id, run_id)
        if run is None or run.status != PENDING:
            return Delivered(SKIPPED if run is None else run.status)
        now = self._now()
        if run.send_at > now:
            return Delivered(PENDING, min(run.send_at - now, MAX_DELAY))
        if not runs.claim(chatbot_id, run_id, now):
            until = runs.leased_until(chatbot_id, run_id)
            return Delivered(PENDING, None if until is None else max(until - now, timedelta(seconds=1)))
        return self._attempt(replace(run, tries=run.tries + 1))

    def _attempt(self, run: Run) -> Delivered:
        found = self._prepared(run)
        if isinstance(found, str):
            self._parts.runs.end(run, SKIPPED, error=found)
            return Delivered(SKIPPED)
        destination, sending = found
        at, began = self._now(), self._ticks()
        try:
            status = self._send(destination, sending)
        except DeliveryFailed as failed:
            return self._failed(run, destination, failed, self._timed(at, began, failed.status, str(failed)))
        self._parts.runs.end(run, SUCCESS, self._timed(at, began, status))
        return Delivered(SUCCESS)

    def _timed(self, at: datetime, began: float, status: int | None, error: str | None = None) -> Attempt:
        return Attempt(at=at, status=status, ms=round((self._ticks() - began) * 1000), error=error)

    def _prepared(self, run: Run) -> tuple[Destination, Sending] | str:
        """What is to be sent and where to; why there is nothing to send, where that is so."""
        parts = self._parts
        chatbot = parts.chatbot(run.chatbot_id)
        if chatbot is None:
            return "the chatbot was deleted"
        destination = parts.destinations.get(run.chatbot_id, run.destination_id)
        if destination is None:
            return "the destination was removed"
        if not destination.enabled:
            return "the destination is disabled"
        told = parts.rule(run.chatbot_id, run.rule_id) if run.rule_id != TEST else Told(id=TEST, name=TEST, kind=TEST)
        if told is None:
            return "the rule was removed or is disabled"
        notice = self._gathered(run)
        message = self._message(chatbot, told, notice)
        if message is None:
            return "nothing is left to tell"
        return destination, Sending(
            id=run.id, chatbot=chatbot, told=told, notice=notice, message=message, test=notice.type == TEST
        )

    def _message(self, chatbot: Chatbot, told: Told, notice: Notice) -> Message | None:
        return self._parts.writers[notice.type](chatbot, told, notice) if notice.count else None

    def _gathered(self, run: Run) -> Notice:
        """The notice, with what its digest has gathered."""
        notice = run.notice
        if notice.digest is None:
            return notice
        found = self._parts.digests.close(run.chatbot_id, notice.digest, self._now())
        return replace(notice, mentions=found.mentions, count=found.count)

    def _failed(self, run: Run, destination: Destination, failed: DeliveryFailed, attempt: Attempt) -> Delivered:
        verdict = verdict_on(failed, run.tries, self._retry_seconds, self._now())
        if verdict.disables:
            # Who changed it meanwhile has a reason to.
            with suppress(ConditionFailed):
                self._parts.destinations.disable(destination, str(failed))
        if verdict.wait is None:
            self._parts.runs.end(run, FAILED, attempt, error=str(failed))
            return Delivered(FAILED)
        self._parts.runs.again(run, attempt, self._now() + verdict.wait)
        return Delivered(PENDING, verdict.wait)
