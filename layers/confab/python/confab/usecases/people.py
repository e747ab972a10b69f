"""Profiles of users and organizations: they follow what the statistics count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.domain.findings import Findings
from confab.domain.statistics import person_statistic
from confab.storage.counting import Counted
from confab.storage.people import KINDS, PeopleStore


class People:
    """Keeps profiles in step with the conversations that count for them."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store

    def follow(self, findings: Findings, before: Counted, after: Counted) -> None:
        """Bring the profiles up to date after a conversation was counted; again does no harm.

        Args:
            before, after: what the conversation added to the statistics until now, and adds from now on.
        """
        conversation = findings.conversation
        for group, prefix in KINDS.items():
            known: Mapping[str, Any] = conversation.facets.get(group, {})
            statistic = person_statistic(prefix, str(known["id"])) if "id" in known else None
            if statistic in after.people:
                self._store.seen(conversation.chatbot_id, statistic, known, conversation.active_at)
        self.forget(conversation.chatbot_id, [person for person in before.people if person not in after.people])

    def forget(self, chatbot_id: str, people: list[str]) -> None:
        """Remove the profiles of people whom no conversation counts for any more."""
        for statistic in people:
            self._store.forget_idle(chatbot_id, statistic)
