"""Clients made fast: they are the same clients as the SDK's own."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.exceptions import DataNotFoundError
from confab.platform.aws import SERVICES, Clients


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "ap-southeast-5"])
@pytest.mark.parametrize("service", SERVICES)
def test_given_a_region_when_a_client_is_made_then_it_calls_what_the_sdks_own_calls(
    monkeypatch: pytest.MonkeyPatch, service: str, region: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    ours = Clients()(service)
    theirs = botocore.session.Session().create_client(service)
    assert ours.meta.endpoint_url == theirs.meta.endpoint_url
    assert ours.meta.partition == theirs.meta.partition
    assert ours.meta.config.signature_version == theirs.meta.config.signature_version
    assert ours.meta.service_model.operation_names == theirs.meta.service_model.operation_names


def test_given_an_address_when_a_client_is_made_then_it_calls_there() -> None:
    assert Clients("http://127.0.0.1:1")("sqs").meta.endpoint_url == "http://127.0.0.1:1"


def test_given_a_service_that_is_not_there_when_a_client_is_made_then_it_fails_at_once() -> None:
    with pytest.raises(DataNotFoundError):
        Clients()("dynamodbb")
