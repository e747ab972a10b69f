"""What queues and the sweep do in the matrix, and what may be there before an operation."""

from __future__ import annotations

from typing import Final

from confab.domain.identity import conversation_id
from confab.erasure.conversation_store import ErasureStore
from confab.storage import wiring as storage_wiring
from confab.storage.visibility import NO_RETENTION

from tests.support.world import World
from verify.faults.stage import MAX_RECEIVES, Attempt, Record, Stage, repeated_text
from verify.faults.telling import DONE, large_fields, own
from verify.ledger import empty

FULL_ROW: Final = 12
"""How many captures with ``large_fields`` a row takes; one more is too much."""


def consume(stage: Stage, process: World, *, function: str = "analysis") -> Attempt:
    """Hand the oldest record of a queue to its function; without one, a dead letter that an operator puts back."""
    record = next((record for record in [*stage.records, *stage.dead_letters] if record.function == function), None)
    if record is None:
        return DONE
    if record in stage.dead_letters:
        stage.put_back(record)
    return stage.handle(process, record)


def consume_all(stage: Stage, process: World, *, function: str = "analysis") -> Attempt:
    """Hand all that waits in a queue to its function, once."""
    stage.take()
    waiting = [record for record in stage.records if record.function == function]
    attempts = [stage.handle(process, record) for record in waiting]
    return Attempt(all(attempt.done for attempt in attempts))


def handed_out(stage: Stage, _: World) -> Attempt:
    """The queues hand out what waits in them."""
    stage.take()
    return DONE


def handed_out_often(stage: Stage, _: World) -> Attempt:
    """The same for the last time: what fails now becomes a dead letter."""
    stage.take()
    for record in stage.records:
        record.receives = MAX_RECEIVES - 1
    return DONE


def sweep(stage: Stage, process: World) -> Attempt:
    """Run the sweeper once."""
    return stage.sweep(process)


# ---------------------------------------------------------------- what is there before


def at_rest(stage: Stage, _: World) -> Attempt:
    """Everything that waits is done."""
    stage.rest()
    return DONE


def at_rest_alone(stage: Stage, _: World) -> Attempt:
    """Everything that waits is done, and nothing of it is looked at or told yet."""
    kept, stage.at_rest = stage.at_rest, []
    stage.rest()
    stage.at_rest = kept
    return DONE


def repeating(stage: Stage, _: World) -> Attempt:
    """Clients say the same short texts again and again."""
    stage.text_of = repeated_text
    return DONE


def full_row(stage: Stage, process: World) -> Attempt:
    """The conversation's row takes no more metadata."""
    message = {"id": "full", "role": "user", "content": "full"}
    ledger = stage.ledger(own(stage))
    for number in range(FULL_ROW):
        body = {"conversationId": "c", "messages": [message], "custom": large_fields(number)}
        with ledger.telling({0: "full"}, "full"):
            attempt = Attempt.of(process.capture(stage.key, body))
        if not attempt.done:
            return attempt
        ledger.acknowledge([0], "full")
    return DONE


def lease_over(stage: Stage, _: World) -> Attempt:
    """What the queues held was lost, and the conversation has waited for longer than a lease."""
    return _lost(stage, minutes=2)


def overdue(stage: Stage, _: World) -> Attempt:
    """What the queues held was lost, and the conversation has waited for longer than the sweeper lets it."""
    return _lost(stage, minutes=20)


def _lost(stage: Stage, *, minutes: int) -> Attempt:
    stage.take()
    stage.records.clear()
    stage.site.clock.advance(minutes=minutes)
    return DONE


def erasing(stage: Stage, process: World) -> Attempt:
    """An erasure whose process died right after it had begun."""
    place = stage.chatbot_id, conversation_id(stage.chatbot_id, "c")
    store = ErasureStore(process.table, storage_wiring.tally(process.deployment), NO_RETENTION)
    store.mark(store.items(*place), process.now())
    ledger = stage.ledger(own(stage))
    ledger.confirm(ledger.attempt(empty))
    stage.records.append(Record("analysis", {"chatbotId": place[0], "conversationId": place[1]}))
    return DONE
