"""An operator's side of analyzers: which one judges a chatbot's conversations, and what it has cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from confab.admin.chatbot_settings import Configure
from confab.analysis.budgets import BudgetStore, Spent
from confab.domain.analyzer_settings import SETTING, AnalyzerSettings, BadAnalyzerSettings
from confab.domain.chatbot import Chatbot
from confab.domain.merge import merged
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest


@dataclass(frozen=True, slots=True)
class Choice:
    """A chatbot's analyzer settings as they are stored, and what this UTC day has cost."""

    setting: Mapping[str, Any]
    today: Spent


class ChooseAnalyzer:
    """Reads and changes which analyzer a chatbot uses, and reads what its analyses have cost today.

    The caller is a key that administers the chatbot (``by``), or the operator's command (None).

    Args:
        configure: changes the chatbot.
        budgets: what analyses have cost.
        now: the clock.
    """

    def __init__(self, configure: Configure, budgets: BudgetStore, *, now: Callable[[], datetime]) -> None:
        self._configure = configure
        self._budgets = budgets
        self._now = now

    def show(self, chatbot_id: str, *, by: ApiKey | None = None) -> Choice:
        """What a chatbot has chosen; an empty setting leaves all to the deployment.

        Raises:
            NotFound: there is no such chatbot.
        """
        chatbot = self._configure.chatbot(by, chatbot_id)
        today = self._now().astimezone(UTC).date()
        return Choice(chatbot.settings.get(SETTING) or {}, self._budgets.day(chatbot_id, today))

    def put(self, chatbot_id: str, given: Mapping[str, Any], *, by: ApiKey | None = None) -> AnalyzerSettings:
        """Give a chatbot these settings instead of those it has; none leave all to the deployment.

        Raises:
            InvalidRequest: they break a rule.
            NotFound: there is no such chatbot.
        """
        return self._change(chatbot_id, lambda _: given, by)

    def change(self, chatbot_id: str, given: Mapping[str, Any], *, by: ApiKey | None = None) -> AnalyzerSettings:
        """Change what is given; null leaves a setting to the deployment.

        Raises:
            InvalidRequest: the settings, once merged, break a rule.
            NotFound: there is no such chatbot.
        """
        return self._change(chatbot_id, lambda kept: merged(kept, given), by)

    def _change(
        self, chatbot_id: str, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]], by: ApiKey | None
    ) -> AnalyzerSettings:
        def change(chatbot: Chatbot) -> Chatbot:
            others = {name: value for name, value in chatbot.settings.items() if name != SETTING}
            kept = _parsed(changed(chatbot.settings.get(SETTING) or {})).setting()
            return replace(chatbot, settings={**others, SETTING: kept} if kept else others)

        after = self._configure.change(by, chatbot_id, "analyzer.set", change)
        return _parsed(after.settings.get(SETTING) or {})


def _parsed(given: Mapping[str, Any]) -> AnalyzerSettings:
    try:
        return AnalyzerSettings.parsed(given)
    except BadAnalyzerSettings as bad:
        raise InvalidRequest(str(bad), [Fault(*fault) for fault in bad.faults]) from None
