"""What clients of the OpenBat and Inkeep dialects and an administrator do in the matrix, all with one conversation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from confab.storage import keys

from tests.support.world import World
from verify.faults.stage import Attempt, Stage
from verify.faults.telling import erase, large_fields, message, note, own, tell, text_in

LONG_TEXT: Final = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=600_000))
"""Text that stays larger than an item even when it is deflated."""
USER: Final = "u1"

# ---------------------------------------------------------------- OpenBat


def capture(
    stage: Stage,
    process: World,
    *,
    places: Sequence[int],
    with_id: bool = True,
    user: str = USER,
    run: str = "",
    large: bool = False,
) -> Attempt:
    """Capture some messages.

    Args:
        large: with as many metadata as one request may send.
    """
    body = {
        "conversationId": "c",
        "messages": [message(stage, place, with_id=with_id, run=run) for place in places],
        "user": {"id": user, "name": "Ann"},
        "organization": {"id": "o1"},
        "custom": {"plan": "free", **(large_fields(-1) if large else {})},
    }
    texts = {place: text_in(stage, run, place) for place in places}
    return tell(stage, own(stage), texts, lambda: process.capture(stage.key, body), run=run)


def capture_after_a_day(stage: Stage, process: World, *, places: Sequence[int]) -> Attempt:
    """Capture some messages with ids when all of a long conversation is due to be read again."""
    stage.site.clock.advance(days=1, minutes=2)
    return capture(stage, process, places=places)


def track(stage: Stage, process: World, *, count: int, first: int = 0, run: str = "") -> Attempt:
    """Track the transcript, from its beginning if nothing else is said."""
    return _track(stage, process, range(first, count), run)


def track_edited(stage: Stage, process: World, *, kept: int, stored: int, count: int) -> Attempt:
    """Track a transcript that begins like the one that is stored, leaves most of it out, and goes on otherwise."""
    return _track(stage, process, [*range(kept), *range(stored, stored + count)])


def track_further(stage: Stage, process: World, *, by: int) -> Attempt:
    """Track the transcript up to so many messages after the last one that anybody has told."""
    return track(stage, process, count=stage.ledger(own(stage)).last() + 1 + by)


def _track(stage: Stage, process: World, places: Sequence[int], run: str = "") -> Attempt:
    body = {"conversationId": "c", "messages": [message(stage, place, with_id=False, run=run) for place in places]}
    texts = {place: text_in(stage, run, place) for place in places}
    return tell(stage, own(stage), texts, lambda: process.track(stage.key, body), run=run)


# ---------------------------------------------------------------- Inkeep


def log(
    stage: Stage, process: World, *, count: int, long: int | None = None, run: str = "", with_id: bool = True
) -> Attempt:
    """Log the conversation whole.

    Args:
        long: the place of a message that says something too large for one item, instead of what it said before.
    """
    messages = [message(stage, place, with_id=with_id, run=run) for place in range(count)]
    if long is not None:
        messages[long]["content"] = LONG_TEXT
    body = {
        "type": "openai",
        "id": "c",
        "externalId": "ticket-1",
        "messages": messages,
        "userProperties": {"userId": USER, "email": "ann@example.com"},
        "properties": {"page": "/checkout"},
    }
    texts = {place: said["content"] for place, said in enumerate(messages)}
    return tell(stage, own(stage), texts, lambda: process.send_history(stage.key, body), run=run)


def log_further(stage: Stage, process: World, *, by: int, with_id: bool = True) -> Attempt:
    """Log the conversation up to so many messages after the last one that anybody has told."""
    return log(stage, process, count=stage.ledger(own(stage)).last() + 1 + by, with_id=with_id)


def feedback(stage: Stage, process: World) -> Attempt:
    """Give feedback about a message."""
    body = {"id": "f1", "type": "negative", "messageId": "m1", "reasons": [{"label": "wrong", "details": "no"}]}
    give = partial(process.inkeep, stage.key, "POST", "/feedback", body)
    return note(stage, own(stage), 0, keys.feedback_item("f1"), give)


def score(stage: Stage, process: World) -> Attempt:
    """Score the conversation, under an id of the caller's own."""
    return _score(stage, process, 4)


def change_score(stage: Stage, process: World) -> Attempt:
    """Give the same score another value: it still counts once."""
    return _score(stage, process, 2)


def _score(stage: Stage, process: World, value: int) -> Attempt:
    body = {"id": "s1", "conversationId": "c", "name": "stars", "value": value}
    attempt = Attempt.of(process.request("POST", "/api/v1/scores", stage.key, body))
    if not attempt.done or stage.deleted:
        return attempt
    scores = [item for item in stage.clean.items(stage.chatbot_id, own(stage)) if item["sk"].startswith(keys.SCORE)]
    found = [item["val"] for item in scores]
    return attempt if len(found) == 1 else Attempt(True, f"it was answered with 200, and there are {found}")


def delete_score(stage: Stage, process: World) -> Attempt:
    """Take the score back; one that is gone has been taken back by an earlier attempt."""
    answer = process.request("DELETE", "/api/v1/scores/s1", stage.key)
    return Attempt.of(answer, done=(200, 404))


def event(stage: Stage, process: World) -> Attempt:
    """Log an event of a message."""
    body = {"id": "e1", "type": "message:copied", "entityType": "message", "messageId": "m1"}
    return _event(stage, process, 1, body)


def conversation_event(stage: Stage, process: World) -> Attempt:
    """Log an event of the conversation."""
    body = {"id": "e2", "type": "conversation:shared", "entityType": "conversation", "conversationId": "c"}
    return _event(stage, process, 2, body)


def _event(stage: Stage, process: World, number: int, body: dict[str, Any]) -> Attempt:
    put = partial(process.inkeep, stage.key, "POST", "/events", body)
    return note(stage, own(stage), number, keys.event_item(body["id"]), put)


def delete(stage: Stage, process: World) -> Attempt:
    """Delete the conversation, in the Inkeep dialect."""
    return erase(stage, own(stage), lambda: process.inkeep(stage.key, "DELETE", "/conversations/c"))


# ---------------------------------------------------------------- administration


def erase_user(stage: Stage, process: World) -> Attempt:
    """Begin to erase all that is kept of the user whose conversation it is; the sweep gives the receipt."""
    path = f"/chatbots/{stage.chatbot_id}/users/{USER}"
    attempt = erase(stage, own(stage), lambda: process.admin(stage.admin_key, "DELETE", path), of_user=True)
    stage.user_erased |= attempt.done
    return attempt
