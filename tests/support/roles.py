"""What each function's role allows by template.yaml, and whether a call stays within it.

Only what the template uses is understood: statements that allow single actions on named resources, for leading keys.
Which keys AWS takes for the leading keys of a transaction is not documented. Here all its items of one kind must be
found in one statement, the narrower reading of two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from local.template import Template, load

ROOT = Path(__file__).resolve().parents[2]
_TRANSACTION_KINDS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_PARTITION = re.compile(r"^g?[123]?pk = (:\w+)")

Handler = Callable[[dict[str, Any], Any], Any]


class NotAllowed(BaseException):
    """A call outside of the role. Not an Exception, so that no handler turns it into an answer."""


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that a call does, in IAM's words.

    Attributes:
        action: such as ``dynamodb:GetItem``.
        resource: the template's name, with ``/index/<name>`` for an index.
        leading_keys: the partition keys that it touches.
        attributes: those that it names; all where a call that has no keys names none.
    """

    action: str
    resource: str
    leading_keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement of a role; ``leading_keys`` and ``attributes`` are None where it has no such condition."""

    actions: frozenset[str]
    resources: frozenset[str]
    leading_keys: tuple[str, ...] | None
    attributes: tuple[str, ...] | None = None

    def covers(self, access: Access) -> bool:
        """As IAM reads it: ``ForAllValues`` also holds where a call has no leading key at all."""
        if access.action not in self.actions or access.resource not in self.resources:
            return False
        if self.attributes is not None and not set(access.attributes or "*") <= set(self.attributes):
            return False
        patterns = self.leading_keys
        return patterns is None or all(
            any(fnmatchcase(key, pattern) for pattern in patterns) for key in access.leading_keys
        )


def allows(role: Sequence[Grant], access: Access) -> bool:
    """Whether one statement of a role covers an access."""
    return any(grant.covers(access) for grant in role)


def roles_of(template: Template) -> dict[str, list[Grant]]:
    """Each function's role, by the name of the function's folder."""
    resources = template["Resources"]
    found = {}
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::Function":
            role = resources[resource["Properties"]["Role"]["Fn::GetAtt"][0]]
            folder = Path(resource["Properties"]["CodeUri"]).name
            found[folder] = [
                _grant(statement)
                for policy in role["Properties"]["Policies"]
                for statement in policy["PolicyDocument"]["Statement"]
            ]
    return found


@cache
def template_roles() -> Mapping[str, Sequence[Grant]]:
    """The roles of template.yaml, read once."""
    return roles_of(load(ROOT / "template.yaml"))


def _grant(statement: Mapping[str, Any]) -> Grant:
    assert statement["Effect"] == "Allow"
    condition = statement.get("Condition")
    actions = frozenset(_listed(statement["Action"]))
    resources = frozenset(map(_named, _listed(statement["Resource"])))
    if condition is None:
        return Grant(actions, resources, None)
    if "ForAllValues:StringEquals" in condition:
        assert condition["StringEquals"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
        return Grant(actions, resources, None, tuple(condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]))
    return Grant(actions, resources, tuple(condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(resource: Mapping[str, Any]) -> str:
    """The template's name of a resource; the table is the stack's own or one that was there."""
    if "Fn::Sub" in resource:
        text = resource["Fn::Sub"]
        return text if isinstance(text, str) else text[0].replace("${Table}", "Table").replace("${TableArn}", "Table")
    if "Fn::If" in resource:
        resource = resource["Fn::If"][1]
    return str(resource["Fn::GetAtt"][0])


def accesses(service: str, operation: str, parameters: Mapping[str, Any], names: Mapping[str, str]) -> list[Access]:
    """What a call does.

    Args:
        names: the template's names of tables and queues, by what they are called here. Others are left out.
    """
    if service == "sqs":
        queue = names.get(parameters["QueueUrl"])
        return [Access(f"sqs:{operation}", queue)] if queue else []
    named = tuple(parameters.get("ProjectionExpression", "").replace(",", " ").split()) if operation == "Scan" else ()
    return [
        Access(f"dynamodb:{action}", names[table] + index, tuple(keys), named)
        for action, table, index, keys in _touched(operation, parameters)
        if table in names
    ]


def _touched(operation: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Action, table, index and leading keys of what a call does."""
    if operation == "TransactWriteItems":
        groups: dict[tuple[str, str], list[str]] = {}
        for item in parameters["TransactItems"]:
            ((kind, part),) = item.items()
            groups.setdefault((_TRANSACTION_KINDS[kind], part["TableName"]), []).append(_key(part))
        for (action, table), keys in groups.items():
            yield action, table, "", keys
    elif operation == "BatchGetItem":
        for table, request in parameters["RequestItems"].items():
            yield operation, table, "", [key["pk"]["S"] for key in request["Keys"]]
    elif operation == "Query":
        partition = _PARTITION.match(parameters["KeyConditionExpression"])
        assert partition is not None, parameters["KeyConditionExpression"]
        index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
        yield operation, parameters["TableName"], index, [parameters["ExpressionAttributeValues"][partition[1]]["S"]]
    else:
        yield operation, parameters["TableName"], "", [_key(parameters)] if _has_key(parameters) else []


def _has_key(parameters: Mapping[str, Any]) -> bool:
    return "Key" in parameters or "Item" in parameters


def _key(parameters: Mapping[str, Any]) -> str:
    return str((parameters.get("Key") or parameters["Item"])["pk"]["S"])


class Enforcement:
    """Holds handlers to their functions' roles, in tests that call them in this process.

    Args:
        names: the template's names of tables and queues, by what they are called here.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._roles = template_roles()
        self._acting: ContextVar[str | None] = ContextVar("acting", default=None)

    def watch(self, client: Any) -> None:
        """Check every call of a client that a handler makes; others, a test's own, pass."""
        client.meta.events.register("provide-client-params", self._check)

    def as_function(self, function: str, handler: Handler) -> Handler:
        """A handler whose calls are checked against the role of a function."""

        def acting(event: dict[str, Any], context: Any) -> Any:
            token = self._acting.set(function)
            try:
                return handler(event, context)
            finally:
                self._acting.reset(token)

        return acting

    def _check(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        function = self._acting.get()
        if function is None:
            return
        for access in accesses(model.service_model.service_name, model.name, params, self._names):
            if not allows(self._roles[function], access):
                raise NotAllowed(f"{function} may not {access.action} on {access.resource}: {access.leading_keys}")


def submit_with_context(
    submit: Callable[..., Future[Any]],
) -> Callable[..., Future[Any]]:
    """A pool's ``submit`` whose work knows for which function it is done; by itself a thread begins anew."""

    def inheriting(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        return submit(self, copy_context().run, fn, *arguments, **named)

    return inheriting
