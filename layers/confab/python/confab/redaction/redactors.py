"""The redactor of each chatbot, ready for every request."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from functools import cache

from confab.domain.chatbot import Chatbot
from confab.domain.fingerprints import Fingerprints
from confab.platform.cache import Cache
from confab.platform.errors import InternalError
from confab.redaction.detection import Detector, Finding
from confab.redaction.redactor import NO_RULES, Redactor, Rules
from confab.redaction.settings import OwnPattern, PrivacySettings
from confab.storage.chatbot_lookup import MAX_CACHED_CHATBOTS, Chatbots


class Redactors:
    """Redactors by chatbot, each kept as long as the chatbot's settings are.

    Args:
        chatbots: gives the settings.
        secret: gives the deployment's secret; asked only when a digest is needed.
    """

    def __init__(self, chatbots: Chatbots, secret: Callable[[], bytes]) -> None:
        self._chatbots = chatbots
        self._secret = secret
        self._kept: Cache[str, tuple[Chatbot | None, Redactor]] = Cache(MAX_CACHED_CHATBOTS)

    def of(self, chatbot_id: str) -> Redactor:
        """The redactor of a chatbot.

        Raises:
            InternalError: its settings cannot be used; nothing may be stored then.
        """
        chatbot = self._chatbots.get(chatbot_id)
        kept = self._kept.get(chatbot_id)
        if kept is not None and kept[0] is chatbot:
            return kept[1]
        made = self._made(chatbot_id, chatbot)
        self._kept.put(chatbot_id, (chatbot, made))
        return made

    def _made(self, chatbot_id: str, chatbot: Chatbot | None) -> Redactor:
        @cache
        def key(purpose: str) -> bytes:
            return hmac.new(self._secret(), f"{purpose}\0{chatbot_id}".encode(), hashlib.sha256).digest()

        try:
            rules = rules_of(PrivacySettings.of(chatbot.settings)) if chatbot is not None else NO_RULES
        except ValueError as error:
            raise InternalError("The chatbot's privacy settings cannot be used, so nothing was stored.") from error
        return Redactor(rules, Fingerprints(lambda: key("fingerprint")), lambda: key("mark"))


def rules_of(settings: PrivacySettings) -> Rules:
    """The rules that a team's settings make.

    Raises:
        ValueError: a pattern cannot be used; the text says which and why.
    """
    patterns = {pattern.name: detector_of(pattern) for pattern in settings.patterns}
    actions = {**settings.actions, **{pattern.name: pattern.action for pattern in settings.patterns}}
    return Rules(actions=actions, patterns=patterns, users=settings.users)


def detector_of(own: OwnPattern) -> Detector:
    """The detector of a team's own pattern.

    Raises:
        ValueError: it cannot be used; the text says why.
    """
    from confab.redaction.patterns import BadPattern, Pattern

    try:
        pattern = Pattern(own.expression)
    except BadPattern as bad:
        raise ValueError(f"the pattern of {own.name} cannot be used: {bad}") from None

    def detect(text: str) -> Iterator[Finding]:
        for start, end in pattern(text):
            yield Finding(start, end, text[start:end])

    return detect
