"""The optional template in front of the API: who is refused there, and that all else reaches the API as it was sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from confab.platform.auth import KEY_HEADERS
from confab.platform.sessions import COOKIE

from local.template import Template, load

ROOT = Path(__file__).resolve().parents[3]
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_THE_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


@pytest.fixture(scope="module")
def front() -> Template:
    return load(ROOT / "front.yaml")


def _rules(front: Template) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in front["Resources"]["Firewall"]["Properties"]["Rules"]}


def test_each_rule_counts_an_address_and_answers_429(front: Template) -> None:
    limits = {"without-key": "RequestsWithoutKey", "of-an-address": "RequestsOfAnAddress"}
    bodies = front["Resources"]["Firewall"]["Properties"]["CustomResponseBodies"]
    assert _rules(front).keys() == limits.keys()
    for name, rule in _rules(front).items():
        counted = rule["Statement"]["RateBasedStatement"]
        assert counted["AggregateKeyType"] == "IP"
        assert counted["Limit"] == {"Ref": limits[name]}
        refusal = rule["Action"]["Block"]["CustomResponse"]
        assert refusal["ResponseCode"] == 429
        assert refusal["CustomResponseBodyKey"] in bodies
    assert front["Resources"]["Firewall"]["Properties"]["Scope"] == "CLOUDFRONT"


def test_requests_without_a_key_are_counted_by_every_key_header(front: Template) -> None:
    scope = _rules(front)["without-key"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]
    parts = scope["NotStatement"]["Statement"]["OrStatement"]["Statements"]
    headers = [
        part["SizeConstraintStatement"]["FieldToMatch"]["SingleHeader"]["Name"]
        for part in parts
        if "SizeConstraintStatement" in part
    ]
    assert sorted(headers) == sorted(["authorization", *KEY_HEADERS])
    session, asked_before = [part["ByteMatchStatement"] for part in parts if "ByteMatchStatement" in part]
    assert asked_before["SearchString"] == "OPTIONS"
    assert session["FieldToMatch"] == {"SingleHeader": {"Name": "cookie"}}
    assert session["SearchString"] == f"{COOKIE}="


def test_the_distribution_caches_nothing_and_forwards_everything(
    front: Template,
) -> None:
    config = front["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    behavior = config["DefaultCacheBehavior"]
    assert config["WebACLId"] == {"Fn::GetAtt": ["Firewall", "Arn"]}
    assert behavior["CachePolicyId"] == CACHING_DISABLED
    assert behavior["OriginRequestPolicyId"] == ALL_BUT_THE_HOST
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    assert {"GET", "POST", "PATCH", "DELETE", "OPTIONS"} <= set(behavior["AllowedMethods"])
    (origin,) = config["Origins"]
    assert origin["DomainName"] == {"Ref": "ApiHost"}
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_every_parameter_is_described_and_only_the_api_is_required(
    front: Template,
) -> None:
    assert all(parameter["Description"].endswith(".") for parameter in front["Parameters"].values())
    assert [name for name, parameter in front["Parameters"].items() if "Default" not in parameter] == ["ApiHost"]
