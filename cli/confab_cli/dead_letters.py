"""The dead-letter queues: looking at what lies there, giving it back to its queue, throwing it away.

SQS lets nobody look at a message without taking it, so what is looked at is held for some minutes and given back at the
end; should the command die, it comes back by itself. A letter leaves the dead-letter queue only after its queue has
taken it: whatever dies in between, it may be in both, and the consumers store and count everything once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from confab.channels.deliver import Work, failure_of
from confab.domain.identity import is_uuid
from confab.platform.data_version import MARK, VERSION
from confab.platform.errors import Unavailable
from confab.platform.queue import QueueUnavailable
from confab.storage import keys
from confab.storage.blobs import read_blob
from confab.storage.conversation_row import ERASING

from confab_cli.target import Installation, TargetError

ANALYSIS: Final = "analysis"
DELIVERY: Final = "delivery"
QUEUES: Final = {ANALYSIS: "Analysis", DELIVERY: "Delivery"}
"""The queues by the names that the command gives them, and how the template's names begin."""
WORK: Final = {
    ANALYSIS: frozenset({"chatbotId", "conversationId"}),
    DELIVERY: frozenset({"chatbotId", "conversationId", "kind", "reference"}),
}
"""What the messages of each queue name."""
HELD_SECONDS: Final = 300
WAIT_SECONDS: Final = 1
"""How long one call waits for messages: one that does not wait asks a part of the queue's servers only."""
AT_A_TIME: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message of a dead-letter queue.

    Attributes:
        work: what the consumer was told; empty when it is not a message of ours.
        sent_at: when it was first sent, to its own queue.
        receives: how often it was received, by consumers and by whoever looked at it here.
    """

    queue: str
    id: str
    receipt: str
    work: Mapping[str, str]
    sent_at: datetime
    receives: int

    @property
    def place(self) -> tuple[str, str]:
        """Chatbot and conversation."""
        return self.work.get("chatbotId", ""), self.work.get("conversationId", "")

    @property
    def subject(self) -> str:
        """What a delivery is about: ``message`` or ``event`` and its key or id."""
        return f"{self.work['kind']} {self.work['reference']}" if "kind" in self.work else ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How things stand with a letter's conversation.

    Attributes:
        state: ``failed``; ``waits``: it is tried again anyway; ``answered``: the responder's answer is there, its
            replies may not be; ``done``; ``gone``: the conversation was deleted; ``unknown``.
        reason: why it came here, as far as that was kept.
    """

    state: str
    reason: str


