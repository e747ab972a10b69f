"""What each type of destination is sent, and where nothing is sent to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from confab.domain.chatbot import Chatbot
from confab.domain.notices import TEST, Message, Notice, Told
from confab.notify.destinations import Destination, host_fault
from confab.notify.manage import Allowed
from confab.notify.senders import Senders, Sending
from confab.platform.errors import AddressRefused, DeliveryFailed, InvalidRequest
from confab.platform.outbound import Answered, Outbound
from confab.platform.topics_and_buses import TopicsAndBuses

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOPIC, BUS = "arn:aws:sns:eu-west-1:1:alerts", "arn:aws:events:eu-west-1:1:event-bus/ours"
MESSAGE = Message(title="Unhappy <!channel> é", lines=["a & b <https://x|y>", "@everyone"], data={"count": 1})


class Wire:
    """Takes what would go out."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, Mapping[str, str]]] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answered:
        self.sent.append((url, body, headers))
        return Answered(204, b"")


class Aws:
    """Takes what topics and buses would get, or refuses it."""

    def __init__(self, error: Exception | None = None, refused: str | None = None) -> None:
        self.error = error
        self.refused = refused
        self.calls: list[dict[str, Any]] = []

    def publish(self, **parameters: Any) -> None:
        self._take(parameters)

    def put_events(self, **parameters: Any) -> dict[str, Any]:
        self._take(parameters)
        return {"Entries": [{"ErrorCode": self.refused} if self.refused else {"EventId": "1"}]}

    def _take(self, parameters: dict[str, Any]) -> None:
        self.calls.append(parameters)
        if self.error is not None:
            raise self.error


def senders(wire: Any, aws: Any = None, named: frozenset[str] = frozenset({TOPIC, BUS})) -> Senders:
    to_aws = TopicsAndBuses(sns=lambda: aws, events=lambda: aws)
    return Senders(wire, 10, to_aws, named=named, now=lambda: NOW)


def destination(kind: str, target: str) -> Destination:
    secret = "whsec_" + "A" * 44 if kind == "webhook" else None
    return Destination(id="d", chatbot_id="c", name="n", type=kind, target=target, created_at=NOW, secret=secret)


def sending(message: Message = MESSAGE, kind: str = "workflow.matched") -> Sending:
    chatbot = Chatbot(id="c", workspace_id="w", name="Helper", created_at=NOW)
    told, notice = Told(id="r", name="Unhappy", kind="workflow"), Notice(type=kind, key="k", at=NOW)
    return Sending(id="evt_1", chatbot=chatbot, told=told, notice=notice, message=message, test=kind == TEST)


def test_a_webhook_gets_the_published_body_signed() -> None:
    wire = Wire()
    assert senders(wire)(destination("webhook", "https://hooks.example.com/"), sending()) == 204
    ((url, body, headers),) = wire.sent
    assert (url, headers["webhook-id"]) == ("https://hooks.example.com/", "evt_1")
    assert headers["webhook-signature"].startswith("v1,")
    assert json.loads(body) == {
        **{"type": "workflow.matched", "version": 1, "id": "evt_1", "timestamp": "2026-03-01T12:00:00.000Z"},
        **{"workspace": "w", "chatbot": {"id": "c", "name": "Helper"}, "data": {"count": 1}},
        "rule": {"id": "r", "name": "Unhappy", "kind": "workflow"},
    }


def test_a_test_is_marked_wherever_it_goes() -> None:
    wire, aws = Wire(), Aws()
    send = senders(wire, aws)
    send(destination("webhook", "https://hooks.example.com/"), sending(kind=TEST))
    assert wire.sent[0][2]["confab-test"] == "true"
    assert json.loads(wire.sent[0][1])["test"] is True
    send(destination("slack", "https://hooks.slack.com/services/T/B/x"), sending(kind=TEST))
    send(destination("discord", "https://discord.com/api/webhooks/1/x"), sending(kind=TEST))
    assert all(b"[test]" in body for _, body, _ in wire.sent[1:])
    send(destination("email", TOPIC), sending(kind=TEST))
    assert aws.calls[0]["Subject"].startswith("[test]")


@pytest.mark.parametrize(("text", "kind"), [('{"a": 1}', "application/json"), ("plain", "text/plain; charset=utf-8")])
def test_a_template_is_the_whole_body_of_a_webhook(text: str, kind: str) -> None:
    wire = Wire()
    senders(wire)(destination("webhook", "https://hooks.example.com/"), sending(Message(title="t", body=text)))
    ((_, body, headers),) = wire.sent
    assert (body.decode(), headers["content-type"]) == (text, kind)


def test_half_a_character_is_sent_as_an_escape() -> None:
    wire, aws = Wire(), Aws()
    message = Message(title="half \ud83d", lines=["\ud83d"], data={"text": "\ud83d"})
    send = senders(wire, aws)
    send(destination("webhook", "https://hooks.example.com/"), sending(message))
    assert b'"\\ud83d"' in wire.sent[0][1]
    for kind, target in (("slack", "https://hooks.slack.com/services/x"), ("email", TOPIC), ("eventbridge", BUS)):
        send(destination(kind, target), sending(message))
    send(destination("webhook", "https://hooks.example.com/"), sending(Message(title="t", body="\ud83d")))
    mail, event = aws.calls
    assert b"half ?" in mail["Message"].encode()
    assert b"ud83d" in event["Entries"][0]["Detail"].encode()


