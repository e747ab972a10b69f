"""Finding all data of a user: the user's own, and what names the user in conversations of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from confab.domain.persons import USER_PROPERTIES, Person
from confab.erasure.subject_store import Search, Subject, SubjectStore, is_logged_of, is_users
from confab.erasure.trace_store import Traces, addresses_in, traces_of
from confab.storage.row import NO_ROW, ConversationRow
from confab.storage.values import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class UserData:
    """All data of a user.

    Attributes:
        person: with all addresses that were found.
        own: the user's conversations.
        others: conversations of others that name the user.
        complete: whether that is all; otherwise there are more conversations of the user's, and nothing else was
            looked for.
    """

    person: Person
    own: Sequence[str] = ()
    others: Sequence[str] = ()
    searches: Sequence[Search] = ()
    complete: bool = True

    def __bool__(self) -> bool:
        return bool(self.own or self.others or self.searches)


class FindUser:
    """Finds all data of a user: the user's own conversations, and what names the user in conversations of others.

    Args:
        subjects: the store.
    """

    def __init__(self, subjects: SubjectStore) -> None:
        self._subjects = subjects

    def __call__(self, chatbot_id: str, person: Person, until: datetime, most: int | None = None) -> UserData:
        """What is kept of a user and was stored until a time.

        It is looked for again with each address that is found, until none is new.

        Args:
            most: stop at more conversations of the user's than this.
        """
        while True:
            found = self._found(chatbot_id, person, until, most)
            if found.person == person or not found.complete:
                return found
            person = found.person

    def _found(self, chatbot_id: str, person: Person, until: datetime, most: int | None) -> UserData:
        own: list[str] = []
        others: list[str] = []
        known = person
        rest: list[Subject] = []
        for subject in self._subjects.rows(chatbot_id, person):
            if not is_users(subject, person):
                rest.append(subject)
            elif _began(subject, until):
                own.append(subject.conversation_id)
                known = known.with_addresses(addresses_in(subject, person))
            if most is not None and len(own) > most:
                return UserData(person=known, own=own, complete=False)
        for subject in map(self._subjects.whole, rest):
            known = known.with_addresses(addresses_in(subject, person))
            if is_logged_of(subject, person):
                own += [subject.conversation_id] if _began(subject, until) else []
            elif traces_of(subject, person, until):
                others.append(subject.conversation_id)
        searches = self._searches(chatbot_id, person, until)
        for search in searches:
            known = known.with_addresses(person.addresses_in(search.body))
        return UserData(person=known, own=own, others=others, searches=searches)

    def _searches(self, chatbot_id: str, person: Person, until: datetime) -> list[Search]:
        found: list[Search] = []
        for search in self._subjects.searches(chatbot_id, person):
            left = person.removed_from(search.body)
            theirs = person.is_meant(search.body.get(USER_PROPERTIES) or {}, users=True)
            if search.stored_at <= until and (theirs or left is not search.body):
                found.append(replace(search, left=None if theirs else left))
        return found

    def traces(self, place: Place, person: Person, until: datetime) -> tuple[ConversationRow, Traces]:
        """What names a user in somebody else's conversation, with its row; nothing of one that is gone."""
        subject = self._subjects.conversation(place)
        if subject is None or is_users(subject, person):
            return NO_ROW, Traces()
        return subject.row, traces_of(subject, person, until)


def _began(subject: Subject, until: datetime) -> bool:
    """Whether a conversation began at a time or before."""
    began = subject.row.began_at
    return began is not None and began <= until
