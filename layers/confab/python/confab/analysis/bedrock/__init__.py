"""Analysis by a model of Amazon Bedrock: one call a conversation, validated, within a budget."""

from __future__ import annotations

from confab.analysis.bedrock.analyzer import BedrockAnalyzer, BedrockModel
from confab.analysis.bedrock.spending import Spending

__all__ = ["BedrockAnalyzer", "BedrockModel", "Spending"]