def test_slack_and_discord_get_messages_that_mention_nobody() -> None:
    wire = Wire()
    senders(wire)(destination("slack", "https://hooks.slack.com/services/T/B/x"), sending())
    senders(wire)(destination("discord", "https://discord.com/api/webhooks/1/x"), sending())
    slack, discord = (json.loads(body) for _, body, _ in wire.sent)
    text = json.dumps([slack["text"], *slack["blocks"][1:]])
    assert "<" not in text
    assert "a &amp; b &lt;https://x|y&gt;" in slack["blocks"][1]["text"]["text"]
    assert slack["blocks"][0]["text"]["type"] == "plain_text"
    assert discord["allowed_mentions"] == {"parse": []}


def test_messages_for_people_keep_to_the_limits_of_their_services() -> None:
    wire, aws = Wire(), Aws()
    long = sending(Message(title="é" * 500, lines=["é" * 300_000], text=None))
    send = senders(wire, aws)
    for kind, target in (
        ("slack", "https://hooks.slack.com/services/x"),
        ("discord", "https://discord.com/api/webhooks/x"),
    ):
        send(destination(kind, target), long)
    send(destination("email", TOPIC), long)
    slack, discord = (json.loads(body) for _, body, _ in wire.sent)
    assert len(slack["blocks"][0]["text"]["text"]) <= 150
    assert len(slack["blocks"][1]["text"]["text"]) <= 3000
    assert len(discord["content"]) <= 2000
    (mail,) = aws.calls
    assert len(mail["Subject"]) <= 100
    assert mail["Subject"].isascii()
    assert len(mail["Message"].encode()) <= 256 * 1024


def test_a_bus_gets_the_body_as_the_detail_of_an_event() -> None:
    aws = Aws()
    assert senders(Wire(), aws)(destination("eventbridge", BUS), sending()) == 200
    ((entry,),) = (call["Entries"] for call in aws.calls)
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == ("confab", "workflow.matched", BUS)
    assert json.loads(entry["Detail"])["id"] == "evt_1"


def _refusal(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Publish")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("aws", "status"),
    [
        (Aws(_refusal("NotFound", 404)), 404),
        (Aws(_refusal("Throttling", 400)), 503),
        (Aws(_refusal("InternalError", 500)), 503),
        (Aws(EndpointConnectionError(endpoint_url="x")), None),
    ],
)
def test_a_refusal_of_aws_is_that_of_a_receiver(aws: Aws, status: int | None) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        senders(Wire(), aws)(destination("email", TOPIC), sending())
    assert failed.value.status == status


def test_an_event_that_the_bus_refuses_is_not_delivered() -> None:
    with pytest.raises(DeliveryFailed, match="ThrottlingException"):
        senders(Wire(), Aws(refused="ThrottlingException"))(destination("eventbridge", BUS), sending())


@pytest.mark.parametrize(("kind", "arn"), [("email", TOPIC), ("eventbridge", BUS)])
def test_only_topics_and_buses_that_the_operator_names_get_anything(kind: str, arn: str) -> None:
    aws = Aws()
    with pytest.raises(AddressRefused):
        senders(Wire(), aws, frozenset())(destination(kind, arn), sending())
    assert aws.calls == []
    with pytest.raises(InvalidRequest):
        Allowed(Outbound(), frozenset()).require(kind, arn)
    Allowed(Outbound(), frozenset({arn})).require(kind, arn)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("slack", "https://hooks.slack.com.evil.example.com/services/x"),
        ("slack", "https://evil.example.com/services/x"),
        ("slack", "http://hooks.slack.com/services/x"),
        ("slack", "https://hooks.slack.com/api/x"),
        ("slack", "https://hooks.slack.com:8443/services/x"),
        ("slack", "https://user@hooks.slack.com/services/x"),
        ("slack", "https://hooks.slack.com@evil.example.com/services/x"),
        ("discord", "https://discord.com/api/v9/x"),
        ("discord", "https://cdn.discordapp.com/api/webhooks/x"),
    ],
)
def test_only_slacks_and_discords_own_hosts_are_called(kind: str, url: str) -> None:
    assert host_fault(kind, url)
    with pytest.raises(InvalidRequest):
        Allowed(Outbound(), frozenset()).require(kind, url)
    wire = Wire()
    with pytest.raises(AddressRefused):
        senders(wire)(destination(kind, url), sending())
    assert wire.sent == []


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://localhost/",
        "http://hooks.example.com/",
        "https://169.254.169.254/latest",
        "ftp://x.y/",
    ],
)
def test_a_webhook_at_a_private_address_is_refused_when_it_is_set(url: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Allowed(Outbound(), frozenset()).require("webhook", url)
    assert [fault.path for fault in refused.value.details] == ["url"]


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_has_become_private_is_refused_when_it_is_sent(address: str) -> None:
    looked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        looked.append(host)
        return ["93.184.216.34", address]

    with pytest.raises(AddressRefused):
        senders(Outbound(resolve=resolve))(destination("webhook", "https://hooks.example.com/"), sending())
    assert looked == ["hooks.example.com"]
