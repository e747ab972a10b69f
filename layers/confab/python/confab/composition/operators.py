"""The operators' parts of a composition: what changes workspaces, chatbots and keys."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from confab.composition.base import Foundation, uuid7
from confab.platform.credentials import KEY_HEX_DIGITS

if TYPE_CHECKING:
    from confab.platform.outbound import Outbound
    from confab.storage.admin import AdminStore
    from confab.storage.budgets import BudgetStore
    from confab.usecases.administer import Administration
    from confab.usecases.audit import Audit
    from confab.usecases.choose_analyzer import ChooseAnalyzer
    from confab.usecases.configure import Configure
    from confab.usecases.deletion import DeleteChatbot
    from confab.usecases.in_force import InForce
    from confab.usecases.privacy import Privacy
    from confab.usecases.responders import Responders
    from confab.usecases.schema import FieldSchema
    from confab.usecases.taxonomy import Taxonomy


class OperatorParts(Foundation):
    """The operators' use cases and their store, each made when it is first asked for."""

    @cached_property
    def admin_store(self) -> AdminStore:
        from confab.storage.admin import AdminStore

        return AdminStore(self.table)

    @cached_property
    def audit(self) -> Audit:
        from confab.storage.audit import AuditStore
        from confab.usecases.audit import Audit

        return Audit(AuditStore(self.table), now=self.now, new_id=lambda: uuid7(self.now()))

    @cached_property
    def configure(self) -> Configure:
        from confab.usecases.configure import Configure

        return Configure(self.admin_store, self.audit, self.in_force, now=self.now)

    @cached_property
    def in_force(self) -> InForce:
        from confab.usecases.in_force import InForce

        return InForce(now=self.now, sleep=self.sleep)

    @cached_property
    def administration(self) -> Administration:
        from confab.usecases.administer import Administration

        return Administration(
            self.admin_store,
            self.audit,
            now=self.now,
            new_id=self.new_id,
            new_secret=lambda: secrets.token_hex(KEY_HEX_DIGITS // 2),
            default_plan=self.settings.default_plan,
        )

    @cached_property
    def delete_chatbot(self) -> DeleteChatbot:
        from confab.usecases.deletion import DeleteChatbot

        return DeleteChatbot(self.configure, self.admin_store, self.audit)

    @cached_property
    def field_schema(self) -> FieldSchema:
        from confab.usecases.schema import FieldSchema

        return FieldSchema(self.configure, self.admin_store)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        from confab.usecases.taxonomy import Taxonomy

        return Taxonomy(self.configure)

    @cached_property
    def outbound(self) -> Outbound:
        from confab.platform.outbound import Outbound

        return Outbound(allow_loopback=self.settings.allow_loopback_responder)

    @cached_property
    def responders(self) -> Responders:
        from confab.platform.webhooks import new_secret
        from confab.usecases.responders import Responders

        return Responders(self.configure, self.outbound, now=self.now, new_secret=new_secret)

    @cached_property
    def budgets(self) -> BudgetStore:
        from confab.storage.budgets import BudgetStore

        return BudgetStore(self.table)

    @cached_property
    def choose_analyzer(self) -> ChooseAnalyzer:
        from confab.usecases.choose_analyzer import ChooseAnalyzer

        return ChooseAnalyzer(self.configure, self.budgets, now=self.now)

    @cached_property
    def privacy(self) -> Privacy:
        from confab.usecases.privacy import Privacy

        return Privacy(self.configure, self.in_force)
