"""Nested stacks: the parts of a template that stand in files of their own, put back into it.

CloudFormation deploys them as stacks. The local engine knows no nested stacks, and whoever checks the template wants
all of it, so here a nested stack's resources take its place: a parameter of the nested template becomes what the
outer one gives it, and an output of it what the output names. Logical ids are kept; the files must not share one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from local.settings import StackError

STACK = "AWS::CloudFormation::Stack"
FUNCTION = "AWS::Serverless::Function"
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)\}")
_OUTPUT = re.compile(r"\$\{([A-Za-z0-9]+\.Outputs\.[A-Za-z0-9]+)\}")

Template = dict[str, Any]


def files(template: Template) -> dict[str, str]:
    """The nested templates' files, by the logical id of their stack."""
    return {
        name: resource["Properties"]["TemplateURL"]
        for name, resource in template.get("Resources", {}).items()
        if resource.get("Type") == STACK
    }


def flattened(template: Template, read: Callable[[str], Template]) -> Template:
    """A template with the resources of its nested stacks in place of the stacks.

    Args:
        template: as it was read.
        read: gives a nested template by the path that ``TemplateURL`` names.

    Raises:
        StackError: two files use one name, or a nested template lacks a parameter's value.
    """
    stacks = files(template)
    whole: Template = {**template, "Resources": dict(template.get("Resources", {}))}
    outputs: dict[str, Any] = {}
    for name, path in stacks.items():
        stack = whole["Resources"].pop(name)
        child = flattened(read(path), read)
        values = _values(name, child, stack["Properties"].get("Parameters", {}))
        _add(whole, "Conditions", name, _conditions(child, values, stack.get("Condition")))
        resources = _without_globals(_written(child["Resources"], values), template)
        for resource in resources.values() if "Condition" in stack else ():
            resource.setdefault("Condition", stack["Condition"])
        _add(whole, "Resources", name, resources)
        for key, output in child.get("Outputs", {}).items():
            outputs[f"{name}.Outputs.{key}"] = _written(output["Value"], values)
    for part in ("Globals", "Resources", "Outputs"):
        if part in whole:
            whole[part] = _with_outputs(whole[part], outputs)
    return whole


def _without_globals(resources: Template, template: Template) -> Template:
    """A nested template's resources, without the layers that all functions of the outer one get: they would get them
    twice. A nested template says everything itself, because the outer one's settings for all do not reach it."""
    shared = template.get("Globals", {}).get("Function", {}).get("Layers", [])
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == FUNCTION and "Layers" in properties:
            properties["Layers"] = [layer for layer in properties["Layers"] if layer not in shared]
    return resources


def _values(stack: str, child: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """What each parameter of a nested template stands for."""
    values = {}
    for name, declared in child.get("Parameters", {}).items():
        if name not in given and "Default" not in declared:
            raise StackError(f"{stack}: its template takes {name}, which is not given")
        value = given.get(name, declared.get("Default"))
        values[name] = _listed(value) if declared["Type"] == "CommaDelimitedList" else value
    if unknown := sorted(set(given) - set(values)):
        raise StackError(f"{stack}: its template does not take {', '.join(unknown)}")
    return values


def _listed(value: Any) -> Any:
    """The list that a nested template makes of a text with commas."""
    if isinstance(value, dict) and "Fn::Join" in value and value["Fn::Join"][0] == ",":
        return value["Fn::Join"][1]
    return {"Fn::Split": [",", value]}


def _conditions(child: Template, values: Mapping[str, Any], outer: str | None) -> dict[str, Any]:
    """A nested template's conditions, which only hold where its stack is made."""
    found: dict[str, Any] = _written(child.get("Conditions", {}), values)
    if outer is None:
        return found
    return {name: {"Fn::And": [{"Condition": outer}, condition]} for name, condition in found.items()}


def _add(whole: Template, part: str, stack: str, added: Mapping[str, Any]) -> None:
    present = whole.get(part, {})
    for name in sorted(added.keys() & present.keys()):
        if added[name] != present[name]:
            raise StackError(f"{stack}: {name} is a name of the outer template, too")
    if added:
        whole[part] = {**present, **added}


def _written(node: Any, values: Mapping[str, Any]) -> Any:
    """A part of a nested template with values in place of its parameters."""
    if isinstance(node, list):
        return [_written(item, values) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return values.get(node["Ref"], node)
    if set(node) == {"Fn::Sub"}:
        return _substituted(node["Fn::Sub"], values)
    return {key: _written(value, values) for key, value in node.items()}


def _substituted(argument: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """A ``Fn::Sub`` whose variables are what the parameters stand for; what has no name is given one of its own."""
    text, own = argument if isinstance(argument, list) else (argument, {})
    named = {key: _written(value, values) for key, value in own.items()}

    def of(match: re.Match[str]) -> str:
        name = match[1]
        if name in named or name not in values:
            return match[0]
        plain = _as_text(values[name])
        if plain is None:
            named[name] = values[name]
            return match[0]
        return plain

    replaced = _VARIABLE.sub(of, text)
    return {"Fn::Sub": [replaced, named] if named else replaced}


def _as_text(value: Any) -> str | None:
    """A value as a part of a ``Fn::Sub``, where it has such a form."""
    if not isinstance(value, dict):
        return str(value)
    ((function, argument),) = value.items()
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return "${" + ".".join(argument) + "}"
    return argument if function == "Fn::Sub" and isinstance(argument, str) else None


def _text_with_outputs(argument: Any, outputs: Mapping[str, Any]) -> Any:
    """The argument of a ``Fn::Sub`` with what outputs name in place of their names."""
    text, own = argument if isinstance(argument, list) else (argument, None)

    def of(match: re.Match[str]) -> str:
        plain = _as_text(outputs[match[1]]) if match[1] in outputs else None
        return match[0] if plain is None else plain

    replaced = _OUTPUT.sub(of, text)
    return replaced if own is None else [replaced, _with_outputs(own, outputs)]


def _with_outputs(node: Any, outputs: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_with_outputs(item, outputs) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Fn::GetAtt"}:
        return outputs.get(".".join(node["Fn::GetAtt"]), node)
    if set(node) == {"Fn::Sub"}:
        return {"Fn::Sub": _text_with_outputs(node["Fn::Sub"], outputs)}
    return {key: _with_outputs(value, outputs) for key, value in node.items()}
