"""Rounds: what the clock starts for the rules of every chatbot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from confab.domain.chatbot import Chatbot
from confab.domain.rules import Rule
from confab.platform.errors import TimeOver
from confab.rules.store import RuleStore
from confab.storage.health import SLOT


class Done(Protocol):
    """What some work did for a chatbot: how much it told, and why it could not for some rules."""

    told: int
    errors: dict[str, Exception]


Work = Callable[[str, Sequence[Rule]], Done]
"""Does what the clock starts for all rules of a chatbot."""


@dataclass(slots=True)
class Round:
    """What a round did.

    Attributes:
        chatbots: how many it came to.
        left: how many it had no time for; the next round begins elsewhere.
        told: how many notices were announced, by the name of the work.
        errors: what could not be done, by chatbot and rule; the rule is empty where it was none's fault.
    """

    chatbots: int = 0
    left: int = 0
    told: dict[str, int] = field(default_factory=dict)
    errors: dict[tuple[str, str], Exception] = field(default_factory=dict)


class Rounds:
    """Goes from chatbot to chatbot. An error of one leaves the others.

    Args:
        rules: the rules.
        chatbot: a chatbot by its id; None when there is none.
        works: what is done, by name.
        has_time: whether there is time for another chatbot.
        now: the clock.
    """

    def __init__(
        self,
        rules: RuleStore,
        chatbot: Callable[[str], Chatbot | None],
        works: Mapping[str, Work],
        *,
        has_time: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._rules = rules
        self._chatbot = chatbot
        self._works = works
        self._has_time = has_time
        self._now = now

    def __call__(self) -> Round:
        """Go once around.

        Raises:
            Unavailable: the table did not say which chatbots have rules.
        """
        done = Round()
        for chatbot_id in self._in_turn():
            if not self._has_time():
                done.left += 1
                continue
            try:
                self._visit(chatbot_id, done)
            except TimeOver:
                done.left += 1
            except Exception as error:
                done.errors[chatbot_id, ""] = error
        return done

    def _in_turn(self) -> Iterator[str]:
        """All chatbots that have rules, each round from another one on, so that none is always the last."""
        listed = sorted(self._rules.chatbots())
        start = int(self._now().timestamp() // SLOT.total_seconds()) % len(listed) if listed else 0
        yield from (*listed[start:], *listed[:start])

    def _visit(self, chatbot_id: str, done: Round) -> None:
        chatbot = self._chatbot(chatbot_id)
        if chatbot is None or chatbot.archived_at is not None:
            return
        rules = self._rules.all(chatbot_id)
        done.chatbots += 1
        for name, work in self._works.items():
            found = work(chatbot_id, rules)
            done.told[name] = done.told.get(name, 0) + found.told
            done.errors.update({(chatbot_id, rule): error for rule, error in found.errors.items()})
