"""A long conversation is analysed by its new messages alone, and is as exact as one that is read as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from confab.channels import wiring as channels_wiring
from confab.erasure import conversation_wiring
from confab.storage import keys
from confab.storage.captured import LONG
from confab.storage.messages import unpack_json

from tests.support.calls import Call, calls_of
from tests.support.interleaving import overtaken
from tests.support.long_talk import NAME, Death, Talk
from tests.support.world import World


def _talk(world: World, length: int = LONG + 20) -> Talk:
    """A long conversation that was analysed, more than a minute ago."""
    talk = Talk(world, world.tenant())
    for start in range(0, length, 50):
        numbers = range(start, min(start + 50, length))
        talk.say(*(f"my order {number} is late, and I want a refund" for number in numbers))
    talk.analyse()
    world.clock.advance(minutes=5)  # type: ignore[union-attr]
    return talk


def _reads(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if call.operation in ("Query", "BatchGetItem", "GetItem")]


def _read_messages(calls: Sequence[Call]) -> set[str]:
    """The keys of the messages that were read by their keys."""
    asked = [
        key["sk"]["S"]
        for call in calls
        if call.operation == "BatchGetItem"
        for table in call.parameters["RequestItems"].values()
        for key in table["Keys"]
    ]
    return {sk for sk in asked if sk.startswith(keys.MESSAGE)}


def _reads_all(calls: Sequence[Call], place: tuple[str, str]) -> bool:
    """Whether a query went over the whole conversation."""
    pk = {"S": keys.conversation(*place)}
    return any(
        call.operation == "Query"
        and call.parameters["ExpressionAttributeValues"].get(":pk") == pk
        and call.parameters["KeyConditionExpression"] == "pk = :pk"
        for call in calls
    )


@contextmanager
def _dying(world: World, operation: str, at: int, error: type[BaseException] = Death) -> Iterator[list[int]]:
    """A process that dies before one of its calls of an operation; the list tells how many it made."""
    made: list[int] = []

    def before(**_: Any) -> None:
        made.append(1)
        if len(made) == at + 1:
            raise error

    name = f"before-call.dynamodb.{operation}" if operation else "before-call.dynamodb"
    world.dynamodb.meta.events.register(name, before)
    try:
        yield made
    finally:
        world.dynamodb.meta.events.unregister(name, before)


def test_only_the_new_messages_of_a_long_conversation_are_read(clocked: World) -> None:
    talk = _talk(clocked)
    talk.say("where is it now?", "hello?")
    with calls_of(clocked) as calls:
        talk.analyse()
    assert not _reads_all(calls, talk.place)
    assert _read_messages(calls) == {f"{keys.MESSAGE}i:m{talk.said - 2}", f"{keys.MESSAGE}i:m{talk.said - 1}"}
    assert talk.judge.shown == [LONG + 20, 2]
    talk.is_sound()


def test_a_further_message_takes_the_same_calls_however_many_there_are(clocked: World) -> None:
    taken: list[list[str]] = []
    for length in (LONG + 20, 6 * LONG):
        talk = _talk(clocked, length)
        for _ in range(2):
            talk.say("where is it now?")
            with calls_of(clocked) as calls:
                talk.analyse()
        taken.append(sorted(call.operation for call in calls))
        talk.is_sound()
    assert taken[0] == taken[1]


def test_a_long_conversation_goes_on_message_by_message(clocked: World) -> None:
    talk = _talk(clocked)
    for text in ("you are useless", "thanks, that helped", "cancel it", "I want to speak to a human", "hello"):
        talk.say(text)
        talk.say("Sorry about that.", role="assistant")
        talk.analyse()
    talk.is_sound()
    assert max(talk.judge.shown[1:]) <= 2


def test_a_conversation_is_read_again_when_it_has_doubled(clocked: World) -> None:
    talk = _talk(clocked, LONG)
    whole = 0
    for _ in range(LONG // 20 + 1):
        talk.say(*(f"order {talk.said + at} is late" for at in range(20)))
        talk.analyse()
        whole += talk.judge.shown[-1] >= 2 * LONG
    assert whole == 1
    talk.is_sound()


@pytest.mark.parametrize("lost", ["its note", "the checkpoint", "the state"])
def test_all_is_read_again_where_something_is_missing(clocked: World, lost: str) -> None:
    talk = _talk(clocked)
    talk.say("where is it?")
    gone = {"its note": keys.CAPTURED, "the checkpoint": keys.CHECKPOINT}
    if lost in gone:
        [item] = talk.items(gone[lost])
        clocked.table.delete((item["pk"], item["sk"]))
    else:
        [head] = talk.items(keys.HEAD)
        item = next(item for item in talk.items(keys.CHECKPOINT))
        clocked.table.put({**item, "state": "COUNTED#0000000001#other"})
        assert head["counted"] != "COUNTED#0000000001#other"
    talk.analyse()
    assert talk.judge.shown[-1] == talk.said
    talk.is_sound()


def test_an_edited_message_is_counted_and_shown_to_nobody_as_it_was(clocked: World) -> None:
    talk = _talk(clocked)
    talk.say("my number is 4711")
    talk.analyse()
    edit = channels_wiring.edit_message(clocked.deployment)
    edit(*talk.place, f"i:m{talk.said - 1}", {}, {"text": "my number is a secret"})
    talk.analyse()
    [checkpoint] = talk.items(keys.CHECKPOINT)
    assert "4711" not in str(unpack_json(checkpoint["z"]))
    talk.is_sound()
    talk.say("and now?")
    talk.analyse()
    assert talk.judge.shown[-1] == 1
    talk.is_sound()


def test_a_new_topic_is_counted_for_all_messages_and_judged_once(clocked: World) -> None:
    talk = Talk(clocked, clocked.tenant())
    for start in range(0, LONG, 50):
        talk.say(*(f"hello number {number}" for number in range(start, start + 50)))
    talk.analyse()
    clocked.clock.advance(minutes=5)  # type: ignore[union-attr]
    talk.say("I want a refund of my invoice")
    talk.analyse()
    talk.is_sound()
    assert any(name.startswith("TOPIC#") for name in clocked.statistics(talk.tenant.id))


def test_another_user_moves_all_messages(clocked: World) -> None:
    talk = _talk(clocked)
    body = {"conversationId": NAME, "messages": [{"id": "x", "role": "user", "content": "I am Bob"}]}
    clocked.capture_directly(talk.tenant, {**body, "user": {"id": "bob"}, "organization": {"id": "acme"}})
    talk.said += 1
    talk.analyse()
    assert clocked.people(talk.tenant.id) == ["bob"]
    talk.is_sound()


def test_a_message_of_an_earlier_time_takes_its_place(clocked: World) -> None:
    talk = _talk(clocked)
    talk.send([{"id": "early", "role": "user", "content": "before all", "sentAt": "2020-01-01T00:00:00Z"}])
    talk.said += 1
    talk.analyse()
    assert talk.judge.shown[-1] == talk.said
    talk.is_sound()


def test_sending_a_message_again_reads_nothing_again(clocked: World) -> None:
    talk = _talk(clocked)
    message = {"id": "again", "role": "user", "content": "are you there?"}
    talk.send([message])
    talk.said += 1
    talk.analyse()
    clocked.queued()
    talk.send([message])
    assert clocked.queued() == []
    talk.is_sound()


def test_what_a_crash_left_uncounted_is_counted_when_it_is_sent_again(clocked: World) -> None:
    talk = _talk(clocked)
    lost = {"id": "lost", "role": "user", "content": "did this arrive?"}
    with pytest.raises(Death), _dying(clocked, "UpdateItem", 0):
        talk.send([lost])
    talk.say("and this?")
    talk.analyse()
    clocked.clock.advance(minutes=5)  # type: ignore[union-attr]
    talk.send([lost])
    talk.said += 1
    assert clocked.queued() != []
    talk.analyse()
    talk.is_sound()


def test_what_a_crash_left_is_counted_whatever_is_sent_with_it_again(clocked: World) -> None:
    talk = _talk(clocked)
    lost = {"id": "lost", "role": "user", "content": "did this arrive?"}
    with pytest.raises(Death), _dying(clocked, "UpdateItem", 0):
        talk.send([lost])
    talk.send([lost, {"id": "more", "role": "user", "content": "and this?"}])
    talk.said += 2
    talk.analyse()
    talk.is_sound()


def test_what_a_crash_left_is_counted_when_it_is_sent_again_while_more_waits(clocked: World) -> None:
    talk = _talk(clocked)
    lost = {"id": "lost", "role": "user", "content": "did this arrive?"}
    with pytest.raises(Death), _dying(clocked, "UpdateItem", 0):
        talk.send([lost])
    talk.say("and this?")
    talk.send([lost])
    talk.said += 1
    talk.analyse()
    talk.is_sound()


def test_what_a_crash_left_and_nobody_sent_again_is_counted_a_day_later(clocked: World) -> None:
    talk = _talk(clocked)
    with pytest.raises(Death), _dying(clocked, "UpdateItem", 0):
        talk.send([{"id": "lost", "role": "user", "content": "did this arrive?"}])
    talk.say("and this?")
    talk.analyse()
    clocked.clock.advance(days=1, minutes=1)  # type: ignore[union-attr]
    talk.say("good morning")
    talk.analyse()
    talk.said += 1
    talk.is_sound()


@pytest.mark.parametrize("numbers", [1, 3])
def test_what_is_read_before_its_request_counts_it_counts_once(clocked: World, numbers: int) -> None:
    talk = Talk(clocked, clocked.tenant())
    talk.say(*(f"my order {number} is late" for number in range(LONG)))
    talk.analyse()
    # A version without a note lets the consumer read everything, while a request has stored its messages already.
    [head] = talk.items(keys.HEAD)
    channels_wiring.edit_message(clocked.deployment)(*talk.place, "i:m0", {}, {"text": "my order is very late"})
    messages = [{"id": f"way{at}", "role": "user", "content": f"under way {at}"} for at in range(numbers)]
    done = False

    def analyse_first(**_: Any) -> None:
        nonlocal done
        if not done:
            done = True
            talk.analyse()

    clocked.dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", analyse_first)
    try:
        talk.send(messages)
    finally:
        clocked.dynamodb.meta.events.unregister("before-call.dynamodb.UpdateItem", analyse_first)
    talk.said += numbers
    assert head["messages"] == LONG
    for _ in range(2):
        talk.analyse()
        talk.is_sound()
        talk.say("and now?")
        clocked.clock.advance(minutes=2)  # type: ignore[union-attr]
    talk.analyse()
    talk.is_sound()


def _other(talk: Talk) -> dict[str, Callable[[], None]]:
    return {
        "another consumer": talk.analyse,
        "a capture": lambda: (talk.say("meanwhile"), None)[1],
        "a capture and a consumer": lambda: (talk.say("meanwhile"), talk.analyse())[1],
    }


@pytest.mark.parametrize("what", ["another consumer", "a capture", "a capture and a consumer"])
def test_whatever_comes_between_two_calls_of_the_consumer_all_is_exact(clocked: World, what: str) -> None:
    talk = _talk(clocked)
    position, came = 0, True
    while came:
        talk.say(f"where is order {position}?")
        came = overtaken(clocked.dynamodb, position, _other(talk)[what], talk.analyse)
        talk.analyse()
        position += 1
        # Two consumers side by side both judge what neither has written yet.
        talk.judge.judged.clear()
    talk.say("the end")
    talk.analyse()
    talk.is_sound()
    assert position > 8


def test_a_consumer_that_dies_at_any_call_leaves_an_exact_conversation(clocked: World) -> None:
    talk = _talk(clocked)
    at = 0
    while True:
        talk.say(f"where is order {at}?")
        with _dying(clocked, "", at) as made:
            try:
                talk.analyse()
            except Death:
                died = True
            else:
                died = False
        if not died:
            assert len(made) <= at
            break
        talk.analyse()
        at += 1
        talk.judge.judged.clear()
    talk.say("the end")
    talk.analyse()
    talk.is_sound()
    assert at > 8


def test_an_erased_conversation_leaves_no_checkpoint_and_no_note(clocked: World) -> None:
    talk = _talk(clocked)
    talk.say("where is it?")
    talk.analyse()
    assert talk.items(keys.CHECKPOINT)
    assert talk.items(keys.CAPTURED)
    conversation_wiring.erase(clocked.deployment)(*talk.place)
    assert clocked.items(*talk.place) == []
