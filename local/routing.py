"""The routes of the HTTP API.

CloudFormation gives the API its routes from the OpenAPI body that SAM writes; the emulator ignores that body, so the
same routes, integrations and CORS settings are made here with API Gateway's own calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.settings import REGION, STACK_NAME
from local.template import Template, alias, cors, routes

if TYPE_CHECKING:
    from local.deploy import Clients

_ACCOUNT = "000000000000"


def sync_routes(clients: Clients, api_id: str, template: Template) -> None:
    """Make the API's routes exactly those of the template."""
    gateway = clients.apigateway
    _stage(gateway, api_id)
    settings = cors(template, _stack_parameters(clients))
    if settings:
        gateway.update_api(ApiId=api_id, CorsConfiguration=settings)
    deployed = _deployed(clients)
    wanted = {route.key: route.function for route in routes(template) if route.function in deployed}
    targets = {name: _integration(clients, api_id, template, name) for name in sorted(set(wanted.values()))}
    present = {route["RouteKey"]: route for route in gateway.get_routes(ApiId=api_id)["Items"]}
    for key, function in wanted.items():
        target = f"integrations/{targets[function]}"
        if key not in present:
            gateway.create_route(ApiId=api_id, RouteKey=key, Target=target)
        elif present[key].get("Target") != target:
            gateway.update_route(ApiId=api_id, RouteId=present[key]["RouteId"], Target=target)
    for key, route in present.items():
        if key not in wanted:
            gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])


def _deployed(clients: Clients) -> set[str]:
    """The logical ids of what the stack has: without those whose condition does not hold."""
    found = clients.cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return {resource["LogicalResourceId"] for resource in found}


def _stage(gateway: Any, api_id: str) -> None:
    if not any(stage["StageName"] == "$default" for stage in gateway.get_stages(ApiId=api_id)["Items"]):
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)


def _integration(clients: Clients, api_id: str, template: Template, function: str) -> str:
    uri = _function_arn(clients, template, function)
    for known in clients.apigateway.get_integrations(ApiId=api_id)["Items"]:
        if known.get("IntegrationUri") == uri:
            return str(known["IntegrationId"])
    created = clients.apigateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0"
    )
    return str(created["IntegrationId"])


def _function_arn(clients: Clients, template: Template, function: str) -> str:
    detail = clients.cloudformation.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=function)
    name = detail["StackResourceDetail"]["PhysicalResourceId"]
    published = alias(template, function)
    return f"arn:aws:lambda:{REGION}:{_ACCOUNT}:function:{name}" + (f":{published}" if published else "")


def _stack_parameters(clients: Clients) -> dict[str, str]:
    stack = clients.cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
