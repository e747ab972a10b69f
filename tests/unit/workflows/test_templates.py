"""Templates of rules: variables are filled in, and JSON stays JSON whatever they stand for."""

from __future__ import annotations

import json

import pytest
from confab.workflows.template import VARIABLES, is_json, rendered, unknown_in
from hypothesis import given
from hypothesis import strategies as st

JSON = '{"text": "Hi {{ user.name }}: {{message.text}}", "score": {{sentiment.score}}, "raw": {{user.name}}}'


@given(name=st.text(), said=st.text(), score=st.floats(-1, 1) | st.none())
def test_a_json_template_stays_json_and_says_what_the_values_say(name: str, said: str, score: float | None) -> None:
    made = rendered(JSON, {"user.name": name, "message.text": said, "sentiment.score": score})
    assert json.loads(made) == {"text": f"Hi {name}: {said}", "score": score, "raw": name}


@given(value=st.text())
def test_a_value_is_never_taken_for_a_template(value: str) -> None:
    assert rendered("<{{user.id}}>", {"user.id": f"{{{{count}}}}{value}", "count": 3}) == f"<{{{{count}}}}{value}>"


def test_text_that_is_no_json_has_the_values_as_they_are() -> None:
    values = {"user.name": 'A "quoted" name', "count": 3}
    assert rendered("{{user.name}}, {{count}} times{{flag.value}}", values) == 'A "quoted" name, 3 times'


def test_what_has_no_value_is_empty_in_a_text_and_null_outside_of_it() -> None:
    assert json.loads(rendered(JSON, {})) == {"text": "Hi : ", "score": None, "raw": None}


@pytest.mark.parametrize(
    ("template", "unknown"),
    [
        ("{{user.name}}{{ count }}", []),
        ("{{nothing}}", ["nothing"]),
        ("{{}}", [""]),
        ("{{{user.id}}}", []),
        ("{{a", []),
    ],
)
def test_variables_that_do_not_exist_are_found(template: str, unknown: list[str]) -> None:
    assert unknown_in(template) == unknown


def test_every_variable_may_stand_in_json() -> None:
    template = "{" + ", ".join(f'"{name}": {{{{{name}}}}}' for name in VARIABLES) + "}"
    assert is_json(template)
    assert json.loads(rendered(template, dict.fromkeys(VARIABLES, '"\\\n'))) == dict.fromkeys(VARIABLES, '"\\\n')
