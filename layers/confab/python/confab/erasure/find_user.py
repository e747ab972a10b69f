"""Finding all data of a user: the user's own, and what names the user in conversations of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from confab.domain.persons import USER_PROPERTIES, Person
from confab.erasure.mentions import Traces, addresses_in, traces_of
from confab.erasure.subjects import SubjectStore, is_logged_of, is_users
from confab.storage import keys
from confab.storage.blobs import read_blob
from confab.storage.clocks import to_micros
from confab.storage.values import Item


@dataclass(frozen=True, slots=True)
class Search:
    """A search of a user, or one that names the user.

    Attributes:
        items: the event first, then the rest of its body.
        body: what it says.
        left: the body without the user; None when the whole search is the user's.
    """

    items: Sequence[Item]
    body: Mapping[str, Any]
    left: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserData:
    """All data of a user.

    Attributes:
        person: with all addresses that were found.
        own: rows of the user's conversations.
        others: conversations of others that name the user.
        complete: whether that is all; otherwise there are more conversations of the user's, and nothing else was
            looked for.
    """

    person: Person
    own: Sequence[Item] = ()
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
            found = self._found(chatbot_id, person, to_micros(until), most)
            if found.person == person or not found.complete:
                return found
            person = found.person

    def _found(self, chatbot_id: str, person: Person, until: int, most: int | None) -> UserData:
        own: list[Item] = []
        others: list[str] = []
        known = person
        rest: list[Item] = []
        for row in self._subjects.rows(chatbot_id, person):
            if not is_users(row, person):
                rest.append(row)
            elif row["createdAt"] <= until:
                own.append(row)
                known = known.with_addresses(addresses_in(row, {}, person))
            if most is not None and len(own) > most:
                return UserData(person=known, own=own, complete=False)
        for row in rest:
            items = self._subjects.items(row)
            known = known.with_addresses(addresses_in(row, items, person))
            if is_logged_of(row, items, person):
                own += [row] if row["createdAt"] <= until else []
            elif traces_of(row, items, person, until):
                others.append(keys.split_conversation(row["pk"])[1])
        searches = self._searches(chatbot_id, person, until)
        for search in searches:
            known = known.with_addresses(person.addresses_in(search.body))
        return UserData(person=known, own=own, others=others, searches=searches)

    def _searches(self, chatbot_id: str, person: Person, until: int) -> list[Search]:
        found: list[Search] = []
        for items in self._subjects.searches(chatbot_id, person):
            head = next(iter(items.values()))
            body = read_blob(head, items)
            left = person.removed_from(body)
            theirs = person.is_meant(body.get(USER_PROPERTIES) or {}, users=True)
            if head["st"] <= until and (theirs or left is not body):
                found.append(Search(list(items.values()), body, None if theirs else left))
        return found

    def traces(self, chatbot_id: str, conversation_id: str, person: Person, until: datetime) -> tuple[Item, Traces]:
        """What names a user in somebody else's conversation, with its row; nothing of one that is gone."""
        row, items = self._subjects.conversation(chatbot_id, conversation_id)
        if row is None or is_users(row, person):
            return {}, Traces()
        return row, traces_of(row, items, person, to_micros(until))
