"""The deployed functions under their own roles, by an engine that checks every signature and every policy.

It looks at actions and resources. Which keys a role may touch it does not look at: that is what the World of the
integration tests does (``tests/support/roles.py``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import botocore.session
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.function_names import logical_name
from tests.e2e.stack import ROOT, LocalStack, eventually
from tests.e2e.test_chatcaptain import Bot, scripted
from tests.e2e.test_operations import Operator
from tests.support.otlp import span, traces, turn
from tests.support.responders import saying
from tests.support.roles import Access, Grant, template_roles

pytestmark = pytest.mark.skipif(
    os.environ.get("AUTH") != "true", reason="the engine enforces roles in `make verify-strict` only"
)

ROLES = template_roles()
FUNCTIONS = sorted(ROLES)
QUEUES = ("AnalysisQueue", "AnalysisDeadLetterQueue", "DeliveryQueue", "DeliveryDeadLetterQueue")
ITEM = {"pk": {"S": "CONV#nobody"}, "sk": {"S": "HEAD"}}
SAMPLE_CHATBOT = "00000000-0000-4000-8000-000000000001"
DENIED = {"AccessDenied", "AccessDeniedException"}

Clients = Callable[[str], Any]


@pytest.fixture
def operator(stack: LocalStack) -> Operator:
    return Operator(stack)


@pytest.fixture
def bot(stack: LocalStack) -> Bot:
    return Bot(stack)


# ---------------------------------------------------------------- what a role is for


def _captured(bot: Bot) -> str:
    message = {"id": "m1", "role": "user", "content": "Where is my order?"}
    body = {"conversationId": f"c-{uuid4()}", "messages": [message], "custom": {"new_field": 1}}
    answer = _good(bot, "POST", "/api/v1/capture", json=body)
    assert answer["analysisQueued"] is True
    return str(answer["conversationId"])


def _good(bot: Bot, method: str, path: str, **arguments: Any) -> Any:
    response = bot.stack.request(method, path, key=bot.key, **arguments)
    assert response.status_code < 300, f"{method} {path}: {response.status_code} {response.text}"
    return response.json() if response.content else None


def _capture(bot: Bot) -> None:
    assert _captured(bot)


def _track(bot: Bot) -> None:
    body = {"conversationId": "t", "messages": [{"role": "user", "content": "hi"}], "custom": {"another_field": "x"}}
    for _ in range(2):
        assert _good(bot, "POST", "/v1/track", json=body)["success"] is True


def _spans(bot: Bot) -> None:
    spans = [span(1, turn("Hi", "Hello") | {"session.id": "t"}), span(2, turn("Hi", "Hello", "a", "b"))]
    for _ in range(2):
        assert _good(bot, "POST", "/v1/traces", json=traces(*spans)) == {}
    assert _good(bot, "GET", f"/api/v1/chatbots/{bot.id}/ingestion")["calls"] > 0


def _analysis(bot: Bot) -> None:
    conversation = _captured(bot)
    eventually(lambda: bot.shared(conversation)["analysis_pending"] is False)


def _insights(bot: Bot) -> None:
    conversation = _captured(bot)
    listed = _good(bot, "GET", "/api/v1/conversations")["conversations"]
    assert [row["id"] for row in listed] == [conversation]
    assert _good(bot, "GET", f"/api/v1/conversations/{conversation}")["id"] == conversation
    for view in ("analytics/overview", "analytics/sentiment"):
        assert _good(bot, "GET", f"/api/v1/{view}", params={"chatbotId": bot.id})
    assert _good(bot, "GET", f"/v1/insights/conversations/{conversation}/analysis")["id"] == conversation
    for view in ("topics", "flags", "outcomes", "users", "organizations", "conversations"):
        assert _good(bot, "GET", f"/v1/insights/{view}", params={"chatbotId": bot.id})


def _conversations(bot: Bot) -> None:
    message = {"id": f"m-{uuid4()}", "role": "user", "content": "hi"}
    body = {"type": "openai", "externalId": f"x-{uuid4()}", "messages": [message]}
    made = _good(bot, "POST", "/conversations", json=body)
    assert _good(bot, "GET", f"/conversations/external/{body['externalId']}")["id"] == made["id"]
    assert _good(bot, "GET", "/conversations")
    feedback = {"type": "positive", "messageId": made["messages"][0]["id"]}
    given = _good(bot, "POST", "/feedback", json=feedback)
    assert _good(bot, "GET", f"/feedback/{given['id']}")["id"] == given["id"]
    event = {"type": "opened", "entityType": "conversation", "conversationId": made["id"]}
    assert _good(bot, "POST", "/events", json=event)
    _good(bot, "DELETE", f"/feedback/{given['id']}")
    _good(bot, "DELETE", f"/conversations/{made['id']}")


def _management(bot: Bot) -> None:
    made = bot.handle("p1", "hi", providerMessageId="in-1")["conversation"]["id"]
    assert bot.call("GET", "/find", params={"channelId": "site", "providerId": "p1"}).status_code == 200
    assert bot.call("PATCH", f"/{made}", json={"conversation": {"name": "Ann"}}).status_code == 200
    assert bot.call("POST", f"/{made}/custom-event", json={"event": "vip"}).status_code == 201
    assert bot.texts(made) == ["hi"]
    assert bot.call("DELETE", f"/{made}").status_code == 200


def _delivery(bot: Bot) -> None:
    with scripted(bot, saying("later")):
        made = bot.handle("p1", "hi", providerMessageId="in-1", **{"async": True})["conversation"]["id"]
        eventually(lambda: bot.texts(made) == ["hi", "later"])


def _admin(bot: Bot) -> None:
    def call(method: str, path: str, **arguments: Any) -> Any:
        response = bot.stack.request(method, f"/api/v1{path}", key=bot.stack.demo["adminKey"], **arguments)
        assert response.status_code < 300, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    made = call("POST", "/chatbots", json={"name": "Second"})["chatbot"]["id"]
    assert call("GET", f"/chatbots/{made}")["id"] == made
    call("PATCH", f"/chatbots/{made}", json={"name": "Renamed"})
    call("POST", f"/chatbots/{made}/rotate-key")
    call("POST", f"/chatbots/{made}/fields", json={"name": "plan", "type": "string"})
    assert call("GET", f"/chatbots/{made}/fields")["declared"]
    assert call("GET", "/keys")
    assert call("GET", "/audit")
    call("DELETE", f"/chatbots/{made}")


def _maintenance(bot: Bot) -> None:
    answer = (
        Operator(bot.stack)
        .client("lambda")
        .invoke(FunctionName=Operator(bot.stack).resource("MaintenanceFunction"), Payload=b"{}")
    )
    assert "FunctionError" not in answer


def _archive(bot: Bot) -> None:
    body = {"type": "openai", "messages": [{"id": f"m-{uuid4()}", "role": "user", "content": "copied"}]}
    made = _good(bot, "POST", "/conversations", json=body)
    sql = f"SELECT count(*) FROM conversations WHERE conversation_id = '{made['id']}'"

    def copies() -> int:
        return int(_good(bot, "POST", "/v1/insights/sql", json={"sql": sql, "chatbotId": bot.id})["rows"][0][0])

    eventually(lambda: copies() == 1)
    _good(bot, "DELETE", f"/conversations/{made['id']}")
    eventually(lambda: copies() == 0)
    operator = Operator(bot.stack)
    answer = operator.client("lambda").invoke(FunctionName=operator.resource("ArchiveFunction"), Payload=b"{}")
    assert "FunctionError" not in answer


def _query(bot: Bot) -> None:
    assert _good(bot, "POST", "/query/conversations", json={})["status"] == "ok"
    assert _good(bot, "POST", "/v1/insights/sql", json={"sql": "SELECT 1", "chatbotId": bot.id})["rows"] == [[1]]
    for view in ("gaps", "search"):
        assert _good(bot, "GET", f"/v1/insights/{view}", params={"chatbotId": bot.id})


def _files(bot: Bot) -> None:
    """A file is imported by a job, and exported by another one."""

    def call(method: str, path: str, **arguments: Any) -> Any:
        return _good(bot, method, f"/api/v1/chatbots/{bot.id}/{path}", **arguments)

    name = f"c-{uuid4()}"
    line = {"id": name, "messages": [{"id": "m", "role": "user", "content": "from a file"}]}
    made = call("POST", "imports", json={"format": "openai"})
    form = {**made["upload"]["fields"]}
    file = {"file": ("f.jsonl", json.dumps(line).encode())}
    assert httpx.post(made["upload"]["url"], data=form, files=file).status_code in (200, 204)
    call("POST", f"imports/{made['id']}/start")
    eventually(lambda: call("GET", f"imports/{made['id']}")["status"] == "done")
    assert call("GET", f"imports/{made['id']}")["stored"] == 1
    query = {"chatbotId": bot.id}
    listed = "/v1/insights/conversations"
    eventually(lambda: name in [row["externalId"] for row in _good(bot, "GET", listed, params=query)["conversations"]])
    export = call("POST", "exports", json={"format": "jsonl"})["id"]
    eventually(lambda: call("GET", f"exports/{export}")["status"] == "done")
    (part,) = call("GET", f"exports/{export}")["files"]
    assert name in httpx.get(part["url"]).text


def _mcp(bot: Bot) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "overview", "arguments": {}}}
    assert not _good(bot, "POST", "/mcp", json=asked)["result"].get("isError")


def _notify(bot: Bot) -> None:
    operator = Operator(bot.stack)
    answer = operator.client("lambda").invoke(FunctionName=operator.resource("NotifyFunction"), Payload=b"{}")
    assert "FunctionError" not in answer


def _dashboard(bot: Bot) -> None:
    assert bot.stack.request("GET", "/dashboard", key="").status_code == 200


DRIVES: dict[str, Callable[[Bot], None]] = {
    "admin": _admin,
    "analysis": _analysis,
    "archive": _archive,
    "capture": _capture,
    "log_conversation": _conversations,
    "delivery": _delivery,
    "reading": _insights,
    "query": _query,
    "files": _files,
    "mcp": _mcp,
    "notify": _notify,
    "dashboard": _dashboard,
    "maintenance": _maintenance,
    "conversation_management": _management,
    "track": _track,
    "spans": _spans,
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_given_a_function_when_it_does_its_work_then_its_own_role_is_enough(bot: Bot, function: str) -> None:
    DRIVES[function](bot)


def test_given_the_sample_of_every_route_when_sent_then_no_function_lacks_a_right(bot: Bot) -> None:
    samples = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "events").glob("*.json"))]
    requests = [sample for sample in samples if "rawPath" in sample]
    assert requests
    # What deletes comes last, so that the others find something.
    for sample in sorted(requests, key=lambda each: each["requestContext"]["http"]["method"] == "DELETE"):
        method = sample["requestContext"]["http"]["method"]
        path = sample["rawPath"].replace(SAMPLE_CHATBOT, bot.id)
        query = sample["rawQueryString"].replace(SAMPLE_CHATBOT, bot.id)
        body = sample.get("body", "").replace(SAMPLE_CHATBOT, bot.id)
        for key in (bot.key, bot.stack.demo["adminKey"]):
            response = bot.stack.request(
                method, f"{path}?{query}", key=key, content=body, headers={"content-type": "application/json"}
            )
            assert response.status_code < 500, f"{method} {path}: {response.text}"


# ---------------------------------------------------------------- what a role is not for


def _role_clients(operator: Operator, function: str, secret: str | None = None) -> Clients:
    """Clients with a session of a function's role; with another secret than its own if one is given."""
    name = operator.resource(logical_name(function, "Role"))
    arn = operator.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    given = operator.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
    session = botocore.session.Session()
    session.set_credentials(given["AccessKeyId"], secret or given["SecretAccessKey"], given["SessionToken"])
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    endpoint = operator.client("sts").meta.endpoint_url

    def client(service: str) -> Any:
        return session.create_client(service, region_name="us-east-1", endpoint_url=endpoint, config=config)

    return client


