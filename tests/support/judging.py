"""A Bedrock analyzer over a server on this machine, with a day's counters in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

from confab.analysis.bedrock import BedrockAnalyzer, BedrockModel, Spending
from confab.analysis.builtin import BuiltinAnalyzer
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.model_prices import NANO, PRICES
from confab.domain.results import Analysis
from confab.platform.errors import Unavailable

from tests.support.bedrock import NOVA, Bedrock

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TALK = [
    (USER, "Where is my refund? I asked three times"),
    (ASSISTANT, "Please contact support."),
    (USER, "That does not help, wo ist mein Geld und warum antwortet niemand"),
]
BUILTIN = BuiltinAnalyzer()


class Ledger:
    """A day's counters in memory; ``broken`` makes it fail after so many additions."""

    def __init__(self, spent: int = 0, broken: int = 1000) -> None:
        self.spent, self.calls, self.tokens, self.most, self.broken = spent, 0, 0, spent, broken
        self._lock = Lock()

    def add(self, chatbot_id: str, day: date, *, spent: int, calls: int = 0, tokens: int = 0) -> int:
        with self._lock:
            self.broken -= 1
            if self.broken < 0:
                raise Unavailable("the table is busy")
            before = self.spent
            self.spent, self.calls, self.tokens = before + spent, self.calls + calls, self.tokens + tokens
            self.most = max(self.most, self.spent)
            return before


def analyzer(
    server: Bedrock,
    model: str = NOVA,
    *,
    ledger: Ledger | None = None,
    limit: int = NANO,
    seconds: float = 10,
    **options: Any,
) -> BedrockAnalyzer:
    price = PRICES["amazon.nova-lite-" if model == NOVA else "anthropic.claude-haiku-4-5"]
    chosen = BedrockModel(model=model, price=price, **{k: options.pop(k) for k in ("tier", "output") if k in options})
    nonces = iter(range(1000))
    return BedrockAnalyzer(
        lambda: server.client(seconds=seconds),
        chosen,
        BUILTIN,
        Spending(ledger or Ledger(), "bot", limit, now=lambda: WHEN),
        new_nonce=lambda: f"{next(nonces):032x}",
        **{"report": lambda _: None, **options},
    )


def transcript(turns: Sequence[tuple[str, str]] = TALK) -> list[Message]:
    return [
        Message(key=f"m:{place}", role=role, content=text, created_at=WHEN, stored_at=WHEN)
        for place, (role, text) in enumerate(turns)
    ]


def analysed(found: BedrockAnalyzer, turns: Sequence[tuple[str, str]] = TALK) -> Analysis:
    messages = transcript(turns)
    return found.analyse(messages, {message.key for message in messages})


def is_builtin(analysis: Analysis, turns: Sequence[tuple[str, str]] = TALK) -> bool:
    """Whether the result is the built-in analyzer's own, but for the note."""
    messages = transcript(turns)
    own = BUILTIN.analyse(messages, {message.key for message in messages})
    return (analysis.messages, analysis.conversation, analysis.provider) == (own.messages, own.conversation, "builtin")
