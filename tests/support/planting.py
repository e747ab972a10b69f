"""A user who is planted in every field of every dialect that can say who somebody is, and where to look for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from confab.storage import keys
from confab.storage.writes import Change

from tests.support.answers import Answer
from tests.support.chatcaptain import new_conversation
from tests.support.contents import items_of, text_of
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

JANE: Final = "jane-7f3a"
MAIL: Final = "Jane.Doe@planted.example"
NAME: Final = "Jane Planted-Doe"
PHONE: Final = "+49 171 5550123"
WAIT: Final = timedelta(minutes=5)
"""How long the world ``waiting`` waits before it looks a second time."""
PLANTED: Final = (JANE, MAIL, MAIL.lower(), MAIL.upper(), NAME, PHONE)


def user_call(world: World, tenant: Tenant, method: str, user: str = JANE) -> Answer:
    return world.request(method, f"/api/v1/chatbots/{tenant.id}/users/{user}", tenant.admin)


def erasures(world: World, tenant: Tenant) -> dict[str, Any]:
    body: dict[str, Any] = world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/erasures").body
    return body


def let_pass(world: World, span: timedelta) -> None:
    world.sleep(span.total_seconds())


def sweep(world: World) -> None:
    world.handler("maintenance")({}, CONTEXT)


def planted_in(world: World) -> list[str]:
    """Where something of the user is, and what."""
    texts = ((f"{item['pk']} {item['sk']}", text_of(item)) for item in items_of(world))
    return [f"{place}: {value}" for place, text in texts for value in PLANTED if value in text]


def of_jane(**more: Any) -> dict[str, Any]:
    return {"userId": JANE, "email": MAIL, "name": NAME, **more}


def bobs(world: World, tenant: Tenant, name: str, /, **message: Any) -> str:
    """A conversation that is logged for somebody else."""
    body = {
        "id": name,
        "type": "openai",
        "messages": [{"id": f"{name}-m", "role": "user", "content": f"{name} hello", **message}],
        "userProperties": {"userId": "bob", "name": "Bob", "email": "bob@example.com"},
    }
    assert world.send_history(tenant.ingest, body).status in (200, 201)
    return name


def feedback_by(world: World, tenant: Tenant, name: str, user: Any, **more: Any) -> None:
    given = {"id": f"{name}-f", "type": "negative", "messageId": f"{name}-m", "userProperties": user, **more}
    assert world.inkeep(tenant.ingest, "POST", "/feedback", given).status in (200, 201)


def event_by(world: World, tenant: Tenant, name: str, user: Any, **more: Any) -> None:
    event = {"type": "opened", "entityType": "message", "messageId": f"{name}-m", "userProperties": user, **more}
    assert world.inkeep(tenant.ingest, "POST", "/events", event).status in (200, 201)


def search_by(world: World, tenant: Tenant, name: str, user: Any, **more: Any) -> None:
    search = {"id": name, "type": "search", "entityType": "search", "searchQuery": f"{name} help"}
    assert world.inkeep(tenant.ingest, "POST", "/events", {**search, "userProperties": user, **more}).status in (
        200,
        201,
    )


def as_before_the_index(world: World, tenant: Tenant) -> None:
    """The chatbot as it stands when all of it was stored before there was an index of ages and notes."""
    for item in items_of(world):
        if tenant.id in item["pk"] and (item["sk"] in ("HEAD", "BOT") or "g3pk" in item):
            removes = ["g3pk", "g3sk", "named", "indexed", "indexing"]
            world.table.change(Change((item["pk"], item["sk"]), removes=removes))
    world.table.delete((keys.older(), keys.BOT))


@dataclass(frozen=True)
class Planter:
    """Plants a user.

    Attributes:
        plant: does it, given a name of its own and what says who the user is.
        own: whether the conversation becomes the user's.
    """

    plant: Callable[[World, Tenant, str, dict[str, Any]], Any]
    own: bool = False


def _openbat(way: str) -> Planter:
    def plant(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
        fields = {"id": JANE, "name": NAME, "email": MAIL, "industry": NAME}
        body = {"conversationId": name, "messages": [{"role": "user", "content": NAME}], "user": fields}
        assert getattr(world, way)(tenant.ingest, body).status in (200, 201)

    return Planter(plant, own=True)


def _own_log(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    body = {"id": name, "type": "support_ticket", "messages": [{"role": "agent", "content": NAME, "name": NAME}]}
    history = {**body, "userProperties": user, "properties": {"of": MAIL}}
    assert world.send_history(tenant.ingest, history).status in (200, 201)


def _own_channel(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    contact = {"id": JANE, "name": NAME, "email": MAIL, "phoneNumber": PHONE}
    handed = {"channelId": name, "channelName": "web", "providerId": f"{name}-p", "message": "hi", "contact": contact}
    assert world.manage(tenant.admin, "POST", tenant.id, "/handle", handed).status in (200, 201)


def _own_created(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    made = new_conversation(contactId=JANE, name=NAME, channelId=name, variables={"mail": MAIL}, tags=[MAIL])
    assert world.manage(tenant.admin, "POST", tenant.id, "", made).status in (200, 201)


def _own_patched(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    made = world.manage(tenant.admin, "POST", tenant.id, "", new_conversation(contactId="bob", channelId=name))
    patch = {"contactId": JANE, "name": NAME, "variables": {"email": MAIL}}
    path = f"/{made.body['conversation']['id']}"
    assert world.manage(tenant.admin, "PATCH", tenant.id, path, patch).status in (200, 201)


def _custom(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    custom = {"userId": JANE, "e_mail": MAIL, "name": NAME, "agent": MAIL}
    body = {"conversationId": name, "messages": [{"role": "user", "content": f"{name} hi"}], "custom": custom}
    assert world.capture(tenant.ingest, {**body, "user": {"id": "bob", "email": "bob@example.com"}}).status in (
        200,
        201,
    )


def _variables(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    made = world.manage(tenant.admin, "POST", tenant.id, "", new_conversation(contactId="bob", channelId=name))
    patch = {
        "variables": {"asked by": {"contactId": JANE, "mail": MAIL, "firstName": NAME}, "n": 1},
        "tags": [MAIL, "x"],
    }
    path = f"/{made.body['conversation']['id']}"
    assert world.manage(tenant.admin, "PATCH", tenant.id, path, patch).status in (200, 201)
    written = {"disableSending": True, "message": {"content": f"{name} hi", "sender": "user"}}
    assert world.manage(tenant.admin, "POST", tenant.id, f"{path}/messages", written).status in (200, 201)


def _logged_fields(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name)
    more = {"properties": {"reporter": of_jane(), "n": 1}, "tags": [MAIL, "stays-here"]}
    messages = [{"id": f"{name}-m", "role": "user", "content": f"{name} hello"}]
    history = {"id": name, "type": "openai", "messages": messages, **more}
    assert world.send_history(tenant.ingest, history).status in (200, 201)


def _former(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    """Logged of the user, and then captured with somebody else. Without an id it would be the same person's."""
    messages = [{"id": "m", "role": "user", "content": f"{name} hi"}]
    body = {"id": name, "type": "openai", "messages": messages}
    assert world.send_history(tenant.ingest, {**body, "userProperties": of_jane()}).status in (200, 201)
    gone_on = {"conversationId": name, "messages": [{"id": "n", "role": "user", "content": "x"}], "user": {"id": "bob"}}
    assert world.capture(tenant.ingest, gone_on).status in (200, 201)


