"""Prices of models: a table by the beginning of the model's id, and the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NANO: Final = 1_000_000_000
"""Money is counted in billionths of a US dollar: whole numbers, so that a day's sum is exact."""

PRIORITY: Final = "priority"
DEFAULT: Final = "default"
FLEX: Final = "flex"
TIERS: Final = (PRIORITY, DEFAULT, FLEX)

_PER_MILLE: Final = {PRIORITY: 1750, DEFAULT: 1000, FLEX: 500}
"""What a service tier costs, in thousandths of the standard price."""
_GEOGRAPHIES: Final = frozenset({"global", "us", "us-gov", "eu", "apac", "jp", "au", "ca", "in", "sa", "mx"})


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens at the standard tier, of the request and of the answer."""

    request: float
    answer: float

    def cost(self, request_tokens: int, answer_tokens: int, tier: str = DEFAULT) -> int:
        """The cost of one call in billionths of a dollar, rounded up."""
        per_request, per_answer = round(self.request * 1000), round(self.answer * 1000)
        whole = (request_tokens * per_request + answer_tokens * per_answer) * _PER_MILLE[tier]
        return -(-whole // 1000)


# List prices in us-east-1, within a region or a geography; "global." profiles cost up to a tenth less, some other
# regions more. A chatbot's settings may say it better.
PRICES: Final = {
    "amazon.nova-micro-": Price(0.035, 0.14),
    "amazon.nova-lite-": Price(0.06, 0.24),
    "amazon.nova-pro-": Price(0.80, 3.20),
    "amazon.nova-premier-": Price(2.50, 12.50),
    "amazon.nova-2-lite-": Price(0.33, 2.75),
    "anthropic.claude-haiku-4-5": Price(1.10, 5.50),
    "anthropic.claude-sonnet-4-5": Price(3.30, 16.50),
    "anthropic.claude-sonnet-4-6": Price(3.30, 16.50),
    "anthropic.claude-opus-4-5": Price(5.50, 27.50),
    "anthropic.claude-opus-4-6": Price(5.50, 27.50),
    "openai.gpt-oss-20b-": Price(0.07, 0.30),
    "openai.gpt-oss-120b-": Price(0.15, 0.60),
}


def model_name(model: str) -> str:
    """A model's own name: without the ARN before it and the geography of an inference profile."""
    name = model.rpartition("/")[2]
    geography, _, rest = name.partition(".")
    return rest if geography in _GEOGRAPHIES else name


def price_of(model: str) -> Price | None:
    """The price of a model by its id, its inference profile or the ARN of either; None when the table has none."""
    name = model_name(model)
    return next((price for beginning, price in PRICES.items() if name.startswith(beginning)), None)
