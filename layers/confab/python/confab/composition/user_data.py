"""The parts that export and erase users' data and expired data, put together for ``Composition``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from confab.composition.base import uuid7
from confab.erasure.mentions import TraceStore
from confab.erasure.orphan_store import OrphanStore
from confab.erasure.orphans import RemoveOrphans
from confab.erasure.personal_export import ExportUser
from confab.erasure.retention import Expire
from confab.erasure.subjects import SubjectStore
from confab.erasure.user import EraseStores, EraseUser
from confab.erasure.user_store import UserErasureStore
from confab.erasure.walks import Walks
from confab.migration.index_older import IndexOlder
from confab.migration.older import OlderStore
from confab.storage.ages import AgeStore
from confab.storage.retentions import RetentionStore

if TYPE_CHECKING:
    from confab.composition import Composition


class UserDataParts:
    """Makes the parts that export and erase users' data, and that find and erase expired data, each when first used.

    Args:
        deployment: where the rest comes from.
        secret: gives the secret that signs receipts.
    """

    def __init__(self, deployment: Composition, secret: Callable[[], bytes]) -> None:
        self._deployment = deployment
        self._secret = secret

    @cached_property
    def erase(self) -> EraseUser:
        deployment = self._deployment
        return EraseUser(
            deployment.configure,
            EraseStores(
                subjects=SubjectStore(deployment.table),
                traces=TraceStore(deployment.table),
                feedback=deployment.feedback_store,
                erasures=UserErasureStore(deployment.table),
                people=deployment.people_store,
                older=OlderStore(deployment.table),
            ),
            deployment.erase,
            deployment.enqueue_analysis,
            deployment.audit,
            self._secret,
            now=deployment.now,
            new_id=lambda: uuid7(deployment.now()),
            look_again_after=deployment.settings.erasure_look_again_after,
        )

    @cached_property
    def export(self) -> ExportUser:
        deployment = self._deployment
        return ExportUser(
            deployment.configure,
            SubjectStore(deployment.table),
            deployment.people_store,
            deployment.partitions,
            OlderStore(deployment.table),
            deployment.visibility,
            now=deployment.now,
        )

    @cached_property
    def expire(self) -> Expire:
        """``expire(...)`` erases what has expired of one chatbot, as the schedule does."""
        deployment = self._deployment
        return Expire(
            RetentionStore(deployment.table),
            AgeStore(deployment.table, deployment.visibility),
            OlderStore(deployment.table),
            lambda chatbot: deployment.chatbots.get(chatbot) is not None,
            deployment.erase.expire,
        )

    @cached_property
    def index_older(self) -> Walks:
        """``index_older(name, budget)`` goes on with a walk: for what is older than an index, or what has no row."""
        deployment = self._deployment
        orphans = RemoveOrphans(OrphanStore(deployment.table), deployment.erase.orphaned, now=deployment.now)
        return Walks(IndexOlder(OlderStore(deployment.table)), orphans)
