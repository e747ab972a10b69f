"""What the templates of a stack tell: its version, and the environment variables of its functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab_cli.target import NESTED_STACK, Installation

TABLE: Final = "CONFAB_TABLE"
NAMED: Final = {
    "CONFAB_ANALYSIS_QUEUE_URL": "AnalysisQueue",
    "CONFAB_DELIVERY_QUEUE_URL": "DeliveryQueue",
    "CONFAB_FILES_QUEUE_URL": "FilesQueue",
    "CONFAB_NOTIFY_QUEUE_URL": "NotifyQueue",
    "CONFAB_FILES_BUCKET": "FilesBucket",
    "CONFAB_FACTS_BUCKET": "CopiesBucket",
}
"""Which resource of the template a variable names."""


def version_of(installation: Installation) -> str | None:
    """The version of Confab that was deployed; None where the template does not say.

    Raises:
        ClientError, BotoCoreError: the template cannot be read.
    """
    template = _template(installation, installation.stack)
    version: str | None = template.get("Metadata", {}).get("Confab", {}).get("Version")
    return version


def wanted_variables(installation: Installation) -> dict[str, dict[str, str | None]]:
    """The variables of each function, by the template's names; None for a value that the template does not tell.

    Raises:
        ClientError, BotoCoreError: the templates cannot be read.
    """
    wanted: dict[str, dict[str, str | None]] = {}
    for stack in [installation.stack, *installation.of_kind(NESTED_STACK).values()]:
        parameters = installation.parameters if stack == installation.stack else {}
        for name, resource in _template(installation, stack).get("Resources", {}).items():
            given = resource.get("Properties", {}).get("Environment", {}).get("Variables")
            if resource["Type"] == "AWS::Lambda::Function" and given:
                wanted[name] = {
                    variable: _value(variable, value, installation, parameters) for variable, value in given.items()
                }
    return wanted


def _template(installation: Installation, stack: str | None) -> Mapping[str, Any]:
    """A stack's template as CloudFormation runs it; empty where it does not come as an object."""
    client = installation.client("cloudformation")
    template = client.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    return template if isinstance(template, Mapping) else {}


def _value(variable: str, value: Any, installation: Installation, parameters: Mapping[str, str]) -> str | None:
    if variable == TABLE:
        return installation.table
    if variable in NAMED:
        return installation.resources.get(NAMED[variable]) or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    return parameters.get(value["Ref"]) if set(value) == {"Ref"} else None