def _denied(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in DENIED
    return False


def _questions(clients: Clients, operator: Operator) -> Iterator[tuple[Access, Callable[[], Any]]]:
    """Calls that change nothing whoever makes them: a condition fails, or a parameter is refused."""
    dynamodb, sqs, table = clients("dynamodb"), clients("sqs"), operator.resource("Table")
    there = {"TableName": table, "ConditionExpression": "attribute_exists(pk)"}
    yield Access("dynamodb:GetItem", "Table"), lambda: dynamodb.get_item(TableName=table, Key=ITEM)
    yield (
        Access("dynamodb:BatchGetItem", "Table"),
        lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [ITEM]}}),
    )
    yield Access("dynamodb:PutItem", "Table"), lambda: dynamodb.put_item(**there, Item=ITEM)
    yield (
        Access("dynamodb:UpdateItem", "Table"),
        lambda: dynamodb.update_item(**there, Key=ITEM, UpdateExpression="SET a = pk"),
    )
    yield Access("dynamodb:DeleteItem", "Table"), lambda: dynamodb.delete_item(**there, Key=ITEM)
    yield (
        Access("dynamodb:PutItem", "Table"),
        lambda: dynamodb.transact_write_items(TransactItems=[{"Put": {**there, "Item": ITEM}}]),
    )
    yield (
        Access("dynamodb:BatchWriteItem", "Table"),
        lambda: dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": ITEM}}]}),
    )
    yield (
        Access("dynamodb:Scan", "Table", (), ("pk", "sk")),
        lambda: dynamodb.scan(TableName=table, Limit=1, ProjectionExpression="pk, sk", Select="SPECIFIC_ATTRIBUTES"),
    )
    yield Access("dynamodb:DescribeTable", "Table"), lambda: dynamodb.describe_table(TableName=table)
    for index, key in ((None, "pk"), ("GSI1", "g1pk"), ("GSI2", "g2pk"), ("GSI3", "g3pk")):
        where = {"TableName": table, **({"IndexName": index} if index else {})}
        asked = {"KeyConditionExpression": f"{key} = :pk", "ExpressionAttributeValues": {":pk": {"S": "CONV#nobody"}}}
        resource = f"Table/index/{index}" if index else "Table"
        yield Access("dynamodb:Query", resource), lambda where=where, asked=asked: dynamodb.query(**where, **asked)
    for queue in QUEUES:
        url = operator.resource(queue)
        for action, call, parameters in (
            ("SendMessage", sqs.send_message, {"MessageBody": ""}),
            ("ReceiveMessage", sqs.receive_message, {"MaxNumberOfMessages": 11}),
            ("DeleteMessage", sqs.delete_message, {"ReceiptHandle": "none"}),
            (
                "ChangeMessageVisibility",
                sqs.change_message_visibility,
                {"ReceiptHandle": "none", "VisibilityTimeout": 0},
            ),
            ("GetQueueAttributes", sqs.get_queue_attributes, {"AttributeNames": ["QueueArn"]}),
        ):
            asked = {"QueueUrl": url, **parameters}
            yield Access(f"sqs:{action}", queue), lambda call=call, asked=asked: call(**asked)


