"""Two conversations of the largest size are captured, analysed, listed, read, exported and deleted."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confab.domain.identity import conversation_id

from tests.support.answers import Answer, answer_of
from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.world import World
from verify.table import scan

MAX_ANSWER: Final = 6 * 1024 * 1024
IMAGE_BYTES: Final = 450_000
IMAGES_A_REQUEST: Final = 4
MESSAGES_A_REQUEST: Final = 100
LONG: Final = "long"
PICTURES: Final = "pictures"
USER: Final = "ann"
VARY: Final = ("requestId", "nextCursor")
"""Fields of answers that differ from one request to the next."""
SAID: Final = (
    "How do I export my data from the dashboard?",
    "You find the export under Settings, then Data.",
    "It does not work, the button is grey and I have tried it three times now.",
    "I am sorry to hear that. Which browser do you use?",
    "Firefox. Thanks, after an update it works now!",
    "Great, is there anything else that I can do for you?",
)

Ask = Callable[[str, str, Mapping[str, Any]], Any]
"""Lets a function handle an event: what for, the function's name, the event; the handler's answer."""


@dataclass(slots=True)
class Scenario:
    """What the two conversations go through.

    Attributes:
        pages: how many pages of each route are read at most; None for all.
        wrong: what does not hold, one line each.
        largest: bytes of the largest answer.
    """

    world: World
    ask: Ask
    messages: int
    images: int
    pages: int | None = None
    wrong: list[str] = field(default_factory=list)
    largest: int = 0

    def __call__(self) -> None:
        """Do all of it."""
        tenant, beside = self.world.tenant("Large"), self.world.tenant("Beside")
        self._small(beside)
        before = self._seen(beside)
        self._capture(tenant)
        self._analyse()
        self._read(tenant)
        self._export(tenant)
        self._delete(tenant)
        self._expect(self._seen(beside) == before, "the other tenant is answered differently")

    def _call(self, what: str, function: str, event: Mapping[str, Any]) -> Answer:
        answer = answer_of(self.ask(what, function, event))
        self.largest = max(self.largest, answer.size)
        self._expect(answer.status in (200, 201), f"{what}: {answer.status} {str(answer.body)[:200]}")
        self._expect(answer.size < MAX_ANSWER, f"{what}: {answer.size} bytes")
        return answer

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)

    def _small(self, tenant: Tenant) -> None:
        """What another tenant has."""
        body = {
            "conversationId": LONG,
            "user": {"id": USER},
            "messages": [{"id": "m", "role": "user", "content": "hi"}],
        }
        self._call("capture", "capture", http_event("POST", "/api/v1/capture", tenant.ingest, body))
        key = self.world.key(tenant, "api")
        logged = {"id": PICTURES, "type": "openai", "messages": [_image(0)], "userProperties": {"id": USER}}
        self._call("history", "log_conversation", http_event("POST", "/conversations", key, logged))
        given = {"id": "f", "type": "negative", "messageId": "image0"}
        self._call("feedback", "log_conversation", http_event("POST", "/feedback", key, given))
        self._analyse()

    def _seen(self, tenant: Tenant) -> list[Any]:
        key = self.world.key(tenant, "api")
        answers = [self._call(what, *request) for what, request in _routes(tenant, key).items()]
        return [{name: value for name, value in answer.body.items() if name not in VARY} for answer in answers]

    def _capture(self, tenant: Tenant) -> None:
        for start in range(0, self.messages, MESSAGES_A_REQUEST):
            numbers = range(start, min(self.messages, start + MESSAGES_A_REQUEST))
            body = {"conversationId": LONG, "user": {"id": USER}, "messages": [_message(number) for number in numbers]}
            event = http_event("POST", "/api/v1/capture", tenant.ingest, body)
            self._call("capture 100 messages", "capture", event)
        key = self.world.key(tenant, "api")
        for start in range(0, self.images, IMAGES_A_REQUEST):
            numbers = range(start, min(self.images, start + IMAGES_A_REQUEST))
            logged = {"id": PICTURES, "type": "openai", "messages": [_image(number) for number in numbers]}
            body = {**logged, "userProperties": {"id": USER}}
            self._call("log 4 images", "log_conversation", http_event("POST", "/conversations", key, body))
        given = {"id": "f", "type": "negative", "messageId": f"image{self.images - 1}"}
        self._call("give feedback", "log_conversation", http_event("POST", "/feedback", key, given))

    def _analyse(self) -> None:
        while records := self.world.queued():
            for record in records:
                answer = self.ask("analyse", "analysis", {"Records": [record]})
                self._expect(answer == {"batchItemFailures": []}, f"analyse: {answer}")

    def _read(self, tenant: Tenant) -> None:
        key = self.world.key(tenant, "api")
        of_long = [f"m{number}" for number in range(self.messages)]
        of_pictures = [f"image{number}" for number in range(self.images)]
        for what, (function, event) in _routes(tenant, key).items():
            name = what.partition(" ")[0]
            if name in (LONG, PICTURES):
                self._pages(what, function, event, of_long if name == LONG else of_pictures)
            else:
                self._call(what, function, event)
        analysis = self._call("analysis", *_routes(tenant, key)[f"{LONG} analysis"]).body
        self._expect(not analysis["analysisPending"] and not analysis["analysisFailed"], "it is not analysed")
        self._expect(all(row["result"] for row in analysis["messages"]), "a message has no result")
        listed = self._call("list", *_routes(tenant, key)["list by activity"]).body["conversations"]
        counts = sorted(row["message_count"] for row in listed)
        self._expect(counts == sorted((self.messages, self.images)), f"lists count {counts}")

    def _pages(self, what: str, function: str, event: Mapping[str, Any], wanted: list[str]) -> None:
        """Read a route page by page, and compare what came."""
        found: list[str] = []
        for number, answer in enumerate(self._walked(what, function, event), 1):
            found += [_id_of(row) for row in answer.body["messages"]]
            if number == self.pages:
                wanted = wanted[: len(found)]
                break
        self._expect(found == wanted, f"{what}: {len(found)} messages of {len(wanted)}, or in another order")

    def _walked(self, what: str, function: str, event: Mapping[str, Any]) -> Iterator[Answer]:
        query = dict(event.get("queryStringParameters", {}))
        while True:
            answer = self._call(what, function, {**event, "queryStringParameters": query})
            yield answer
            if "nextCursor" not in answer.body:
                return
            query["cursor"] = answer.body["nextCursor"]

    def _export(self, tenant: Tenant) -> None:
        event = http_event("GET", f"/api/v1/chatbots/{tenant.id}/users/{USER}", tenant.admin)
        count = 0
        for answer in self._walked("export", "admin", event):
            count += sum(len(line.get("messages", ())) for line in answer.body["data"])
        self._expect(count == self.messages + self.images, f"{count} messages are exported")

    def _delete(self, tenant: Tenant) -> None:
        key = self.world.key(tenant, "api")
        place = conversation_id(tenant.id, PICTURES)
        path = f"/v1/chatbots/{tenant.id}/conversations/{place}"
        self._call("delete images", "conversation_management", http_event("DELETE", path, tenant.admin))
        self._call("delete messages", "log_conversation", http_event("DELETE", f"/conversations/{LONG}", key))
        self._analyse()
        user = http_event("DELETE", f"/api/v1/chatbots/{tenant.id}/users/{USER}", tenant.admin)
        erased = self._call("erase the user", "admin", user).body
        self._expect(erased["status"] == "done", f"the erasure is {erased['status']}")
        self._analyse()
        name = self.world.deployment.settings.table
        left = [item["pk"] for item in scan(self.world.dynamodb, name, tenant.id) if item["pk"].startswith(_OF_TALKS)]
        self._expect(not left, f"{len(left)} items are left, as of {sorted(set(left))[:3]}")
        self._expect(not self.world.statistics(tenant.id), "statistics are left")


_OF_TALKS: Final = ("CONV#", "FACET#", "CONTACT#", "CHANNEL#", "EXT#", "USER#", "ORG#")


def _routes(tenant: Tenant, key: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every route that reads conversations, with the function that serves it, by a name that begins with which."""
    of = {"chatbotId": tenant.id}
    routes: dict[str, tuple[str, dict[str, Any]]] = {
        "list by activity": ("reading", http_event("GET", "/api/v1/conversations", tenant.admin)),
        "search": ("reading", http_event("GET", "/v1/insights/conversations", tenant.admin, query=of)),
        "list histories": ("log_conversation", http_event("GET", "/conversations", key)),
        "list feedback": ("log_conversation", http_event("GET", "/feedback", key)),
        "feedback": ("log_conversation", http_event("GET", "/feedback/f", key)),
        "list managed": (
            "conversation_management",
            http_event("GET", f"/v1/chatbots/{tenant.id}/conversations", tenant.admin),
        ),
    }
    for name in (LONG, PICTURES):
        place = conversation_id(tenant.id, name)
        managed = f"/v1/chatbots/{tenant.id}/conversations/{place}"
        read = f"/api/v1/conversations/{place}"
        analysis = f"/v1/insights/conversations/{place}/analysis"
        messages = http_event("GET", f"{managed}/messages", tenant.admin, query={"limit": "1000"})
        routes |= {
            f"managed {name}": ("conversation_management", http_event("GET", managed, tenant.admin)),
            f"{name} transcript": ("reading", http_event("GET", read, tenant.admin)),
            f"{name} analysis": ("reading", http_event("GET", analysis, tenant.admin)),
            f"{name} history": ("log_conversation", http_event("GET", f"/conversations/{name}", key)),
            f"{name} managed messages": ("conversation_management", messages),
        }
    return routes


def _id_of(row: Mapping[str, Any]) -> str:
    """The caller's id of a message, in whichever dialect it comes."""
    for name in ("external_message_id", "externalId", "providerMessageId"):
        if row.get(name):
            return str(row[name])
    return str(row["id"])


def _message(number: int) -> dict[str, Any]:
    role = "assistant" if number % 2 else "user"
    return {"id": f"m{number}", "role": role, "content": f"{SAID[number % len(SAID)]} ({number})"}


def _image(number: int) -> dict[str, Any]:
    noise = "".join(random.Random(number).choices(string.ascii_letters + string.digits, k=IMAGE_BYTES))
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{noise}"}}
    return {"id": f"image{number}", "role": "user", "content": [{"type": "text", "text": f"picture {number}"}, part]}
