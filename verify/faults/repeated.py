"""What clients make without an id of their own, under an idempotency key: each try is the same request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from confab.admin import wiring as admin_wiring
from confab.storage import keys
from confab.storage.messages import read_messages
from confab.storage.values import Item

from tests.support.answers import Answer
from tests.support.chatcaptain import new_conversation
from tests.support.world import World
from verify.faults import actions, channels
from verify.faults.operation import Operation
from verify.faults.overtakers import QUEUES
from verify.faults.queues import at_rest
from verify.faults.stage import Attempt, Stage
from verify.faults.telling import CHANNEL, Try, channel, tell

HEADERS: Final = {"idempotency-key": "key-1"}
SAID: Final = "message 0: where is my order?"
WRITTEN: Final = "agent, written once"


def _once(attempt: Attempt, stage: Stage, counted: Callable[[Item], bool], name: str) -> Attempt:
    """A try; when it is acknowledged, there is one of what it makes."""
    if not attempt.done or attempt.finding:
        return attempt
    number = sum(map(counted, stage.items()))
    return attempt if number == 1 else Attempt(True, f"there are {number} of {name}")


def _beside(prefix: str) -> Callable[[Item], bool]:
    return lambda item: item["sk"].startswith(prefix)


def _saying(text: str) -> Callable[[Item], bool]:
    return lambda item: (
        item["sk"].startswith(keys.MESSAGE) and [message.content for message in read_messages([item])] == [text]
    )


def _inkeep(stage: Stage, process: World, path: str, body: Any) -> Answer:
    return process.inkeep(stage.key, "POST", path, body, headers=HEADERS)


def _manage(stage: Stage, process: World, path: str, body: Any) -> Answer:
    return process.manage(stage.key, "POST", stage.chatbot_id, path, body, headers=HEADERS)


def log(stage: Stage, process: World) -> Attempt:
    """Log a conversation of two messages."""
    messages = [{"role": "user", "content": SAID}, {"role": "assistant", "content": "Let me look."}]
    answer = _inkeep(stage, process, "/conversations", {"type": "openai", "messages": messages})
    attempt = Attempt.of(answer)
    if attempt.done and len(answer.body["messages"]) != len(messages):
        return Attempt(True, f"it was answered with {len(answer.body['messages'])} messages")
    return _once(attempt, stage, _saying(SAID), "its first message")


def feedback(stage: Stage, process: World) -> Attempt:
    """Give feedback about a message."""
    attempt = Attempt.of(_inkeep(stage, process, "/feedback", {"type": "negative", "messageId": "m1"}))
    return _once(attempt, stage, _beside(keys.FEEDBACK), "this feedback")


def event(stage: Stage, process: World) -> Attempt:
    """Log an event of a message."""
    body = {"type": "message:copied", "entityType": "message", "messageId": "m1"}
    return _once(Attempt.of(_inkeep(stage, process, "/events", body)), stage, _beside(keys.EVENT), "this event")


def create(stage: Stage, process: World) -> Attempt:
    """Make a conversation, as an operator, who then writes into it: the statistics count it from its first message."""
    answer = _manage(stage, process, "", new_conversation())
    attempt = _once(Attempt.of(answer), stage, _beside(keys.HEAD), "this conversation")
    if attempt.done and not attempt.finding:
        message = {"disableSending": True, "message": {"content": WRITTEN, "providerMessageId": "m"}}
        path = f"/{answer.body['conversation']['id']}/messages"
        return Attempt.of(stage.clean.manage(stage.key, "POST", stage.chatbot_id, path, message))
    return attempt


def handle(stage: Stage, process: World) -> Attempt:
    """Send a message of a user, to whom nobody answers."""
    body = {**CHANNEL, "message": SAID}
    attempt = tell(stage, channel(stage), {0: SAID}, lambda: _manage(stage, process, "/handle", body))
    return _once(attempt, stage, _saying(SAID), "this message")


def write(stage: Stage, process: World) -> Attempt:
    """Write a message into the channel's conversation, as an operator."""
    body = {"disableSending": True, "message": {"content": WRITTEN, "sender": "agent"}}
    path = f"/{channel(stage)}/messages"
    attempt = tell(stage, channel(stage), {0: WRITTEN}, lambda: _manage(stage, process, path, body), run="agent")
    return _once(attempt, stage, _saying(WRITTEN), "this message")


def channel_event(stage: Stage, process: World) -> Attempt:
    """Tell that the user has opened the chat."""
    attempt = Attempt.of(_manage(stage, process, "/event", {**CHANNEL, "event": "opened"}))
    return _once(attempt, stage, _beside(keys.EVENT), "this event")


def custom_event(stage: Stage, process: World) -> Attempt:
    """Note a custom event in the channel's conversation."""
    attempt = Attempt.of(_manage(stage, process, f"/{channel(stage)}/custom-event", {"event": "paid"}))
    return _once(attempt, stage, _beside(keys.EVENT), "this event")


def key(stage: Stage, process: World) -> Attempt:
    """Make an API key, as an administrator."""
    path = f"/chatbots/{stage.chatbot_id}/keys"
    answer = process.admin(stage.admin_key, "POST", path, {"name": "once"}, headers=HEADERS)
    attempt = Attempt.of(answer)
    if not attempt.done:
        return attempt
    made = [
        each
        for each in admin_wiring.administration(stage.clean.deployment).keys(stage.workspace_id)
        if each.name == "once"
    ]
    usable = stage.clean.list_page(answer.body["apiKey"]).status != 401
    return attempt if len(made) == 1 and usable else Attempt(True, f"there are {len(made)} keys; usable: {usable}")


_LOGGED: Final[Sequence[Try]] = (partial(actions.log, count=3), at_rest)
_HANDLED: Final[Sequence[Try]] = (partial(channels.handle, turn=5, replies=False), at_rest)
REPEATED: Final[Sequence[Operation]] = tuple(
    Operation(name=f"{name}-once", before=before, attempt=attempt, silence=False, overtakers=QUEUES)
    for name, before, attempt in (
        ("log", (), log),
        ("feedback", _LOGGED, feedback),
        ("event", _LOGGED, event),
        ("create", (), create),
        ("handle", (), handle),
        ("write", _HANDLED, write),
        ("channel-event", _HANDLED, channel_event),
        ("custom-event", _HANDLED, custom_event),
        ("key", (), key),
    )
)
"""Each is also overtaken by itself, and sent again after that."""
