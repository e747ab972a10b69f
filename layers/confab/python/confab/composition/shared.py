"""Parts that rest on the table and the queues alone, and that most functions share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from confab.composition.base import Foundation
from confab.platform.queue import Queue
from confab.storage.credentials import CredentialStore

if TYPE_CHECKING:
    from confab.analysis.people import People
    from confab.storage.people import PeopleStore
    from confab.storage.topics import TopicStore


class SharedParts(Foundation):
    """Stores and queues, each made when it is first asked for."""

    @cached_property
    def credentials(self) -> CredentialStore:
        return CredentialStore(self.table)

    @cached_property
    def analysis_queue(self) -> Queue:
        return Queue(self._made("sqs"), self.settings.analysis_queue_url)

    @cached_property
    def delivery_queue(self) -> Queue:
        return Queue(self._made("sqs"), self.settings.delivery_queue_url)

    @cached_property
    def people_store(self) -> PeopleStore:
        from confab.storage.people import PeopleStore

        return PeopleStore(self.table)

    @cached_property
    def people(self) -> People:
        from confab.analysis.people import People

        return People(self.people_store)

    @cached_property
    def topic_store(self) -> TopicStore:
        from confab.storage.topics import TopicStore

        return TopicStore(self.table)
