"""Users and organizations: their profiles follow what the statistics count, and are read with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from confab.domain.conversation import Conversation
from confab.domain.statistics import person_statistic
from confab.platform.errors import NotFound
from confab.storage.counting import PEOPLE, CountingState, entry_key
from confab.storage.people import PeopleCount, PeoplePage, PeopleStore, Person, Sighting


class People:
    """Keeps profiles in step with the conversations that count for them."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store

    def follow(self, counted: Iterable[tuple[Conversation, CountingState, CountingState]]) -> None:
        """Bring the profiles up to date before some conversations of a chatbot count; again does no harm.

        Args:
            counted: conversations with the state that each is about to have, whose entries are there already, and the
                one in force.
        """
        seen: dict[tuple[str, str], Sighting] = {}
        left: dict[str, set[str]] = {}
        for conversation, after, before in counted:
            people_before = set(before.people)
            place = conversation.chatbot_id, conversation.id
            for group, prefix in PEOPLE.items():
                known: Mapping[str, Any] = conversation.attributes.get(group, {})
                statistic = person_statistic(prefix, str(known["id"])) if "id" in known else None
                if statistic in after.people:
                    sighting = Sighting(
                        known={**known, **dict.fromkeys(conversation.cleared.get(group, ()))},
                        at=conversation.active_at,
                        entry=entry_key(place, (group, str(known["id"])), after.time),
                        claimed=conversation.web,
                        settled=statistic in people_before,
                    )
                    who = conversation.chatbot_id, statistic
                    seen[who] = sighting.after(seen[who]) if who in seen else sighting
            left.setdefault(conversation.chatbot_id, set()).update(people_before.difference(after.people))
        for (chatbot_id, statistic), sighting in seen.items():
            self._store.seen(chatbot_id, statistic, sighting)
        for chatbot_id, statistics in left.items():
            self.forget(chatbot_id, sorted(statistics))

    def forget(self, chatbot_id: str, people: Sequence[str]) -> None:
        """Remove the profiles of people whom no conversation counts for any more."""
        for statistic in people:
            self._store.forget_idle(chatbot_id, statistic)

    def page(
        self, chatbot_id: str, group: str, before: str | None, limit: int, since: datetime | None = None
    ) -> PeoplePage:
        """The users or organizations of a chatbot, those seen last first.

        Args:
            group: ``user`` or ``organization``.
            before: the position that the page before ended with; None for the first page.
            since: only those who were seen since then; None for all.
        """
        return self._store.newest(chatbot_id, group, before, limit, since)

    def count(self, chatbot_id: str, group: str, since: datetime, up_to: int | None = None) -> PeopleCount:
        """How many users or organizations of a chatbot were seen since a time.

        Args:
            group: ``user`` or ``organization``.
            up_to: about where to stop counting; None counts all.
        """
        return self._store.count(chatbot_id, group, since, up_to)

    def one(self, chatbot_id: str, group: str, identifier: str) -> Person:
        """A user or an organization by the caller's id.

        Raises:
            NotFound: no conversation that was analysed is with it.
        """
        statistic = person_statistic(PEOPLE[group], identifier)
        found = self._store.get(chatbot_id, [statistic])
        if statistic not in found:
            raise NotFound(f"There is no such {group}.")
        return found[statistic]