def _message(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name, userProperties=user, name=NAME, properties={"by": of_jane()})


def _large_message(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    link = {"url": "https://example.com/" + "".join(chr(33 + (n * 37 + n * n * 11) % 90) for n in range(700_000))}
    bobs(world, tenant, name, userProperties=user, links=[link])


def _support_message(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    messages = [{"role": "agent", "content": f"{name} hello", "name": NAME, "userProperties": user}]
    body = {"id": name, "type": "support_copilot", "messages": messages, "userProperties": {"userId": "bob"}}
    assert world.send_history(tenant.ingest, body).status in (200, 201)


def _feedback(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name)
    feedback_by(world, tenant, name, user, details=f"says {NAME}", properties={"of": of_jane()})


def _feedback_properties(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name)
    feedback_by(world, tenant, name, {"userId": "bob"}, properties={"of": of_jane(), "n": 1})


def _message_event(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name)
    event_by(world, tenant, name, user, properties={"note": NAME})
    event_by(world, tenant, name, None, properties={"note": {"e-mail": MAIL, "name": NAME}})


def _conversation_event(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name)
    event = {"type": "shared", "entityType": "conversation", "conversationId": name, "userProperties": user}
    assert world.inkeep(tenant.ingest, "POST", "/events", event).status in (200, 201)


def _search(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    search_by(world, tenant, name, user, properties={"note": NAME})
    search_by(world, tenant, f"{name} bob's", {"userId": "bob"}, properties={"colleague": of_jane(), "n": 1})


def _score(world: World, tenant: Tenant, name: str, user: dict[str, Any]) -> None:
    bobs(world, tenant, name)
    score = {"conversationId": name, "name": "stars", "value": 1, "source": "end_user"}
    mine = {**score, "userId": JANE, "comment": f"says {NAME}"}
    assert world.request("POST", "/api/v1/scores", tenant.ingest, mine).status == 200
    colleagues = {**score, "source": "human", "author": MAIL, "metadata": {"userId": JANE, "name": NAME, "n": 1}}
    assert world.request("POST", "/api/v1/scores", tenant.ingest, colleagues).status == 200


USER_OBJECTS: Final[Mapping[str, Planter]] = {
    "OpenAIConversation.userProperties": Planter(_own_log, own=True),
    "SupportConversation.userProperties": Planter(_own_log, own=True),
    "OpenAIMessage.userProperties": Planter(_message),
    "SupportMessage.userProperties": Planter(_support_message),
    "FeedbackBody.userProperties": Planter(_feedback),
    "MessageEvent.userProperties": Planter(_message_event),
    "ConversationEvent.userProperties": Planter(_conversation_event),
    "SearchEvent.userProperties": Planter(_search),
}
OTHERS: Final[Mapping[str, Planter]] = {
    "capture": _openbat("capture"),
    "track": _openbat("track"),
    "contact": Planter(_own_channel, own=True),
    "contactId": Planter(_own_created, own=True),
    "patched contactId": Planter(_own_patched, own=True),
    "custom": Planter(_custom),
    "variables": Planter(_variables),
    "properties and tags": Planter(_logged_fields),
    "a former user's": Planter(_former),
    "a message in parts": Planter(_large_message),
    "feedback's properties": Planter(_feedback_properties),
    "scores": Planter(_score),
}
PLANTERS: Final = {**USER_OBJECTS, **OTHERS}
