"""Conditions of workflows: fields, operators and groups, and whether they hold for what is known.

A field has any number of values. ``=``, ``in`` and the comparisons hold if one of the values is so, and ``!=`` if none
is; where a field has no value, ``!=`` alone holds. Texts are compared without regard to capitals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Final

from confab.domain.feedback import KINDS
from confab.domain.labels import LABELS
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, MESSAGE_OUTCOMES

CONVERSATION: Final = "conversation"
USER_MESSAGE: Final = "user_message"
ASSISTANT_MESSAGE: Final = "assistant_message"
SUBJECTS: Final = (CONVERSATION, USER_MESSAGE, ASSISTANT_MESSAGE)
AND: Final = "AND"
OR: Final = "OR"
MAX_PARTS: Final = 10
"""Conditions of a group, or parts of the whole."""
MAX_VALUES: Final = 50
CUSTOM: Final = "custom."
EQUAL: Final = ("=", "!=", "in")
COMPARED: Final = ("<", "<=", ">", ">=", *EQUAL)
OPERATORS: Final = COMPARED

_OF_USERS: Final = ("sentiment.score", "sentiment.label", "intent", "topic", "flag")
_OF_ALL: Final = ("outcome", "messages", "feedback", "plan", "organization")
FIELDS: Final[Mapping[str, Sequence[str]]] = {
    CONVERSATION: (*_OF_USERS, "behaviour", *_OF_ALL),
    USER_MESSAGE: (*_OF_USERS, *_OF_ALL),
    ASSISTANT_MESSAGE: ("behaviour", *_OF_ALL),
}
"""What a condition may be about, by what the rule looks at; custom fields besides."""
NUMBERS: Final = frozenset({"sentiment.score", "messages"})
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

Scalar = str | int | float | bool
Facts = Mapping[str, Sequence[Scalar]]
"""What is known, by field."""
Path = tuple[str | int, ...]


def values_of(value: Scalar | Sequence[Scalar]) -> Sequence[Scalar]:
    """A value, or the values of a list."""
    return [value] if isinstance(value, str | int | float) else value


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; the value of ``in`` is a list."""

    field: str
    operator: str
    value: Scalar | Sequence[Scalar]

    def holds(self, facts: Facts) -> bool:
        """Whether it holds."""
        found = facts.get(self.field, ())
        if self.operator in _COMPARE:
            compare = _COMPARE[self.operator]
            return any(_is_number(each) and compare(each, self.value) for each in found)
        wanted = values_of(self.value)
        among = any(_same(each, value) for each in found for value in wanted)
        return not among if self.operator == "!=" else among


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups of conditions of which all must hold (``AND``), or one (``OR``)."""

    logic: str
    parts: Sequence[Condition | Group]

    def holds(self, facts: Facts) -> bool:
        """Whether they hold."""
        held = (part.holds(facts) for part in self.parts)
        return all(held) if self.logic == AND else any(held)

    def fields(self) -> set[str]:
        """The fields that it is about."""
        return set().union(*({part.field} if isinstance(part, Condition) else part.fields() for part in self.parts))


def group_of(said: Mapping[str, Any]) -> Group:
    """Conditions that were checked, from JSON values."""
    parts = [
        group_of(part) if "conditions" in part else Condition(part["field"], part["operator"], part["value"])
        for part in said["conditions"]
    ]
    return Group(said.get("logic", AND), parts)


def faults_of(group: Group, subject: str, path: Path = ("when",)) -> Iterator[tuple[Path, str]]:
    """What is wrong with conditions, each with where it is.

    Args:
        subject: what the rule looks at, one of ``SUBJECTS``.
    """
    for number, part in enumerate(group.parts):
        place = (*path, "conditions", number)
        if isinstance(part, Group):
            yield from faults_of(part, subject, place)
        else:
            yield from _faults_of_one(part, subject, place)


def _faults_of_one(condition: Condition, subject: str, place: Path) -> Iterator[tuple[Path, str]]:
    field, operator, value = condition.field, condition.operator, condition.value
    custom = field.startswith(CUSTOM) and field != CUSTOM
    if not custom and field not in FIELDS[subject]:
        yield (*place, "field"), f"must be one of {', '.join(FIELDS[subject])}, custom.<name>"
        return
    compared = field in NUMBERS or custom
    allowed = COMPARED if compared else EQUAL
    if operator not in allowed:
        yield (*place, "operator"), f"must be one of {', '.join(allowed)}"
        return
    several = isinstance(value, list | tuple)
    if several != (operator == "in"):
        yield (*place, "value"), "must be a list" if operator == "in" else "must be one value"
        return
    for number, each in enumerate(values_of(value)):
        fault = _fault_of_value(condition, each, subject)
        if fault is not None:
            yield (*place, "value", *([number] if several else [])), fault


def _fault_of_value(condition: Condition, value: Scalar, subject: str) -> str | None:
    numeric = condition.field in NUMBERS or condition.operator in _COMPARE
    if numeric and not _is_number(value):
        return "must be a number"
    if condition.field == "sentiment.score" and isinstance(value, int | float) and not -1 <= value <= 1:
        return "must be from -1 to 1"
    if not numeric and not condition.field.startswith(CUSTOM) and not isinstance(value, str):
        return "must be a text"
    words = _words(condition.field, subject)
    if words is not None and str(value).casefold() not in {word.casefold() for word in words}:
        return f"must be one of {', '.join(words)}"
    return None


def _words(field: str, subject: str) -> Sequence[str] | None:
    """The vocabulary of a field; None for a field of any text."""
    outcomes = MESSAGE_OUTCOMES if subject == ASSISTANT_MESSAGE else CONVERSATION_OUTCOMES
    return {"sentiment.label": LABELS, "behaviour": BEHAVIOURS, "outcome": outcomes, "feedback": KINDS}.get(field)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return isinstance(one, bool) == isinstance(other, bool) and one == other
