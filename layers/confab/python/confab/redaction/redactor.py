"""Redaction: personal data in a request becomes a mark before anything is stored.

A mark says the kind, ``[email]``, and where the chatbot wants that also a keyed digest of the value,
``[email:9f2c41d07a5be318]``: the same value has the same mark everywhere in the chatbot, and nobody without the key can
tell which value it was.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from confab.domain.conversation import Scalar, SentAttributes
from confab.domain.fingerprints import Fingerprints
from confab.domain.message import Draft, Message
from confab.domain.persons import USER_PROPERTIES
from confab.redaction.detection import DETECTORS, Detector

KEEP: Final = "keep"
MASK: Final = "mask"
HASH: Final = "hash"
ACTIONS: Final = (KEEP, MASK, HASH)

_MARK_DIGITS: Final = 16
_WHO: Final = frozenset({"name", "callee", "photoUrl"})
_SOFTWARE: Final = frozenset({"userAgent", "originalUserAgent", "framework"})
"""Names of programs: their version numbers look like addresses."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""Text that holds JSON may escape half of a pair, which no text holds."""

Sent = TypeVar("Sent", Draft, Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a chatbot's redaction.

    Attributes:
        actions: what becomes of each kind; kinds that are not named are kept.
        patterns: detectors of the team's own, by name.
        users: whether the rules also hold for what is known of the user besides the conversation (name, e-mail, ...).
    """

    actions: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, Detector] = field(default_factory=dict)
    users: bool = False


NO_RULES: Final = Rules()


class Redactor:
    """Redacts all data that is sent to one chatbot.

    Args:
        rules: what the chatbot wants.
        fingerprints: keep what a redacted message is recognised by.
        key: gives the chatbot's key for marks; asked only when one is needed.
    """

    def __init__(self, rules: Rules, fingerprints: Fingerprints, key: Callable[[], bytes]) -> None:
        self.fingerprints = fingerprints
        self._rules = rules
        self._key = key
        found = [*rules.patterns.items(), *DETECTORS.items()]
        self._steps = [(kind, detect) for kind, detect in found if rules.actions.get(kind, KEEP) != KEEP]

    @property
    def idle(self) -> bool:
        """Whether there is nothing to redact."""
        return not self._steps

    def text(self, text: str) -> str:
        """A text with marks. Marks are not looked into again."""
        pieces = [_SURROGATE.sub("\ufffd", text)]  # at even places text, at odd ones marks
        for kind, detect in self._steps:
            pieces = [
                part
                for place, piece in enumerate(pieces)
                for part in ([piece] if place % 2 else self._cut(kind, detect, piece))
            ]
        return "".join(pieces)

    def _cut(self, kind: str, detect: Detector, text: str) -> list[str]:
        """A text as text, mark, text, ... in turn."""
        pieces: list[str] = []
        end = 0
        for finding in detect(text) if text else ():
            pieces += [text[end : finding.start], self._mark(kind, finding.value)]
            end = finding.end
        return [*pieces, text[end:]]

    def _mark(self, kind: str, value: str) -> str:
        if self._rules.actions[kind] == MASK:
            return f"[{kind}]"
        digest = hmac.new(self._key(), f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
        return f"[{kind}:{digest[:_MARK_DIGITS]}]"

    def value(self, value: Any) -> Any:
        """A JSON value with marks: in every text, in names of objects, and in text that holds JSON itself.

        A whole number that is personal data becomes a mark as a text. What is under ``userProperties`` says who the
        user is, and follows the chatbot's choice for users.
        """
        if isinstance(value, str):
            return self._json_or_text(value)
        if isinstance(value, Mapping):
            return self._object(value)
        if isinstance(value, list | tuple):
            return [self.value(element) for element in value]
        if isinstance(value, int) and not isinstance(value, bool):
            marked = self.text(str(value))
            return value if marked == str(value) else marked
        return value

    def _object(self, value: Mapping[str, Any]) -> dict[str, Any]:
        marked: dict[str, Any] = {}
        for name, content in value.items():
            shown = self.text(name)
            number = 1
            while shown in marked:
                number += 1
                shown = f"{self.text(name)} ({number})"
            marked[shown] = content if name == USER_PROPERTIES and not self._rules.users else self.value(content)
        return marked

    def _json_or_text(self, text: str) -> str:
        """A text; where it is JSON it stays JSON, and escapes hide nothing."""
        if text[:1] in ("{", "["):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                return self.text(text)
            marked = self.value(value)
            return text if marked == value else json.dumps(marked, ensure_ascii=False)
        return self.text(text)

    def message(self, sent: Sent) -> Sent:
        """A message with marks. One that they changed keeps what it is recognised by."""
        if self.idle:
            return sent
        content, extras = self.text(sent.content), self.value(sent.extras)
        if content == sent.content and extras == sent.extras:
            return sent
        return replace(sent, content=content, extras=extras, origin=self.fingerprints.origin(sent))

    def messages(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        """Several messages, as ``message``."""
        return drafts if self.idle else [self.message(draft) for draft in drafts]

    def attributes(self, attributes: SentAttributes) -> SentAttributes:
        """What is known around a conversation: identifiers stay, the user's fields follow the choice for users."""
        if self.idle:
            return attributes
        return {group: self._group(group, fields) for group, fields in attributes.items()}

    def _group(self, group: str, fields: Mapping[str, Scalar | None]) -> Mapping[str, Scalar | None]:
        if group == "user" and not self._rules.users:
            return fields
        return self._but(_SOFTWARE if group == "client" else (), fields)

    def fields(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is said of a conversation by name: identifiers stay, its name and picture are the user's."""
        return fields if self.idle else self._but(() if self._rules.users else _WHO, fields)

    def _but(self, names: Collection[str], fields: Mapping[str, Any]) -> dict[str, Any]:
        """The values with marks but those of some names and of identifiers."""
        return {
            name: value if name in names or name == "id" or name.endswith("Id") else self.value(value)
            for name, value in fields.items()
        }

    def body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON object, as ``value``."""
        return dict(fields) if self.idle else self._object(fields)
