"""What erases and hands out a user's data, put together for ``Composition``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from confab.composition.base import uuid7
from confab.storage.subjects import SubjectStore
from confab.storage.user_erasures import UserErasureStore
from confab.usecases.erase_user import EraseUser
from confab.usecases.export_user import ExportUser

if TYPE_CHECKING:
    from confab.composition import Composition


class UserDataParts:
    """The use cases about one user's data.

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
            SubjectStore(deployment.table),
            UserErasureStore(deployment.table),
            deployment.people_store,
            deployment.erase,
            deployment.audit,
            self._secret,
            now=deployment.now,
            new_id=lambda: uuid7(deployment.now()),
        )

    @cached_property
    def export(self) -> ExportUser:
        deployment = self._deployment
        subjects = SubjectStore(deployment.table)
        return ExportUser(deployment.configure, subjects, deployment.people_store, deployment.logs)
