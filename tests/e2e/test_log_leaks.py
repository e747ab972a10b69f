"""What people say, who they are and what opens the door is in no log of the stack, whatever goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from confab.storage.keys import conversation

from tests.e2e.stack import LocalStack, eventually
from tests.support.responders import Script, listening

TEXT = "Zaphod remembers the swordfish teapot"
EMAIL = "ann.leak@example.com"
PHONE = "+49 170 5550199"
NAME = "Annabella Leakington"
WRONG_KEY = "ob_live_" + "5ec2e7" * 5 + "aa"
PERSON = {"id": EMAIL, "name": NAME, "email": EMAIL}
SPOKEN = f"{TEXT}. I am {NAME}, {EMAIL}, {PHONE}."
FUNCTIONS = {
    "capture",
    "track",
    "log_conversation",
    "conversation_management",
    "reading",
    "admin",
    "analysis",
    "delivery",
}


class Talk:
    """A chatbot of its own in the stack, whose clients do everything, right and wrong."""

    def __init__(self, stack: LocalStack) -> None:
        record = stack.instance.record()
        self.stack = stack
        self.table, self.endpoint = record["table"], record["endpoint"]
        self._target = ["--table", self.table, "--endpoint-url", self.endpoint]
        self.workspace = self.confab("workspace", "create", NAME)
        self.id = self.confab("chatbot", "create", NAME, "-w", self.workspace)
        self.key = self.confab("key", "create", "-w", self.workspace, "--chatbot", self.id, "--permission", "*")
        self.admin = self.confab("key", "create", "-w", self.workspace, "--chatbot", "*", "--role", "admin")

    def confab(self, *arguments: str) -> str:
        return self.stack.confab(*self._target, *arguments)

    def ask(self, method: str, path: str, status: int, key: str | None = None, **arguments: Any) -> Any:
        response = self.stack.request(method, path, key=self.key if key is None else key, **arguments)
        assert response.status_code == status, (method, path, response.text)
        return response.json()

    def client(self, service: str) -> Any:
        session = botocore.session.Session()
        session.set_credentials("test", "test")
        return session.create_client(service, region_name="us-east-1", endpoint_url=self.endpoint)

    def logs(self) -> dict[str, str]:
        """All that was logged: by each function, by the engine, and on the console that the stack was started in."""
        logs = self.client("logs")
        found = {}
        for group in logs.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            found[name] = "\n".join(event["message"] for page in pages for event in page["events"])
        files: list[Path] = [self.stack.output, *self.stack.state.rglob("*.log")]
        return {**found, **{str(file): file.read_text(errors="replace") for file in files}}

    def settled_logs(self) -> dict[str, str]:
        """As ``logs``, after one more call of each: the engine collects the last lines of a call with the next one."""
        for path in ("/v1/track", "/v1/capture", "/events", f"/v1/chatbots/{self.id}/conversations/handle"):
            self.ask("POST", path, 401, key="", json={})
        for path in ("/api/v1/chatbots", "/v1/insights/topics"):
            self.ask("GET", path, 401, key="")
        return self.logs()


@pytest.fixture
def talk(stack: LocalStack) -> Talk:
    return Talk(stack)


def messages(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "role": "user", "content": f"{SPOKEN} {each}"} for each in ids]


def capture_and_track(talk: Talk) -> str:
    """Good and bad requests to OpenBat's functions; the conversation that was stored."""
    body = {"conversationId": EMAIL, "messages": messages("m1"), "user": PERSON, "custom": {EMAIL: TEXT}}
    stored = talk.ask("POST", "/api/v1/capture", 200, json=body)
    talk.ask("POST", "/v1/track", 200, json={"conversationId": EMAIL, "messages": messages("m2"), "user": PERSON})
    for path in ("/api/v1/capture", "/v1/track"):
        talk.ask("POST", path, 400, content=f'{{"messages": [{{"content": "{SPOKEN}", broken')
        talk.ask("POST", path, 400, content=SPOKEN.encode(), headers={"content-type": f"text/{NAME.split()[0]}"})
        talk.ask("POST", path, 400, json={**body, "user": {"email": f"{EMAIL} {NAME}"}, "messages": [SPOKEN]})
        talk.ask("POST", path, 401, key=WRONG_KEY, json=body)
    return str(stored["conversationId"])


def keys_in_wrong_places(talk: Talk) -> None:
    for name in ("authorization", "x-api-key", "cookie"):
        talk.ask("GET", "/api/v1/conversations", 401, key="", headers={name: f"Basic {talk.admin}"})
    talk.ask("GET", f"/api/v1/conversations?key={talk.admin}&x-openbat-key={talk.key}", 401, key="")
    talk.ask("GET", f"/nothing/{talk.admin}/{EMAIL}?q={TEXT}", 404, key="")
    talk.ask("POST", f"/api/v1/conversations/{talk.key}", 405, json={"text": SPOKEN})
    talk.ask("GET", f"/api/v1/conversations/{talk.key}%22{EMAIL}", 404)
    talk.ask("POST", "/v1/capture", 413, content=SPOKEN.encode() * 200_000)


def inkeep(talk: Talk) -> None:
    body = {"id": EMAIL, "type": "openai", "messages": messages("i1"), "userProperties": PERSON}
    talk.ask("POST", "/conversations", 200, json=body)
    talk.ask("POST", "/conversations", 422, json={**body, "messages": [{"role": SPOKEN}]})
    talk.ask("GET", f"/conversations/{EMAIL}", 200)
    talk.ask("POST", "/feedback", 200, json={"type": "negative", "messageId": "i1", "details": SPOKEN})
    talk.ask("POST", "/feedback", 422, json={"type": "negative", "messageId": EMAIL, "details": SPOKEN})
    event = {"type": NAME, "entityType": "search", "searchQuery": SPOKEN, "userProperties": PERSON}
    talk.ask("POST", "/events", 200, json=event)
    talk.ask("POST", "/events", 422, json={**event, "searchQuery": [SPOKEN]})
    talk.ask("DELETE", f"/conversations/{EMAIL}-unknown", 404)


