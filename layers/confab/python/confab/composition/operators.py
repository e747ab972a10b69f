"""The operators' parts of a composition: they change workspaces, chatbots and keys."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from confab.composition.base import Foundation, uuid7
from confab.platform.credentials import KEY_HEX_DIGITS

if TYPE_CHECKING:
    from confab.admin.analyzers import ChooseAnalyzer
    from confab.admin.audit import Audit
    from confab.admin.chatbot_settings import Configure
    from confab.admin.custom_fields import FieldSchema
    from confab.admin.in_force import InForce
    from confab.admin.privacy import Privacy
    from confab.admin.responders import Responders
    from confab.admin.store import AdminStore
    from confab.admin.taxonomy import Taxonomy
    from confab.admin.tenants import Administration
    from confab.analysis.budgets import BudgetStore
    from confab.erasure.chatbot import DeleteChatbot
    from confab.platform.outbound import Outbound


class OperatorParts(Foundation):
    """The operators' use cases and their store, each made when it is first asked for."""

    @cached_property
    def admin_store(self) -> AdminStore:
        from confab.admin.store import AdminStore

        return AdminStore(self.table)

    @cached_property
    def audit(self) -> Audit:
        from confab.admin.audit import Audit
        from confab.admin.audit_store import AuditStore

        return Audit(AuditStore(self.table), now=self.now, new_id=lambda: uuid7(self.now()))

    @cached_property
    def configure(self) -> Configure:
        from confab.admin.chatbot_settings import Configure

        return Configure(self.admin_store, self.audit, self.in_force, now=self.now)

    @cached_property
    def in_force(self) -> InForce:
        from confab.admin.in_force import InForce

        return InForce(now=self.now, sleep=self.sleep)

    @cached_property
    def administration(self) -> Administration:
        from confab.admin.tenants import Administration

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
        from confab.erasure.chatbot import DeleteChatbot

        return DeleteChatbot(self.configure, self.admin_store, self.audit)

    @cached_property
    def field_schema(self) -> FieldSchema:
        from confab.admin.custom_fields import FieldSchema

        return FieldSchema(self.configure, self.admin_store)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        from confab.admin.taxonomy import Taxonomy

        return Taxonomy(self.configure)

    @cached_property
    def outbound(self) -> Outbound:
        from confab.platform.outbound import Outbound

        return Outbound(allow_loopback=self.settings.allow_loopback_responder)

    @cached_property
    def responders(self) -> Responders:
        from confab.admin.responders import Responders
        from confab.platform.webhooks import new_secret

        return Responders(self.configure, self.outbound, now=self.now, new_secret=new_secret)

    @cached_property
    def budgets(self) -> BudgetStore:
        from confab.analysis.budgets import BudgetStore

        return BudgetStore(self.table)

    @cached_property
    def choose_analyzer(self) -> ChooseAnalyzer:
        from confab.admin.analyzers import ChooseAnalyzer

        return ChooseAnalyzer(self.configure, self.budgets, now=self.now)

    @cached_property
    def privacy(self) -> Privacy:
        from confab.admin.privacy import Privacy

        return Privacy(self.configure, self.in_force)
