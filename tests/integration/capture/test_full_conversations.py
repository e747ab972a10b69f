"""How large a conversation may grow, in every dialect: what would pass a limit is refused whole, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from confab.platform.settings import Settings
from confab.storage.conversation_row import BYTES
from confab.storage.writes import Change

from tests.support.answers import Answer
from tests.support.calls import calls_of
from tests.support.chatcaptain import handle_body, responder
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.interleaving import overtaken
from tests.support.responders import Script, saying
from tests.support.world import World

MOST = 5
LARGE = "x" * 30_000


@pytest.fixture
def narrow(engine: Engine) -> World:
    """A world on a clock that the test moves, in which conversations are short."""
    return World(engine, Clock(), {"conversation_messages": MOST, "conversation_megabytes": 1})


def _messages(*numbers: int, text: str = "hello", ids: bool = True) -> list[dict[str, Any]]:
    return [
        {**({"id": f"m{number}"} if ids else {}), "role": "user", "content": f"{number} {text}"} for number in numbers
    ]


def _capture(world: World, tenant: Tenant, *numbers: int, text: str = "hello", ids: bool = True) -> Answer:
    messages = _messages(*numbers, text=text, ids=ids)
    return world.capture(tenant.ingest, {"conversationId": "c", "messages": messages})


def _track(world: World, tenant: Tenant, *numbers: int, text: str = "hello", ids: bool = True) -> Answer:
    return world.track(tenant.ingest, {"conversationId": "c", "messages": _messages(*numbers, text=text, ids=ids)})


def _send_history(world: World, tenant: Tenant, *numbers: int, text: str = "hello", ids: bool = True) -> Answer:
    body = {"type": "openai", "id": "c", "messages": _messages(*numbers, text=text, ids=ids)}
    return world.send_history(world.key(tenant, "api"), body)


def _row(world: World, tenant: Tenant, conversation: str | None = None) -> dict[str, Any]:
    items = world.items(tenant.id, conversation or conversation_id(tenant.id, "c"))
    return next((item for item in items if item["sk"] == "HEAD"), {})


def _stored(world: World, tenant: Tenant, conversation: str | None = None) -> list[str]:
    items = world.items(tenant.id, conversation or conversation_id(tenant.id, "c"))
    return sorted(item["sk"] for item in items if item["sk"].startswith("MSG#"))


def _said(answer: Answer) -> str:
    body = answer.body
    return str(body.get("detail") or body.get("message") or body["error"])


WRITE = pytest.mark.parametrize("write", [_capture, _track, _send_history])
IDS = pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
Write = Callable[..., Answer]


@WRITE
@IDS
def test_a_request_beyond_the_length_stores_nothing_and_names_the_limit(narrow: World, write: Write, ids: bool) -> None:
    tenant = narrow.tenant()
    assert write(narrow, tenant, 1, 2, 3, 4, ids=ids).status == 200
    before = _stored(narrow, tenant)
    history = (1, 2, 3, 4, 5, 6)
    refused = write(narrow, tenant, *history, ids=ids)
    assert (refused.status, _said(refused)) == (422, "The conversation is full: it takes at most 5 messages.")
    assert _stored(narrow, tenant) == before
    assert _row(narrow, tenant)["messages"] == 4
    assert write(narrow, tenant, *history[:5], ids=ids).status == 200
    assert len(_stored(narrow, tenant)) == MOST


@WRITE
@IDS
def test_a_full_conversation_answers_repetitions_as_before(narrow: World, write: Write, ids: bool) -> None:
    tenant = narrow.tenant()
    assert write(narrow, tenant, *range(MOST), ids=ids).status == 200
    assert write(narrow, tenant, *range(MOST + 1), ids=ids).status == 422
    for _ in range(2):
        assert write(narrow, tenant, *range(MOST), ids=ids).status == 200
    narrow.analyse_queued()
    assert write(narrow, tenant, *range(MOST), ids=ids).status == 200
    assert len(_stored(narrow, tenant)) == MOST
    assert narrow.statistics(tenant.id)["ALL"]["messages"] == MOST


@WRITE
def test_a_first_request_beyond_the_length_makes_no_conversation(narrow: World, write: Write) -> None:
    tenant = narrow.tenant()
    assert write(narrow, tenant, *range(MOST + 1)).status == 422
    assert narrow.items(tenant.id, conversation_id(tenant.id, "c")) == []


@WRITE
@IDS
def test_given_messages_when_the_next_would_pass_the_bytes_then_the_limit_is_named(
    engine: Engine, write: Write, ids: bool
) -> None:
    narrow = World(engine, Clock(), {"conversation_megabytes": 1})
    tenant = narrow.tenant()
    assert write(narrow, tenant, *range(30), text=LARGE, ids=ids).status == 200
    refused = write(narrow, tenant, *range(40), text=LARGE, ids=ids)
    assert (refused.status, _said(refused)) == (422, "The conversation is full: it takes at most 1 MB of messages.")
    assert len(_stored(narrow, tenant)) == 30
    assert write(narrow, tenant, *range(30), text=LARGE, ids=ids).status == 200


@WRITE
def test_the_counted_bytes_are_those_of_the_messages(narrow: World, write: Write) -> None:
    tenant = narrow.tenant()
    write(narrow, tenant, 1, 2)
    write(narrow, tenant, 1, 2, 3)
    counted = _row(narrow, tenant)[BYTES]
    narrow.analyse_queued()
    assert _row(narrow, tenant)[BYTES] == counted > 0


def test_the_bytes_of_an_earlier_versions_row_are_counted(narrow: World) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, 1, 2)
    key = f"CONV#{tenant.id}#{conversation_id(tenant.id, 'c')}", "HEAD"
    narrow.table.change(Change(key, removes=[BYTES]))
    assert _capture(narrow, tenant, 3).status == 200
    narrow.analyse_queued()
    assert _row(narrow, tenant)[BYTES] == 3 * len("1 hello")


def test_nothing_more_is_written_to_a_full_conversation(narrow: World) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, *range(MOST))
    assert _capture(narrow, tenant, 7).status == 422
    with calls_of(narrow) as calls:
        assert _capture(narrow, tenant, 8).status == 422
    asked = [call.operation for call in calls if f"CONV#{tenant.id}" in str(call.parameters)]
    assert asked == ["GetItem", "BatchGetItem"]
    assert conversation_wiring.erase(narrow.deployment)(tenant.id, conversation_id(tenant.id, "c"))
    assert _capture(narrow, tenant, 8).status == 200


def test_given_limits_when_a_running_turn_comes_then_it_takes_three_calls(narrow: World) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, 1)
    with calls_of(narrow) as calls:
        narrow.capture_directly(tenant, {"conversationId": "c", "messages": _messages(2, 3)})
    assert sorted(call.operation for call in calls) == ["PutItem", "PutItem", "UpdateItem"]


@pytest.mark.parametrize("position", range(9))
def test_a_refusal_does_not_undo_what_another_client_was_told(narrow: World, position: int) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, 1, 2, 3)
    narrow.analyse_queued()
    told: list[str] = []

    def other() -> None:
        body = {"conversationId": "c", "messages": _messages(4)}
        told.extend(each["status"] for each in narrow.capture_directly(tenant, body)["results"])

    def send() -> None:
        with pytest.raises(Exception, match="is full"):
            narrow.capture_directly(tenant, {"conversationId": "c", "messages": _messages(4, 5, 6)})

    overtaken(narrow.dynamodb, position, other, send)
    if not told:
        other()
    assert told[0] in ("stored", "duplicate")
    assert "MSG#i:m4" in _stored(narrow, tenant)
    narrow.analyse_queued()
    assert narrow.statistics(tenant.id)["ALL"]["messages"] == len(_stored(narrow, tenant))
    assert _row(narrow, tenant)["messages"] == len(_stored(narrow, tenant)) <= MOST


@pytest.mark.parametrize("position", range(9))
def test_only_what_stays_is_counted_when_a_request_is_refused(narrow: World, position: int) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, 1, 2, 3)

    def send() -> None:
        with pytest.raises(Exception, match="is full"):
            narrow.capture_directly(tenant, {"conversationId": "c", "messages": _messages(4, 5, 6)})

    def consume() -> None:
        narrow.analyse_queued()

    overtaken(narrow.dynamodb, position, consume, send)
    narrow.analyse_queued()
    assert narrow.statistics(tenant.id)["ALL"]["messages"] == len(_stored(narrow, tenant)) == 3
    assert _row(narrow, tenant)["messages"] == 3


def test_an_unfinished_message_of_a_full_conversation_is_replaced(narrow: World) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, 1, 2, 3, 4)
    for text, final in (("Press the", False), ("Press the red button.", True)):
        message = {"id": "a", "role": "assistant", "content": text, "final": final}
        answer = narrow.capture(tenant.ingest, {"conversationId": "c", "messages": [message]})
        assert answer.status == 200
    assert answer.body["results"][0]["status"] == "replaced"
    size = _row(narrow, tenant)[BYTES]
    narrow.analyse_queued()
    assert _row(narrow, tenant)[BYTES] == size


def test_a_refused_requests_finished_text_is_analysed(
    narrow: World,
) -> None:
    tenant = narrow.tenant()
    _capture(narrow, tenant, 1, 2, 3, 4)
    open_message = {"id": "a", "role": "assistant", "content": "Press the", "final": False}
    narrow.capture(tenant.ingest, {"conversationId": "c", "messages": [open_message]})
    narrow.analyse_queued()
    finished = {**open_message, "content": "Press the red button.", "final": True}
    body = {"conversationId": "c", "messages": [finished, *_messages(9)]}
    assert narrow.capture(tenant.ingest, body).status == 422
    assert "pendingSince" in _row(narrow, tenant)
    assert len(narrow.queued()) == 1


def test_a_full_managed_conversation_is_refused_in_the_dialects_body(
    narrow: World,
) -> None:
    tenant = narrow.tenant()
    for number in range(MOST):
        handed = narrow.manage(tenant.admin, "POST", tenant.id, "/handle", handle_body("p", f"say {number}"))
        assert handed.status == 201, handed.body
    refused = narrow.manage(tenant.admin, "POST", tenant.id, "/handle", handle_body("p", "one more"))
    assert (refused.status, refused.body["error"]) == (422, "Unprocessable Entity")
    assert refused.body["message"] == "The conversation is full: it takes at most 5 messages."
    conversation = handed.body["conversation"]["id"]
    written = {"disableSending": True, "message": {"content": {"text": "hello"}}}
    answer = narrow.manage(tenant.admin, "POST", tenant.id, f"/{conversation}/messages", written)
    assert answer.status == 422, answer.body
    assert len(_stored(narrow, tenant, conversation)) == MOST


def test_a_full_conversation_keeps_the_message_and_says_why_no_reply(
    engine: Engine,
) -> None:
    narrow = World(engine, settings={"conversation_messages": MOST})
    tenant = narrow.tenant()
    with responder(narrow, tenant, Script(saying("an answer"))):
        answers = [
            narrow.manage(tenant.admin, "POST", tenant.id, "/handle", handle_body("p", f"say {number}"))
            for number in range(3)
        ]
    assert [len(answer.body["messages"]) for answer in answers] == [1, 1, 0]
    assert "The conversation is full" in answers[2].body["error"]
    assert len(_stored(narrow, tenant, answers[2].body["conversation"]["id"])) == MOST


def test_an_edit_beyond_the_bytes_is_refused_and_changes_nothing(
    engine: Engine,
) -> None:
    narrow = World(engine, Clock(), {"conversation_megabytes": 1})
    tenant = narrow.tenant()
    handed = narrow.manage(tenant.admin, "POST", tenant.id, "/handle", handle_body("p", "short")).body
    conversation, message = handed["conversation"]["id"], handed["message"]["id"]
    key = f"CONV#{tenant.id}#{conversation}", "HEAD"
    narrow.table.change(Change(key, sets={BYTES: (1 << 20) - 10}))
    path = f"/{conversation}/messages/{message}"
    longer = {"message": {"content": {"text": "x" * 200}}}
    refused = narrow.manage(tenant.admin, "PATCH", tenant.id, path, longer)
    assert refused.status == 422, refused.body
    assert refused.body["message"] == "The conversation is full: it takes at most 1 MB of messages."
    read = narrow.manage(tenant.admin, "GET", tenant.id, path).body["message"]
    assert read["content"]["text"] == "short"


def test_the_templates_settings_are_the_limits_of_conversations() -> None:
    names = {"CONFAB_MAX_CONVERSATION_MESSAGES": "7", "CONFAB_MAX_CONVERSATION_MEGABYTES": "3"}
    settings = Settings.from_environment({"CONFAB_TABLE": "t", **names})
    assert (settings.conversation_messages, settings.conversation_megabytes) == (7, 3)
