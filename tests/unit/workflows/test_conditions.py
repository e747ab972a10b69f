"""Conditions of workflows, against an evaluator that is written the plain way."""

from __future__ import annotations

from typing import Any

import pytest
from confab.dialects.openbat.rules import rule_draft
from confab.platform.errors import InvalidRequest
from confab.workflows.conditions import CONVERSATION, FIELDS, OPERATORS, SUBJECTS, faults_of, group_of
from confab.workflows.presets import PRESETS
from hypothesis import given
from hypothesis import strategies as st

VALUES = [-1, -0.5, 0, 1, True, False, "Refund", "refund", "", "x"]
NAMES = ["sentiment.score", "topic", "custom.a"]
scalars = st.sampled_from(VALUES)
numbers = st.sampled_from([-1, -0.5, 0, 1])


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(st.sampled_from(OPERATORS))
    value: Any = draw(numbers if operator in ("<", "<=", ">", ">=") else scalars)
    if operator == "in":
        value = draw(st.lists(scalars, min_size=1, max_size=3))
    return {"field": draw(st.sampled_from(NAMES)), "operator": operator, "value": value}


groups = st.fixed_dictionaries(
    {"logic": st.sampled_from(["AND", "OR"]), "conditions": st.lists(conditions(), min_size=1, max_size=3)}
)
wholes = st.fixed_dictionaries(
    {"logic": st.sampled_from(["AND", "OR"]), "conditions": st.lists(conditions() | groups, min_size=1, max_size=3)}
)
facts = st.fixed_dictionaries({}, optional={name: st.lists(scalars, max_size=3) for name in NAMES})


def plainly(said: dict[str, Any], known: dict[str, list[Any]]) -> bool:
    """What the documentation says, word by word."""
    if "conditions" in said:
        held = [plainly(part, known) for part in said["conditions"]]
        return all(held) if said["logic"] == "AND" else any(held)
    found, value, operator = known.get(said["field"], []), said["value"], said["operator"]

    def equal(one: Any, other: Any) -> bool:
        if isinstance(one, str) or isinstance(other, str):
            return isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower()
        return isinstance(one, bool) is isinstance(other, bool) and one == other

    if operator == "=":
        return any(equal(each, value) for each in found)
    if operator == "!=":
        return not any(equal(each, value) for each in found)
    if operator == "in":
        return any(equal(each, one) for each in found for one in value)
    numeric = [each for each in found if isinstance(each, int | float) and not isinstance(each, bool)]
    return any(
        {"<": each < value, "<=": each <= value, ">": each > value, ">=": each >= value}[operator] for each in numeric
    )


@given(said=wholes, known=facts)
def test_conditions_hold_as_a_plain_evaluator_says(said: dict[str, Any], known: dict[str, list[Any]]) -> None:
    assert group_of(said).holds(known) == plainly(said, known)


def _faults(subject: str, field: str, operator: str, value: Any) -> list[str]:
    group = group_of({"conditions": [{"field": field, "operator": operator, "value": value}]})
    return [".".join(map(str, path)) for path, _ in faults_of(group, subject)]


@pytest.mark.parametrize(
    ("subject", "field", "operator", "value", "path"),
    [
        ("assistant_message", "sentiment.score", "<", 0, "when.conditions.0.field"),
        ("user_message", "behaviour", "=", "helpful", "when.conditions.0.field"),
        ("conversation", "custom.", "=", "x", "when.conditions.0.field"),
        ("conversation", "topic", "<", 1, "when.conditions.0.operator"),
        ("conversation", "sentiment.score", "<", -2, "when.conditions.0.value"),
        ("conversation", "sentiment.score", "<", "low", "when.conditions.0.value"),
        ("conversation", "messages", "=", True, "when.conditions.0.value"),
        ("conversation", "sentiment.label", "=", "Sad", "when.conditions.0.value"),
        ("conversation", "outcome", "=", "incorrect", "when.conditions.0.value"),
        ("assistant_message", "outcome", "=", "escalated", "when.conditions.0.value"),
        ("conversation", "feedback", "in", ["positive", "bad"], "when.conditions.0.value.1"),
        ("conversation", "plan", "in", "pro", "when.conditions.0.value"),
        ("conversation", "plan", "=", ["pro"], "when.conditions.0.value"),
        ("conversation", "plan", "=", 3, "when.conditions.0.value"),
    ],
)
def test_what_can_never_hold_is_refused_where_it_is(
    subject: str, field: str, operator: str, value: Any, path: str
) -> None:
    assert _faults(subject, field, operator, value) == [path]
    body = {"kind": "workflow", "name": "n", "on": subject}
    body["when"] = {"conditions": [{"field": field, "operator": operator, "value": value}]}
    with pytest.raises(InvalidRequest) as refused:
        rule_draft(body)
    assert [fault.path for fault in refused.value.details] == [path]


def test_every_field_takes_some_condition_of_each_subject() -> None:
    words = {
        **{"sentiment.score": 0.5, "sentiment.label": "negative", "messages": 3, "outcome": "other"},
        **{"behaviour": "verbose", "feedback": "positive"},
    }
    for subject in SUBJECTS:
        for field in FIELDS[subject]:
            value = "open" if field == "outcome" and subject != "assistant_message" else words.get(field, "x")
            assert _faults(subject, field, "=", value) == [], (subject, field)
    assert _faults(CONVERSATION, "custom.cart value", ">=", 3) == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_each_preset_is_a_rule(preset: Any) -> None:
    assert rule_draft(preset.rule).name == preset.name


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"kind": "other"}, "kind"),
        ({"kind": None}, "kind"),
        ({"when": {"conditions": []}}, "when.conditions"),
        ({"when": {"conditions": [{"conditions": [{"conditions": []}]}]}}, None),
        ({"template": "{{user.secret}}"}, "template"),
        ({"cadence": "2m"}, "cadence"),
        ({"cooldownMinutes": 0}, "cooldownMinutes"),
        ({"destinations": ["x"] * 11}, "destinations"),
        ({"name": " "}, "name"),
    ],
)
def test_a_rule_that_breaks_a_rule_is_refused_by_the_field(change: dict[str, Any], path: str | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        rule_draft({**PRESETS[0].rule, **change})
    assert path is None or path in {fault.path for fault in refused.value.details}
