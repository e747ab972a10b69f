"""Clients made fast: they are the same clients as the SDK's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserFactory
from botocore.session import Session
from confab.platform import aws
from confab.platform.aws import SERVICES, Clients


@pytest.fixture(scope="module")
def sdk() -> Session:
    """The SDK's own session, which reads a service's description once."""
    return Session()


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "ap-southeast-5"])
@pytest.mark.parametrize("service", SERVICES)
def test_given_a_region_when_a_client_is_made_then_it_calls_what_the_sdks_own_calls(
    monkeypatch: pytest.MonkeyPatch, sdk: Session, service: str, region: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    ours = Clients()(service)
    theirs = sdk.create_client(
        service, region_name=region, config=Config(s3={"us_east_1_regional_endpoint": "regional"})
    )
    assert ours.meta.endpoint_url == theirs.meta.endpoint_url
    assert ours.meta.partition == theirs.meta.partition
    assert ours.meta.config.signature_version == theirs.meta.config.signature_version
    assert ours.meta.service_model.operation_names == theirs.meta.service_model.operation_names


def test_given_an_address_when_a_client_is_made_then_it_calls_there() -> None:
    assert Clients("http://127.0.0.1:1")("sqs").meta.endpoint_url == "http://127.0.0.1:1"


def test_a_client_of_an_unknown_service_fails_at_once() -> None:
    with pytest.raises(DataNotFoundError):
        Clients()("dynamodbb")


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Loader, "__init__"),
        (aws._NamedServices, "list_available_services"),
        (aws._FastFiles, "load_file"),
        (aws._FastFiles, "exists"),
        (aws, "_legacy_endpoints"),
    ],
)
@pytest.mark.parametrize("error", [AttributeError, TypeError])
def test_given_an_sdk_without_our_parts_then_clients_are_its_own(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: type[Exception]
) -> None:
    whole, seen = getattr(owner, name), []

    def other(*given: Any, **named: Any) -> Any:
        # The SDK's own session uses its ``Loader`` as it is.
        if owner is Loader and not isinstance(given[0], aws._NamedServices):
            return whole(*given, **named)
        seen.append(name)
        raise error(name)

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(owner, name, other)
    clients = Clients()
    assert clients("sqs").meta.endpoint_url == "https://sqs.eu-west-1.amazonaws.com"
    assert clients.bedrock("us-east-1").meta.region_name == "us-east-1"
    assert seen, "the part is in use, so the test has broken something"


def test_given_a_parser_factory_of_another_form_then_answers_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsers = aws._Parsers()
    del parsers._defaults
    monkeypatch.setattr(ResponseParserFactory, "create_parser", lambda _, protocol: protocol)
    assert parsers.create_parser("json") == "json"


VALUES = {
    "S": "text",
    "N": "1.5",
    "B": "AAH/",
    "BOOL": False,
    "NULL": True,
    "SS": ["a", "b"],
    "NS": ["1", "2"],
    "BS": ["AAH/", ""],
    "L": [{"S": "x"}, {"B": "AAH/"}, {"L": []}],
    "M": {"inner": {"M": {"deep": {"B": "AAH/"}}}, "empty": {"M": {}}},
}
ANSWERS = {
    "Query": {"Items": [VALUES_OF_ALL := {kind: {kind: value} for kind, value in VALUES.items()}, {}], "Count": 2},
    "GetItem": {"Item": VALUES_OF_ALL},
    "BatchGetItem": {"Responses": {"t": [VALUES_OF_ALL]}, "UnprocessedKeys": {}},
    "UpdateItem": {"Attributes": VALUES_OF_ALL},
}


@pytest.mark.parametrize("operation", ANSWERS)
def test_an_answer_of_the_table_is_read_as_the_sdk_itself_reads_it(
    monkeypatch: pytest.MonkeyPatch, sdk: Session, operation: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    def read_by(client: Any) -> Any:
        model = client.meta.service_model
        parser = client._endpoint._response_parser_factory.create_parser(model.metadata["protocol"])
        answer = {"status_code": 200, "headers": {}, "body": json.dumps(ANSWERS[operation]).encode()}
        return parser.parse(answer, model.operation_model(operation).output_shape)

    assert read_by(Clients()("dynamodb")) == read_by(sdk.create_client("dynamodb", region_name="eu-west-1"))
