"""What clients and queues do in the matrix: each is one try, which notes what was sent and what was acknowledged."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from confab.domain.identity import channel_conversation_id, conversation_id
from confab.storage.erasures import ErasureStore
from confab.storage.heads import any_head_of

from tests.support.world import Answer, World
from verify.faults.stage import MAX_RECEIVES, Attempt, Record, Stage, replies_to
from verify.ledger import Ledger, empty

Try = Callable[[Stage, World], Attempt]
DONE: Final = Attempt(True)

LONG_TEXT: Final = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=600_000))
"""Text that stays larger than an item even when it is deflated."""
BEHIND: Final = 1_000
"""A place behind everything that is said."""
CHANNEL: Final = {"channelId": "site", "channelName": "web", "providerId": "visitor"}


def text_of(place: int) -> str:
    """What is said at a place of a transcript."""
    return f"message {place}: where is my order?" if place % 2 == 0 else f"message {place}: let me look."


def _message(place: int, *, with_id: bool) -> dict[str, Any]:
    message = {"role": "assistant" if place % 2 else "user", "content": text_of(place)}
    return {"id": f"m{place}", **message} if with_id else message


def _told(ledger: Ledger, places: Sequence[int], call: Callable[[], Answer]) -> Attempt:
    """Send messages, and note which are acknowledged."""
    ledger.send({place: text_of(place) for place in places})
    attempt = Attempt.of(call())
    if attempt.done:
        ledger.acknowledge(places)
    return attempt


# ---------------------------------------------------------------- OpenBat


def _own(stage: Stage) -> Ledger:
    return stage.ledger(conversation_id(stage.chatbot_id, "c"))


def capture(stage: Stage, process: World, *, places: Sequence[int], with_id: bool = True, user: str = "u1") -> Attempt:
    """Capture some messages."""
    body = {
        "conversationId": "c",
        "messages": [_message(place, with_id=with_id) for place in places],
        "user": {"id": user, "name": "Ann"},
        "organization": {"id": "o1"},
        "custom": {"plan": "free"},
    }
    return _told(_own(stage), places, lambda: process.capture(stage.key, body))


def track(stage: Stage, process: World, *, count: int) -> Attempt:
    """Track the transcript from its beginning."""
    body = {"conversationId": "c", "messages": [_message(place, with_id=False) for place in range(count)]}
    return _told(_own(stage), range(count), lambda: process.track(stage.key, body))


def track_edited(stage: Stage, process: World, *, kept: int, stored: int, count: int) -> Attempt:
    """Track a transcript that begins like the one that is stored, leaves most of it out, and goes on otherwise."""
    new = range(stored, stored + count)
    body = {
        "conversationId": "c",
        "messages": [_message(place, with_id=False) for place in [*range(kept), *new]],
    }
    return _told(_own(stage), new, lambda: process.track(stage.key, body))


# ---------------------------------------------------------------- Inkeep


def log(stage: Stage, process: World, *, count: int, long: int | None = None) -> Attempt:
    """Log the conversation whole.

    Args:
        long: the place of a message that says something too large for one item, instead of what it said before.
    """
    texts = {place: LONG_TEXT if place == long else text_of(place) for place in range(count)}
    body = {
        "type": "openai",
        "id": "c",
        "externalId": "ticket-1",
        "messages": [{**_message(place, with_id=True), "content": text} for place, text in texts.items()],
        "userProperties": {"userId": "u1", "email": "ann@example.com"},
        "properties": {"page": "/checkout"},
    }
    ledger = _own(stage)
    ledger.send(texts)
    attempt = Attempt.of(process.log(stage.key, body))
    if attempt.done:
        ledger.confirm()
        ledger.acknowledge(texts)
    return attempt


def feedback(stage: Stage, process: World) -> Attempt:
    """Give feedback about a message."""
    body = {"id": "f1", "type": "negative", "messageId": "m1", "reasons": [{"label": "wrong", "details": "no"}]}
    return Attempt.of(process.inkeep(stage.key, "POST", "/feedback", body))


def event(stage: Stage, process: World) -> Attempt:
    """Log an event of a message."""
    body = {"id": "e1", "type": "message:copied", "entityType": "message", "messageId": "m1"}
    return Attempt.of(process.inkeep(stage.key, "POST", "/events", body))


def delete(stage: Stage, process: World) -> Attempt:
    """Delete the conversation, in the Inkeep dialect."""
    return _deleted(_own(stage), lambda: process.inkeep(stage.key, "DELETE", "/conversations/c"))


def _deleted(ledger: Ledger, call: Callable[[], Answer]) -> Attempt:
    ledger.attempt(empty)
    # What the first try has deleted, the second one does not find.
    attempt = Attempt.of(call(), done=(200, 404))
    if attempt.done:
        ledger.confirm()
    return attempt


# ---------------------------------------------------------------- ChatCaptain


def _channel(stage: Stage) -> str:
    return channel_conversation_id(stage.chatbot_id, CHANNEL["channelId"], CHANNEL["providerId"])


def handle(
    stage: Stage, process: World, *, turn: int, replies: bool, later: bool = False, overtaken: bool = False
) -> Attempt:
    """Hand over a message of a user.

    Args:
        replies: whether a responder answers, with two messages each time.
        later: whether it answers through the queue.
        overtaken: whether the next turn may be said before it answers, so that what it answers stands behind that.
    """
    step = 3 if replies else 1
    place = turn * step
    first_reply = place + (BEHIND if overtaken else 1)
    said = f"turn {turn}: where is my order?"
    ledger = stage.ledger(_channel(stage))
    ledger.send({place: said, **dict(enumerate(replies_to(said) if replies else [], first_reply))})
    body = {**CHANNEL, "message": {"text": said}, "providerMessageId": f"in-{turn}", "async": later}
    answer = process.manage(stage.key, "POST", stage.chatbot_id, "/handle", body)
    attempt = Attempt.of(answer)
    if attempt.done:
        ledger.acknowledge([place, *(first_reply + number for number in range(len(answer.body["messages"])))])
    return attempt


def delete_managed(stage: Stage, process: World) -> Attempt:
    """Delete the conversation, in the ChatCaptain dialect."""
    conversation = _channel(stage)
    return _deleted(
        stage.ledger(conversation),
        lambda: process.manage(stage.key, "DELETE", stage.chatbot_id, f"/{conversation}"),
    )


# ---------------------------------------------------------------- queues


def consume(stage: Stage, process: World, *, function: str = "analysis") -> Attempt:
    """Hand the oldest record of a queue to its function; without one, a dead letter that an operator puts back."""
    record = next((record for record in [*stage.records, *stage.dead_letters] if record.function == function), None)
    if record is None:
        return DONE
    if record in stage.dead_letters:
        stage.put_back(record)
    return stage.handle(process, record)


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


def responding(stage: Stage, _: World) -> Attempt:
    """The chatbot has a responder."""
    stage.with_responder()
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
    store = ErasureStore(process.table)
    items = store.items(*place)
    row = any_head_of(items)
    assert row is not None
    store.mark(place, items, row, process.now())
    ledger = _own(stage)
    ledger.attempt(empty)
    ledger.confirm()
    stage.records.append(Record("analysis", {"chatbotId": place[0], "conversationId": place[1]}))
    return DONE
