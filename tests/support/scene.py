"""A tenant that has something of everything, and a stranger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from confab.domain.identity import channel_conversation_id, conversation_id

from local.events import example_of
from openapi.operations import OPERATIONS
from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World


@dataclass
class Scene:
    """Tenant A with something of everything, and a stranger.

    Attributes:
        ids: of tenant A's objects, by the path parameter, or the word of the path before it.
    """

    world: World
    owner: Tenant
    stranger: Tenant
    ids: dict[str, str] = field(default_factory=dict)

    def items(self) -> dict[tuple[str, str], Any]:
        """All that the table holds of tenant A, but for what counts requests."""
        pages: Iterator[Any] = self.world.dynamodb.get_paginator("scan").paginate(
            TableName=self.world.deployment.settings.table, ConsistentRead=True
        )
        own = (self.owner.id, self.owner.workspace_id)
        items = [item for page in pages for item in page["Items"] if not item["pk"]["S"].startswith("RATE#")]
        found = [item for item in items if any(each in json.dumps(item, default=str) for each in own)]
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}

    def ask(self, method: str, route: str, key: str) -> Answer:
        """A request of a route about tenant A's objects."""
        path = re.sub(r"\{(\w+)\+?\}", lambda match: self.id_of(route, match[1]), route)
        query = {"chatbotId": self.owner.id, "channelId": "site", "providerId": "visitor"} if method == "GET" else None
        return self.world.request(method, path, key, self._body(method, route), query=query)

    def id_of(self, route: str, name: str) -> str:
        """The id of tenant A's object that a path parameter is about; `id` goes by the path before it."""
        before = re.search(r"(\w+)/\{id", route)
        return self.ids[before[1] if name == "id" and before else name]

    def _body(self, method: str, route: str) -> Any:
        """The example of the route's body, about tenant A's objects."""
        if method not in ("POST", "PATCH", "PUT"):
            return None
        (operation,) = (each for each in OPERATIONS if (each.method, each.route) == (method, route))
        known = {"messageId": "a", "channelId": "site"}
        if route == "/events":
            known["conversationId"] = self.ids["conversations"]
        return {name: known.get(name, value) for name, value in (example_of(operation) or {}).items()}


def made_scene(world: World) -> Scene:
    """A scene in a world: some conversations of each dialect, analysed."""
    owner, stranger = world.tenant("Tenant A"), world.tenant("Stranger")
    key = world.key(owner, "api")
    ann = {"id": "ann", "name": "Ann", "email": "ann-of-a@example.com"}
    text = "Swordfish! Where is my refund?"
    messages = [{"id": "q", "role": "user", "content": text}, {"id": "a", "role": "assistant", "content": "Swordfish?"}]
    body = {"type": "openai", "id": "c", "externalId": "ext", "messages": messages, "userProperties": ann}
    assert world.send_history(key, body).status == 200
    assert world.inkeep(key, "POST", "/feedback", {"id": "f", "type": "negative", "messageId": "a"}).status == 200
    place = {"channelId": "site", "channelName": "web", "providerId": "visitor"}
    handle = {**place, "providerMessageId": "m", "message": text}
    assert world.manage(owner.admin, "POST", owner.id, "/handle", handle).status == 201
    world.capture(
        owner.ingest,
        {"conversationId": "captured", "messages": messages, "user": ann, "organization": {"id": "acme-of-a"}},
    )
    admin = {"name": "Refunds", "phrases": ["Swordfish"]}
    topic = world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/topics", admin)
    responder = {"url": "https://a.example.com/"}
    assert world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/responder", responder).status == 200
    hook = {"type": "webhook", "name": "Swordfish", "url": "https://a.example.com/"}
    to = world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/destinations", hook).body["destination"]["id"]
    when = {"conditions": [{"field": "flag", "operator": "=", "value": "churn_risk"}]}
    rule = {"kind": "workflow", "name": "Swordfish", "when": when, "destinations": [to]}
    made_rule = world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/rules", rule).body["rule"]["id"]
    tried = world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/rules/{made_rule}/test").body["runIds"][0]
    world.analyse_queued()
    managed = channel_conversation_id(owner.id, "site", "visitor")
    score = {"id": "s", "conversationId": "captured", "name": "Swordfish", "value": 4}
    assert world.request("POST", "/api/v1/scores", world.key(owner, "api"), score).status == 200
    variable = world.manage(owner.admin, "PUT", owner.id, f"/{managed}/variables/word", {"value": "Swordfish"})
    assert variable.status == 200
    issued = world.admin(owner.admin, "GET", f"/chatbots/{owner.id}/keys").body
    listed = world.manage(owner.admin, "GET", owner.id, f"/{managed}/messages").body
    ids = {
        "chatbots": owner.id,
        "chatbotId": owner.id,
        "conversations": conversation_id(owner.id, "c"),
        "conversationId": managed,
        "external": "ext",
        "feedback": "f",
        "users": "ann",
        "userId": "ann",
        "organizations": "acme-of-a",
        "keyId": _first(issued)["id"],
        "topicId": topic.body.get("id") or topic.body["topic"]["id"],
        "scores": "s",
        "variableId": "word",
        "messageId": _first(listed)["id"],
        "destinationId": to,
        "ruleId": made_rule,
        "runId": tried,
        "exportId": world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/exports", {"format": "csv"}).body["id"],
        "importId": world.admin(owner.admin, "POST", f"/chatbots/{owner.id}/imports", {}).body["id"],
    }
    return Scene(world, owner, stranger, ids)


def _first(body: Any) -> Any:
    """The first row of a list, wherever the dialect puts it."""
    rows = body if isinstance(body, list) else next(value for value in body.values() if isinstance(value, list))
    return rows[0]