def _names(role: Sequence[Grant], access: Access) -> bool:
    return any(access.action in grant.actions and access.resource in grant.resources for grant in role)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_call_outside_of_a_functions_role_is_denied(operator: Operator, function: str) -> None:
    asked = [(access, _denied(call)) for access, call in _questions(_role_clients(operator, function), operator)]
    assert {str(access) for access, denied in asked if denied} == {
        str(access) for access, _ in asked if not _names(ROLES[function], access)
    }
    assert {denied for _, denied in asked} == {True, False}


@contextmanager
def _without_policy(operator: Operator, function: str) -> Iterator[None]:
    iam = operator.client("iam")
    policy = {"RoleName": operator.resource(logical_name(function, "Role")), "PolicyName": function}
    document = iam.get_role_policy(**policy)["PolicyDocument"]
    iam.delete_role_policy(**policy)
    try:
        yield
    finally:
        iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))


def _fails(operator: Operator, function: str) -> bool:
    """Whether a function fails on its sample event, which names a key and a conversation that are not there."""
    sample = json.loads(min((ROOT / "events").glob(f"{function}-*.json")).read_text(encoding="utf-8"))
    if "headers" in sample:
        sample["headers"]["authorization"] = f"Bearer ob_live_{uuid4().hex}"
    name = operator.resource(logical_name(function))
    called = operator.client("lambda").invoke(FunctionName=name, Payload=json.dumps(sample).encode())
    answer = json.loads(called["Payload"].read())
    return "FunctionError" in called or bool(answer.get("batchItemFailures")) or answer.get("statusCode") == 500


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_without_rights_fails_and_works_again_with_them(operator: Operator, function: str) -> None:
    assert not _fails(operator, function)
    with _without_policy(operator, function):
        assert _fails(operator, function)
    assert not _fails(operator, function)


def test_a_role_session_with_a_wrong_secret_is_refused(operator: Operator) -> None:
    client = _role_clients(operator, "reading", secret="wrong")("dynamodb")
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        client.get_item(TableName=operator.resource("Table"), Key=ITEM)


@pytest.mark.xfail(
    strict=True, reason="this engine does not look at dynamodb:LeadingKeys; tests/unit/template/test_roles.py does"
)
def test_a_key_outside_of_the_role_is_denied(operator: Operator) -> None:
    client = _role_clients(operator, "reading")("dynamodb")
    key = {"pk": {"S": "OTHER#1"}, "sk": {"S": "OTHER"}}
    assert _denied(lambda: client.get_item(TableName=operator.resource("Table"), Key=key))
