"""One try of a client: what it sends is noted before, and what was acknowledged after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from confab.domain.identity import channel_conversation_id, conversation_id
from confab.domain.verdict import DUPLICATE, STORED

from tests.support.answers import Answer
from tests.support.world import World
from verify.faults.stage import Attempt, Stage
from verify.ledger import NOTES

Try = Callable[[Stage, World], Attempt]
Where = Callable[[Stage], str]
"""The conversation that a try is about, by its id."""
DONE: Final = Attempt(True)
GONE: Final = (404, 422)
"""What is said of a conversation that is not there."""
CHANNEL: Final = {"channelId": "site", "channelName": "web", "providerId": "visitor"}


def own(stage: Stage) -> str:
    """The conversation that clients know as ``c``."""
    return conversation_id(stage.chatbot_id, "c")


def channel(stage: Stage) -> str:
    """The conversation of the channel's one contact."""
    return channel_conversation_id(stage.chatbot_id, CHANNEL["channelId"], CHANNEL["providerId"])


def text_in(stage: Stage, run: str, place: int) -> str:
    """What is said at a place of a run; the run without a name is the transcript that clients share."""
    return f"{run}, message {place}: is it open?" if run else stage.text_of(place)


def message(stage: Stage, place: int, *, with_id: bool, run: str = "") -> dict[str, Any]:
    """A message as it is sent."""
    said = {"role": "assistant" if place % 2 else "user", "content": text_in(stage, run, place)}
    return {"id": f"{run or 'm'}{place}", **said} if with_id else said


def large_fields(number: int) -> dict[str, str]:
    """As many metadata as one request may send; another number gives other fields."""
    return {f"field {number} {index}": "x" * 1900 for index in range(17)}


def tell(
    stage: Stage,
    conversation: str,
    texts: Mapping[int, str],
    call: Callable[[], Answer],
    *,
    run: str = "",
    refused: Collection[int] = (),
) -> Attempt:
    """Send messages, and note which are acknowledged.

    Args:
        texts: what is sent, by its place in the run.
        refused: statuses that are right, too, when the conversation may be gone or not there yet.
    """
    ledger = stage.ledger(conversation)
    sure = ledger.certain
    with ledger.telling(texts, run, stage.doomed(conversation)) as change:
        answer = call()
    if answer.status in refused and not (sure and ledger.certain):
        return DONE
    attempt = Attempt.of(answer)
    if attempt.done:
        statuses = [result["status"] for result in answer.body.get("results", ())]
        ledger.confirm(change)
        ledger.acknowledge(texts, run, statuses)
        if set(statuses) - {STORED, DUPLICATE}:
            return Attempt(True, f"it was answered with {statuses}")
    return attempt


def note(stage: Stage, conversation: str, number: int, name: str, call: Callable[[], Answer]) -> Attempt:
    """Send something that stands next to the messages.

    Args:
        number: of the note among those of a conversation.
        name: as ``stage.notes_of`` names it.
    """
    return tell(stage, conversation, {number: name}, call, run=NOTES, refused=GONE)


def erase(stage: Stage, conversation: str, call: Callable[[], Answer], *, of_user: bool = False) -> Attempt:
    """Delete a conversation, or all that is kept of its user."""
    stage.deleted |= not of_user
    ledger = stage.ledger(conversation)
    sure, first = ledger.certain, not ledger.erased
    with ledger.erasing(stage.there(conversation)) as change:
        answer = call()
    if answer.status == 404 and sure and ledger.certain_without(change):
        return Attempt(False, "the conversation is there, and its deletion was answered with 404")
    # What the first try has deleted, the second one does not find. Data of a user is erased by further looks.
    attempt = Attempt.of(answer, done=(200, 202, 404))
    if answer.status == 404 and first:
        ledger.withdraw(change)
    elif attempt.done:
        ledger.confirm(change)
    return attempt
