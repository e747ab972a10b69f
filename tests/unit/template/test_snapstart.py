"""The switch for snapshots: a built template in, one that publishes every build out."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.check_template import translate
from local.snapstart import Unsupported, with_snapshots
from local.template import load

ROOT = Path(__file__).resolve().parents[3]


def _versions(build: str) -> set[str]:
    resources = translate(with_snapshots(load(ROOT / "template.yaml"), "python3.13", build))["Resources"]
    return {name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Version"}


@pytest.mark.slow
def test_given_two_builds_when_snapshots_are_on_then_each_publishes_every_function() -> None:
    first, second = _versions("20260101T000000Z"), _versions("20260101T000001Z")
    functions = [
        r for r in load(ROOT / "template.yaml")["Resources"].values() if r["Type"] == "AWS::Serverless::Function"
    ]
    assert len(first) == len(second) == len(functions)
    assert not first & second


@pytest.mark.slow
def test_given_snapshots_when_translated_then_the_api_calls_the_alias() -> None:
    resources = translate(with_snapshots(load(ROOT / "template.yaml"), "python3.13", "b"))["Resources"]
    snap = [r["Properties"]["SnapStart"] for r in resources.values() if r["Type"] == "AWS::Lambda::Function"]
    assert snap and all(setting == {"ApplyOn": "PublishedVersions"} for setting in snap)
    assert "CaptureFunctionAliaslive" in resources


def test_given_a_runtime_without_snapshots_when_switched_on_then_it_is_refused() -> None:
    with pytest.raises(Unsupported, match=r"python3\.12"):
        with_snapshots(load(ROOT / "template.yaml"), "python3.11", "b")