class DeadLetters:
    """One queue's dead letters.

    Args:
        installation: where.
        queue: one of ``QUEUES``.

    Raises:
        TargetError: the deployment's queues are not known.
    """

    def __init__(self, installation: Installation, queue: str) -> None:
        self.queue = queue
        name = f"{QUEUES[queue]}DeadLetterQueue"
        if name not in installation.resources:
            raise TargetError("A table alone does not tell its queues: name the stack with --stack.")
        self._url = installation.resources[name]
        self._sqs = installation.client("sqs")
        self._deployment = installation.deployment()

    @contextmanager
    def held(self, most: int) -> Iterator[Iterator[DeadLetter]]:
        """Letters, each once, as they come; those that are still there at the end are given back at once.

        Args:
            most: how many are looked at.

        Raises:
            Unavailable: the queue did not answer.
        """
        receipts: dict[str, str] = {}
        try:
            yield self._letters(most, receipts)
        finally:
            self._give_back(list(receipts.values()))

    def _letters(self, most: int, receipts: dict[str, str]) -> Iterator[DeadLetter]:
        while len(receipts) < most:
            with _answering():
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=min(AT_A_TIME, most - len(receipts)),
                    VisibilityTimeout=HELD_SECONDS,
                    WaitTimeSeconds=WAIT_SECONDS,
                    AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
                )
            received = answer.get("Messages", [])
            fresh = [message for message in received if message["MessageId"] not in receipts]
            receipts.update({message["MessageId"]: message["ReceiptHandle"] for message in received})
            if not fresh:
                return
            for message in fresh:
                yield self._letter(message)

    def _letter(self, message: Mapping[str, Any]) -> DeadLetter:
        attributes = message["Attributes"]
        return DeadLetter(
            queue=self.queue,
            id=message["MessageId"],
            receipt=message["ReceiptHandle"],
            work=_work(message["Body"], WORK[self.queue]),
            sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
            receives=int(attributes["ApproximateReceiveCount"]),
        )

    def _give_back(self, receipts: Sequence[str]) -> None:
        for start in range(0, len(receipts), AT_A_TIME):
            entries = [
                {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for number, receipt in enumerate(receipts[start : start + AT_A_TIME])
            ]
            # One that was removed is refused, and one that is not given back comes back by itself.
            with suppress(ClientError, BotoCoreError):
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def diagnose(self, letter: DeadLetter) -> Diagnosis:
        """Why a letter came here, from what the consumer kept, and whether it matters still."""
        if not letter.work:
            return Diagnosis("unknown", "not a message of this version of Confab")
        return self._of_delivery(letter) if letter.queue == DELIVERY else self._of_analysis(letter)

    def _of_analysis(self, letter: DeadLetter) -> Diagnosis:
        row = self._deployment.table.get((keys.conversation(*letter.place), keys.HEAD), consistent=True)
        if row is None:
            return Diagnosis("gone", "the conversation was deleted")
        if ERASING in row:
            return Diagnosis("waits", "its deletion is not finished")
        if "analysisFailed" in row:
            return Diagnosis("failed", str(row["analysisFailed"]))
        if "pendingSince" in row:
            return Diagnosis("waits", "the consumer ended before it could say why")
        return Diagnosis("done", "analysed since")

    def _of_delivery(self, letter: DeadLetter) -> Diagnosis:
        pk = keys.conversation(*letter.place)
        webhook_id = Work(letter.work["kind"], letter.work["reference"]).webhook_id(letter.place[1])
        sks = (keys.HEAD, keys.event_item(failure_of(webhook_id)), keys.answer_item(webhook_id))
        found = self._deployment.table.get_many([(pk, sk) for sk in sks], consistent=True)
        row, failure, answer = (found.get((pk, sk)) for sk in sks)
        if row is None or ERASING in row:
            return Diagnosis("gone", "the conversation was deleted")
        reason = "the consumer ended before it could say why"
        if failure is not None:
            reason = str(read_blob(failure, {}).get("reason", reason))
        return Diagnosis("answered" if answer is not None else "failed", reason)

    def redrive(self, letter: DeadLetter) -> None:
        """Give a letter back to its queue, then take it from here.

        A conversation that was given up waits for its analysis again: the sweep finds it, whatever dies meanwhile.

        Raises:
            Unavailable: the table or a queue did not answer; the letter is still here.
        """
        deployment = self._deployment
        if letter.queue == ANALYSIS:
            deployment.conversations.await_analysis(*letter.place, deployment.now())
        queue = deployment.analysis_queue if letter.queue == ANALYSIS else deployment.delivery_queue
        try:
            queue.send(letter.work, group=letter.place[0])
        except QueueUnavailable as error:
            raise Unavailable(f"The {letter.queue} queue did not take {letter.id}; it is still here.") from error
        self.discard(letter)

    def discard(self, letter: DeadLetter) -> None:
        """Remove a letter for good.

        Raises:
            Unavailable: the queue did not answer.
        """
        with _answering():
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)


def _work(body: str, names: frozenset[str]) -> Mapping[str, str]:
    """The work that a message's body names; empty when it names none, or is of a version that is not known here."""
    try:
        work = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(work, dict) or work.pop(MARK, 0) not in range(VERSION + 1):
        return {}
    if not all(isinstance(value, str) for value in work.values()):
        return {}
    return work if work.keys() == names and is_uuid(work["conversationId"]) else {}


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"The dead-letter queue did not answer: {error}") from error
