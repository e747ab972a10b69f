"""A deployment with ``Dashboard=false``: the function and its routes are not there, and all else is."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from confab.dialects.dashboard.routes import FILES
from confab.dialects.routes import ROUTES

from local.settings import REGION, STACK_NAME
from tests.e2e.stack import LocalStack


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack without a dashboard."""
    stack = LocalStack(tmp_path_factory.mktemp("bare") / "state", {"DASHBOARD": "off"})
    stack.start()
    yield stack
    stack.stop()


def test_a_deployment_can_leave_the_dashboard_out(bare: LocalStack) -> None:
    record = bare.instance.record()
    session = boto3.Session("test", "test", region_name=REGION)
    cloudformation = session.client("cloudformation", endpoint_url=record["endpoint"])
    (stack,) = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert given["Dashboard"] == "false"
    deployed = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    functions = {each["LogicalResourceId"] for each in deployed if each["ResourceType"] == "AWS::Lambda::Function"}
    assert "DashboardFunction" not in functions
    assert {"ReadingFunction", "AdminFunction"} <= functions
    gateway = session.client("apigatewayv2", endpoint_url=record["endpoint"])
    (api,) = gateway.get_apis()["Items"]
    keys = {route["RouteKey"] for route in gateway.get_routes(ApiId=api["ApiId"])["Items"]}
    assert not keys & {f"{route.method} {route.path}" for route in FILES}
    assert {f"{route.method} {route.path}" for route in ROUTES} <= keys

    for path in ("/dashboard", "/dashboard/overview"):
        assert bare.read(path).status_code == 404
    assert "#signin=" not in bare.output.read_text()
    assert bare.read("/v1/session").status_code == 200
