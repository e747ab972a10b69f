"""A chatbot's privacy settings: which data is redacted, which is not stored, and for how long it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from confab.domain.chatbot import PRIVACY_SETTING, RETENTION_SETTING
from confab.redaction.detection import KINDS
from confab.redaction.redactor import ACTIONS, KEEP

MAX_PATTERNS: Final = 20
MAX_RETENTION: Final = 3650
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_REDACTION: Final = "redaction"
_PATTERNS: Final = "patterns"
_USERS: Final = "users"
KEEP_CLIENT: Final = "keepClient"


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """A kind of the team's own: the name of its marks, its pattern, and its action."""

    name: str
    expression: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """The decisions of a chatbot's team.

    Attributes:
        actions: what becomes of each kind that is not kept.
        patterns: kinds of the team's own.
        users: whether the same holds for what is known of the user besides the conversation.
        retention_days: after how many days without activity a conversation is erased; None for never.
        keep_client: whether the address and the software of whoever calls the API are stored.
    """

    actions: Mapping[str, str] = field(default_factory=dict)
    patterns: Sequence[OwnPattern] = ()
    users: bool = False
    retention_days: int | None = None
    keep_client: bool = False

    @property
    def retention(self) -> timedelta | None:
        return None if self.retention_days is None else timedelta(days=self.retention_days)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> PrivacySettings:
        """The settings of a chatbot.

        Raises:
            ValueError: they are not as ``setting`` writes them; the text names the field and the rule.
        """
        known = _object(
            PRIVACY_SETTING, settings.get(PRIVACY_SETTING) or {}, (_REDACTION, RETENTION_SETTING, KEEP_CLIENT)
        )
        redaction = _object(_REDACTION, known.get(_REDACTION) or {}, (*KINDS, _PATTERNS, _USERS))
        patterns = redaction.get(_PATTERNS) or []
        if not isinstance(patterns, list) or len(patterns) > MAX_PATTERNS:
            raise ValueError(f"{_REDACTION}.{_PATTERNS} is a list of at most {MAX_PATTERNS} patterns")
        own = [_pattern(number, pattern) for number, pattern in enumerate(patterns)]
        if len({pattern.name for pattern in own}) < len(own):
            raise ValueError(f"{_REDACTION}.{_PATTERNS} names a kind twice")
        return cls(
            actions={kind: _action(kind, redaction[kind]) for kind in KINDS if redaction.get(kind, KEEP) != KEEP},
            patterns=own,
            users=_flag(f"{_REDACTION}.{_USERS}", redaction.get(_USERS, False)),
            retention_days=_days(known.get(RETENTION_SETTING)),
            keep_client=_flag(KEEP_CLIENT, known.get(KEEP_CLIENT, False)),
        )

    def setting(self) -> dict[str, Any]:
        """As the chatbot's settings keep it; empty when nothing was decided."""
        redaction: dict[str, Any] = {kind: action for kind, action in self.actions.items() if action != KEEP}
        if self.patterns:
            redaction[_PATTERNS] = [
                {"name": pattern.name, "pattern": pattern.expression, "action": pattern.action}
                for pattern in self.patterns
            ]
        if self.users:
            redaction[_USERS] = True
        kept: dict[str, Any] = {_REDACTION: redaction} if redaction else {}
        if self.retention_days is not None:
            kept[RETENTION_SETTING] = self.retention_days
        return {**kept, KEEP_CLIENT: True} if self.keep_client else kept


def keeps_client(settings: Mapping[str, Any]) -> bool:
    """Whether a chatbot's settings ask for the address and the software of whoever calls the API."""
    return (settings.get(PRIVACY_SETTING) or {}).get(KEEP_CLIENT) is True


def _object(name: str, value: Any, fields: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not value.keys() <= set(fields):
        raise ValueError(f"{name} is an object with {', '.join(fields)}")
    return value


def _flag(where: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where} is true or false")
    return value


def _action(where: str, action: Any) -> str:
    if action not in ACTIONS:
        raise ValueError(f"{_REDACTION}.{where} is one of {', '.join(ACTIONS)}")
    return str(action)


def _pattern(number: int, value: Any) -> OwnPattern:
    where = f"{_PATTERNS}.{number}"
    fields = _object(f"{_REDACTION}.{where}", value, ("name", "pattern", "action"))
    name, expression = fields.get("name"), fields.get("pattern")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in KINDS:
        raise ValueError(
            f"{_REDACTION}.{where}.name is none of {', '.join(KINDS)} and has 1 to 32 of a-z, 0-9, _ and -, "
            "a letter first"
        )
    if not isinstance(expression, str):
        raise ValueError(f"{_REDACTION}.{where}.pattern is a text")
    return OwnPattern(name, expression, _action(f"{where}.action", fields.get("action")))


def _days(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_RETENTION:
        raise ValueError(f"{RETENTION_SETTING} is a whole number of days from 1 to {MAX_RETENTION}")
    return value
