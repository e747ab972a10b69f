"""Reading the SAM template: what must be packaged, which routes it declares, which parameters it takes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import yaml

from local.nested import files, flattened

Template = dict[str, Any]

_FUNCTION = "AWS::Serverless::Function"
_LAYER = "AWS::Serverless::LayerVersion"
_HTTP_API = "AWS::Serverless::HttpApi"
_PATHS = {"CodeUri", "ContentUri", "TemplateURL"}


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's short forms."""


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)
# The format's version is a date to YAML and a string to CloudFormation.
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in _SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Route:
    """One route of the HTTP API and the logical id of the function that serves it."""

    key: str
    function: str


def load(path: Path) -> Template:
    """Parse a template file; what its nested stacks hold is in place of them."""
    return flattened(read(path), lambda nested: _moved(read(path.parent / nested), PurePath(nested).parent))


def _moved(template: Template, folder: PurePath) -> Template:
    """A nested template as it would stand in the outer one's folder: its paths begin with its own folder."""
    for resource in template.get("Resources", {}).values() if folder != PurePath() else ():
        properties = resource.get("Properties", {})
        for name in _PATHS & properties.keys():
            if isinstance(properties[name], str):
                properties[name] = str(folder / properties[name])
    return template


def read(path: Path) -> Template:
    """Parse a template file as it is, nested stacks included."""
    with path.open(encoding="utf-8") as handle:
        template: Template = yaml.load(handle, _Loader)  # noqa: S506  # a subclass of SafeLoader  # nosec B506
    return template


def template_files(path: Path) -> list[Path]:
    """A template's file and those of its nested stacks."""
    return [path, *(path.parent / nested for nested in files(read(path)).values())]


def packages(template: Template) -> dict[tuple[str, str], str]:
    """The local folders to package, by logical id and property name."""
    found: dict[tuple[str, str], str] = {}
    defaults = template.get("Globals", {}).get("Function", {})
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == _FUNCTION and "InlineCode" not in properties:
            found[name, "CodeUri"] = properties.get("CodeUri", defaults.get("CodeUri"))
        elif resource["Type"] == _LAYER:
            found[name, "ContentUri"] = properties["ContentUri"]
    return {key: uri for key, uri in found.items() if isinstance(uri, str)}


def layers(template: Template) -> list[str]:
    """Logical ids of the layers."""
    return [name for name, resource in template["Resources"].items() if resource["Type"] == _LAYER]


def http_api(template: Template) -> str | None:
    """Logical id of the HTTP API; SAM's implicit one when only events mention it."""
    declared: list[str] = [name for name, resource in template["Resources"].items() if resource["Type"] == _HTTP_API]
    if declared:
        return declared[0]
    return "ServerlessHttpApi" if routes(template) else None


def routes(template: Template) -> list[Route]:
    """Every HTTP API event of every function."""
    found = []
    for name, resource in template["Resources"].items():
        if resource["Type"] != _FUNCTION:
            continue
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event.get("Type") == "HttpApi":
                properties = event.get("Properties") or {}
                found.append(Route(_route_key(properties), name))
    return found


def alias(template: Template, function: str) -> str | None:
    """The alias that a function's triggers call, when it publishes one."""
    own = template["Resources"][function].get("Properties", {})
    name = own.get("AutoPublishAlias", template.get("Globals", {}).get("Function", {}).get("AutoPublishAlias"))
    return name if isinstance(name, str) else None


def cors(template: Template, given: dict[str, str]) -> dict[str, Any] | None:
    """The API's CORS settings, in the words of the API Gateway call that sets them."""
    for resource in template["Resources"].values():
        if resource["Type"] == _HTTP_API:
            properties = resource.get("Properties", {})
            declared = properties.get("CorsConfiguration")
            if declared is None:
                declared = properties.get("DefinitionBody", {}).get("x-amazon-apigateway-cors")
            if declared is True:
                return {"AllowOrigins": ["*"]}
            if isinstance(declared, dict):
                return {name[0].upper() + name[1:]: _resolved(value, given) for name, value in declared.items()}
    return None


def _resolved(value: Any, given: dict[str, str]) -> Any:
    """A list whose items come from a parameter that is written with commas, or the value as it is."""
    if isinstance(value, dict) and set(value) == {"Fn::Split"}:
        value = value["Fn::Split"][1]
    if isinstance(value, dict) and set(value) == {"Ref"}:
        return [part.strip() for part in given.get(value["Ref"], "").split(",")]
    return value


def with_typed_parameters(template: Template, given: dict[str, str]) -> Template:
    """The template with number and boolean parameters written in.

    CloudFormation converts a parameter to the type of the property that refers to it; the emulator passes the text
    on. A function's variables are text in both.
    """
    typed: dict[str, int | float | bool] = {}
    for name, declared in template.get("Parameters", {}).items():
        text = str(given.get(name, declared.get("Default", "")))
        if text in {"true", "false"}:
            typed[name] = text == "true"
        elif declared.get("Type") == "Number" and text:
            typed[name] = float(text) if "." in text else int(text)

    def written(node: Any) -> Any:
        if isinstance(node, list):
            return [written(item) for item in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"Ref"} and node["Ref"] in typed:
            return typed[node["Ref"]]
        return {key: value if key == "Variables" else written(value) for key, value in node.items()}

    return {key: written(value) if key in {"Globals", "Resources"} else value for key, value in template.items()}


def parameters(template: Template, wanted: dict[str, str]) -> dict[str, str]:
    """Of the wanted parameters, those that the template takes."""
    return {name: value for name, value in wanted.items() if name in template.get("Parameters", {})}


def _route_key(properties: dict[str, Any]) -> str:
    path = properties.get("Path", "$default")
    if path == "$default":
        return "$default"
    method = str(properties.get("Method", "ANY")).upper()
    return f"{'ANY' if method in {'ANY', 'X-AMAZON-APIGATEWAY-ANY-METHOD', '*'} else method} {path}"


if __name__ == "__main__":
    # The template that is named, with its nested stacks put back, for engines that know none.
    sys.stdout.write(json.dumps(load(Path(sys.argv[1])), indent=1))