def channels(talk: Talk) -> None:
    """Messages to a responder that fails, says too much, or nothing that can be read."""
    path = f"/v1/chatbots/{talk.id}/conversations"
    place = {"channelId": "site", "channelName": "web", "contact": {"name": NAME, "email": EMAIL, "phoneNumber": PHONE}}
    answers: Iterator[tuple[int, Mapping[str, str], bytes]] = iter(
        [(500, {}, SPOKEN.encode()), (200, {}, f'{{"messages": "{SPOKEN}"'.encode())]
    )
    script = Script(lambda _: next(answers, (500, {"x-why": NAME}, SPOKEN.encode())))
    with listening(script) as url:
        own = f"/api/v1/chatbots/{talk.id}/responder"
        script.secret = talk.ask("POST", own, 200, talk.admin, json={"url": f"{url}?token={talk.key}"})["secret"]
        for number in ("p1", "p2"):
            body = {**place, "providerId": f"{EMAIL}-{number}", "message": SPOKEN}
            assert talk.ask("POST", f"{path}/handle", 201, json=body)["error"]
        talk.ask("POST", f"{path}/handle", 201, json={**place, "providerId": PHONE, "message": SPOKEN, "async": True})
        eventually(lambda: "DeliveryErrors" in talk.logs().get("/aws/lambda/confab-delivery", ""))
    assert len(script.received) >= 3 and not script.refused
    talk.ask("DELETE", own, 200, talk.admin)
    found = talk.ask("GET", f"{path}/find?channelId=site&providerId={EMAIL}-p1", 200)["conversation"]["id"]
    event = {"event": NAME, "payload": {"said": SPOKEN}}
    talk.ask("POST", f"{path}/{found}/custom-event", 201, json=event)
    talk.ask("POST", f"{path}/handle", 400, json={**place, "message": {"text": [SPOKEN]}, "providerId": EMAIL})
    talk.ask("PATCH", f"{path}/{found}", 400, json={"conversation": {"language": SPOKEN, "name": NAME}})
    talk.ask("GET", f"{path}/{EMAIL}", 404)


def reads(talk: Talk) -> None:
    talk.ask("GET", f"/v1/insights/users/{EMAIL}", 200)
    talk.ask("GET", f"/v1/insights/users/{EMAIL}-unknown", 404)
    talk.ask("GET", "/v1/insights/conversations", 200, params={"text": TEXT, "user": EMAIL})
    talk.ask("GET", "/v1/insights/conversations", 400, params={"label": TEXT, "cursor": EMAIL})


def administration(talk: Talk) -> None:
    bot = f"/api/v1/chatbots/{talk.id}"
    talk.ask("POST", f"{bot}/topics", 200, talk.admin, json={"name": NAME, "phrases": [TEXT]})
    talk.ask("PATCH", bot, 400, talk.admin, json={"settings": {"analyzer": {"model": SPOKEN}}, "name": TEXT})
    talk.ask("POST", f"{bot}/keys", 400, talk.admin, json={"name": NAME, "permissions": [SPOKEN]})
    talk.ask("GET", f"{bot}/users/{EMAIL}", 200, talk.admin)
    talk.ask("DELETE", f"{bot}/users/{EMAIL}-unknown", 202, talk.admin)


def consumer_that_fails(talk: Talk, conversation_id: str) -> None:
    """A row that cannot be read lets the consumer and a reader fail with an error that quotes it."""
    dynamodb = talk.client("dynamodb")
    key = {"pk": {"S": conversation(talk.id, conversation_id)}, "sk": {"S": "HEAD"}}
    change = {"TableName": talk.table, "Key": key, "UpdateExpression": "SET createdAt = :value"}
    good = dynamodb.get_item(TableName=talk.table, Key=key)["Item"]["createdAt"]
    dynamodb.update_item(**change, ExpressionAttributeValues={":value": {"S": SPOKEN}})
    talk.ask("GET", f"/api/v1/conversations/{conversation_id}", 500)
    talk.ask("POST", "/v1/track", 200, json={"conversationId": EMAIL, "messages": messages("m3")})
    eventually(lambda: "TypeError" in talk.logs()["/aws/lambda/confab-analysis"])
    dynamodb.update_item(**change, ExpressionAttributeValues={":value": good})


def test_no_secret_is_in_the_logs_of_any_function(
    talk: Talk,
) -> None:
    stored = capture_and_track(talk)
    inkeep(talk)
    channels(talk)
    eventually(lambda: not talk.ask("GET", f"/api/v1/conversations/{stored}", 200)["analysis_pending"])
    reads(talk)
    administration(talk)
    keys_in_wrong_places(talk)
    consumer_that_fails(talk, stored)

    logs = talk.settled_logs()
    assert {name for name in FUNCTIONS if logs.get(f"/aws/lambda/confab-{name}")} == FUNCTIONS
    assert "TypeError" in logs["/aws/lambda/confab-reading"]
    secrets = (TEXT, EMAIL, PHONE, NAME, "Annabella", WRONG_KEY, talk.key, talk.admin)
    leaks = [
        f"{name}: {line[:200]}"
        for name, log in logs.items()
        for line in log.splitlines()
        if any(re.search(re.escape(secret).replace(r"\ ", r"(\s|\+|%20)"), line) for secret in secrets)
    ]
    assert leaks == []
