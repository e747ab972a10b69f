"""The analyzers of a deployment, put together for ``Composition``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from confab.analysis.choice import Analyzers, TopicNames
from confab.domain.analyzer_settings import AnalyzerSettings

if TYPE_CHECKING:
    from confab.analysis.analyzer import Analyzer
    from confab.analysis.bedrock.spending import Ledger
    from confab.composition import Composition


class AnalysisParts:
    """Makes analyzers.

    Args:
        deployment: where the rest comes from.
        bedrock: gives a client for Bedrock's models of a region.
        ledger: counts what analyses cost.
        report: is told a chatbot's id and the reason when another analyzer judges instead; the log when None.
    """

    def __init__(
        self,
        deployment: Composition,
        bedrock: Callable[[str], Any],
        ledger: Ledger,
        report: Callable[[str, str], None] | None,
    ) -> None:
        self._deployment = deployment
        self._bedrock = bedrock
        self._ledger = ledger
        self._report = report or self._fell_back

    def analyzers(self, *, waits: bool) -> Analyzers:
        """Analyzers by chatbot; ``waits`` as in ``Analyzers``."""
        deployment = self._deployment
        settings = deployment.settings
        return Analyzers(
            deployment.chatbots.get,
            deployment.builtin.with_topics,
            deployment.topics,
            self._bedrock_analyzer if settings.bedrock else None,
            defaults=AnalyzerSettings(
                provider=settings.analyzer,
                model=settings.bedrock_model or None,
                region=settings.bedrock_region or None,
                daily_budget_usd=settings.bedrock_daily_budget_usd,
            ),
            report=self._report,
            waits=waits,
        )

    def _bedrock_analyzer(
        self, chatbot_id: str, settings: AnalyzerSettings, builtin: Analyzer, *, topics: TopicNames, waits: bool
    ) -> Analyzer:
        from confab.analysis.bedrock import BedrockAnalyzer, BedrockModel, Spending
        from confab.analysis.builtin.subjects import SUBJECTS

        assert settings.model and settings.region and settings.price
        return BedrockAnalyzer(
            partial(self._bedrock, settings.region),
            BedrockModel(model=settings.model, price=settings.price, tier=settings.tier, output=settings.output),
            builtin,
            Spending(self._ledger, chatbot_id, settings.daily_limit, now=self._deployment.now),
            new_nonce=lambda: secrets.token_hex(16),
            report=partial(self._report, chatbot_id),
            topics=[*topics.declared, *(name for name in SUBJECTS if name not in topics.declared)],
            found=topics.found,
            waits=waits,
        )

    def _fell_back(self, chatbot_id: str, reason: str) -> None:
        telemetry = self._deployment.telemetry
        telemetry.notice("the built-in analyzer judged instead", chatbot_id=chatbot_id, reason=reason)
        telemetry.count(bedrockFallbacks=1)
