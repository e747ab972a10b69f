"""Puts together the consumer and the analyzers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from confab.analysis.analyzer import Analyzer
from confab.analysis.budgets import BudgetStore
from confab.analysis.builtin import BuiltinAnalyzer
from confab.analysis.builtin.subjects import SUBJECTS
from confab.analysis.choice import Analyzers, TopicNames
from confab.analysis.consumer import Analyse, Eraser
from confab.analysis.counting_store import CountConversations
from confab.analysis.judging import JudgeMessages
from confab.analysis.loading import room_of
from confab.analysis.people import People
from confab.analysis.store import AnalysisStore
from confab.analysis.topics import ChatbotTopics
from confab.deployment import Deployment, shared
from confab.domain.analyzer_settings import AnalyzerSettings
from confab.domain.model_prices import NANO
from confab.domain.topics import Topic
from confab.storage import wiring as storage_wiring

if TYPE_CHECKING:
    from confab.analysis.bedrock.spending import Ledger


def analyse(deployment: Deployment, analyzer_of: Callable[[str], Analyzer], eraser: Eraser) -> Analyse:
    """The consumer's use case, with the analyzers of chatbots; ``eraser`` finishes erasures that stand in the way."""
    store = AnalysisStore(deployment.table, deployment.visibility, room_of(deployment.settings.memory_mb))
    tally, followed = storage_wiring.tally(deployment), people(deployment)
    return Analyse(
        store,
        CountConversations(deployment.table, store, tally, followed, lambda: deployment.request_token().hex()),
        JudgeMessages(analyzer_of, topics(deployment)),
        followed,
        eraser,
        now=deployment.now,
    )


@shared
def topics(deployment: Deployment) -> ChatbotTopics:
    """The topics of chatbots: declared and found."""

    def declared(chatbot_id: str) -> Sequence[Topic]:
        chatbot = deployment.chatbots.get(chatbot_id)
        return chatbot.topics if chatbot else ()

    return ChatbotTopics(storage_wiring.topics(deployment), declared, now=deployment.now)


@shared
def people(deployment: Deployment) -> People:
    """Profiles of users and organizations."""
    return People(storage_wiring.people(deployment))


@shared
def builtin(_: Deployment) -> BuiltinAnalyzer:
    """The built-in analyzer."""
    return BuiltinAnalyzer()


@shared
def budgets(deployment: Deployment) -> BudgetStore:
    """What analyses cost; the function's metrics say it too."""
    store = BudgetStore(deployment.table)
    deployment.add_counts(lambda: {"spentUsd": store.take_spent() / NANO})
    return store


def analyzers(
    deployment: Deployment,
    *,
    waits: bool = True,
    ledger: Ledger | None = None,
    report: Callable[[str, str], None] | None = None,
) -> Analyzers:
    """Analyzers by chatbot.

    Args:
        deployment: where they run.
        waits: whether they may ask to be called again later; else the built-in one judges what another cannot now.
        ledger: counts what they cost; the table's when None.
        report: is told a chatbot's id and the reason when another analyzer judges instead; the log when None.
    """
    settings, report = deployment.settings, report or partial(_fell_back, deployment)
    return Analyzers(
        deployment.chatbots.get,
        builtin(deployment).with_topics,
        topics(deployment),
        partial(_bedrock_analyzer, deployment, ledger or budgets(deployment), report) if settings.bedrock else None,
        defaults=AnalyzerSettings(
            provider=settings.analyzer,
            model=settings.bedrock_model or None,
            region=settings.bedrock_region or None,
            daily_budget_usd=settings.bedrock_daily_budget_usd,
        ),
        report=report,
        waits=waits,
    )


def _bedrock_analyzer(
    deployment: Deployment,
    ledger: Ledger,
    report: Callable[[str, str], None],
    chatbot_id: str,
    settings: AnalyzerSettings,
    builtin: Analyzer,
    *,
    topics: TopicNames,
    waits: bool,
) -> Analyzer:
    # Deployments without Bedrock, and warm functions until a chatbot uses it, do without these modules.
    from confab.analysis.bedrock import BedrockAnalyzer, BedrockModel, Spending

    assert settings.model and settings.region and settings.price
    return BedrockAnalyzer(
        partial(deployment.bedrock, settings.region),
        BedrockModel(model=settings.model, price=settings.price, tier=settings.tier, output=settings.output),
        builtin,
        Spending(ledger, chatbot_id, settings.daily_limit, now=deployment.now),
        new_nonce=lambda: secrets.token_hex(16),
        report=partial(report, chatbot_id),
        topics=[*topics.declared, *(name for name in SUBJECTS if name not in topics.declared)],
        found=topics.found,
        waits=waits,
    )


def _fell_back(deployment: Deployment, chatbot_id: str, reason: str) -> None:
    deployment.telemetry.notice("the built-in analyzer judged instead", chatbot_id=chatbot_id, reason=reason)
