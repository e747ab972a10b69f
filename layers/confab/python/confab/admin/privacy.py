"""An operator's side of privacy: what a chatbot redacts, and for how long it keeps conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from confab.admin.chatbot_settings import Configure
from confab.admin.in_force import InForce
from confab.domain.chatbot import PRIVACY_SETTING, Chatbot
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest
from confab.redaction.redactors import rules_of
from confab.redaction.settings import PrivacySettings


class Privacy:
    """Reads and changes a chatbot's privacy settings; a change returns once it holds in every function.

    Args:
        configure: reads and changes chatbots.
        in_force: waits until what was changed holds everywhere.
    """

    def __init__(self, configure: Configure, in_force: InForce) -> None:
        self._configure = configure
        self._in_force = in_force

    def show(self, chatbot_id: str) -> PrivacySettings:
        """The settings of a chatbot.

        Raises:
            NotFound: there is no such chatbot.
        """
        return _checked(self._configure.chatbot(None, chatbot_id).settings)

    def change(
        self,
        chatbot_id: str,
        changed: Callable[[PrivacySettings], PrivacySettings],
        *,
        by: ApiKey | None = None,
        waiting: Callable[[int], None] = lambda _: None,
    ) -> PrivacySettings:
        """Change the settings of a chatbot. On return they hold for every request that begins from then on.

        Args:
            waiting: is told every second how many are left.

        Raises:
            InvalidRequest: the settings break a rule.
            NotFound: there is no such chatbot.
        """

        def change(chatbot: Chatbot) -> Chatbot:
            settings = {name: value for name, value in chatbot.settings.items() if name != PRIVACY_SETTING}
            wanted = changed(_checked(chatbot.settings)).setting()
            _checked({PRIVACY_SETTING: wanted})
            return replace(chatbot, settings={**settings, PRIVACY_SETTING: wanted} if wanted else settings)

        chatbot = self._configure.change(by, chatbot_id, "chatbot.privacy", change)
        self._in_force.wait(chatbot, waiting)
        return _checked(chatbot.settings)


def _checked(settings: Mapping[str, Any]) -> PrivacySettings:
    try:
        privacy = PrivacySettings.of(settings)
        rules_of(privacy)
        return privacy
    except ValueError as error:
        fault = Fault(f"settings.{PRIVACY_SETTING}", str(error))
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault]) from None
