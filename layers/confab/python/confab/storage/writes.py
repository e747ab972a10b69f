"""Writes in the making: changes, puts and deletions, each with its condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq, gt, lt
from typing import Any, Final

from confab.platform.data_version import MARK, VERSION
from confab.storage.values import Item, Key, to_attribute, to_attributes

KEY_ATTRIBUTES: Final = 2


@dataclass(slots=True)
class Change:
    """An UpdateItem in the making: attributes to set, to set once, to add to, to remove, and a condition.

    Attributes:
        joins: texts that sets get; a set that has them already stays as it is.
    """

    key: Key
    sets: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    adds: dict[str, int] = field(default_factory=dict)
    joins: dict[str, frozenset[str]] = field(default_factory=dict)
    removes: list[str] = field(default_factory=list)
    equals: dict[str, Any] = field(default_factory=dict)
    either: dict[str, Any] = field(default_factory=dict)
    below: dict[str, Any] = field(default_factory=dict)
    above: dict[str, Any] = field(default_factory=dict)
    requires: Sequence[str] = ()
    must_exist: bool = False

    def applied(self, item: Mapping[str, Any]) -> Item:
        """The item as the change leaves it."""
        pk, sk = self.key
        after = {**self.defaults, "pk": pk, "sk": sk, **item, **self.sets}
        after.update({name: item.get(name, 0) + amount for name, amount in self.adds.items()})
        after.update({name: item.get(name, frozenset()) | texts for name, texts in self.joins.items() if texts})
        return {name: value for name, value in after.items() if name not in self.removes}

    def allowed_by(self, item: Mapping[str, Any]) -> bool:
        """Whether an item is as ``equals``, ``either``, ``below`` and ``above`` want it."""

        def bounded(bounds: Mapping[str, Any], allowed: Callable[[Any, Any], bool]) -> bool:
            return all(item.get(name) is None or allowed(item[name], bound) for name, bound in bounds.items())

        return (
            all(item.get(name) == value for name, value in self.equals.items())
            and bounded(self.either, eq)
            and bounded(self.below, lt)
            and bounded(self.above, gt)
        )

    def parameters(self) -> dict[str, Any]:
        """The parameters of the call.

        ``equals`` with None means that the attribute must be absent, ``requires`` names those that must be there, and
        ``either``, ``below`` and ``above`` that the attribute must be absent or the value itself, or lower, or higher.
        """
        names: dict[str, str] = {}
        values: dict[str, Any] = {}

        def name(attribute: str) -> str:
            return names.setdefault(attribute, f"#{len(names)}")

        def value(content: Any) -> str:
            placeholder = f":{len(values)}"
            values[placeholder] = to_attribute(content)
            return placeholder

        sets = [f"{name(a)} = {value(v)}" for a, v in self.sets.items()]
        sets += [f"{name(a)} = if_not_exists({name(a)}, {value(v)})" for a, v in self.defaults.items()]
        clauses = {
            "SET": sets,
            "ADD": [f"{name(a)} {value(v)}" for a, v in (*self.adds.items(), *self.joins.items()) if v != frozenset()],
            "REMOVE": [name(a) for a in self.removes],
        }
        conditions = [_equal(name(a), None if v is None else value(v)) for a, v in self.equals.items()]
        for sign, bounds in (("=", self.either), ("<", self.below), (">", self.above)):
            conditions += [f"({_equal(name(a), None)} OR {name(a)} {sign} {value(v)})" for a, v in bounds.items()]
        conditions += [f"attribute_exists({name(a)})" for a in self.requires]
        if self.must_exist:
            conditions.append(f"attribute_exists({name('pk')})")
        parameters: dict[str, Any] = {
            "Key": key_attributes(self.key),
            "UpdateExpression": " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts),
            "ExpressionAttributeNames": {placeholder: attribute for attribute, placeholder in names.items()},
        }
        if values:
            parameters["ExpressionAttributeValues"] = values
        if conditions:
            parameters["ConditionExpression"] = " AND ".join(conditions)
        return parameters


@dataclass(frozen=True, slots=True)
class Put:
    """A PutItem; by default only where nothing stands, or where these attributes have these values."""

    item: Item
    only_if_absent: bool = True
    equals: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> dict[str, Any]:
        """The parameters of the call."""
        condition = _condition_of(self.equals)
        if self.only_if_absent and not self.equals:
            condition = {"ConditionExpression": "attribute_not_exists(pk)"}
        return {"Item": put_attributes(self.item), **condition}


@dataclass(frozen=True, slots=True)
class Delete:
    """A DeleteItem, where these attributes have these values."""

    key: Key
    equals: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> dict[str, Any]:
        """The parameters of the call."""
        return {"Key": key_attributes(self.key), **_condition_of(self.equals)}


Action = Change | Put | Delete


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What entries of an index are wanted that have one of some things.

    Attributes:
        equals: an attribute and the value that it has.
        holds: an attribute that is a set, and texts of which it holds one.
    """

    equals: tuple[str, str]
    holds: tuple[str, Sequence[str]]

    def parameters(self) -> dict[str, Any]:
        """The parameters of a query that are about this."""
        texts = list(self.holds[1])
        conditions = ["#h0 = :h", *(f"contains(#h1, :h{number})" for number in range(len(texts)))]
        return {
            "FilterExpression": " OR ".join(conditions),
            "ExpressionAttributeNames": {"#h0": self.equals[0], "#h1": self.holds[0]},
            "ExpressionAttributeValues": {
                ":h": {"S": self.equals[1]},
                **{f":h{number}": {"S": text} for number, text in enumerate(texts)},
            },
        }


def _equal(name: str, value: str | None) -> str:
    return f"attribute_not_exists({name})" if value is None else f"{name} = {value}"


def _condition_of(equals: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a condition that attributes have these values; None means that one must be absent."""
    if not equals:
        return {}
    names = {f"#c{number}": attribute for number, attribute in enumerate(equals)}
    given = {f":c{number}": to_attribute(v) for number, v in enumerate(equals.values()) if v is not None}
    parts = [_equal(f"#c{n}", None if v is None else f":c{n}") for n, v in enumerate(equals.values())]
    condition: dict[str, Any] = {"ConditionExpression": " AND ".join(parts), "ExpressionAttributeNames": names}
    return {**condition, "ExpressionAttributeValues": given} if given else condition


def put_attributes(item: Item) -> dict[str, Any]:
    """A whole item as attribute values, with the version that it is of; an entry that is only a key has none."""
    return to_attributes({**item, MARK: VERSION} if len(item) > KEY_ATTRIBUTES else item)


def key_attributes(key: Key) -> dict[str, Any]:
    """A key as attribute values."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
