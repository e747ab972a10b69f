"""Changing one chatbot: its name, its settings, and whether it is archived. Each change has its audit entry."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from confab.admin.audit import Audit
from confab.admin.in_force import InForce
from confab.admin.names import checked_name
from confab.admin.store import AdminStore
from confab.domain import analyzer_settings
from confab.domain.analyzer_settings import AnalyzerSettings, BadAnalyzerSettings
from confab.domain.audit import changed_paths
from confab.domain.chatbot import PRIVACY_SETTING, Chatbot
from confab.domain.identity import is_uuid
from confab.domain.merge import json_bytes, json_depth, merged
from confab.domain.responder import SETTING as RESPONDER
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, NotFound, Unavailable
from confab.platform.retries import Retries
from confab.redaction.redactors import rules_of
from confab.redaction.settings import PrivacySettings
from confab.storage.table import ConditionFailed
from confab.storage.writes import Action

BUSY: Final = Retries(10, first=0.02, cap=0.64)
SETTINGS_BYTES: Final = 16 * 1024
SETTINGS_DEPTH: Final = 5


class Configure:
    """Changes a chatbot on the revision that was read, in one transaction with the audit entry of the change.

    Args:
        store: the operators' side of the table.
        audit: makes the entry of each change.
        in_force: waits until changed privacy settings hold everywhere.
        now: the clock.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        store: AdminStore,
        audit: Audit,
        in_force: InForce,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._audit = audit
        self._in_force = in_force
        self._now = now
        self._sleep = sleep

    def chatbot(self, by: ApiKey | None, chatbot_id: str) -> Chatbot:
        """A chatbot as it stands, for a key that reaches it or for the operator's command.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """
        reached = is_uuid(chatbot_id) and (by is None or by.reaches(chatbot_id))
        chatbot = self._store.chatbot(chatbot_id) if reached else None
        if chatbot is None or (by is not None and chatbot.workspace_id != by.workspace_id):
            raise NotFound("There is no such chatbot.")
        return chatbot

    def update(
        self,
        by: ApiKey | None,
        chatbot_id: str,
        *,
        name: str | None = None,
        settings: Mapping[str, Any] | None = None,
        archived: bool | None = None,
    ) -> Chatbot:
        """Change what is given; the chatbot as it then is. Privacy settings hold in every function on return.

        Args:
            settings: merged into those that are there; null removes one.

        Raises:
            InvalidRequest: the name or the settings break a rule.
            NotFound: there is no such chatbot, or it belongs to another tenant.
        """

        def change(chatbot: Chatbot) -> Chatbot:
            if name is not None:
                chatbot = replace(chatbot, name=checked_name(name))
            if settings is not None:
                chatbot = replace(chatbot, settings=_checked(merged(chatbot.settings, settings), settings))
            if archived is not None and archived != (chatbot.archived_at is not None):
                chatbot = replace(chatbot, archived_at=self._now() if archived else None)
            return chatbot

        changed = self.change(by, chatbot_id, "chatbot.update", change)
        if settings is not None and PRIVACY_SETTING in settings:
            self._in_force.wait(changed)
        return changed

    def change(
        self,
        by: ApiKey | None,
        chatbot_id: str,
        action: str,
        change: Callable[[Chatbot], Chatbot],
        also: Callable[[Chatbot], Sequence[Action]] = lambda _: (),
        *,
        object_id: str | None = None,
    ) -> Chatbot:
        """Read a chatbot, change it and write it, again when someone else was faster.

        Args:
            action: what the audit log calls it.
            change: gives the chatbot as it is to be; nothing is written when that is what it is.
            also: what else is written with it.
            object_id: what the audit log names; the chatbot when None.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
            Unavailable: it kept changing.
        """
        for pause in BUSY.pauses(self._sleep):
            before = self.chatbot(by, chatbot_id)
            after = change(before)
            if after == before:
                return before
            entry = self._audit.entry(
                by,
                before.workspace_id,
                action,
                object_id or before.id,
                chatbot_id=before.id,
                changed=changed_paths(asdict(before), asdict(after)),
            )
            if after.settings.get(PRIVACY_SETTING) != before.settings.get(PRIVACY_SETTING):
                after = replace(after, privacy_changed_at=self._now())
            with suppress(ConditionFailed):
                self._store.change_chatbot(before, after, entry, also(before))
                return replace(after, revision=before.revision + 1)
            pause()
        raise Unavailable("The chatbot kept changing; try again.")


def _checked(after: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that were merged, if they keep the rules.

    Raises:
        InvalidRequest: they do not; the faults name the settings.
    """
    faults: list[Fault] = []
    if RESPONDER in patch:
        faults.append(Fault(f"settings.{RESPONDER}", "is set at /responder, because it has a secret"))
    if json_depth(after) > SETTINGS_DEPTH:
        faults.append(Fault("settings", f"must have at most {SETTINGS_DEPTH} levels"))
    if json_bytes({name: value for name, value in after.items() if name != RESPONDER}) > SETTINGS_BYTES:
        faults.append(Fault("settings", f"must have at most {SETTINGS_BYTES:,} bytes of JSON once merged"))
    section = analyzer_settings.SETTING
    if section in patch and section in after:
        try:
            AnalyzerSettings.parsed(after[section])
        except BadAnalyzerSettings as bad:
            below = f"settings.{section}"
            faults += [Fault(f"{below}.{path}" if path else below, message) for path, message in bad.faults]
    if PRIVACY_SETTING in patch:
        try:
            rules_of(PrivacySettings.of(after))
        except ValueError as error:
            faults.append(Fault(f"settings.{PRIVACY_SETTING}", str(error)))
    if faults:
        raise InvalidRequest.at(*faults)
    return after
