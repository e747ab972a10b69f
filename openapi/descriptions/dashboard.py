"""Sessions, and the figures of a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import UUID, Described

DASHBOARD: Final[Mapping[str, Described]] = {
    "workspaceId": Described("The workspace.", UUID),
    "administers": Described("Whether the key may change chatbots, keys and settings.", True),
    "csrf": Described(
        "What the header `x-confab-csrf` of a change in this session must say; null with a key.", "0f" * 32
    ),
    "JudgedMessage.feedback": Described("How much feedback of each kind counts for the message."),
    "SignedIn.key": Described("The key that was exchanged."),
    "SignedIn.chatbots": Described("The chatbots that the key reaches."),
    "SessionChatbot.archived": Described("Whether the chatbot takes no more messages.", False),
    "PeriodOverview.current": Described("The period that was asked for, the running day included."),
    "PeriodOverview.previous": Described("The period before it, as long."),
    "PeriodOverview.days": Described("The days of the period that have any figures."),
    "PeriodOverview.waiting": Described("Conversations that wait for their first analysis and count nowhere yet.", 18),
    "getV1InsightsOverview.days": Described("How many days; as many before them are compared.", 30),
}
