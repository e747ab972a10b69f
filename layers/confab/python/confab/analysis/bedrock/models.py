"""Properties of Bedrock's models, by the beginning of their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from confab.domain.analyzer_settings import NATIVE, TOOL
from confab.domain.model_prices import model_name


@dataclass(frozen=True, slots=True)
class Traits:
    """How a model is asked.

    Attributes:
        output: ``native`` when Bedrock holds its answer to a JSON schema, ``tool`` when it must be made to call a tool.
        temperature: whether it takes one; some newer models refuse it.
    """

    output: str = TOOL
    temperature: bool = False


_GUIDED: Final = Traits(NATIVE, temperature=True)
TRAITS: Final = {
    "amazon.nova-": Traits(TOOL, temperature=True),
    "anthropic.claude-3": Traits(TOOL, temperature=True),
    "anthropic.claude-haiku-4-5": _GUIDED,
    "anthropic.claude-sonnet-4-5": _GUIDED,
    "anthropic.claude-opus-4-5": _GUIDED,
    "anthropic.claude-opus-4-6": _GUIDED,
    "openai.gpt-oss-": _GUIDED,
    "qwen.qwen3-": _GUIDED,
}


def traits_of(model: str, output: str | None = None) -> Traits:
    """The traits of a model; of one that is not known, those that ask the least of it.

    Args:
        model: its id, inference profile or ARN.
        output: overrides the table's word on how it gives JSON.
    """
    name = model_name(model)
    known = next((traits for beginning, traits in TRAITS.items() if name.startswith(beginning)), Traits())
    return Traits(output or known.output, known.temperature)
