"""Users and organizations: their profiles follow what the statistics count, and are read with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from confab.domain.findings import Findings
from confab.domain.statistics import person_statistic
from confab.platform.errors import NotFound
from confab.storage.counting import Counted
from confab.storage.people import KINDS, PeoplePage, PeopleStore, Person


class People:
    """Keeps profiles in step with the conversations that count for them."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store

    def follow(self, findings: Findings, counted: Counted, left: Sequence[str]) -> None:
        """Bring the profiles up to date after a conversation was counted; again does no harm.

        Args:
            counted: what the conversation adds to the statistics.
            left: the people for whom it did before, and does no more.
        """
        conversation = findings.conversation
        for group, prefix in KINDS.items():
            known: Mapping[str, Any] = conversation.attributes.get(group, {})
            statistic = person_statistic(prefix, str(known["id"])) if "id" in known else None
            if statistic in counted.people:
                said = {**known, **dict.fromkeys(conversation.cleared.get(group, ()))}
                at, claimed = conversation.active_at, conversation.web
                self._store.seen(conversation.chatbot_id, statistic, said, at, claimed=claimed)
        self.forget(conversation.chatbot_id, left)

    def forget(self, chatbot_id: str, people: Sequence[str]) -> None:
        """Remove the profiles of people whom no conversation counts for any more."""
        for statistic in people:
            self._store.forget_idle(chatbot_id, statistic)

    def page(self, chatbot_id: str, group: str, before: str | None, limit: int) -> PeoplePage:
        """The users or organizations of a chatbot, those seen last first.

        Args:
            group: ``user`` or ``organization``.
            before: the position that the page before ended with; None for the first page.
        """
        return self._store.newest(chatbot_id, group, before, limit)

    def one(self, chatbot_id: str, group: str, identifier: str) -> Person:
        """A user or an organization by the caller's id.

        Raises:
            NotFound: no conversation that was analysed is with it.
        """
        statistic = person_statistic(KINDS[group], identifier)
        found = self._store.get(chatbot_id, [statistic])
        if statistic not in found:
            raise NotFound(f"There is no such {group}.")
        return found[statistic]
