"""An operator's side of rules of every kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from confab.admin.audit import Audit
from confab.domain.audit import AuditEntry
from confab.domain.chatbot import Chatbot
from confab.domain.merge import json_bytes
from confab.domain.notices import TEST, Notice
from confab.domain.rules import MAX_RULES, RULE_BYTES, Rule, RuleDraft
from confab.notify.announce import Announcer
from confab.notify.destination_store import DestinationStore
from confab.notify.runs import run_id
from confab.platform.attempts import Attempt
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, NotFound, Unavailable
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.rules.store import RuleStore
from confab.storage.table import ConditionFailed

BUSY: Final = Retries(6, first=0.02, cap=0.64)


class Rules:
    """Makes, changes, tries and removes a chatbot's rules; each change has its audit entry.

    What a rule of a kind may say is checked before (``dialects.openbat.rules``).

    Args:
        store: the rules.
        destinations: the chatbots' destinations.
        audit: makes the entry of each change.
        announcer: lets destinations be told that somebody tries a rule.
        runtime: the clock and ids.
    """

    def __init__(
        self,
        store: RuleStore,
        destinations: DestinationStore,
        audit: Audit,
        announcer: Announcer,
        runtime: Runtime,
    ) -> None:
        self._store = store
        self._destinations = destinations
        self._audit = audit
        self._announcer = announcer
        self._runtime = runtime

    def all(self, chatbot: Chatbot) -> Sequence[Rule]:
        """The rules of a chatbot, the oldest first."""
        return self._store.all(chatbot.id)

    def get(self, chatbot: Chatbot, rule_id: str) -> Rule:
        """A rule.

        Raises:
            NotFound: the chatbot has none of this id.
        """
        found = self._store.get(chatbot.id, rule_id)
        if found is None:
            raise NotFound("There is no such rule.")
        return found

    def make(self, by: ApiKey | None, chatbot: Chatbot, draft: RuleDraft, attempt: Attempt | None = None) -> Rule:
        """Make a rule.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            InvalidRequest: it names no destination of the chatbot, is too large, or is one too many.
        """
        if attempt is not None and attempt.again:
            made = self._store.get(chatbot.id, attempt.id("rule"))
            if made is not None:
                return made
        self._check(chatbot, draft)
        now = self._runtime.now()
        rule = Rule(
            id=attempt.id("rule") if attempt else self._runtime.new_timed_id(),
            chatbot_id=chatbot.id,
            kind=draft.kind,
            created_at=now,
            since=now,
            **_said(draft),
        )
        try:
            self._store.add(rule, self._entry(by, chatbot, "rule.create", rule.id))
        except ConditionFailed:
            found = self._store.get(chatbot.id, rule.id)
            if found is not None:
                return found
            raise InvalidRequest.at(Fault("kind", f"a chatbot has at most {MAX_RULES} rules")) from None
        return rule

    def change(self, by: ApiKey | None, chatbot: Chatbot, rule_id: str, changed: Callable[[Rule], RuleDraft]) -> Rule:
        """Change a rule; what it looks for from then on is what happens from then on.

        Args:
            changed: gives what it is to say; its kind stays.

        Raises:
            InvalidRequest: it names no destination of the chatbot, or is too large.
            NotFound: there is no such rule.
        """
        for pause in BUSY.pauses(self._runtime.sleep):
            before = self.get(chatbot, rule_id)
            draft = changed(before)
            # A destination that was removed meanwhile is no reason to refuse another change.
            self._check(chatbot, draft, before.destinations)
            after = replace(before, **_said(draft))
            if after == before:
                return before
            if after.settings != before.settings or (after.enabled and not before.enabled):
                after = replace(after, since=self._runtime.now())
            try:
                return self._store.change(before, after, self._entry(by, chatbot, "rule.update", rule_id))
            except ConditionFailed:
                pause()
        raise Unavailable("The rule kept changing; try again.")

    def remove(self, by: ApiKey | None, chatbot: Chatbot, rule_id: str) -> None:
        """Remove a rule; what waits to be told for it is skipped.

        Raises:
            NotFound: there is no such rule.
        """
        for pause in BUSY.pauses(self._runtime.sleep):
            known = self.get(chatbot, rule_id)
            try:
                self._store.remove(known, self._entry(by, chatbot, "rule.delete", rule_id))
            except ConditionFailed:
                pause()
            else:
                return
        raise Unavailable("The rule kept changing; try again.")

    def test(self, chatbot: Chatbot, rule_id: str, attempt: Attempt | None = None) -> Sequence[str]:
        """Tell a rule's destinations that somebody tries it, with made-up data; the ids of the runs.

        Raises:
            InvalidRequest: it has no destination.
            NotFound: there is no such rule.
        """
        rule = self.get(chatbot, rule_id)
        if not rule.destinations:
            raise InvalidRequest("The rule has no destination.")
        key = f"test:{attempt.id('test') if attempt else self._runtime.new_timed_id()}"
        notice = Notice(type=TEST, key=key, at=self._runtime.now())
        self._announcer.announce(chatbot.id, rule.id, rule.destinations, notice)
        return [run_id(chatbot.id, rule.id, key, each) for each in dict.fromkeys(rule.destinations)]

    def _check(self, chatbot: Chatbot, draft: RuleDraft, named: Sequence[str] = ()) -> None:
        known = {*named, *(destination.id for destination in self._destinations.all(chatbot.id))}
        faults = [
            Fault(f"destinations.{number}", "must be the id of a destination of the chatbot")
            for number, each in enumerate(draft.destinations)
            if each not in known
        ]
        if json_bytes([draft.settings, draft.template]) > RULE_BYTES:
            faults.append(Fault("when", f"a rule has at most {RULE_BYTES:,} bytes of JSON"))
        if faults:
            raise InvalidRequest.at(*faults)

    def _entry(self, by: ApiKey | None, chatbot: Chatbot, action: str, rule_id: str) -> AuditEntry:
        return self._audit.entry(by, chatbot.workspace_id, action, rule_id, chatbot_id=chatbot.id)


def _said(draft: RuleDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "enabled": draft.enabled,
        "destinations": tuple(dict.fromkeys(draft.destinations)),
        "include_text": draft.include_text,
        "template": draft.template,
        "settings": draft.settings,
    }
