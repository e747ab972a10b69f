"""A chatbot's analyzer settings, and what models cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confab.domain.analyzer_settings import BEDROCK, BUILTIN, AnalyzerSettings, BadAnalyzerSettings
from confab.domain.model_prices import FLEX, PRICES, PRIORITY, Price, price_of
from hypothesis import given
from hypothesis import strategies as st

WHOLE: dict[str, Any] = {
    "provider": BEDROCK,
    "model": "eu.amazon.nova-lite-v1:0",
    "region": "eu-central-1",
    "serviceTier": "flex",
    "dailyBudgetUsd": 2.5,
    "prices": {"inputPerMillionUsd": 0.08, "outputPerMillionUsd": 0.31},
    "output": "tool",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _faults(given: object) -> dict[str, str]:
    with pytest.raises(BadAnalyzerSettings) as caught:
        AnalyzerSettings.parsed(given)
    return dict(caught.value.faults)


def test_given_every_setting_when_parsed_and_kept_then_they_are_the_same() -> None:
    assert AnalyzerSettings.parsed(WHOLE).setting() == WHOLE
    assert AnalyzerSettings.parsed({**WHOLE, "serviceTier": None}).setting() == {
        name: value for name, value in WHOLE.items() if name != "serviceTier"
    }
    assert AnalyzerSettings.parsed({}).setting() == {}


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        ({"provider": "openai"}, "provider", "builtin, bedrock"),
        ({"provider": 1}, "provider", "builtin, bedrock"),
        ({"model": "nova lite"}, "model", "model id"),
        ({"model": ""}, "model", "model id"),
        ({"region": "eu-central-1.evil.example"}, "region", "region"),
        ({"region": "moon"}, "region", "region"),
        ({"serviceTier": "reserved"}, "serviceTier", "priority"),
        ({"dailyBudgetUsd": -1}, "dailyBudgetUsd", "between"),
        ({"dailyBudgetUsd": True}, "dailyBudgetUsd", "number"),
        ({"dailyBudgetUsd": float("nan")}, "dailyBudgetUsd", "number"),
        ({"dailyBudgetUsd": "1"}, "dailyBudgetUsd", "number"),
        ({"prices": 1}, "prices", "object"),
        ({"prices": {"inputPerMillionUsd": 1}}, "prices.outputPerMillionUsd", "given"),
        ({"prices": {"inputPerMillionUsd": -1, "outputPerMillionUsd": 1}}, "prices.inputPerMillionUsd", "between"),
        ({"prices": {**WHOLE["prices"], "cached": 1}}, "prices.cached", "not a setting"),
        ({"output": "yaml"}, "output", "native"),
        ({"temperature": 1}, "temperature", "not a setting"),
    ],
)
def test_given_a_bad_setting_when_parsed_then_it_is_named(change: dict[str, Any], path: str, word: str) -> None:
    faults = _faults({**WHOLE, **change})
    assert list(faults) == [path]
    assert word in faults[path]


def test_given_many_faults_when_parsed_then_all_are_told_at_once() -> None:
    assert set(_faults({"provider": "x", "region": 3, "speed": "high"})) == {"provider", "region", "speed"}


def test_a_model_of_unknown_price_needs_prices() -> None:
    assert list(_faults({"model": "acme.sage-v1:0"})) == ["prices"]
    settings = AnalyzerSettings.parsed({"model": "acme.sage-v1:0", "prices": WHOLE["prices"]})
    assert settings.price == Price(0.08, 0.31)


@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys([*WHOLE, "x"], JSON)))
def test_given_any_json_when_parsed_then_it_is_read_or_refused_with_faults(value: Any) -> None:
    try:
        settings = AnalyzerSettings.parsed(value)
    except BadAnalyzerSettings as bad:
        assert bad.faults
    else:
        assert AnalyzerSettings.parsed(json.loads(json.dumps(settings.setting()))) == settings


def test_defaults_fill_gaps_and_prices_stay_with_their_model() -> None:
    defaults = AnalyzerSettings(
        provider=BUILTIN, model="acme.sage", prices=Price(1, 2), daily_budget_usd=1, output="tool"
    )
    filled = AnalyzerSettings(provider=BEDROCK, daily_budget_usd=0).over(defaults)
    assert filled == AnalyzerSettings(
        provider=BEDROCK, model="acme.sage", prices=Price(1, 2), daily_budget_usd=0, output="tool"
    )
    other = AnalyzerSettings(model="amazon.nova-micro-v1:0").over(defaults)
    assert (other.price, other.output) == (PRICES["amazon.nova-micro-"], None)


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        "eu.amazon.nova-lite-v1:0",
        "us-gov.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-west-1:000000000000:inference-profile/eu.amazon.nova-lite-v1:0",
    ],
)
def test_given_a_model_in_any_of_its_names_when_priced_then_the_price_is_the_same(model: str) -> None:
    assert price_of(model) == Price(0.06, 0.24)


@pytest.mark.parametrize("model", ["", "nova", "acme.amazon.nova-lite-v1:0", "amazon.nova-9-lite-v1:0"])
def test_given_an_unknown_model_when_priced_then_there_is_none(model: str) -> None:
    assert price_of(model) is None


def test_given_tokens_when_priced_then_the_cost_is_exact_and_follows_the_tier() -> None:
    micro = PRICES["amazon.nova-micro-"]
    assert micro.cost(1_000_000, 0) == 35_000_000
    assert micro.cost(2000, 500) == 2000 * 35 + 500 * 140
    assert micro.cost(2000, 500, PRIORITY) == 245_000
    assert micro.cost(2000, 500, FLEX) == 70_000
    assert micro.cost(1, 0, PRIORITY) == 62
