"""What a channel and an operator do in the matrix, in the ChatCaptain dialect; operators with any conversation."""

from __future__ import annotations

from functools import partial
from typing import Final

from confab.dialects.chatcaptain.writing import message_id
from confab.domain.identity import external_key

from tests.support.answers import Answer
from tests.support.world import World
from verify.faults.queues import consume
from verify.faults.stage import NOTED, OPERATOR, Attempt, Stage, replies_to
from verify.faults.telling import CHANNEL, DONE, GONE, Where, channel, erase, note, own, tell, text_in

BEHIND: Final = 1_000
"""A place behind everything that is said."""


def handle(
    stage: Stage, process: World, *, turn: int, replies: bool, later: bool = False, apart: bool = False, run: str = ""
) -> Attempt:
    """Send a message of a user.

    Args:
        replies: whether a responder answers, with two messages each time.
        later: whether it answers through the queue.
        apart: whether the next turn may be said before it answers, so that what it answers stands behind that.
    """
    step = 3 if replies else 1
    place = turn * step
    first_reply = place + (BEHIND if apart else 1)
    said = _said(turn, run)
    texts = {place: said, **dict(enumerate(replies_to(said) if replies else [], first_reply))}
    body = {**CHANNEL, "message": {"text": said}, "providerMessageId": f"{run or 'in'}-{turn}", "async": later}
    ledger = stage.ledger(channel(stage))
    with ledger.telling(texts, run, stage.doomed(channel(stage))):
        answer = process.manage(stage.key, "POST", stage.chatbot_id, "/handle", body)
    attempt = Attempt.of(answer)
    if attempt.done:
        answered = range(first_reply, first_reply + len(answer.body["messages"]))
        ledger.acknowledge([place, *answered], run)
    return attempt


def _said(turn: int, run: str = "") -> str:
    return f"{run}turn {turn}: where is my order?"


def channel_event(stage: Stage, process: World) -> Attempt:
    """Tell that the user has seen what was said."""
    body = {**CHANNEL, "event": "user_seen"}
    return Attempt.of(process.manage(stage.key, "POST", stage.chatbot_id, "/event", body))


def deliver(stage: Stage, process: World, *, turn: int) -> Attempt:
    """Hand the oldest delivery to its function: the message of a turn, which the responder answers now."""
    ledger = stage.ledger(channel(stage))
    replies = dict(enumerate(replies_to(_said(turn)), turn * 3 + 1))
    with ledger.telling(replies, doomed=stage.doomed(channel(stage))):
        attempt = consume(stage, process, function="delivery")
    if attempt.done and ledger.certain:
        ledger.acknowledge(replies)
    return attempt


def write(stage: Stage, process: World, *, where: Where = own) -> Attempt:
    """Write a message into a conversation that is there, as an operator."""
    text = text_in(stage, "agent", 0)
    body = {"disableSending": True, "message": {"content": text, "sender": "agent", "providerMessageId": "agent-0"}}
    call = partial(_manage, stage, process, where, "POST", "/messages", body)
    return tell(stage, where(stage), {0: text}, call, run="agent", refused=GONE)


def patch(stage: Stage, process: World, *, where: Where = own) -> Attempt:
    """Give a conversation to an operator."""
    body = {"conversation": {"operatorId": "op-1"}}
    call = partial(_manage, stage, process, where, "PATCH", "", body)
    return note(stage, where(stage), 3, f"{OPERATOR}=op-1", call)


def add_note(stage: Stage, process: World, *, where: Where = channel) -> Attempt:
    """Note something on a conversation."""
    call = partial(_manage, stage, process, where, "PATCH", "/notes", {"notes": ["Call back"]})
    return note(stage, where(stage), 4, f'{NOTED}=["Call back"]', call)


def patch_message(stage: Stage, process: World) -> Attempt:
    """Change what the channel's first message says."""
    text = "turn 0: where is my parcel?"
    path = f"/messages/{message_id(external_key('in-0'))}"
    call = partial(_manage, stage, process, channel, "PATCH", path, {"message": {"content": text}})
    return tell(stage, channel(stage), {0: text}, call, refused=GONE)


def delete_managed(stage: Stage, process: World, *, where: Where = channel) -> Attempt:
    """Delete a conversation, in the ChatCaptain dialect."""
    return erase(stage, where(stage), partial(_manage, stage, process, where, "DELETE"))


def delete_by_its_id(stage: Stage, process: World) -> Attempt:
    """Delete the channel's conversation by the service's own id, in the Inkeep dialect."""
    path = f"/conversations/{channel(stage)}"
    return erase(stage, channel(stage), lambda: process.inkeep(stage.key, "DELETE", path))


def log_by_its_id(stage: Stage, process: World) -> Attempt:
    """Log messages into the channel's conversation by the service's own id, in the Inkeep dialect."""
    text = text_in(stage, "log", 0)
    messages = [{"id": "log0", "role": "user", "content": text}]
    body = {"type": "openai", "id": channel(stage), "messages": messages}
    return tell(stage, channel(stage), {0: text}, lambda: process.send_history(stage.key, body), run="log")


def _manage(stage: Stage, process: World, where: Where, method: str, path: str = "", body: object = None) -> Answer:
    return process.manage(stage.key, method, stage.chatbot_id, f"/{where(stage)}{path}", body)


def responding(stage: Stage, _: World) -> Attempt:
    """The chatbot has a responder."""
    stage.with_responder()
    return DONE
