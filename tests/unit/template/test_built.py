"""A built template carries what its layers were built for, so that a bare `sam deploy` agrees with `make build`."""

from __future__ import annotations

import json

import pytest

from local.built import with_target
from local.check_template import translate
from local.template import Template, read
from tests.support.template import ROOT, of_type


@pytest.fixture(scope="module")
def built() -> Template:
    return with_target(read(ROOT / "template.yaml"), "python3.12", "x86_64")


def test_runtime_and_architecture_are_no_longer_parameters(built: Template) -> None:
    assert not {"Runtime", "Architecture"} & built["Parameters"].keys()
    assert '{"Ref": "Runtime"}' not in json.dumps(built)
    assert '{"Ref": "Architecture"}' not in json.dumps(built)


@pytest.mark.slow
def test_every_function_and_layer_is_for_what_was_built(built: Template) -> None:
    resources = translate(built)["Resources"]
    functions, layers = (of_type(resources, f"AWS::Lambda::{kind}") for kind in ("Function", "LayerVersion"))
    assert functions and layers
    for function in functions.values():
        assert (function["Properties"]["Runtime"], function["Properties"]["Architectures"]) == (
            "python3.12",
            ["x86_64"],
        )
    for layer in layers.values():
        assert layer["Properties"]["CompatibleRuntimes"] == ["python3.12"]
        assert layer["Properties"]["CompatibleArchitectures"] == ["x86_64"]


def test_the_other_parameters_stay(built: Template) -> None:
    source = read(ROOT / "template.yaml")["Parameters"]
    assert {**built["Parameters"], "Runtime": source["Runtime"], "Architecture": source["Architecture"]} == source
