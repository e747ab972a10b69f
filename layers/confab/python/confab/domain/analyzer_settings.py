"""The choice of a chatbot's analyzer, and the limit of its spending (docs/analysis.md, "Bedrock")."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from confab.domain.model_prices import DEFAULT, NANO, TIERS, Price, price_of

SETTING: Final = "analyzer"
BUILTIN: Final = "builtin"
BEDROCK: Final = "bedrock"
PROVIDERS: Final = (BUILTIN, BEDROCK)
NATIVE: Final = "native"
TOOL: Final = "tool"
OUTPUTS: Final = (NATIVE, TOOL)

MAX_BUDGET_USD: Final = 10_000
MAX_PRICE_USD: Final = 1_000
_MODEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_-]{1,299}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-\d{1,2}")
_NAMES: Final = ("provider", "model", "region", "serviceTier", "dailyBudgetUsd", "prices", "output")
_PRICE_NAMES: Final = ("inputPerMillionUsd", "outputPerMillionUsd")

Value = TypeVar("Value")


class BadAnalyzerSettings(ValueError):
    """Analyzer settings break a rule.

    Attributes:
        faults: what is wrong, as (path below the settings, message); the path is empty for the settings themselves.
    """

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path or SETTING} {message}" for path, message in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzerSettings:
    """A chatbot's analyzer; None leaves a choice to the deployment.

    Attributes:
        provider: one of ``PROVIDERS``.
        model: a Bedrock model id, the id of an inference profile, or the ARN of either.
        region: where Bedrock is called.
        service_tier: one of ``TIERS``.
        daily_budget_usd: the most that a UTC day's analyses may cost, as estimated by ``prices``.
        prices: of the model, where the table does not know them or knows them wrong.
        output: how the model is made to answer in JSON, one of ``OUTPUTS``.
    """

    provider: str | None = None
    model: str | None = None
    region: str | None = None
    service_tier: str | None = None
    daily_budget_usd: float | None = None
    prices: Price | None = None
    output: str | None = None

    @classmethod
    def parsed(cls, given: object) -> AnalyzerSettings:
        """Read settings as JSON values; a name with the value null counts as left out.

        Raises:
            BadAnalyzerSettings: they break a rule.
        """
        if not isinstance(given, Mapping):
            raise BadAnalyzerSettings([("", "must be an object")])
        reader = _Reader(given, _NAMES)
        settings = cls(
            provider=reader.take("provider", _one_of(PROVIDERS)),
            model=reader.take("model", _matching(_MODEL, "must be a model id, an inference profile or its ARN")),
            region=reader.take("region", _matching(_REGION, "must be an AWS region")),
            service_tier=reader.take("serviceTier", _one_of(TIERS)),
            daily_budget_usd=reader.take("dailyBudgetUsd", _amount(MAX_BUDGET_USD)),
            prices=reader.take("prices", _prices),
            output=reader.take("output", _one_of(OUTPUTS)),
        )
        if settings.model is not None and settings.price is None and "prices" not in reader.faulty:
            reader.fault("prices", "must be given: the price of this model is not known")
        reader.finish()
        return settings

    def setting(self) -> dict[str, Any]:
        """As the chatbot's settings keep them."""
        prices = self.prices and dict(zip(_PRICE_NAMES, (self.prices.request, self.prices.answer), strict=True))
        values = (
            self.provider,
            self.model,
            self.region,
            self.service_tier,
            self.daily_budget_usd,
            prices,
            self.output,
        )
        return {name: value for name, value in zip(_NAMES, values, strict=True) if value is not None}

    def over(self, defaults: AnalyzerSettings) -> AnalyzerSettings:
        """These settings, what they leave open taken from others; prices go with the model they are for."""
        own_model = self.model is not None
        return AnalyzerSettings(
            provider=self.provider or defaults.provider,
            model=self.model or defaults.model,
            region=self.region or defaults.region,
            service_tier=self.service_tier or defaults.service_tier,
            daily_budget_usd=defaults.daily_budget_usd if self.daily_budget_usd is None else self.daily_budget_usd,
            prices=self.prices or (None if own_model else defaults.prices),
            output=self.output or (None if own_model else defaults.output),
        )

    @property
    def price(self) -> Price | None:
        """The price of the model; None when it is not known."""
        return self.prices or (price_of(self.model) if self.model else None)

    @property
    def daily_limit(self) -> int:
        """The day's budget in billionths of a dollar; nothing when none is set."""
        return round((self.daily_budget_usd or 0) * NANO)

    @property
    def tier(self) -> str:
        """The service tier that is asked for."""
        return self.service_tier or DEFAULT


class _Reader:
    """Takes known names out of an object, one fault for each that breaks its rule."""

    def __init__(self, given: Mapping[Any, Any], known: tuple[str, ...]) -> None:
        self._given = given
        self._faults = [(str(name)[:60], "is not a setting") for name in given if name not in known]

    @property
    def faulty(self) -> set[str]:
        return {path.partition(".")[0] for path, _ in self._faults}

    def take(self, name: str, read: Callable[[object], Value]) -> Value | None:
        if self._given.get(name) is None:
            return None
        try:
            return read(self._given[name])
        except BadAnalyzerSettings as bad:
            self._faults += [(f"{name}.{path}" if path else name, message) for path, message in bad.faults]
            return None

    def fault(self, path: str, message: str) -> None:
        self._faults.append((path, message))

    def finish(self) -> None:
        if self._faults:
            raise BadAnalyzerSettings(self._faults)


def _one_of(words: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise BadAnalyzerSettings([("", f"must be one of {', '.join(words)}")])
        return value

    return read


def _matching(pattern: re.Pattern[str], rule: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise BadAnalyzerSettings([("", rule)])
        return value

    return read


def _amount(most: int) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadAnalyzerSettings([("", "must be a number")])
        if not 0 <= value <= most:
            raise BadAnalyzerSettings([("", f"must be between 0 and {most}")])
        return value

    return read


def _prices(value: object) -> Price:
    if not isinstance(value, Mapping):
        raise BadAnalyzerSettings([("", "must be an object")])
    reader = _Reader(value, _PRICE_NAMES)
    request, answer = (reader.take(name, _amount(MAX_PRICE_USD)) for name in _PRICE_NAMES)
    for name in _PRICE_NAMES:
        if value.get(name) is None:
            reader.fault(name, "must be given")
    reader.finish()
    assert request is not None and answer is not None
    return Price(request, answer)
